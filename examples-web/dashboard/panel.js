// @ts-check
// The panel: signing in and out, and how the token fares. Nothing in here ever holds a token.

import { resumeSignIn, signInWithDeviceCode } from 'twitch-keyring'
import { at, complain, create, duration, onClick } from './page.js'

/** @type {import('twitch-keyring').Scope[]} */
const scopes = ['moderator:read:followers', 'user:read:follows']

/**
 * @param {object} page
 * @param {import('twitch-keyring').Client} page.client
 * @param {import('twitch-keyring').StoredTokenHandler<'public'>} page.handler
 * @param {import('./settings.js').Settings} page.settings
 */
export function createPanel({ client, handler, settings }) {
  /** @type {import('twitch-keyring').DeviceCodeSignIn | undefined} */
  let signIn
  let renewals = 0
  /** How long the token lives in all, as far as this page has seen. */
  let life = { until: 0, total: 1 }

  at('#where').textContent = settings.control ? 'on a fake Twitch' : 'on Twitch'
  at('#panel').hidden = false

  client.subscribe(render)
  client.on('signedIn', ({ login, origin }) => tell(`${login} signed in${by(origin)}`))
  client.on('signedOut', ({ login, origin }) => tell(`${login} signed out${by(origin)}`))
  client.on('needsLogin', ({ why }) => tell(why))
  client.on('warning', ({ message }) => tell(message))
  client.on('tokenRefreshed', ({ origin }) => {
    renewals += 1
    tell(origin === 'here' ? 'Renewed here' : 'Renewed in another tab')
    render()
  })

  onClick('#sign-in', async () => follow(await signInWithDeviceCode(handler, { scopes })))
  onClick('#cancel', () => signIn?.cancel())
  onClick('#sign-out', () => client.signOut(client.status().userId))

  resumeSignIn(handler).then(follow, complain)
  setInterval(renderTimes, 500)
  render()

  /** @param {import('twitch-keyring').DeviceCodeSignIn | undefined} begun */
  async function follow(begun) {
    if (begun === undefined) return
    signIn = begun
    at('[data-keyring=user-code]').textContent = begun.userCode
    at('[data-keyring=verification-uri]', HTMLAnchorElement).href = begun.verificationUri
    render()
    try {
      await begun.completed
    } catch (error) {
      if (signIn === begun) complain(error)
    } finally {
      if (signIn === begun) signIn = undefined
      render()
    }
  }

  function render() {
    const { state, login, scopes, reason, why } = client.status()
    const signedIn = state !== 'needs-login'
    const shown = signIn && !signedIn ? 'signing-in' : state
    at('#panel').dataset.state = shown
    at('[data-keyring=state]').textContent = shown
    at('#signed-out').hidden = shown !== 'needs-login'
    at('#signing-in').hidden = shown !== 'signing-in'
    at('#account').hidden = !signedIn
    at('#sign-out').hidden = !signedIn
    at('#mishap-buttons', HTMLFieldSetElement).disabled = !signedIn
    if (why !== undefined && reason !== 'signed-out') at('#reason').textContent = why
    at('#why').textContent = signedIn ? (why ?? '') : ''
    at('[data-keyring=renewals]').textContent = String(renewals)
    at('#scopes').textContent = scopes.join(', ')
    at('#login').textContent = `@${login}`
    renderTimes()
  }

  function renderTimes() {
    const now = Date.now()
    const { expiresAt, validatedAt } = client.status()
    if (signIn) at('#code-left').textContent = duration(signIn.expiresAt - now)
    at('#left').textContent = expiresAt === undefined ? 'does not expire' : `${duration(expiresAt - now)} left`
    if (expiresAt !== undefined && expiresAt !== life.until) life = { until: expiresAt, total: expiresAt - now }
    at('#life', HTMLProgressElement).value = Math.max(0, (life.until - now) / life.total)
    at('#validated').textContent = validatedAt === undefined ? 'not yet' : `${duration(now - validatedAt)} ago`
  }
}

/** @param {string} text */
function tell(text) {
  const time = create('time', '', new Date().toLocaleTimeString())
  at('#news').prepend(create('li', '', time, text))
  while (at('#news').children.length > 6) at('#news').lastElementChild?.remove()
}

/** @param {'here' | 'elsewhere'} origin */
function by(origin) {
  return origin === 'here' ? '' : ' in another tab'
}
