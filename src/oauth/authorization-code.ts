import { TokenRejectedError } from '../errors.ts'
import type { RequestOptions } from '../internal/request.ts'
import { post } from './post.ts'
import { readRefusal } from './refusal.ts'
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
  return post(
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
    (answer) => {
      if (!isRefusalOfCode(readRefusal(answer))) return readTokenResponse(answer)
      const message = 'Twitch refused the authorization code: it is used up or too old. Sign in again.'
      throw new TokenRejectedError(message, { reason: 'refused' })
    },
  )
}

function isRefusalOfCode(refusal = ''): boolean {
  return /^invalid (authorization )?code$|^invalid[ _]grant$/.test(refusal)
}
