import { NetworkError, TokenRejectedError } from '../errors.ts'
import type { RequestOptions } from '../internal/request.ts'
import { post } from './post.ts'
import { failure, readRefusal } from './refusal.ts'
import { readTokenResponse, type TokenResponse } from './token-response.ts'

export interface ExchangeCodeOptions extends RequestOptions {
  readonly clientId: string
  /** Belongs on a server; Twitch gives no tokens for a code without it. */
  readonly clientSecret: string
  /** The same as before. */
  readonly redirectUri: string
}

/**
 * Exchanges the code of a redirect. A code is good for once.
 *
 * @throws {TokenRejectedError} Twitch refused the code: begin again; `reason` is `refused`.
 * @throws {ConfigurationError} The client id, the secret or the redirect URI is wrong.
 * @throws {NetworkError} No usable answer came; the code may be used up.
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#authorization-code-grant-flow
 */
export async function exchangeCode(code: string, options: ExchangeCodeOptions): Promise<TokenResponse> {
  const { clientId, clientSecret, redirectUri, timeout = 30_000 } = options
  const answer = await post(
    'Exchanging a code',
    'token',
    {
      client_id: clientId,
      client_secret: clientSecret,
      code,
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
    },
    { ...options, timeout },
  )
  if (answer.status === 200) {
    const response = readTokenResponse(answer.body)
    if (response !== undefined) return response
    throw new NetworkError('Exchanging a code failed: Twitch agreed, but its answer cannot be read.', { status: 200 })
  }
  if (/^invalid (authorization )?code$|^invalid[ _]grant$/.test(readRefusal(answer) ?? '')) {
    throw new TokenRejectedError('Twitch refused the authorization code: it is used up or too old. Sign in again.', {
      reason: 'refused',
    })
  }
  throw failure('Exchanging a code', answer, options)
}
