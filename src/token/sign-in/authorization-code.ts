import { ConfigurationError, TokenRejectedError } from '../../errors.ts'
import { refuseUnknownOptions } from '../../internal/options.ts'
import { exchangeCode } from '../../oauth/authorization-code.ts'
import { parseAddress, readCallback } from '../../oauth/callback.ts'
import type { StoredTokenHandler } from '../handlers/stored-token-handler.ts'
import { beginRedirect, type RedirectOptions } from './begin-redirect.ts'
import { finishRedirect, refusedRedirect, type SignedInAccount, type VerifyIdToken } from './finish-redirect.ts'
import {
  isFresh,
  keepPending,
  type PendingRedirect,
  readPendingRedirect,
  takePending,
  unknownState,
} from './pending-redirects.ts'
import { refuseSecretInPage, requireClientType } from './require-app.ts'

export interface CodeSignInOptions extends RedirectOptions {
  /**
   * Whether the handler's store keeps it meanwhile. Default `true`. `false`: keep `pending` yourself, such as in a cookie of the browser;
   * for a store that is eventually consistent, or where anybody may begin a sign-in.
   */
  readonly keep?: boolean | undefined
}

/** A sign-in that waits for the browser to come back. */
export interface CodeSignIn {
  /** Redirect the browser there. */
  readonly url: string
  /** Give it to this browser, as a cookie that is `HttpOnly; Secure; SameSite=Lax`, and take it back from there. */
  readonly state: string
  /** All of it, as plain data, for `keep: false`. */
  readonly pending: PendingRedirect
}

export interface CompleteCodeSignInOptions {
  /** What this browser was given, from its cookie. Without it anybody could sign the user in as somebody else. */
  readonly state?: string | undefined
  /** The same with `keep: false`. */
  readonly pending?: PendingRedirect | undefined
  /** To prove the id token of `openid`: `verifyIdToken` of this library. */
  readonly verifyIdToken?: VerifyIdToken | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Begins a sign-in on Twitch's own page, for Workers and servers: the authorization code grant.
 *
 * @param handler Of a confidential app, with its secret.
 * @throws {ConfigurationError} The app is of the wrong type, its secret is missing, or this is a page.
 * @throws {StoreError}
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#authorization-code-grant-flow
 */
export async function signInWithCode(
  handler: StoredTokenHandler<'confidential'>,
  options: CodeSignInOptions,
): Promise<CodeSignIn> {
  const known = ['scopes', 'redirectUri', 'forceVerify', 'expectedUser', 'keep']
  refuseUnknownOptions('signInWithCode', options, known)
  requireSecret(handler)
  const { keyring } = handler
  const { pending, url } = beginRedirect(keyring, 'code', options)
  if (options.keep ?? true) await keepPending(keyring, pending)
  return { url, state: pending.state, pending }
}

/**
 * Goes on with it where the browser comes back to.
 *
 * @param url The whole address of the request, or its path and query.
 * @returns Who signed in, and is now in the store.
 * @throws {TokenRejectedError} `denied`, `refused`, `wrong-user`, or `code-expired` when this browser began no sign-in.
 * @throws {ConfigurationError} The secret or the redirect URI is wrong, or this is a page.
 * @throws {TypeError} The address cannot be read.
 * @throws {NetworkError} No usable answer came; the code may be used up: begin again.
 * @throws {StoreError}
 */
export async function completeSignInWithCode(
  handler: StoredTokenHandler<'confidential'>,
  url: string | URL,
  options: CompleteCodeSignInOptions,
): Promise<SignedInAccount> {
  refuseUnknownOptions('completeSignInWithCode', options, ['state', 'pending', 'verifyIdToken', 'signal'])
  const clientSecret = requireSecret(handler)
  const { keyring } = handler
  const { verifyIdToken, signal } = options
  const callback = readCallback(parseAddress(url, 'http://localhost'))
  if (callback?.type === 'error' && callback.error === 'redirect_mismatch') throw refusedRedirect(callback)
  const pending = readPendingRedirect(options.pending)
  const state = pending?.state ?? options.state
  if (callback === undefined || !state || callback.state !== state) throw unknownState()
  if (pending !== undefined && !isFresh(pending, keyring.platform.now())) throw unknownState()
  const { redirectUri, ...rest } = pending ?? (await takePending(keyring, state))
  if (callback.type === 'error') throw refusedRedirect(callback)
  if (callback.type !== 'code') {
    throw new TokenRejectedError('Twitch sent no authorization code: begin again.', { reason: 'invalid' })
  }
  const { clientId } = keyring.book
  const request = { clientId, clientSecret, redirectUri, signal, ...keyring.platform }
  const tokens = await exchangeCode(callback.code, request)
  return finishRedirect(keyring, { redirectUri, ...rest }, tokens, verifyIdToken)
}

function requireSecret(handler: StoredTokenHandler): string {
  requireClientType(
    handler,
    'confidential',
    'Twitch exchanges a code for a client secret only, and a public app has none.',
  )
  const clientSecret = handler.keyring.app?.clientSecret
  refuseSecretInPage(clientSecret)
  if (clientSecret === undefined) {
    throw new ConfigurationError(
      'Twitch exchanges a code for a client secret only: give the handler the clientSecret of https://dev.twitch.tv/console/apps, on a server or in a Worker.',
    )
  }
  return clientSecret
}
