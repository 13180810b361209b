// @ts-check
// Signing in with a code, and out. Nothing in here ever holds a token.

import { resumeSignIn, signInWithDeviceCode } from 'twitch-keyring'
import { at, complain, duration, onClick } from './page.js'

/** @typedef {import('twitch-keyring').DeviceCodeSignIn} SignIn */
/** @typedef {{ state: string, login?: string | undefined, reason?: string | undefined, why?: string | undefined }} Status */

/**
 * @param {object} options
 * @param {import('twitch-keyring').StoredTokenHandler<'public'>} options.handler
 * @param {import('twitch-keyring').Scope[]} options.scopes
 * @param {() => Status} options.status How the sign-in stands.
 * @param {() => unknown} options.signOut
 * @param {((begun: SignIn) => unknown) | undefined} [options.onCode] There is a code to be entered.
 * @param {() => void} [options.onSignedIn]
 * @param {(status: Status) => void} options.onRender The rest of the page.
 * @returns What draws it all anew.
 */
export function createSignInPanel({ handler, scopes, status, signOut, onCode, onSignedIn, onRender }) {
  /** @type {SignIn | undefined} */
  let signIn

  onClick('#sign-in', async () => follow(await signInWithDeviceCode(handler, { scopes })))
  onClick('#cancel', () => signIn?.cancel())
  onClick('#sign-out', signOut)
  resumeSignIn(handler).then(follow, complain)
  setInterval(renderCode, 500)

  /** @param {SignIn | undefined} begun */
  async function follow(begun) {
    if (begun === undefined) return
    signIn = begun
    at('[data-keyring=user-code]').textContent = begun.userCode
    at('[data-keyring=verification-uri]', HTMLAnchorElement).href = begun.verificationUri
    onCode?.(begun)
    render()
    try {
      await begun.completed
      onSignedIn?.()
    } catch (error) {
      if (signIn === begun) complain(error)
    } finally {
      if (signIn === begun) signIn = undefined
      render()
    }
  }

  function render() {
    const { state, login, reason, why } = status()
    const signedIn = state !== 'needs-login' && login !== undefined
    const shown = signIn && !signedIn ? 'signing-in' : state
    at('#panel').dataset.state = shown
    at('[data-keyring=state]').textContent = shown
    at('#signed-out').hidden = shown !== 'needs-login'
    at('#signing-in').hidden = shown !== 'signing-in'
    at('#account').hidden = !signedIn
    at('#sign-out').hidden = !signedIn
    at('#login').textContent = `@${login}`
    if (why !== undefined && reason !== 'signed-out') at('#reason').textContent = why
    renderCode()
    onRender(status())
  }

  function renderCode() {
    if (signIn) at('#code-left').textContent = duration(signIn.expiresAt - Date.now())
  }

  return render
}
