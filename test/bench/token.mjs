// @ts-check
/** Tokens beside @twurple/auth, in Node and in Chromium: run `npm run build` first, then `npm run bench -- token`. */
import { gzipSync } from 'node:zlib'
import { RefreshingAuthProvider } from '@twurple/auth'
import { Bench } from 'tinybench'
import { memoryStore } from 'twitch-keyring/stores'
import { createFakeTwitch } from 'twitch-keyring/testing'
import { StoredTokenHandler, TokenManager } from 'twitch-keyring/token'
import { bundle } from '../package/bundle.ts'
import { openChromium } from './token-browser.js'
import { measureTabs } from './token-tabs.js'

const CLIENT_ID = 'benchmark'
const SCOPES = /** @type {const} */ (['chat:read', 'chat:edit'])

/** @param {number} users @param {number} [latency] */
async function openKeyring(users, latency = 0) {
  const twitch = createFakeTwitch({
    apps: [{ clientId: CLIENT_ID, clientType: 'public' }],
    users: Array.from({ length: users }, (_, index) => ({ id: String(index + 1), login: `user${index + 1}` })),
  })
  const handler = new StoredTokenHandler({
    clientId: CLIENT_ID,
    clientType: 'public',
    store: memoryStore(),
    platform: { ...twitch.platform, locks: navigator.locks, channel: undefined },
  })
  const pairs = []
  for (let user = 1; user <= users; user += 1) {
    const pair = twitch.id.issue({ clientId: CLIENT_ID, login: `user${user}`, scopes: SCOPES })
    await handler.add(pair)
    pairs.push(pair)
  }
  const manager = new TokenManager(handler)
  await manager.start()
  twitch.latency = latency
  return { twitch, handler, manager, pairs }
}

/** @param {{ accessToken: string, refreshToken: string }[]} pairs */
function openTwurple(pairs) {
  const provider = new RefreshingAuthProvider({ clientId: CLIENT_ID })
  pairs.forEach((pair, index) => {
    provider.addUser(String(index + 1), {
      ...pair,
      scope: [...SCOPES],
      expiresIn: 14_400,
      obtainmentTimestamp: Date.now(),
    })
  })
  return provider
}

/** @param {number} value */
const round = (value) => value.toFixed(2)

async function cachedToken() {
  const one = await openKeyring(1)
  const many = await openKeyring(10_000)
  const twurpleOne = openTwurple(one.pairs)
  const twurpleMany = openTwurple(many.pairs)
  const bench = new Bench({ time: 500 })
  bench
    .add('twitch-keyring, 1 user', () => one.manager.get({ user: '1', scopes: SCOPES }))
    .add('twitch-keyring, 10,000 users', () => many.manager.get({ user: '5000', scopes: SCOPES }))
    .add('@twurple/auth, 1 user', () => twurpleOne.getAccessTokenForUser('1', [...SCOPES]))
    .add('@twurple/auth, 10,000 users', () => twurpleMany.getAccessTokenForUser('5000', [...SCOPES]))
  await bench.run()
  const nanoseconds = bench.tasks.map(({ result }) => ('latency' in result ? result.latency.p50 * 1e6 : Number.NaN))
  console.log('\nA good token from the cache (median)')
  console.table(bench.tasks.map((task, index) => ({ what: task.name, ns: Math.round(nanoseconds[index] ?? 0) })))
  const [keyringOne = 0, keyringMany = 0, twurple = 0] = nanoseconds
  console.log(
    `twitch-keyring / @twurple/auth: ${round(keyringOne / twurple)}   10,000 users / 1 user: ${round(keyringMany / keyringOne)}`,
  )
  one.manager.close()
  many.manager.close()
}

