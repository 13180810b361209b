// @ts-check
/** `npm run bench -- workers`: what a vault costs, in workerd on this machine. `docs/scale.md` counts with these figures. */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { bundleWorker } from '../../examples-web/worker/demo.mjs'
import { startEdge } from '../cloudflare/edge/edge.ts'
import { day } from '../cloudflare/edge/proof.ts'

const ROUNDS = 9
const TIMES = 1_000
const root = join(import.meta.dirname, '../..')

await sizes()
await latency()
await costOfADay()

async function sizes() {
  const vault = await bundle(`export { createTokenVault } from 'twitch-keyring/cloudflare'`)
  const handler = await bundle(`export { VaultTokenHandler } from 'twitch-keyring/cloudflare'`)
  const relay = await bundle(`export { createChatRelay } from 'twitch-keyring/cloudflare'`)
  print('createTokenVault, without jose', kB(vault), 'wanted: 12 kB')
  print('VaultTokenHandler', kB(handler))
  print('createChatRelay', kB(relay))
  print('the whole example Worker, jose and its page included', kB(await bundleWorker()), 'wanted: 25 kB')
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
    const [bare = 0, alike = 0, through = 0] = times.map(median)
    print('a bare call of a Durable Object, with a word for an answer', `${(bare * 1000).toFixed(0)} µs`)
    print('a bare call whose answer is as long as a token', `${(alike * 1000).toFixed(0)} µs`)
    print('getToken through the vault', `${(through * 1000).toFixed(0)} µs`)
    print('by the bare call with a word', `${(through / bare).toFixed(2)}×`)
    print('by the bare call with an answer as long', `${(through / alike).toFixed(2)}×`, 'wanted: 1.2×')
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
  } finally {
    await edge.close()
  }
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

/** @param {number[]} all */
function median(all) {
  return all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN
}

/**
 * @param {string} what
 * @param {string[]} cells
 */
function print(what, ...cells) {
  console.log(what.padEnd(60), cells.map((cell) => cell.padEnd(18)).join(''))
}
