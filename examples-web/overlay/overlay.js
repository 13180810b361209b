// @ts-check
// The overlay, and all it takes: a store, a handler, a client, and what to do with chat.

import { Client, indexedDBStore, StoredTokenHandler } from 'twitch-keyring'
import { readSettings } from '../shared/settings.js'
import { createChatView } from './chat-view.js'
import { entryOf, entryOfNotice } from './entries.js'
import { createPanel } from './panel.js'
import { createPictures } from './pictures.js'

const settings = await readSettings('overlay')
const { clientId, platform, overlayOnly } = settings
document.body.classList.toggle('overlay-only', overlayOnly)

const handler = new StoredTokenHandler({ clientId, clientType: 'public', store: indexedDBStore(), platform })
const client = new Client(handler)
const { chat } = client

const view = createChatView(/** @type {HTMLElement} */ (document.querySelector('[data-keyring=chat]')))
const pictures = createPictures(client, handler.platform.endpoints.cdn)

chat.on('roomstate', ({ roomId }) => pictures.load(roomId))
show('privmsg', (message) => view.add(entryOf(message, pictures)))
show('usernotice', (notice) => view.add(entryOfNotice(notice, pictures)))
show('clearmsg', ({ targetMsgId }) => view.remove(targetMsgId))
show('clearchat', ({ targetUserId }) => (targetUserId ? view.removeUser(targetUserId) : view.clear()))

// Whoever signs in or out may do it elsewhere: in another tab, or in a dock of OBS.
client.on('signedIn', enter)
client.on('signedOut', leave)

const hint = /** @type {HTMLElement} */ (document.querySelector('#hint'))
client.subscribe(showHint)
if (!overlayOnly) createPanel({ client, handler, settings, view, pictures, home })

await client.start()
showHint()
const { state, login } = client.status()
if (state !== 'needs-login' && login !== undefined) enter()

/**
 * Everything waits until the badges are there, or have failed to come; so the order stays.
 *
 * @template {keyof import('twitch-keyring').ChatEvents} Type
 * @param {Type} type
 * @param {(message: import('twitch-keyring').ChatEvents[Type]) => void} work
 */
function show(type, work) {
  chat.on(type, async (message) => {
    await pictures.loaded()
    work(message)
  })
}

/** Both go on trying whatever happens, so nobody waits for them here. */
function enter() {
  for (const other of chat.wanted) if (other !== home()) chat.part(other)
  chat.connect().catch(() => {})
  chat.join(home()).catch(() => {})
}

function leave() {
  chat.close()
  view.clear()
}

/** Whose chat is shown. */
function home() {
  return settings.channel ?? client.status().login ?? ''
}

function showHint() {
  hint.hidden = !overlayOnly || client.status().state !== 'needs-login'
}
