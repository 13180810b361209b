import { asNumber, asObject, asString } from '../internal/json.ts'
import type { Answer } from '../internal/request.ts'
import type { Scope } from '../types.ts'
import { readScopes } from './scopes.ts'

/**
 * What Twitch answers where it gives out tokens, in its own names.
 *
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/
 */
export interface TokenResponse {
  readonly access_token: string
  /** App tokens have none. */
  readonly refresh_token?: string
  /** Seconds. Left out: unknown. */
  readonly expires_in?: number
  /** Left out: a first grant has no scopes, a renewed one has those it had. */
  readonly scope?: readonly Scope[]
  readonly token_type?: string
  /** Only when `openid` was granted with an authorization code. */
  readonly id_token?: string
}

/** @returns `undefined` when it gives out no token. */
export function readTokenResponse({ status, body }: Answer): TokenResponse | undefined {
  const { access_token, refresh_token, expires_in, scope, token_type, id_token } = asObject(body)
  if (status !== 200 || !isText(access_token)) return undefined
  const seconds = asNumber(expires_in)
  return {
    access_token,
    ...(isText(refresh_token) && { refresh_token }),
    ...(seconds !== undefined && seconds >= 0 && { expires_in: seconds }),
    ...(scope !== undefined && scope !== null && { scope: readScopes(scope) }),
    ...(asString(token_type) && { token_type: asString(token_type) as string }),
    ...(asString(id_token) && { id_token: asString(id_token) as string }),
  }
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
