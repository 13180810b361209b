// @ts-check
// The panel beside the overlay: signing in and out, and how the token fares. Nothing in here ever holds a token.

import { resumeSignIn, signInWithDeviceCode } from 'twitch-keyring'
import { ownEntry } from './entries.js'

/**
 * @param {object} page
 * @param {import('twitch-keyring').Client} page.client
 * @param {import('twitch-keyring').StoredTokenHandler<'public'>} page.handler
 * @param {import('./settings.js').Settings} page.settings
 * @param {ReturnType<typeof import('./chat-view.js').createChatView>} page.view
 * @param {import('./entries.js').Pictures} page.pictures
 * @param {() => string} page.home
 */
export function createPanel({ client, handler, settings, view, pictures, home }) {
  const { chat } = client
  /** @type {import('twitch-keyring').DeviceCodeSignIn | undefined} */
  let signIn
  /** @type {import('twitch-keyring').UserStateMessage | undefined} */
  let me
  let profileOf = ''
  /** @type {number | undefined} */
  let chatRetryAt
  const renewals = { here: 0, elsewhere: 0 }
  /** How long the token lives in all, as far as this page has seen. */
  let life = { until: 0, total: 1 }

  at('#where').textContent = settings.control ? 'on a fake Twitch' : 'on Twitch'
  at('#panel').hidden = false

  // What happens to the account

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

  // What happens in chat

  chat.on('userstate', (state) => (me = state))
  chat.on('connected', () => chatIs('joining …'))
  chat.on('joined', ({ channel }) => chatIs(`in #${channel}`))
  chat.on('joinFailed', ({ error }) => chatIs(error.message))
  chat.on('disconnected', ({ error, retryAt }) => {
    if (chatRetryAt === undefined) tell('Chat was cut off')
    chatIs(error.message)
    chatRetryAt = retryAt
  })

  // What the user does

  onClick('#sign-in', async () => follow(await signInWithDeviceCode(handler, { scopes: ['chat:read', 'chat:edit'] })))
  onClick('#cancel', () => signIn?.cancel())
  onClick('#sign-out', () => client.signOut(client.status().userId))
  at('#say').addEventListener('submit', (event) => {
    event.preventDefault()
    const form = /** @type {HTMLFormElement} */ (event.target)
    attempt(async () => {
      const text = String(new FormData(form).get('text')).trim()
      const action = text.startsWith('/me ')
      const words = action ? text.slice(4) : text
      const { ids } = await (action ? chat.me(home(), words) : chat.say(home(), words))
      if (me) view.add(ownEntry({ id: ids[0] ?? '', text: words, action, me }, pictures))
      form.reset()
    })
  })
  if (settings.control) wireControls(settings.control)

  resumeSignIn(handler).then(follow, complain)
  setInterval(renderTimes, 500)
  render()

  /** @param {import('twitch-keyring').DeviceCodeSignIn | undefined} begun */
  async function follow(begun) {
    if (begun === undefined) return
    signIn = begun
    at('[data-keyring=user-code]').textContent = begun.userCode
    at('[data-keyring=verification-uri]', HTMLAnchorElement).href = begun.verificationUri
    showQrCode(begun.verificationUri)
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
    if (why !== undefined && reason !== 'signed-out') at('#reason').textContent = why
    at('#why').textContent = signedIn ? (why ?? '') : ''

    at('[data-keyring=renewals]').textContent = String(renewals.here + renewals.elsewhere)
    at('#renewed-by').textContent = `(${renewals.here} here, ${renewals.elsewhere} in another tab)`
    at('#scopes').textContent = scopes.join(', ')
    at('#login').textContent = `@${login}`
    if (signedIn && login && login !== profileOf) showProfile(login)
    renderTimes()
  }

  function renderTimes() {
    const now = Date.now()
    const { expiresAt, validatedAt } = client.status()
    if (signIn) at('#code-left').textContent = duration(signIn.expiresAt - now)
    at('#left').textContent = expiresAt === undefined ? 'does not expire' : `${duration(expiresAt - now)} left`
    if (expiresAt !== undefined && expiresAt !== life.until) life = { until: expiresAt, total: expiresAt - now }
    at('#life', HTMLProgressElement).value = Math.max(0, (life.until - now) / life.total)
    if (chatRetryAt !== undefined) at('#chat-state').textContent = `again in ${duration(chatRetryAt - now)}`
    at('#validated').textContent = validatedAt === undefined ? 'not yet' : `${duration(now - validatedAt)} ago`
  }

  /** @param {string} login */
  async function showProfile(login) {
    profileOf = login
    at('#display-name').textContent = login
    const avatar = at('#avatar', HTMLImageElement)
    avatar.hidden = true
    try {
      const {
        data: [user],
      } = await client.helix.get('/users')
      if (user === undefined || profileOf !== login) return
      at('#display-name').textContent = user.display_name
      avatar.src = user.profile_image_url
      avatar.hidden = false
    } catch {
      profileOf = '' // with the next change of the account
    }
  }

  /** @param {string} text */
  function chatIs(text) {
    chatRetryAt = undefined
    at('#chat-state').textContent = text
  }

  /** @param {string} control */
  async function wireControls(control) {
    at('#controls').hidden = false
    const down = at('[data-control=down]')
    onClick('[data-control=expire]', async () => {
      await fetch(`${control}/expire`, { method: 'POST' })
      await client.helix.get('/users') // Twitch tells nobody that a token died: the next request finds out
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

/**
 * @param {string} selector
 * @param {() => unknown} work
 */
function onClick(selector, work) {
  at(selector).addEventListener('click', () => attempt(work))
}

/** @param {() => unknown} work */
async function attempt(work) {
  at('#problem').textContent = ''
  try {
    await work()
  } catch (error) {
    complain(error)
  }
}

/**
 * Says what went wrong, to the person before the page.
 *
 * @param {unknown} error
 */
export function complain(error) {
  if (error instanceof Error && error.name === 'AbortError') return
  at('#problem').textContent = error instanceof Error ? error.message : String(error)
}

/** @param {string} text */
function tell(text) {
  const row = document.createElement('li')
  const time = document.createElement('time')
  time.textContent = new Date().toLocaleTimeString()
  row.append(time, text)
  at('#news').prepend(row)
  while (at('#news').children.length > 6) at('#news').lastElementChild?.remove()
}

/** @param {'here' | 'elsewhere'} origin */
function by(origin) {
  return origin === 'here' ? '' : ' in another tab'
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 100 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/**
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} selector
 * @param {new () => T} [type]
 * @returns {T}
 */
function at(selector, type) {
  const element = document.querySelector(selector)
  if (!(element instanceof (type ?? HTMLElement))) throw new TypeError(`The page has no ${selector}.`)
  return /** @type {T} */ (element)
}
