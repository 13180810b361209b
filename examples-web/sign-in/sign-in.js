// @ts-check
// Three ways to sign in. Only the Worker ever has a client secret, and nothing here shows a token.

import {
  Client,
  completeSignIn,
  indexedDBStore,
  popup,
  resumeSignIn,
  StoredTokenHandler,
  signInWithDeviceCode,
  signInWithImplicit,
  streamSafe,
} from 'twitch-keyring'
import { at, complain, onClick } from '../shared/page.js'

const { publicId, confidentialId, endpoints } = await (await fetch('/demo.json')).json()
const platform = { endpoints }
const store = indexedDBStore()
const redirectUri = `${location.origin}/sign-in/`

/** @type {import('twitch-keyring').Scope[]} */
const scopes = ['user:read:email']

// With a code

const device = new StoredTokenHandler({ clientId: publicId, clientType: 'public', store, platform })
/** @type {import('twitch-keyring').StreamSafeSignIn | undefined} */
let signIn

showAccount('#device', new Client(device))
onClick('#device .main', async () => follow(await signInWithDeviceCode(device, { scopes })))
onClick('#device .cancel', () => signIn?.cancel())
resumeSignIn(device).then(follow, complain)

/** @param {import('twitch-keyring').DeviceCodeSignIn | undefined} begun */
async function follow(begun) {
  if (begun === undefined) return
  signIn = await streamSafe(begun)
  signIn.subscribe(showCode)
  showCode()
  at('#device').dataset.state = 'waiting'
  try {
    await signIn.completed
  } catch (error) {
    complain(error)
    at('#device').dataset.state = 'out'
  }
}

async function showCode() {
  const { userCode, verificationUri, withheld } = signIn ?? {}
  at('[data-keyring=user-code]').textContent = userCode ?? withheld ?? ''
  const link = at('[data-keyring=verification-uri]', HTMLAnchorElement)
  const image = at('#device img', HTMLImageElement)
  link.hidden = image.hidden = verificationUri === undefined
  image.src = ''
  if (verificationUri === undefined) return
  link.href = verificationUri
  const { default: qrCode } = await import('qrcode-generator')
  const code = qrCode(0, 'M')
  code.addData(verificationUri)
  code.make()
  image.src = code.createDataURL(4, 8)
}

// One click

const implicit = new StoredTokenHandler({ clientId: confidentialId, clientType: 'confidential', store, platform })
const completed = completeSignIn(implicit)

showAccount('#implicit', new Client(implicit))
completed.catch(complain)
onClick('#implicit .redirect', () => signInWithImplicit(implicit, { scopes, redirectUri }))
onClick('#implicit .popup', async () => {
  at('#implicit').dataset.state = 'waiting'
  try {
    await signInWithImplicit(implicit, { scopes, redirectUri, via: popup })
  } catch (error) {
    at('#implicit').dataset.state = 'out'
    throw error
  }
})

// Through a Worker

const query = new URLSearchParams(location.search)
if (query.has('problem')) {
  complain(new Error(query.get('problem') ?? ''))
  history.replaceState(null, '', location.pathname)
}
onClick('#worker .sign-out', async () => {
  await fetch('/worker/sign-out', { method: 'POST' })
  await askWorker()
})
askWorker().catch(complain)

async function askWorker() {
  const { login, email } = await (await fetch('/worker/me')).json()
  at('#worker').dataset.state = login === null ? 'out' : 'in'
  at('#worker [data-keyring=login]').textContent = login
  at('#worker [data-keyring=email]').textContent = email
}

/**
 * Keeps a card up to date with whoever is signed in, here or in another tab.
 *
 * @param {string} card
 * @param {Client} client
 */
function showAccount(card, client) {
  const show = () => {
    const [account] = client.getSnapshot().accounts
    const isIn = account !== undefined && account.state !== 'needs-login'
    if (isIn) at(card).dataset.state = 'in'
    else if (at(card).dataset.state === 'in') at(card).dataset.state = 'out'
    at(`${card} [data-keyring=login]`).textContent = account?.login ?? ''
    if (account?.why !== undefined && account.reason !== 'signed-out') complain(new Error(account.why))
  }
  client.subscribe(show)
  onClick(`${card} .sign-out`, () => client.signOut())
  client.start().then(show, complain)
}
