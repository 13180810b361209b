import type { RequestOptions } from '../internal/request.ts'
import { post } from './post.ts'
import { readTokenResponse, type TokenResponse } from './token-response.ts'

export interface AppTokenOptions extends RequestOptions {
  readonly clientId: string
  /** Belongs on a server. */
  readonly clientSecret: string
}

/**
 * Asks for an app token. It lasts some 60 days, has no refresh token and no scopes: share one, and ask again when it ends.
 *
 * @throws {ConfigurationError} The client id or secret is wrong.
 * @throws {NetworkError} No usable answer came.
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#client-credentials-grant-flow
 */
export async function requestAppToken(options: AppTokenOptions): Promise<TokenResponse> {
  const { clientId, clientSecret } = options
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' }
  return post('Asking for an app token', 'token', form, options, readTokenResponse)
}
