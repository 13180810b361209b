import { TokenRejectedError } from '../errors.ts'
import type { RequestOptions } from '../internal/request.ts'
import { post } from './post.ts'
import { readRefusal } from './refusal.ts'
import { readTokenResponse, type TokenResponse } from './token-response.ts'

export interface RefreshTokenOptions extends RequestOptions {
  readonly clientId: string
  /** Only for an app of client type Confidential. */
  readonly clientSecret?: string | undefined
  /** Milliseconds for the whole answer. Default 30,000: an answer that is not waited for may cost the session. */
  readonly timeout?: number | undefined
}

/**
 * Spends a refresh token. That of a public app can be spent once: a second time kills the user's whole grant, so this
 * never tries again by itself. `fetch` is called in the same turn.
 *
 * @throws {TokenRejectedError} Twitch says that the refresh token is no good; `reason` is `refused`.
 * @throws {ConfigurationError} The client id or secret is wrong. The refresh token was not spent.
 * @throws {NetworkError} No usable answer came. With `status` 429 the token was not spent; else nobody knows.
 * @see https://dev.twitch.tv/docs/authentication/refresh-tokens/
 */
export async function refreshToken(refreshToken: string, options: RefreshTokenOptions): Promise<TokenResponse> {
  const { clientId, clientSecret, timeout = 30_000 } = options
  return post(
    'Renewing a token',
    'token',
    {
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    },
    { ...options, timeout },
    (answer) => {
      if (!isRefusalOfToken(readRefusal(answer))) return readTokenResponse(answer)
      const message = 'Twitch refused the refresh token: the user must sign in again.'
      throw new TokenRejectedError(message, { reason: 'refused' })
    },
  )
}

/** @param refusal Twitch's `message` in lower case. */
export function isRefusalOfToken(refusal: string | undefined): boolean {
  if (refusal === undefined) return false
  return (
    /^invalid[ _]grant$/.test(refusal) || (/refresh[ _]token/.test(refusal) && /invalid|expired|revoked/.test(refusal))
  )
}
