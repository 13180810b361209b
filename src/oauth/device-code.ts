import { NetworkError } from '../errors.ts'
import { asNumber, asObject } from '../internal/json.ts'
import type { Answer, RequestOptions } from '../internal/request.ts'
import type { Scope } from '../types.ts'
import { post } from './post.ts'
import { failure, readRefusal } from './refusal.ts'
import { readTokenResponse, type TokenResponse } from './token-response.ts'

/** What Twitch answers to the wish to sign in on another screen, in its own names. */
export interface DeviceCodeResponse {
  readonly device_code: string
  /** To be shown; whoever knows it can sign in. */
  readonly user_code: string
  /** Holds the user code already. */
  readonly verification_uri: string
  /** Seconds. */
  readonly expires_in: number
  /** Seconds between two exchanges. */
  readonly interval: number
}

export interface DeviceCodeOptions extends RequestOptions {
  readonly clientId: string
  readonly scopes: readonly Scope[]
}

/**
 * What an exchange came to.
 *
 * - `authorization_pending`: ask again after the interval.
 * - `slow_down`: ask again, five seconds slower from now on.
 * - `access_denied`: the user said no.
 * - `expired_token`: it took too long.
 * - `invalid_device_code`: wrong, expired, or exchanged already; sometimes, early on, said of a good one.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc8628#section-3.5
 */
export type DeviceCodeAnswer =
  | { readonly state: 'tokens'; readonly tokens: TokenResponse }
  | { readonly state: 'authorization_pending' | 'slow_down' | DeviceCodeRefusal }

/** The sign-in is over without tokens. */
export type DeviceCodeRefusal = 'access_denied' | 'expired_token' | 'invalid_device_code'

const STATES = ['authorization_pending', 'slow_down', 'access_denied', 'expired_token', 'invalid_device_code'] as const

/**
 * Begins a sign-in on another screen. Only an app of client type Public can renew what comes of it without a secret.
 *
 * @throws {ConfigurationError} The client id or a scope is wrong.
 * @throws {NetworkError} No usable answer came.
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#device-code-grant-flow
 */
export async function requestDeviceCode(options: DeviceCodeOptions): Promise<DeviceCodeResponse> {
  const { clientId, scopes } = options
  // `scopes`, unlike everywhere else at Twitch.
  const form = { client_id: clientId, scopes: scopes.join(' ') }
  const answer = await post('Asking for a device code', 'device', form, options)
  const response = answer.status === 200 ? readDeviceCodeResponse(answer.body) : undefined
  if (response !== undefined) return response
  throw failure('Asking for a device code', answer, options)
}

/**
 * Asks once whether the user has agreed. A device code can be exchanged once: after an exchange without an answer, an
 * `invalid_device_code` means that the tokens were lost on the way.
 *
 * @throws {ConfigurationError} The client id is wrong.
 * @throws {NetworkError} No usable answer came.
 */
export async function exchangeDeviceCode(deviceCode: string, options: DeviceCodeOptions): Promise<DeviceCodeAnswer> {
  const { clientId, scopes } = options
  const answer = await post(
    'Exchanging a device code',
    'token',
    {
      client_id: clientId,
      scopes: scopes.join(' '),
      device_code: deviceCode,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    },
    options,
  )
  const read = readDeviceCodeAnswer(answer)
  if (read !== undefined) return read
  if (answer.status !== 200) throw failure('Exchanging a device code', answer, options)
  throw new NetworkError('Exchanging a device code failed: Twitch agreed, but its answer cannot be read.', {
    status: 200,
  })
}

/** @returns `undefined` when it is no such answer. */
export function readDeviceCodeResponse(body: unknown): DeviceCodeResponse | undefined {
  const { device_code, user_code, verification_uri, expires_in, interval } = asObject(body)
  if (typeof device_code !== 'string' || device_code === '') return undefined
  if (typeof user_code !== 'string' || user_code === '') return undefined
  if (typeof verification_uri !== 'string' || !/^https?:\/\//i.test(verification_uri)) return undefined
  return {
    device_code,
    user_code,
    verification_uri,
    expires_in: positive(expires_in) ?? 1800,
    interval: positive(interval) ?? 5,
  }
}

/** @returns `undefined` when the answer says nothing about the device code. */
export function readDeviceCodeAnswer(answer: Answer): DeviceCodeAnswer | undefined {
  if (answer.status === 200) {
    const tokens = readTokenResponse(answer.body)
    return tokens && { state: 'tokens', tokens }
  }
  const refusal = readRefusal(answer)?.replaceAll(' ', '_')
  const state = refusal && STATES.find((state) => refusal.includes(state))
  return state ? { state } : undefined
}

function positive(value: unknown): number | undefined {
  const number = asNumber(value)
  return number !== undefined && number > 0 ? number : undefined
}