async function deadToken() {
  const callers = 10_000
  const latency = 50
  const ratios = []
  let posts = 0
  for (let round = 0; round < 5; round += 1) {
    const { twitch, manager } = await openKeyring(1, latency)
    const old = await manager.get()
    twitch.id.expireAll()
    const bare = performance.now()
    for (const path of ['validate', 'token']) {
      await twitch.fetch(`https://id.twitch.tv/oauth2/${path}`, {
        method: path === 'token' ? 'POST' : 'GET',
        headers: path === 'token' ? {} : { Authorization: `OAuth ${old.value}` },
      })
    }
    const bareTime = performance.now() - bare
    const before = twitch.requests.length
    const start = performance.now()
    await Promise.all(Array.from({ length: callers }, () => manager.renew(old)))
    ratios.push((performance.now() - start) / bareTime)
    posts = twitch.requests.slice(before).filter(({ path }) => path === '/token').length
    manager.close()
  }
  ratios.sort((a, b) => a - b)
  console.log(
    `\n${callers.toLocaleString('en')} callers on a dead token: ${posts} POST; whole time / bare requests: ${round(ratios[2] ?? 0)} (median of 5; each request takes ${latency} ms)`,
  )
}

/**
 * The smallest value that so many of all are not above.
 *
 * @param {readonly number[]} values
 * @param {number} share
 */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
}

/** @param {Awaited<ReturnType<typeof openChromium>>} browser */
async function tabs(browser) {
  const options = { tabs: 8, latency: 50, rounds: 40 }
  const bound = options.latency + 150
  const { all, one, bare, posts } = await measureTabs(browser, options)
  console.log(
    `\n${options.tabs} tabs of Chromium: from the death of the token until every tab holds the new one (ms; each request takes ${options.latency} ms)`,
  )
  console.table(
    Object.entries({
      'all want it at once': all,
      'one wants it, the others hear': one,
      'the bare steps: two requests, two writes, a message, a reading in each': bare,
    }).map(([what, times]) => ({
      what,
      p50: Math.round(quantile(times, 0.5)),
      p95: Math.round(quantile(times, 0.95)),
      'p95 / (one request + 150 ms)': round(quantile(times, 0.95) / bound),
    })),
  )
  console.log(
    `to the bare steps, p50: ${round(quantile(all, 0.5) / quantile(bare, 0.5))} all, ${round(quantile(one, 0.5) / quantile(bare, 0.5))} one;  p95: ${round(quantile(all, 0.95) / quantile(bare, 0.95))} all, ${round(quantile(one, 0.95) / quantile(bare, 0.95))} one`,
  )
  console.log(`${all.length + one.length} tokens died, ${posts} POSTs`)
}

/** @param {Awaited<ReturnType<typeof openChromium>>} browser */
async function stores(browser) {
  const page = await browser.openPage()
  const options = { rounds: 31, times: 20 }
  /** @type {{ store: number[], bare: number[], 'idb-keyval': number[] }} */
  const took = await page.evaluate(`bench.measureStores(${JSON.stringify(options)})`)
  const medians = Object.fromEntries(Object.entries(took).map(([name, times]) => [name, quantile(times, 0.5)]))
  const { store = 0, bare = 0, 'idb-keyval': idbKeyval = 0 } = medians
  console.log(`\nOne compare-and-set in IndexedDB (ms, median of ${options.rounds} rounds in turns)`)
  console.table([
    { what: 'a bare transaction, strict', ms: round(bare), 'to bare': round(1) },
    { what: 'indexedDBStore().replace, strict', ms: round(store), 'to bare': round(store / bare) },
    { what: "idb-keyval's update, not strict", ms: round(idbKeyval), 'to bare': round(idbKeyval / bare) },
  ])
}

async function bytes() {
  const sets = {
    'StoredTokenHandler, TokenManager, indexedDBStore': `
      export { StoredTokenHandler, TokenManager } from 'twitch-keyring/token'
      export { indexedDBStore } from 'twitch-keyring/stores'`,
    "@twurple/auth's RefreshingAuthProvider: no store, no locks, no schedule":
      "export { RefreshingAuthProvider } from '@twurple/auth'",
  }
  const sizes = []
  for (const [what, code] of Object.entries(sets)) {
    sizes.push({ what, bytes: gzipSync(await bundle(code, { minify: true }), { level: 9 }).length })
  }
  console.log('\nMinified and gzipped, with dependencies')
  console.table(sizes)
  const [keyring, twurple] = sizes
  console.log(`twitch-keyring / @twurple/auth: ${round((keyring?.bytes ?? 0) / (twurple?.bytes ?? 0))}`)
}

await cachedToken()
await deadToken()
await bytes()
const browser = await openChromium()
try {
  await stores(browser)
  await tabs(browser)
} finally {
  await browser.close()
}
