// @ts-check
import { complain } from './page.js'

/**
 * Where this page runs. On its own it talks to the demo's fake Twitch; `?twitch=real&client_id=…` is the same page on the real one.
 * The addresses of the fake come from this page's own server and never from the URL, so that no link can send a token elsewhere.
 *
 * @typedef {object} Settings
 * @property {string} clientId
 * @property {import('twitch-keyring').PlatformOptions} [platform]
 * @property {string | null} channel Whose chat to show; left out, that of the user.
 * @property {string} [control] Where the fake Twitch is made to misbehave.
 * @property {boolean} overlayOnly Nothing but the chat, as an OBS source.
 */

/**
 * @param {'overlay' | 'dashboard'} page Each is an app of its own on the fake Twitch.
 * @returns {Promise<Settings>}
 */
export async function readSettings(page) {
  const query = new URLSearchParams(location.search)
  const real = query.get('twitch') === 'real'
  const demo = real ? {} : await (await fetch('/demo.json')).json()
  const { endpoints, control } = demo
  const { clientId, channel } = demo[page] ?? {}
  const app = query.get('client_id') || clientId
  if (!app) {
    complain('Which app is it? Add &client_id=… of a public app of yours to the address.')
    return new Promise(() => {}) // without an app, the page goes no further
  }
  return {
    clientId: app,
    channel: query.get('channel') ?? channel ?? null,
    platform: endpoints && { endpoints },
    control,
    overlayOnly: query.get('overlay') === '1',
  }
}
