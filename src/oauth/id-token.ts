import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { NetworkError, TokenRejectedError, UnsupportedError } from '../errors.ts'
import { asString } from '../internal/json.ts'
import { resolvePlatform } from '../internal/platform.ts'
import type { RequestOptions } from '../internal/request.ts'
import { createKeySet } from './key-set.ts'

export interface VerifyIdTokenOptions extends Omit<RequestOptions, 'signal'> {
  readonly clientId: string
  /** The one that was sent to the authorize page. */
  readonly nonce: string
  /** The access token that came with it; the id token must belong to it where it says so. */
  readonly accessToken?: string | undefined
  /** Milliseconds by which clocks may differ. Default 30,000. */
  readonly leeway?: number | undefined
}

/** Who signed in, in the names of OpenID Connect. `sub` is the user id; the last five come only when asked for. */
export interface IdTokenClaims {
  readonly iss: string
  readonly aud: string | readonly string[]
  readonly sub: string
  /** Epoch seconds. */
  readonly iat: number
  /** Epoch seconds. */
  readonly exp: number
  readonly azp?: string
  readonly nonce?: string
  readonly email?: string | null
  readonly email_verified?: boolean
  readonly picture?: string
  /** The display name. */
  readonly preferred_username?: string
  readonly updated_at?: string
}

/** By the `fetch` that gets them and their address. */
const keySets = new WeakMap<object, Map<string, ReturnType<typeof createKeySet>>>()

/**
 * Proves that Twitch made an id token, for this app and this sign-in.
 *
 * @throws {TypeError} The client id or the nonce is missing.
 * @throws {RangeError} The leeway is no number of milliseconds.
 * @throws {TokenRejectedError} It is not good; `reason` is `wrong-app` when it is for another one, else `invalid`.
 * @throws {NetworkError} Twitch's keys could not be fetched.
 * @throws {UnsupportedError} There is no WebCrypto here, as on pages that are no secure context.
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oidc/#validating-an-id-token
 */
export async function verifyIdToken(idToken: string, options: VerifyIdTokenOptions): Promise<IdTokenClaims> {
  const { clientId, nonce, accessToken, leeway = 30_000 } = options
  if (!clientId || !nonce) throw new TypeError('To verify an id token takes the client id and the nonce.')
  if (!(leeway >= 0 && leeway < Infinity)) throw new RangeError('leeway must be a number of milliseconds, 0 or more.')
  if (globalThis.crypto?.subtle === undefined) {
    throw new UnsupportedError('An id token can only be verified in a secure context: serve the page over HTTPS.')
  }
  const { endpoints, now } = resolvePlatform(options)
  let claims: unknown
  try {
    const { payload } = await jwtVerify(idToken, keysOf(`${endpoints.id}/keys`, options), {
      algorithms: ['RS256'],
      issuer: endpoints.id,
      audience: clientId,
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance: leeway / 1000,
      currentDate: new Date(now()),
    })
    if (payload['nonce'] !== nonce) throw rejected('its nonce is not the one that was sent')
    const hash = asString(payload['at_hash'])
    if (accessToken !== undefined && hash !== undefined && hash !== (await atHash(accessToken))) {
      throw rejected('it belongs to another access token')
    }
    if (payload['azp'] !== undefined && payload['azp'] !== clientId)
      throw rejected('it is for another app', 'wrong-app')
    claims = payload
  } catch (error) {
    throw describe(error)
  }
  return claims as IdTokenClaims
}

function keysOf(url: string, options: VerifyIdTokenOptions): JWTVerifyGetKey {
  const by = options.fetch ?? globalThis.fetch
  const sets = keySets.get(by) ?? new Map<string, ReturnType<typeof createKeySet>>()
  keySets.set(by, sets)
  const set = sets.get(url) ?? createKeySet(url)
  sets.set(url, set)
  return set(options)
}

/** What jose says of the claims could hold an e-mail address: only its code is passed on. */
function describe(error: unknown): Error {
  if (error instanceof TokenRejectedError || error instanceof NetworkError) return error
  const code = error instanceof errors.JOSEError ? error.code : undefined
  if (code === undefined || code === 'ERR_JWKS_INVALID') {
    return new NetworkError('The keys of Twitch could not be fetched: the id token may well be good; try later.')
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return rejected('it is for another app', 'wrong-app')
  }
  return rejected(code)
}

function rejected(why: string, reason: 'invalid' | 'wrong-app' = 'invalid'): TokenRejectedError {
  return new TokenRejectedError(`The id token is not good (${why}): sign in again.`, { reason })
}

/** @see https://openid.net/specs/openid-connect-core-1_0.html#ImplicitIDToken */
async function atHash(accessToken: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken)))
  const text = btoa(String.fromCharCode(...digest.slice(0, 16)))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
