import type { JWTPayload } from 'jose'
import type { FakeUser } from '../world.ts'
import type { IdState, RequestedClaims } from './state.ts'

interface IdTokenParts {
  readonly clientId: string
  readonly user: FakeUser
  readonly scopes: readonly string[]
  readonly nonce: string | undefined
  readonly claims: readonly string[]
  /** For `at_hash`. */
  readonly accessToken?: string | undefined
}

const LIFETIME = 900

export async function idToken(state: IdState, parts: IdTokenParts): Promise<string> {
  const { clientId, user, scopes, nonce, claims, accessToken } = parts
  const payload: JWTPayload = { ...standardClaims(state, clientId, user), ...userClaims(user, scopes, claims) }
  if (nonce !== undefined) payload['nonce'] = nonce
  if (accessToken !== undefined) payload['at_hash'] = await accessTokenHash(accessToken)
  return state.keys.sign(payload)
}

/** Those that are always there. */
export function standardClaims(state: IdState, clientId: string, user: FakeUser): JWTPayload {
  const iat = Math.floor(state.clock.now() / 1000)
  return { aud: clientId, azp: clientId, exp: iat + LIFETIME, iat, iss: state.issuer, sub: user.id }
}

/** Those that were asked for. */
export function userClaims(
  user: FakeUser,
  scopes: readonly string[],
  names: readonly string[],
): Record<string, unknown> {
  const mayReadEmail = scopes.includes('user:read:email')
  const all: Record<string, unknown> = {
    picture: user.profileImageUrl,
    preferred_username: user.displayName,
    updated_at: user.createdAt,
  }
  if (mayReadEmail) {
    all['email'] = user.emailVerified ? (user.email ?? null) : null
    all['email_verified'] = user.emailVerified
  }
  return Object.fromEntries(names.filter((name) => name in all).map((name) => [name, all[name]]))
}

/** Reads the `claims` parameter; `undefined` when it is no JSON object. */
export function readClaims(text: string | null): RequestedClaims | undefined {
  if (text === null) return { idToken: [], userinfo: [] }
  try {
    const { id_token, userinfo } = JSON.parse(text)
    return { idToken: Object.keys(id_token ?? {}), userinfo: Object.keys(userinfo ?? {}) }
  } catch {
    return undefined
  }
}

/** @see https://openid.net/specs/openid-connect-core-1_0.html#ImplicitIDToken */
async function accessTokenHash(accessToken: string): Promise<string> {
  const { base64url } = await import('jose')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))
  return base64url.encode(new Uint8Array(digest, 0, 16))
}
