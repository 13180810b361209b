// @ts-check
import { startAudience } from './audience.mjs'
import { startFakeTwitchServer } from './fake-twitch-server.mjs'
import { addMishaps } from './mishaps.mjs'
import { startPageServer } from './page-server.mjs'
import { startViewers } from './viewers.mjs'

const clientId = 'fakechatoverlayonthiscomputer0'
const channel = 'juniper'
const dashboard = { clientId: 'fakedashboardonthiscomputer000' }

/** Slow enough to watch, and with tokens that live for hours, as at Twitch. What is done to it does not harm the overlay. */
const twoTabs = { clientId: 'faketwotabsonthiscomputer00000', latency: 400 }

/**
 * The whole demo: a fake Twitch with people in it, another one for the page with two tabs, and the pages that use them.
 *
 * @param {import('twitch-keyring/testing').FakeTwitchOptions & { port?: number, pace?: number | false }} [options] `pace`: milliseconds
 *   between two lines of chat, about; `false` for silence.
 */
export async function startDemo({ port = 0, pace = 1800, ...options } = {}) {
  /** @type {import('twitch-keyring/testing').FakeTwitchOptions['users']} */
  const users = [
    { login: channel, displayName: 'Juniper', color: '#9146FF', broadcasterType: 'affiliate' },
    { login: 'hexa', displayName: 'hexa', color: '#FF4500' },
  ]
  const fake = await startFakeTwitchServer({
    users,
    apps: [
      { clientId, clientType: 'public', name: 'Chat overlay' },
      { clientId: dashboard.clientId, clientType: 'public', name: 'Dashboard' },
    ],
    accessTokenLifetime: 60,
    deviceCodeInterval: 2,
    ...options,
  })
  const other = await startFakeTwitchServer({
    users,
    apps: [{ clientId: twoTabs.clientId, clientType: 'public', name: 'Two tabs' }],
    deviceCodeInterval: options.deviceCodeInterval ?? 2,
    latency: twoTabs.latency,
  })
  const { endpoints, url, twitch } = fake
  const shut = () => Promise.all([fake.close(), other.close()])
  try {
    const pages = await startPageServer({
      port,
      demo: {
        overlay: { clientId, channel },
        endpoints,
        control: `${url}/control`,
        dashboard,
        twoTabs: { clientId: twoTabs.clientId, endpoints: other.endpoints, control: `${other.url}/control` },
      },
    })
    const stopViewers = pace === false ? () => {} : startViewers(twitch, { channel, pace })
    const stopAudience = startAudience(twitch, { channel, pace })
    addMishaps(twitch)
    return {
      url: pages.url,
      twitch,
      clientId,
      channel,
      dashboard: { url: new URL('/dashboard/', pages.url).href, clientId: dashboard.clientId },
      twoTabs: { url: new URL('/two-tabs/', pages.url).href, twitch: other.twitch, clientId: twoTabs.clientId },
      async close() {
        stopViewers()
        stopAudience()
        await Promise.all([pages.close(), shut()])
      },
    }
  } catch (error) {
    await shut()
    throw error
  }
}
