// @ts-check
// Every kind of error on a button: what it looks like, and what to do about it.

import { BaseTokenHandler, Client, localStorageStore } from 'twitch-keyring'
import { at, create, duration } from '../shared/page.js'

/**
 * @typedef {object} Mishap
 * @property {string} label
 * @property {boolean} [fake] Only the fake Twitch does it on request.
 * @property {() => Promise<unknown>} run
 */

/** What each kind of error asks of an app. @type {Readonly<Record<string, string>>} */
const advice = {
  network: 'Keep everything and try later. The user is still signed in.',
  token_rejected: 'Let the user sign in again.',
  missing_scope: 'Let the user sign in again, and ask for what is missing as well.',
  configuration: 'Mend how the app is registered or set up; no user can.',
  store: 'Tell the user that this browser keeps nothing; the page works on until it ends.',
  helix: 'Twitch has refused this request; another one may well pass.',
  chat: 'Connect and join, then say it again.',
  handler: 'Mend your token handler.',
  unsupported: 'Do it elsewhere, or do without.',
}

/**
 * @param {object} page
 * @param {import('twitch-keyring').Client} page.client
 * @param {import('../shared/settings.js').Settings} page.settings
 */
export function wireMishaps({ client, settings }) {
  const { helix, chat } = client
  const top = (/** @type {string} */ mishap) => helix.get('/games/top', { query: { mishap } })
  const user = () => client.status().userId

  /** @type {Mishap[]} */
  const mishaps = [
    { label: 'No answer', fake: true, run: () => top('no-answer') },
    { label: 'HTML for an answer', fake: true, run: () => top('html') },
    { label: 'Rate limit', fake: true, run: () => top('limit') },
    { label: 'Not a valid request', run: () => helix.get('/users', { query: { id: Array(101).fill('1') } }) },
    {
      label: 'Wrong user',
      run: () => helix.get('/channels/followed', { query: { user_id: '1' }, user: user() }),
    },
    { label: 'Scope not granted', run: () => helix.get('/channels/ads') },
    { label: 'Another app’s token', fake: true, run: () => top('other-app') },
    { label: 'Nobody by that id', run: () => helix.get('/users', { user: '1' }) },
    {
      label: 'Storage is full',
      run: () => localStorageStore({ storage: full }).replace('a', undefined, { version: 1 }),
    },
    { label: 'Chat not connected', run: () => chat.say('twitch', 'Hello?') },
    {
      label: 'Handler without a method',
      run: () => new Client(new (class extends BaseTokenHandler {})()).helix.get('/users'),
    },
    { label: 'JWT of a backend', run: () => helix.post('/extensions/pubsub') },
    { label: 'Mistyped path', run: () => helix.get(/** @type {'/users'} */ ('/usrs')) },
    { label: 'Changed my mind', run: () => helix.get('/users', { signal: AbortSignal.abort() }) },
    { label: 'Disconnect this app', fake: true, run: disconnect },
  ]

  for (const { label, fake, run } of mishaps) {
    if (fake && settings.control === undefined) continue
    const button = /** @type {HTMLButtonElement} */ (create('button', '', label))
    button.type = 'button'
    button.onclick = () => observe(label, button, run)
    at('#mishap-buttons').append(button)
  }

  /** As the user would at twitch.tv/settings/connections. The next request finds out. */
  async function disconnect() {
    const query = new URLSearchParams({ login: client.status().login ?? '', client_id: settings.clientId })
    await fetch(`${settings.control}/disconnect?${query}`, { method: 'POST' })
    return helix.get('/users')
  }
}

export function clearMishaps() {
  at('#result').replaceChildren()
  for (const button of at('#mishap-buttons').children) button.ariaPressed = 'false'
}

/** Web Storage that takes nothing more. @type {Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>} */
const full = {
  length: 0,
  key: () => null,
  getItem: () => null,
  removeItem() {},
  setItem() {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
  },
}

/**
 * @param {string} label
 * @param {HTMLButtonElement} button
 * @param {() => Promise<unknown>} run
 */
async function observe(label, button, run) {
  const place = at('#result')
  clearMishaps()
  button.ariaPressed = 'true'
  place.replaceChildren(create('p', 'soft', `${label} …`))
  const start = performance.now()
  try {
    await run()
    place.replaceChildren(create('p', '', 'Nothing went wrong.'))
  } catch (error) {
    place.replaceChildren(...describe(error, performance.now() - start))
  }
}

/**
 * @param {unknown} error
 * @param {number} took Milliseconds.
 */
function describe(error, took) {
  const { name, message, code, ...rest } = /** @type {Error & { code?: unknown, reason?: unknown }} */ (error)
  const own = typeof code === 'string' // a DOMException has a number
  const details = create('dl', '')
  for (const [key, value] of Object.entries(own ? { code, ...rest } : {})) {
    if (value === undefined) continue
    const text = key === 'retryAt' ? `in ${duration(Number(value) - Date.now())}` : [value].flat(2).join(' or ')
    details.append(create('dt', '', key), create('dd', '', text))
  }
  const after = took < 1000 ? `${Math.round(took)} ms` : duration(took)
  return [
    create('p', 'name', create('strong', '', name), create('span', 'soft', ` after ${after}`)),
    create('p', 'message', message),
    details,
    create('p', 'next', adviceOn(name, code, rest.reason)),
  ]
}

/**
 * @param {string} name
 * @param {unknown} code
 * @param {unknown} reason
 */
function adviceOn(name, code, reason) {
  if (name === 'AbortError') return 'Nothing: you wanted it so.'
  if (reason === 'wrong-user') return 'Say whose token it must be with `user`, or let that user sign in.'
  return advice[String(code)] ?? 'Mend the call.'
}
