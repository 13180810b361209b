import { authorizeUrl, type ResponseType } from '../../oauth/authorize.ts'
import type { Scope } from '../../types.ts'
import type { Keyring } from '../keyring.ts'
import { requireScopes } from '../require-scopes.ts'
import { requireUserId } from '../require-user-id.ts'
import type { PendingRedirect } from './pending-redirects.ts'

/** What a sign-in on Twitch's own page asks for. */
export interface RedirectOptions {
  /** What to ask the user for. With `openid`, Twitch says who it is in a signed id token as well. */
  readonly scopes: readonly Scope[]
  /** One of those registered for the app, byte for byte. */
  readonly redirectUri: string
  /** Ask again, even if the user has agreed before, so that another account can be chosen. Default `false`. */
  readonly forceVerify?: boolean | undefined
  /** A user id. Anybody else who signs in is refused, and the token revoked. */
  readonly expectedUser?: string | undefined
}

/**
 * A sign-in on Twitch's own page, and the page. Synchronous, since a popup must be opened in the same turn as the click.
 *
 * @throws {TypeError} Something is missing.
 */
export function beginRedirect(
  { book, platform }: Keyring,
  type: 'token' | 'code',
  options: RedirectOptions,
): { readonly pending: PendingRedirect; readonly url: string } {
  const { scopes, redirectUri, forceVerify, expectedUser } = options
  requireScopes(scopes)
  requireUserId('expectedUser', expectedUser)
  const signed = scopes.includes('openid')
  const state = platform.randomId()
  const nonce = signed ? platform.randomId() : undefined
  // A code brings its id token along when it is exchanged.
  const responseType: ResponseType = type === 'token' && signed ? 'token id_token' : type
  const { endpoints } = platform
  const request = { clientId: book.clientId, redirectUri, responseType, scopes, state, nonce, forceVerify, endpoints }
  return {
    url: authorizeUrl(request),
    pending: { state, redirectUri, scopes: [...scopes], startedAt: platform.now(), nonce, expectedUser },
  }
}
