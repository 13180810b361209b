import { NetworkError, TokenRejectedError } from '../errors.ts'
import { authorization } from '../internal/authorization.ts'
import { asNumber, asObject, asString } from '../internal/json.ts'
import { resolvePlatform } from '../internal/platform.ts'
import { type Answer, type RequestOptions, send } from '../internal/request.ts'
import { readRetryAt } from '../internal/retry-after.ts'
import type { Scope } from '../types.ts'
import { readScopes } from './scopes.ts'

/** What Twitch says of a living token, in its own names. */
export interface ValidateResponse {
  readonly client_id: string
  /** Left out: it is an app token. */
  readonly login?: string
  /** Left out: it is an app token. */
  readonly user_id?: string
  /** Empty, too, where Twitch says `null`. */
  readonly scopes: readonly Scope[]
  /** Seconds; 0 means never. Left out: unknown. */
  readonly expires_in?: number
}

/**
 * Asks Twitch whether an access token is still good.
 *
 * Twitch requires this at start and every hour while a session lasts.
 *
 * @param accessToken The bare token, without `oauth:` or `Bearer`.
 * @throws {TokenRejectedError} Twitch said 401; `reason` is `invalid`.
 * @throws {NetworkError} No answer came. The token may well be good: keep it.
 * @see https://dev.twitch.tv/docs/authentication/validate-tokens/
 */
export async function validateToken(accessToken: string, options: RequestOptions = {}): Promise<ValidateResponse> {
  const url = `${resolvePlatform(options).endpoints.id}/validate`
  // No Client-Id: the preflight of id.twitch.tv refuses it.
  const headers = { Authorization: authorization('OAuth', accessToken) }
  const answer = await send('Validating a token', url, { headers }, options)
  if (isDead(answer)) {
    throw new TokenRejectedError('Twitch does not accept this access token any more: renew it, or sign in again.', {
      reason: 'invalid',
    })
  }
  const response = answer.status === 200 ? readValidateResponse(answer.body) : undefined
  if (response !== undefined) return response
  throw new NetworkError(
    `Validating a token failed: the answer (HTTP ${answer.status}) cannot be used. The token may well be good; try later.`,
    { status: answer.status, retryAt: readRetryAt(answer.headers, (options.now ?? Date.now)()) },
  )
}

/** @returns `undefined` when it is no such answer. */
export function readValidateResponse(body: unknown): ValidateResponse | undefined {
  const { client_id, login, user_id, scopes, expires_in } = asObject(body)
  if (typeof client_id !== 'string' || client_id === '') return undefined
  const seconds = asNumber(expires_in)
  return {
    client_id,
    ...(typeof login === 'string' && login !== '' && { login }),
    ...(typeof user_id === 'string' && user_id !== '' && { user_id }),
    scopes: readScopes(scopes),
    ...(seconds !== undefined && seconds >= 0 && { expires_in: seconds }),
  }
}

/** A 401 of a proxy, or one that says the header was lost on the way, tells nothing about the token. */
function isDead({ status, body }: Answer): boolean {
  const message = asString(asObject(body)['message'])
  return status === 401 && message !== undefined && !/missing/i.test(message)
}
