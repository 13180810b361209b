// @ts-check
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'
import { startFakeTwitchServer } from '../../../examples-web/server/fake-twitch-server.mjs'
import { createFakeTwitch } from '../../../src/testing/index.ts'

export const CLIENT_ID = 'keyringtabs'
export const LOGIN = 'ann'

/** @typedef {Awaited<ReturnType<typeof startWorld>>} World */

/**
 * A fake Twitch behind a real server, and a server of pages whose clocks run with it: both may run faster than life, and
 * be set forward together.
 *
 * @param {{ lifetime: number, speed?: number, kills?: boolean }} options `lifetime` of access tokens in seconds.
 */
export async function startWorld({ lifetime, speed = 1, kills = true }) {
  const start = Date.now()
  let skipped = 0
  const elapsed = () => (Date.now() - start) * speed + skipped
  const clock = {
    now: () => start + elapsed(),
    monotonic: elapsed,
    /** @param {() => void} callback @param {number} delay */
    setTimeout: (callback, delay) => setTimeout(callback, delay / speed),
    /** @param {unknown} timer */
    clearTimeout: (timer) => clearTimeout(/** @type {NodeJS.Timeout} */ (timer)),
  }
  const server = await startFakeTwitchServer({
    createFakeTwitch,
    clock,
    accessTokenLifetime: lifetime,
    renewalKillsAccessToken: kills,
    users: [{ id: '1001', login: LOGIN }],
    apps: [{ clientId: CLIENT_ID, clientType: 'public' }],
  })
  const { twitch } = server
  const script = await bundle()
  const pages = createServer(({ url }, response) => {
    const isScript = url === '/tab.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? script : '<!doctype html><title>tab</title><script type="module" src="/tab.js"></script>')
  })
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (pages.address())

  return {
    twitch,
    /** The address of a tab, as it must be now. */
    url: () => {
      const about = {
        client: CLIENT_ID,
        id: twitch.endpoints.id,
        start: `${start}`,
        speed: `${speed}`,
        skipped: `${skipped}`,
      }
      return `http://127.0.0.1:${port}/?${new URLSearchParams(about)}`
    },
    issue: () => twitch.id.issue({ clientId: CLIENT_ID, login: LOGIN, scopes: ['chat:read'] }),
    /** Sets all clocks forward. @param {number} ms @param {readonly import('playwright').Page[]} tabs */
    async skip(ms, tabs) {
      skipped += ms
      await Promise.all(tabs.map((tab) => tab.evaluate((ms) => window.tab.skip(ms), ms)))
    },
    /** How the refresh tokens of the user fared: each may reach Twitch once. */
    spends: () => twitch.id.refreshTokens().map(({ spends }) => spends),
    wasKilled: () => twitch.id.grants().some(({ ended }) => ended !== undefined),
    async close() {
      pages.closeAllConnections()
      pages.close()
      await server.close()
    },
  }
}

let bundled = /** @type {Promise<string> | undefined} */ (undefined)

/** Straight from the sources: no build need be there. */
function bundle() {
  bundled ??= build({
    entryPoints: [join(import.meta.dirname, 'tab.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  }).then(({ outputFiles: [file] }) => file?.text ?? '')
  return bundled
}

/**
 * @param {import('playwright').BrowserContext} context
 * @param {World} world
 */
export async function openTab(context, world) {
  const page = await context.newPage()
  await page.goto(world.url())
  await page.waitForFunction(() => 'tab' in window)
  return page
}
