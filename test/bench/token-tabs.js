// @ts-check
import { startFakeTwitchServer } from '../../examples-web/server/fake-twitch-server.mjs'

const CLIENT_ID = 'benchmark'

/**
 * The token dies: how long until every tab holds the new one?
 *
 * @param {Awaited<ReturnType<typeof import('./token-browser.js').openChromium>>} browser
 * @param {{ tabs: number, latency: number, rounds: number }} options
 */
export async function measureTabs(browser, { tabs, latency, rounds }) {
  const fake = await startFakeTwitchServer({
    users: [{ login: 'juniper' }],
    apps: [{ clientId: CLIENT_ID, clientType: 'public' }],
    latency,
  })
  const { twitch, endpoints } = fake
  try {
    /** @type {import('playwright').Page[]} */
    const pages = []
    const pair = twitch.id.issue({ clientId: CLIENT_ID, login: 'juniper', scopes: ['chat:read'] })
    for (let tab = 0; tab < tabs; tab += 1) {
      const page = await browser.openPage()
      const { accessToken, refreshToken } = pair
      const options = { clientId: CLIENT_ID, endpoints, ...(tab === 0 && { pair: { accessToken, refreshToken } }) }
      await page.evaluate(`bench.openTab(${JSON.stringify(options)})`)
      pages.push(page)
    }

    /** @param {string} begin What the first tab does; it says when it began. */
    async function round(begin) {
      for (const page of pages) await page.evaluate('bench.expect()')
      if (begin !== 'bench.wantBare()') twitch.id.expireAll()
      const start = /** @type {number} */ (await pages[0]?.evaluate(begin))
      const held = await Promise.all(
        pages.map((page) => /** @type {Promise<number>} */ (page.evaluate('bench.held()'))),
      )
      return Math.max(...held) - start
    }

    const all = []
    const one = []
    const bare = []
    for (let turn = 0; turn < rounds; turn += 1) {
      all.push(await round('bench.want(true)'))
      one.push(await round('bench.want(false)'))
      bare.push(await round('bench.wantBare()'))
    }
    const posts = twitch.id.refreshTokens().reduce((sum, { value }) => sum + twitch.id.spends(value), 0)
    return { all, one, bare, posts }
  } finally {
    await fake.close()
  }
}
