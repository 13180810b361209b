// @ts-check
// The panel beside a page: who is signed in, and how the token fares.

import { at, create, duration } from './page.js'
import { createSignInPanel } from './sign-in-panel.js'

/**
 * @param {object} options
 * @param {import('twitch-keyring').Client} options.client
 * @param {import('twitch-keyring').StoredTokenHandler<'public'>} options.handler
 * @param {import('twitch-keyring').Scope[]} options.scopes
 * @param {import('./settings.js').Settings} options.settings
 * @param {(begun: import('twitch-keyring').DeviceCodeSignIn) => unknown} [options.onCode] There is a code to be entered.
 * @param {(status: import('twitch-keyring').Status, renewals: Renewals) => void} options.onRender The rest of the panel.
 *
 * @typedef {{ here: number, elsewhere: number }} Renewals
 */
export function createAccountPanel({ client, handler, scopes, settings, onCode, onRender }) {
  const renewals = { here: 0, elsewhere: 0 }
  /** How long the token lives in all, as far as this page has seen. */
  let life = { until: 0, total: 1 }

  at('#where').textContent = settings.control ? 'on a fake Twitch' : 'on Twitch'
  at('#panel').hidden = false

  const render = createSignInPanel({
    handler,
    scopes,
    status: () => client.status(),
    signOut: () => client.signOut(),
    onCode,
    onRender() {
      const status = client.status()
      at('#why').textContent = status.state === 'needs-login' ? '' : (status.why ?? '')
      at('[data-keyring=renewals]').textContent = String(renewals.here + renewals.elsewhere)
      at('#scopes').textContent = status.scopes.join(', ')
      renderTimes()
      onRender(status, renewals)
    },
  })

  client.subscribe(render)
  client.on('signedIn', ({ login, origin }) => tell(`${login} signed in${by(origin)}`))
  client.on('signedOut', ({ login, origin }) => tell(`${login} signed out${by(origin)}`))
  client.on('needsLogin', ({ why }) => tell(why))
  client.on('warning', ({ message }) => tell(message))
  client.on('tokenRefreshed', ({ origin }) => {
    renewals[origin] += 1
    tell(origin === 'here' ? 'Renewed here' : 'Renewed in another tab')
    render()
  })
  setInterval(renderTimes, 500)
  render()

  function renderTimes() {
    const now = Date.now()
    const { expiresAt, validatedAt } = client.status()
    at('#left').textContent = expiresAt === undefined ? 'does not expire' : `${duration(expiresAt - now)} left`
    if (expiresAt !== undefined && expiresAt !== life.until) life = { until: expiresAt, total: expiresAt - now }
    at('#life', HTMLProgressElement).value = Math.max(0, (life.until - now) / life.total)
    at('#validated').textContent = validatedAt === undefined ? 'not yet' : `${duration(now - validatedAt)} ago`
  }
}

/**
 * One more line of news.
 *
 * @param {string} text
 */
export function tell(text) {
  const time = create('time', '', new Date().toLocaleTimeString())
  at('#news').prepend(create('li', '', time, text))
  while (at('#news').children.length > 6) at('#news').lastElementChild?.remove()
}

/** @param {'here' | 'elsewhere'} origin */
function by(origin) {
  return origin === 'here' ? '' : ' in another tab'
}
