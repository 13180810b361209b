import { errors, jwtVerify, SignJWT } from 'jose'
import { ConfigurationError, TokenRejectedError, UnsupportedError } from '../errors.ts'
import { asNumber, asObject, asString } from '../internal/json.ts'
import { refuseUnknownOptions } from '../internal/options.ts'

/**
 * What Twitch says in the JWT of a panel, in its own names.
 *
 * @see https://dev.twitch.tv/docs/extensions/reference/#jwt-schema
 */
export interface ExtensionJwtClaims {
  /** Epoch seconds. */
  readonly exp: number
  readonly role: 'broadcaster' | 'moderator' | 'viewer' | 'external'
  /** Left out: the JWT was made by a backend, for no channel. */
  readonly channel_id?: string
  /** `U…`, or `A…` for a viewer who is not signed in. Left out: the JWT was made by a backend. */
  readonly opaque_user_id?: string
  /** Of a viewer who shares it, or the owner of the extension in a JWT of a backend. */
  readonly user_id?: string
  /** The viewer shared the user id once, and does so no longer: forget it. */
  readonly is_unlinked: boolean
  readonly pubsub_perms?: { readonly listen?: readonly string[]; readonly send?: readonly string[] }
}

export interface VerifyExtensionJwtOptions {
  /** As the developer console shows them, in base64: all that may be in use while they are rotated. */
  readonly secrets: string | readonly string[]
  /** Milliseconds by which clocks may differ. Default 30,000. */
  readonly leeway?: number | undefined
  readonly now?: (() => number) | undefined
}

export interface SignExtensionJwtOptions {
  /** As the developer console shows it, in base64; the newest that is active. */
  readonly secret: string
  /** Milliseconds. Default 60,000. */
  readonly lifetime?: number | undefined
  readonly now?: (() => number) | undefined
}

/** What a backend says of itself. Twitch wants `user_id` to be the owner of the extension, as a string. */
export interface SignedExtensionClaims {
  readonly user_id: string
  readonly channel_id?: string | undefined
  readonly pubsub_perms?: { readonly listen?: readonly string[]; readonly send?: readonly string[] } | undefined
}

/** Longer than any that Twitch makes, and too short to keep a backend busy. */
const LONGEST = 8_192

const ROLES = ['broadcaster', 'moderator', 'viewer', 'external'] as const

/**
 * Proves, in the backend of an extension, that Twitch made the JWT that a panel sent.
 *
 * @param jwt The bare JWT, without `Bearer`.
 * @throws {TypeError} There is no secret, or an option is unknown.
 * @throws {RangeError} The leeway is no number of milliseconds.
 * @throws {TokenRejectedError} `invalid`: it is expired, was made with another secret, or is no such JWT.
 * @throws {ConfigurationError} A secret is not the base64 of the developer console.
 * @throws {UnsupportedError} There is no WebCrypto here.
 * @see https://dev.twitch.tv/docs/extensions/building/#verifying-the-jwt
 */
export async function verifyExtensionJwt(jwt: string, options: VerifyExtensionJwtOptions): Promise<ExtensionJwtClaims> {
  refuseUnknownOptions('verifyExtensionJwt', options, ['secrets', 'leeway', 'now'])
  const { secrets, leeway = 30_000, now = Date.now } = options
  const list = typeof secrets === 'string' ? [secrets] : secrets
  if (!Array.isArray(list) || list.length === 0) {
    throw new TypeError('verifyExtensionJwt takes { secrets }: one of the extension, or a list of some, in base64.')
  }
  if (!(leeway >= 0 && leeway < Infinity)) throw new RangeError('leeway must be a number of milliseconds, 0 or more.')
  const keys = list.map(decodeSecret)
  requireSubtle()
  if (typeof jwt !== 'string' || jwt.length > LONGEST) throw rejected('it is no JWT of Twitch')
  for (const [at, key] of keys.entries()) {
    try {
      const { payload } = await jwtVerify(jwt, key, {
        algorithms: ['HS256'],
        clockTolerance: leeway / 1000,
        currentDate: new Date(now()),
      })
      return readClaims(payload)
    } catch (error) {
      if (error instanceof TokenRejectedError) throw error
      if (error instanceof errors.JWSSignatureVerificationFailed && at < keys.length - 1) continue
      // What jose says of the claims could hold a user id: only its code is passed on.
      throw rejected(error instanceof errors.JOSEError ? error.code : 'it cannot be read')
    }
  }
  throw rejected('no secret fits')
}

