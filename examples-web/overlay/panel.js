// @ts-check
// The panel beside the overlay: who is signed in, how chat fares, and what the fake Twitch is made to do.

import { createAccountPanel, tell } from '../shared/account-panel.js'
import { whenOnline } from '../shared/online.js'
import { at, attempt, duration, onClick } from '../shared/page.js'
import { ownEntry } from './entries.js'

/**
 * @param {object} page
 * @param {import('twitch-keyring').Client} page.client
 * @param {import('twitch-keyring').StoredTokenHandler<'public'>} page.handler
 * @param {import('../shared/settings.js').Settings} page.settings
 * @param {ReturnType<typeof import('./chat-view.js').createChatView>} page.view
 * @param {import('./entries.js').Pictures} page.pictures
 * @param {() => string} page.home
 */
export function createPanel({ client, handler, settings, view, pictures, home }) {
  const { chat } = client
  /** @type {import('twitch-keyring').UserStateMessage | undefined} */
  let me
  let profileOf = ''
  let asking = new AbortController()
  /** @type {number | undefined} */
  let chatRetryAt

  createAccountPanel({
    client,
    handler,
    settings,
    scopes: ['chat:read', 'chat:edit'],
    onCode: ({ verificationUri }) => showQrCode(verificationUri),
    onRender({ state, login }, renewals) {
      at('#renewed-by').textContent = `(${renewals.here} here, ${renewals.elsewhere} in another tab)`
      if (state === 'needs-login') {
        asking.abort()
        profileOf = ''
      } else if (login && login !== profileOf) {
        profileOf = login
        at('#display-name').textContent = login
        at('#avatar').hidden = true
        askWhoIAm().catch(() => {}) // the login is enough
      }
    },
  })

  chat.on('userstate', (state) => (me = state))
  chat.on('connected', () => chatIs('joining …'))
  chat.on('joined', ({ channel }) => {
    chatIs(`in #${channel}`)
    at('#problem').textContent = '' // what could not be said can be said now
  })
  chat.on('joinFailed', ({ error }) => chatIs(error.message, true))
  chat.on('disconnected', ({ error, retryAt }) => {
    if (chatRetryAt === undefined) tell('Chat was cut off')
    chatIs(error.message, true)
    chatRetryAt = retryAt
  })
  setInterval(() => {
    if (chatRetryAt !== undefined)
      at('#chat-state').textContent = `cut off, again in ${duration(chatRetryAt - Date.now())}`
  }, 500)

  at('#say').addEventListener('submit', (event) => {
    event.preventDefault()
    const form = /** @type {HTMLFormElement} */ (event.target)
    attempt(async () => {
      const text = String(new FormData(form).get('text')).trim()
      const action = text.startsWith('/me ')
      const words = action ? text.slice(4) : text
      const { ids } = await (action ? chat.me(home(), words) : chat.say(home(), words))
      form.reset()
      await pictures.loaded()
      if (me) view.add(ownEntry({ id: ids[0] ?? '', text: words, action, me }, pictures))
    })
  })
  if (settings.control) wireControls(settings.control)

  /** Asks until Twitch answers, or until somebody else is asked about. */
  async function askWhoIAm() {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    const { data } = await whenOnline(() => client.helix.get('/users', { signal }), signal)
    const [user] = data
    if (user === undefined) return
    const avatar = at('#avatar', HTMLImageElement)
    at('#display-name').textContent = user.display_name
    avatar.src = user.profile_image_url
    avatar.hidden = false
  }

  /**
   * @param {string} text
   * @param {boolean} [down]
   */
  function chatIs(text, down = false) {
    chatRetryAt = undefined
    at('#chat-state').textContent = text
    at('#chat-state').classList.toggle('down', down)
  }

  /** @param {string} control */
  async function wireControls(control) {
    at('#controls').hidden = false
    const down = at('[data-control=down]')
    onClick('[data-control=expire]', async () => {
      await fetch(`${control}/expire`, { method: 'POST' })
      await askWhoIAm() // Twitch tells nobody that a token died: the next request finds out
    })
    onClick('[data-control=down]', async () => {
      const on = down.getAttribute('aria-pressed') !== 'true'
      await fetch(`${control}/down?on=${on}`, { method: 'POST' })
      down.setAttribute('aria-pressed', String(on))
    })
    onClick('[data-control=cut-sockets]', () => fetch(`${control}/cut-sockets`, { method: 'POST' }))
    const { isDown } = await (await fetch(control)).json()
    down.setAttribute('aria-pressed', String(isDown))
  }
}

/** @param {string} link */
async function showQrCode(link) {
  const image = at('#qr', HTMLImageElement)
  image.hidden = true
  try {
    const { default: qrCode } = await import('qrcode-generator')
    const code = qrCode(0, 'M')
    code.addData(link)
    code.make()
    image.src = code.createDataURL(4, 8)
    image.hidden = false
  } catch {
    // the link and the code are enough
  }
}
