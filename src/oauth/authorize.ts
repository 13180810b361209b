import { resolvePlatform } from '../internal/platform.ts'
import type { RequestOptions } from '../internal/request.ts'
import type { Scope } from '../types.ts'

/** What the redirect is to bring; those with `id_token` need the scope `openid` and a `nonce`. */
export type ResponseType = 'token' | 'code' | 'id_token' | 'token id_token' | 'code id_token'

export interface AuthorizeOptions extends Pick<RequestOptions, 'endpoints'> {
  readonly clientId: string
  /** One of those registered for the app, byte for byte. */
  readonly redirectUri: string
  readonly responseType: ResponseType
  readonly scopes: readonly Scope[]
  /** Random, kept where the redirect comes back, and compared there. */
  readonly state: string
  /** Ask again, even if the user has agreed before. Default `false`. */
  readonly forceVerify?: boolean | undefined
  /** Random, kept, and compared with the claim of that name. */
  readonly nonce?: string | undefined
  /** Further claims by name, for the id token and for `/userinfo`. */
  readonly claims?: { readonly id_token?: object | undefined; readonly userinfo?: object | undefined } | undefined
}

/**
 * The page at Twitch to which a browser has to go (as a page of its own: no frame can show it).
 *
 * @throws {TypeError} Something is missing.
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/
 */
export function authorizeUrl(options: AuthorizeOptions): string {
  const { clientId, redirectUri, responseType, scopes, state, forceVerify = false, nonce, claims } = options
  if (!clientId) throw new TypeError('The client id is missing.')
  if (!redirectUri) throw new TypeError('The redirect URI is missing.')
  if (!state) throw new TypeError('The state is missing: without it, anybody can sign the user in as somebody else.')
  if (responseType.includes('id_token') && (!nonce || !scopes.includes('openid'))) {
    throw new TypeError('An id token needs the scope `openid` and a nonce.')
  }
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: responseType,
    scope: scopes.join(' '),
    state,
  })
  if (forceVerify) query.set('force_verify', 'true')
  if (nonce !== undefined) query.set('nonce', nonce)
  if (claims !== undefined) query.set('claims', JSON.stringify(claims))
  return `${resolvePlatform(options).endpoints.id}/authorize?${query}`
}