/**
 * Makes the JWT with which the backend of an extension asks Helix, as `Authorization: Bearer`.
 *
 * @throws {TypeError} The `user_id` is missing, or an option is unknown.
 * @throws {ConfigurationError} The secret is not the base64 of the developer console.
 * @throws {UnsupportedError} There is no WebCrypto here.
 * @see https://dev.twitch.tv/docs/extensions/reference/#jwt-schema
 */
export async function signExtensionJwt(
  claims: SignedExtensionClaims,
  options: SignExtensionJwtOptions,
): Promise<string> {
  refuseUnknownOptions('signExtensionJwt', options, ['secret', 'lifetime', 'now'])
  const { secret, lifetime = 60_000, now = Date.now } = options
  const { user_id, channel_id, pubsub_perms } = claims ?? {}
  if (typeof user_id !== 'string' || user_id === '') {
    throw new TypeError("user_id must be the user id of the extension's owner, as a string.")
  }
  if (!(lifetime > 0)) throw new RangeError('lifetime must be a number of milliseconds above 0.')
  const key = decodeSecret(secret)
  requireSubtle()
  return new SignJWT({
    exp: Math.ceil((now() + lifetime) / 1000),
    user_id,
    role: 'external',
    ...(channel_id !== undefined && { channel_id }),
    ...(pubsub_perms !== undefined && { pubsub_perms }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(key)
}

function readClaims(payload: unknown): ExtensionJwtClaims {
  const { exp, role, channel_id, opaque_user_id, user_id, is_unlinked, pubsub_perms } = asObject(payload)
  const known = ROLES.find((name) => name === role)
  const by = asString(opaque_user_id) || asString(user_id)
  if (asNumber(exp) === undefined || known === undefined || !by || (known !== 'external' && !asString(channel_id))) {
    throw rejected('it lacks what Twitch puts into one')
  }
  const listen = readTopics(pubsub_perms, 'listen')
  const send = readTopics(pubsub_perms, 'send')
  return {
    exp: exp as number,
    role: known,
    ...(asString(channel_id) && { channel_id: channel_id as string }),
    ...(asString(opaque_user_id) && { opaque_user_id: opaque_user_id as string }),
    ...(asString(user_id) && { user_id: user_id as string }),
    is_unlinked: is_unlinked === true || is_unlinked === 'true',
    ...((listen ?? send) && { pubsub_perms: { ...(listen && { listen }), ...(send && { send }) } }),
  }
}

function readTopics(perms: unknown, name: 'listen' | 'send'): string[] | undefined {
  const topics = asObject(perms)[name]
  return Array.isArray(topics) ? topics.filter((topic) => typeof topic === 'string') : undefined
}

/** @throws {ConfigurationError} */
function decodeSecret(secret: string): Uint8Array {
  try {
    const key = Uint8Array.from(atob(secret), (character) => character.charCodeAt(0))
    if (typeof secret === 'string' && key.length >= 16) return key
  } catch {
    // The error of `atob` is not passed on, since it could hold the secret.
  }
  throw new ConfigurationError(
    'The secret of an extension must be as its settings in the developer console show it, in base64: it is not the client secret of an app.',
  )
}

function requireSubtle(): void {
  if (globalThis.crypto?.subtle !== undefined) return
  throw new UnsupportedError(
    'A JWT can only be signed and verified where there is WebCrypto: on a server or in a Worker.',
  )
}

function rejected(why: string): TokenRejectedError {
  return new TokenRejectedError(`The JWT of the extension is not good (${why}): take a new one from the panel.`, {
    reason: 'invalid',
  })
}
