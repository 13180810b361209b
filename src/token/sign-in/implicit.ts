import { UnsupportedError } from '../../errors.ts'
import { refuseUnknownOptions } from '../../internal/options.ts'
import { waitFor } from '../../internal/wait.ts'
import { readCallback } from '../../oauth/callback.ts'
import type { StoredTokenHandler } from '../handlers/stored-token-handler.ts'
import { beginRedirect, type RedirectOptions } from './begin-redirect.ts'
import { finishCallback } from './complete-sign-in.ts'
import type { SignedInAccount, VerifyIdToken } from './finish-redirect.ts'
import { keepPending } from './pending-redirects.ts'
import { refuseSecretInPage, requireClientType } from './require-app.ts'

/**
 * Shows Twitch's page somewhere else than in this window.
 *
 * @param signal Aborted when nobody waits any more: close it.
 * @param kept Resolves when the sign-in is in the store: until then it ends with this page, whatever the user agrees to.
 * @returns The address that it came back to, or `undefined` when the page there has completed the sign-in by itself.
 */
export type SignInWindow = (url: string, signal: AbortSignal, kept: Promise<void>) => Promise<string | undefined>

export interface ImplicitSignInOptions extends RedirectOptions {
  /**
   * Where Twitch's page is shown: `popup`, or in a browser extension
   * `(url) => chrome.identity.launchWebAuthFlow({ url, interactive: true })`. Left out: in place of this page.
   */
  readonly via?: SignInWindow | undefined
  /** To prove the id token of `openid`: `verifyIdToken` of this library. Only with `via`; else give it to `completeSignIn`. */
  readonly verifyIdToken?: VerifyIdToken | undefined
  /** Ends the waiting here. What Twitch's page comes back with after that is not taken. */
  readonly signal?: AbortSignal | undefined
}

const OPTIONS = ['scopes', 'redirectUri', 'forceVerify', 'expectedUser', 'via', 'verifyIdToken', 'signal']

/**
 * Signs a user in with one click on Twitch's own page: the implicit grant, for pages without a server.
 *
 * It is legacy: the token passes through the address bar and cannot be renewed, so that after some 60 days, or hours, the user signs in
 * again, and RFC 10017 tells browser apps not to use it. Twitch offers pages nothing better that needs no code to be
 * entered. What must last for longer uses {@link signInWithDeviceCode}.
 *
 * The sign-in is kept in the store. The page at `redirectUri` calls `completeSignIn` whenever it loads, popups included.
 *
 * @param handler Of a confidential app, without its secret: Twitch lets public apps use device codes only.
 * @returns With `via`, who signed in. Without it, nothing: this page is left.
 * @throws {TypeError} Something is missing, or there is `verifyIdToken` without `via`.
 * @throws {TokenRejectedError} `denied`, `wrong-user`, or `code-expired` for an answer to another question.
 * @throws {ConfigurationError} The app is of the wrong type, or the redirect URI is not registered.
 * @throws {UnsupportedError} The popup was blocked, or there is no page here that could be left.
 * @throws {StoreError}
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#implicit-grant-flow
 * @see https://datatracker.ietf.org/doc/rfc10017/
 */
export function signInWithImplicit(
  handler: StoredTokenHandler<'confidential'>,
  options: ImplicitSignInOptions & { readonly via: SignInWindow },
): Promise<SignedInAccount | undefined>
export function signInWithImplicit(
  handler: StoredTokenHandler<'confidential'>,
  options: ImplicitSignInOptions & { readonly via?: undefined; readonly verifyIdToken?: undefined },
): Promise<undefined>
export async function signInWithImplicit(
  handler: StoredTokenHandler<'confidential'>,
  options: ImplicitSignInOptions,
): Promise<SignedInAccount | undefined> {
  refuseUnknownOptions('signInWithImplicit', options, OPTIONS)
  requireClientType(handler, 'confidential', 'Twitch lets apps of client type Public sign in with device codes only.')
  const { keyring } = handler
  const { platform } = keyring
  refuseSecretInPage(keyring.app?.clientSecret)
  const { via, verifyIdToken, signal } = options
  if (via !== undefined && typeof via !== 'function') throw new TypeError('via must be a function, such as popup.')
  if (via === undefined && verifyIdToken !== undefined) {
    throw new TypeError(
      'Without `via` this page is left: give verifyIdToken to completeSignIn, in the page at redirectUri.',
    )
  }
  signal?.throwIfAborted()
  const { pending, url } = beginRedirect(keyring, 'token', options)
  if (via === undefined) {
    const { location } = globalThis
    if (typeof location?.assign !== 'function') {
      throw new UnsupportedError(
        'There is no page here that could leave for Twitch: give `via`, or call this in a page.',
      )
    }
    await waitFor(keepPending(keyring, pending), undefined, platform, signal)
    location.assign(url)
    return undefined
  }
  const controller = new AbortController()
  try {
    const kept = keepPending(keyring, pending)
    kept.catch(() => {})
    // Before anything is awaited: browsers let a click open one window, and not for long.
    const shown = via(url, controller.signal, kept)
    shown.catch(() => {})
    // Not every window knows of a signal: `launchWebAuthFlow` does not.
    const address = await waitFor(
      kept.then(() => shown),
      undefined,
      platform,
      signal,
    )
    const callback = address === undefined ? undefined : readCallback(address)
    const options = { state: pending.state, verifyIdToken }
    return callback && (await waitFor(finishCallback(keyring, callback, options), undefined, platform, signal))
  } finally {
    controller.abort(signal?.reason)
  }
}
