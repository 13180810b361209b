// @ts-check
/** Helix beside @twurple/api: run `npm run build` first, then `npm run bench -- helix`. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { ApiClient } from '@twurple/api'
import { RefreshingAuthProvider } from '@twurple/auth'
import { build } from 'esbuild'
import { HelixClient } from 'twitch-keyring/helix'
import { memoryStore } from 'twitch-keyring/stores'
import { StoredTokenHandler, TokenManager } from 'twitch-keyring/token'

const clientId = 'benchmark'
const accessToken = 'anaccesstokenof30characters000'
const ROUNDS = 151
const REQUESTS = 20

const server = new Worker(new URL('servers/helix.mjs', import.meta.url))
const [port] = await once(server, 'message')

/** How many requests for users have come since the last time this was asked. */
async function countRequests() {
  server.postMessage('count')
  const [count] = await once(server, 'message')
  return count
}

// Twurple's addresses are fixed. All three go to them, and are led here in the same way.
const { fetch } = globalThis
globalThis.fetch = (url, init) =>
  fetch(String(url).replace(/^https:\/\/(id|api)\.twitch\.tv/, `http://127.0.0.1:${port}`), init)

const handler = new StoredTokenHandler({ clientId, clientType: 'public', store: memoryStore() })
await handler.add({ accessToken, refreshToken: 'arefreshtoken' })
const tokens = new TokenManager(handler)
const helix = new HelixClient(tokens)

const authProvider = new RefreshingAuthProvider({ clientId })
authProvider.addUser('1', {
  accessToken,
  refreshToken: 'arefreshtoken',
  scope: [],
  expiresIn: 14_400,
  obtainmentTimestamp: Date.now(),
})
const twurple = new ApiClient({ authProvider, logger: { minLevel: 'critical' } })

/** @type {Record<string, () => Promise<unknown>>} */
const contenders = {
  'bare fetch': async () => {
    const headers = { Authorization: `Bearer ${accessToken}`, 'Client-Id': clientId }
    return (await globalThis.fetch('https://api.twitch.tv/helix/users?id=1', { headers })).json()
  },
  'twitch-keyring': () => helix.get('/users', { query: { id: '1' } }),
  '@twurple/api': () => twurple.callApi({ type: 'helix', url: 'users', query: { id: '1' }, userId: '1' }),
}

/** @param {readonly number[]} numbers */
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

async function overhead() {
  const names = Object.keys(contenders)
  /** @type {Map<string, number[]>} */
  const rounds = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < ROUNDS + 3; round += 1) {
    // Another one is first each time, so that none has the better place.
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length] ?? ''
      const ask = contenders[name]
      const start = performance.now()
      for (let request = 0; request < REQUESTS; request += 1) await ask?.()
      // The first rounds are for warming up.
      if (round >= 3) rounds.get(name)?.push((performance.now() - start) / REQUESTS)
    }
  }
  const bare = rounds.get('bare fetch') ?? []
  console.log(`\nOne request after another, medians of ${ROUNDS} rounds of ${REQUESTS}`)
  console.table(
    names.map((name) => {
      const times = rounds.get(name) ?? []
      return {
        what: name,
        'µs a request': Math.round(median(times) * 1000),
        'over bare fetch': median(times.map((time, round) => time / (bare[round] ?? 1))).toFixed(3),
      }
    }),
  )
}

async function lookUps() {
  const ids = Array.from({ length: 1_000 }, (_, index) => String(index + 1))
  await countRequests()
  const ours = await Promise.all(ids.map((id) => helix.lookUp('users', { id })))
  const oursAsked = await countRequests()
  const theirs = await twurple.asUser('1', ({ users }) => Promise.all(ids.map((id) => users.getUserByIdBatched(id))))
  const theirsAsked = await countRequests()
  for (const found of [ours, theirs]) {
    if (found.some((user, index) => user?.id !== ids[index])) throw new Error('A look-up found somebody else.')
  }
  console.log('\n1,000 look-ups of single users')
  console.table([
    { what: 'helix.lookUp', requests: oursAsked },
    { what: 'getUserByIdBatched of @twurple/api', requests: theirsAsked },
  ])
}

async function sizes() {
  const imports = {
    "HelixClient of 'twitch-keyring/helix'": `export { HelixClient } from 'twitch-keyring/helix'`,
    'HelixClient, StoredTokenHandler, TokenManager, signInWithDeviceCode, indexedDBStore': `
      export { HelixClient } from 'twitch-keyring/helix'
      export { indexedDBStore } from 'twitch-keyring/stores'
      export { signInWithDeviceCode, StoredTokenHandler, TokenManager } from 'twitch-keyring/token'`,
    'RefreshingAuthProvider, ApiClient of @twurple': `
      export { RefreshingAuthProvider } from '@twurple/auth'
      export { ApiClient } from '@twurple/api'`,
  }
  console.log('\nBundled and minified by esbuild for browsers')
  const rows = []
  for (const [what, contents] of Object.entries(imports)) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'none',
      write: false,
    })
    rows.push({ what, 'bytes gzipped': gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length })
  }
  console.table(rows)
}

await overhead()
await lookUps()
await sizes()
tokens.close()
await server.terminate()
