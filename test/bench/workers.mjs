// @ts-check
/** `npm run bench -- workers`: what a vault costs, in workerd on this machine. `docs/scale.md` counts with these figures. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { startFakeTwitchServer } from '../../examples-web/server/fake-twitch-server.mjs'
import { bundleWorker } from '../../examples-web/worker/demo.mjs'
import { startEdge } from '../cloudflare/edge/edge.ts'
import { day } from '../cloudflare/edge/proof.ts'

const ROUNDS = 40
const TIMES = 250
const root = join(import.meta.dirname, '../..')

await sizes()
await startUp()
await latency()
await costOfADay()
await relay()

async function sizes() {
  const vault = await bundle(`export { createTokenVault } from 'twitch-keyring/cloudflare'`)
  const code = await bundle(`export { createTokenVault, codeSignIn, appTokens } from 'twitch-keyring/cloudflare'`)
  const device = await bundle(`export { createTokenVault, deviceCodeSignIn } from 'twitch-keyring/cloudflare'`)
  const handler = await bundle(`export { VaultTokenHandler } from 'twitch-keyring/cloudflare'`)
  const relay = await bundle(`export { createChatRelay } from 'twitch-keyring/cloudflare'`)
  print('createTokenVault, without jose', kB(vault), 'wanted: 12 kB')
  print('with codeSignIn and appTokens', kB(code))
  print('with deviceCodeSignIn', kB(device))
  print('VaultTokenHandler', kB(handler))
  print('createChatRelay', kB(relay))
  print('the whole example Worker, jose and its page included', kB(await bundleWorker()), 'wanted: 25 kB')
}

/** What a Worker costs before its first request: parsed and evaluated, often, under other names, in one workerd. */
async function startUp() {
  const copies = 40
  const codes = {
    empty: 'export default { fetch() {} }',
    vault: await bundle(`export { createTokenVault } from 'twitch-keyring/cloudflare'`),
    example: await bundleWorker(),
  }
  const entry = `export default { async fetch(request) {
    const { pathname } = new URL(request.url)
    const start = Date.now()
    for (let copy = 0; copy < ${copies}; copy += 1) await import('.' + pathname + copy + '.js')
    await scheduler.wait(0)
    return Response.json((Date.now() - start) / ${copies})
  } }`
  const modules = Object.entries(codes).flatMap(([name, code]) =>
    // No two are the same, lest what was compiled be used again.
    Array.from({ length: copies }, (_, copy) => /** @type {const} */ ([`${name}${copy}.js`, `/* ${copy} */${code}`])),
  )
  const times = Object.fromEntries(Object.keys(codes).map((name) => [name, Number.POSITIVE_INFINITY]))
  for (let round = 0; round < 5; round += 1) {
    const worker = startWorker({
      modules: [['entry.js', entry], ...modules].map(([path = '', contents = '']) => ({
        type: 'ESModule',
        path,
        contents,
      })),
      compatibilityDate: '2026-10-01',
    })
    for (const name of Object.keys(codes)) {
      const response = await worker.dispatchFetch(`http://worker.example/${name}`)
      times[name] = Math.min(times[name] ?? 0, Number(await response.json()))
    }
    await worker.dispose()
  }
  for (const [name, code] of Object.entries(codes)) {
    print(`start-up: ${name}`, `${times[name]?.toFixed(2)} ms`, `${(code.length / 1000).toFixed(0)} kB unpacked`)
  }
}

async function latency() {
  const edge = await startEdge({ startAt: Date.now() })
  try {
    await edge.signIn()
    const user = '1001'
    const ops = /** @type {const} */ (['time-rpc', 'time-likeness', 'time-get'])
    /** @type {number[][]} */
    const times = ops.map(() => [])
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [at, op] of ops.entries()) times[at]?.push(await edge.ask({ op, user, times: TIMES }))
    }
    // Whatever else the machine does only adds.
    const [bare = 0, alike = 0, through = 0] = times.map((all) => Math.min(...all))
    print('a bare call of a Durable Object, with a word for an answer', `${(bare * 1000).toFixed(0)} µs`)
    print('a bare call whose answer is as long as a token', `${(alike * 1000).toFixed(0)} µs`)
    print('getToken through the vault', `${(through * 1000).toFixed(0)} µs`)
    print('by the bare call with a word', `${(through / bare).toFixed(2)}×`, 'wanted: 1.2×')
    print('by the bare call with an answer as long', `${(through / alike).toFixed(2)}×`)
    let most = 0
    for (let round = 0; round < 5; round += 1) {
      most = Math.max(most, await edge.ask({ op: 'flood', user, atOnce: 50, times: 100 }))
    }
    print('one object, 50 requests at once', `${most.toFixed(0)} getToken a second`)
  } finally {
    await edge.close()
  }
}

