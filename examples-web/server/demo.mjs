// @ts-check
import { startFakeTwitchServer } from './fake-twitch-server.mjs'
import { startPageServer } from './page-server.mjs'
import { startViewers } from './viewers.mjs'

const clientId = 'fakechatoverlayonthiscomputer0'
const channel = 'juniper'

/**
 * The whole demo: a fake Twitch with people in it, and the pages that use it.
 *
 * @param {import('twitch-keyring/testing').FakeTwitchOptions & { port?: number, pace?: number | false }} [options] `pace`: milliseconds
 *   between two lines of chat, about; `false` for silence.
 */
export async function startDemo({ port = 0, pace = 1800, ...options } = {}) {
  const fake = await startFakeTwitchServer({
    users: [
      { login: channel, displayName: 'Juniper', color: '#9146FF', broadcasterType: 'affiliate' },
      { login: 'hexa', displayName: 'hexa', color: '#FF4500' },
    ],
    apps: [{ clientId, clientType: 'public', name: 'Chat overlay' }],
    accessTokenLifetime: 60,
    deviceCodeInterval: 2,
    ...options,
  })
  const { endpoints, url, twitch } = fake
  try {
    const pages = await startPageServer({ port, demo: { clientId, channel, endpoints, control: `${url}/control` } })
    const stopViewers = pace === false ? () => {} : startViewers(twitch, { channel, pace })
    return {
      url: pages.url,
      twitch,
      clientId,
      channel,
      async close() {
        stopViewers()
        await Promise.all([pages.close(), fake.close()])
      },
    }
  } catch (error) {
    await fake.close()
    throw error
  }
}
