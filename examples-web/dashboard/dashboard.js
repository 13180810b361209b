// @ts-check
// A dashboard without a server: a store, a handler, a client, and what to do with Helix.

import { Client, indexedDBStore, StoredTokenHandler } from 'twitch-keyring'
import { complain } from '../shared/page.js'
import { readSettings } from '../shared/settings.js'
import { showChannel } from './channel.js'
import { clearMishaps, wireMishaps } from './mishaps.js'
import { createPanel } from './panel.js'

const settings = await readSettings('dashboard')
const { clientId, platform } = settings
const handler = new StoredTokenHandler({ clientId, clientType: 'public', store: indexedDBStore(), platform })
const client = new Client(handler)

/** @type {AbortController | undefined} */
let shown

createPanel({ client, handler, settings })
wireMishaps({ client, settings })

// Whoever signs in or out may do it elsewhere: in another tab.
client.on('signedIn', show)
client.on('signedOut', hide)
client.on('needsLogin', hide)

await client.start()
const { state, login } = client.status()
if (state !== 'needs-login' && login !== undefined) show()

function show() {
  hide()
  document.body.classList.add('signed-in')
  clearMishaps()
  shown = new AbortController()
  showChannel(client, { every: settings.control ? 3_000 : 30_000, signal: shown.signal }).catch(complain)
}

function hide() {
  document.body.classList.remove('signed-in', 'offline')
  shown?.abort()
}
