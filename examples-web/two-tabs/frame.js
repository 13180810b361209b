// @ts-check
// One of the two tabs: a client as any page has one, which tells the page around it what it does.

import { Client, indexedDBStore, StoredTokenHandler } from 'twitch-keyring'
import { watch } from './watched.js'

/**
 * @typedef {'left' | 'right'} Side
 * @typedef {{ do: 'renew', haltAt?: string | undefined, as?: 'frozen' | 'stopped' | undefined } | { do: 'thaw' } | { do: 'sign-out' }} Command
 *
 * @typedef {{ kind: 'trace', step: string, detail: string | undefined }
 *   | { kind: 'event', type: 'signedIn' | 'signedOut' | 'tokenRefreshed' | 'needsLogin', origin: 'here' | 'elsewhere' }
 *   | { kind: 'event', type: 'tokenValidated' }
 *   | { kind: 'status', state: import('twitch-keyring').StatusState, reason: string | undefined, why: string | undefined, login: string | undefined }
 *   | { kind: 'warning', message: string }
 *   | { kind: 'ready' | 'frozen' | 'stopped' | 'thawed' }
 *   | { kind: 'done' }
 *   | import('./watched.js').Watched} Told What a tab tells. None of it holds a token.
 */

const side = /** @type {Side} */ (new URLSearchParams(location.search).get('side') ?? 'left')
const { twoTabs } = await (await fetch('/demo.json')).json()
const world = watch({ tell, store: indexedDBStore({ name: 'two-tabs' }) })
const handler = new StoredTokenHandler({
  clientId: twoTabs.clientId,
  clientType: 'public',
  store: world.store,
  platform: { ...world.platform, endpoints: twoTabs.endpoints },
})
const client = new Client(handler)
const heard = { here: 0, elsewhere: 0 }
/** @type {{ haltAt?: string | undefined, as?: 'frozen' | 'stopped' | undefined }} */
let order = {}

client.on('trace', ({ step, detail }) => {
  tell({ kind: 'trace', step, detail })
  if (step !== order.haltAt) return
  world.freeze()
  tell({ kind: order.as ?? 'frozen' })
  order = {}
})
client.on('tokenRefreshed', ({ origin }) => {
  heard[origin] += 1
})
for (const type of /** @type {const} */ (['signedIn', 'signedOut', 'tokenRefreshed', 'needsLogin'])) {
  client.on(type, ({ origin }) => tell({ kind: 'event', type, origin }))
}
client.on('tokenValidated', () => tell({ kind: 'event', type: 'tokenValidated' }))
client.on('warning', ({ message }) => tell({ kind: 'warning', message }))
client.subscribe(show)

addEventListener('message', ({ origin, source, data }) => {
  if (origin === location.origin && source === parent) obey(data)
})

await client.start()
show()
tell({ kind: 'ready' })
setInterval(showTimes, 1000)

/** @param {Command} command */
async function obey(command) {
  if (command.do === 'renew') {
    order = command
    // As whoever was refused with the token would.
    await client.tokens.renew(await client.tokens.get()).catch(() => {})
    tell({ kind: 'done' })
  } else if (command.do === 'thaw') {
    tell({ kind: 'thawed' })
    world.thaw()
  } else {
    await client.signOut()
  }
}

/** @param {Told} what */
function tell(what) {
  parent.postMessage({ ...what, at: performance.timeOrigin + performance.now() }, location.origin)
}

function show() {
  const { state, reason, why, login } = client.status()
  tell({ kind: 'status', state, reason, why, login })
  document.body.dataset.state = state
  at('[data-keyring=state]').textContent = state
  at('#name').textContent = side === 'left' ? 'Left tab' : 'Right tab'
  showTimes()
}

function showTimes() {
  const { state, expiresAt } = client.status()
  const minutes = Math.max(0, Math.round(((expiresAt ?? 0) - Date.now()) / 60_000))
  const left = minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  at('#left').textContent = state === 'needs-login' ? 'no token' : `${left} left`
  at('#renewed').textContent = `${heard.here} here, ${heard.elsewhere} heard`
}

/** @param {string} selector */
function at(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector))
}