async function costOfADay() {
  const users = 50
  const edge = await startEdge({ users })
  try {
    const cost = async () => /** @type {Record<string, number>} */ (await edge.ask({ op: 'cost' }))
    await edge.signIn([])
    const ids = edge.people.map(({ id }) => id)
    const before = await cost()
    const { alarms, validations, renewals } = await day(edge, ids, 24, Number.POSITIVE_INFINITY)
    const after = await cost()
    const each = (/** @type {number} */ count) => (count / users).toFixed(1)
    print('alarms a user and day', each(alarms))
    print('validations', each(validations))
    print('renewals', each(renewals))
    for (const name of ['rowsRead', 'rowsWritten', 'alarmsSet']) {
      print(name, each((after[name] ?? 0) - (before[name] ?? 0)), 'the sign-in included')
    }
    for (const user of ids) await edge.evict(user)
    const away = await cost()
    for (const user of ids) await edge.ask({ op: 'get', user })
    const read = ((await cost())['rowsRead'] ?? 0) - (away['rowsRead'] ?? 0)
    print('rows read by the first getToken after an object was away', each(read))
    const rests = /** @type {import('../cloudflare/edge/ops.ts').Rest[]} */ (await edge.ask({ op: 'rest', users: ids }))
    const mean = (/** @type {'rows' | 'bytes' | 'size'} */ what) =>
      rests.reduce((sum, rest) => sum + rest[what], 0) / users
    print(
      'rows at rest',
      mean('rows').toFixed(1),
      `${mean('bytes').toFixed(0)} bytes`,
      `${mean('size').toFixed(0)} bytes of database`,
    )
  } finally {
    await edge.close()
  }
}

/** How fast one relay sends: its clients are in the same workerd, and receive at the expense of the same core. */
async function relay() {
  const [clients, lines] = [200, 200]
  const twitch = await startFakeTwitchServer({ users: [{ login: 'juniper' }, { login: 'hexa' }] })
  const { outputFiles } = await build({
    entryPoints: [join(root, 'test/cloudflare/flood/worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    external: ['cloudflare:workers'],
    alias: { 'twitch-keyring/cloudflare': join(root, 'dist/cloudflare/index.js') },
  })
  const { chat } = twitch.twitch
  const worker = startWorker({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: outputFiles[0]?.text ?? '' }],
    compatibilityDate: '2026-10-01',
    bindings: { IRC: twitch.endpoints.irc },
    durableObjects: { RELAY: { className: 'Relay', useSQLite: true } },
  })
  const ready = createServer(async (_, response) => {
    while (![...chat.connections].some(({ channels }) => channels.includes('juniper'))) await setTimeout(20)
    for (let line = 0; line < lines; line += 1) chat.send('hexa', 'juniper', `this is line ${line} of a chat`)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(ready, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (ready.address())
  try {
    const ask = new URLSearchParams({ clients: `${clients}`, lines: `${lines}`, ready: `http://127.0.0.1:${port}/` })
    const response = await worker.dispatchFetch(`http://worker.example/?${ask}`)
    const took = Number(await response.json())
    print(
      `a relay, ${clients} clients, ${lines} lines`,
      `${((clients * lines * 1000) / took).toFixed(0)} lines sent a second`,
    )
  } finally {
    ready.close()
    await worker.dispose()
    await twitch.close()
  }
}

/** @param {Parameters<typeof convertV4MiniflareOptions>[0]} options */
function startWorker(options) {
  return new Miniflare(convertV4MiniflareOptions(options))
}

/** @param {string} code */
async function bundle(code) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['jose', 'jose/*', 'cloudflare:workers'],
    alias: { 'twitch-keyring/cloudflare': join(root, 'dist/cloudflare/index.js') },
  })
  return outputFiles[0]?.text ?? ''
}

/** @param {string} code */
function kB(code) {
  return `${(gzipSync(code, { level: 9 }).length / 1000).toFixed(1)} kB gzipped`
}

/**
 * @param {string} what
 * @param {string[]} cells
 */
function print(what, ...cells) {
  console.log(what.padEnd(60), cells.map((cell) => cell.padEnd(18)).join(''))
}
