// @ts-check

/**
 * Where this page runs. On its own it talks to the demo's fake Twitch; `?twitch=real&client_id=…` is the same page on the real one.
 *
 * @typedef {object} Settings
 * @property {string} clientId
 * @property {import('twitch-keyring').PlatformOptions} [platform]
 * @property {string} [control] Where the fake Twitch is made to misbehave.
 */

/** @returns {Promise<Settings>} */
export async function readSettings() {
  const query = new URLSearchParams(location.search)
  const real = query.get('twitch') === 'real'
  const { dashboard, endpoints, control } = real ? {} : await (await fetch('/demo.json')).json()
  return {
    clientId: query.get('client_id') ?? dashboard?.clientId ?? '',
    platform: endpoints && { endpoints },
    control,
  }
}
