import { asNumber, asObject } from '../internal/json.ts'
import type { RequestOptions } from '../internal/request.ts'
import type { Scope } from '../types.ts'
import { post } from './post.ts'
import { readRefusal } from './refusal.ts'
import { isText, readTokenResponse, type TokenResponse } from './token-response.ts'

/** What Twitch answers to the wish to sign in on another screen, in its own names. */
export interface DeviceCodeResponse {
  readonly device_code: string
  /** To be shown; whoever knows it can sign in. */
  readonly user_code: string
  /** Holds the user code already. */
  readonly verification_uri: string
  /** Seconds: 1 to 86,400, whatever was said. */
  readonly expires_in: number
  /** Seconds between two exchanges: 1 to `expires_in`, whatever was said. */
  readonly interval: number
}

export interface DeviceCodeOptions extends RequestOptions {
  readonly clientId: string
  readonly scopes: readonly Scope[]
}

/**
 * Why an exchange brought no tokens.
 *
 * - `authorization_pending`: ask again after the interval.
 * - `slow_down`: ask again, five seconds slower from now on.
 * - `access_denied`: the user said no.
 * - `expired_token`: it took too long.
 * - `invalid_device_code`: wrong, expired, or exchanged already; sometimes, early on, said of a good one.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc8628#section-3.5
 */
export type DeviceCodeState =
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token'
  | 'invalid_device_code'

const STATES = /authorization_pending|slow_down|access_denied|expired_token|invalid_device_code/

/**
 * Begins a sign-in on another screen. Only an app of client type Public can renew what comes of it without a secret.
 *
 * @throws {ConfigurationError} The client id or a scope is wrong.
 * @throws {NetworkError} No usable answer came.
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#device-code-grant-flow
 */
export async function requestDeviceCode(options: DeviceCodeOptions): Promise<DeviceCodeResponse> {
  return post(
    'Asking for a device code',
    'device',
    // `scopes`, unlike everywhere else at Twitch.
    { client_id: options.clientId, scopes: options.scopes.join(' ') },
    options,
    ({ status, body }) => (status === 200 ? readDeviceCodeResponse(body) : undefined),
  )
}

/**
 * Asks once whether the user has agreed. A device code can be exchanged once: after an exchange without an answer, an
 * `invalid_device_code` means that the tokens were lost on the way. So it waits for 30 s, unless told otherwise.
 *
 * @throws {ConfigurationError} The client id is wrong.
 * @throws {NetworkError} No usable answer came.
 */
export async function exchangeDeviceCode(
  deviceCode: string,
  options: DeviceCodeOptions,
): Promise<TokenResponse | DeviceCodeState> {
  const { timeout = 30_000 } = options
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  const form = { client_id: options.clientId, scopes: options.scopes.join(' '), device_code: deviceCode, grant_type }
  return post('Exchanging a device code', 'token', form, { ...options, timeout }, (answer) => {
    // It reads `invalid device code`, too.
    const [state] = readRefusal(answer)?.replaceAll(' ', '_').match(STATES) ?? []
    return readTokenResponse(answer) ?? (state as DeviceCodeState | undefined)
  })
}

/** @returns `undefined` when it is no such answer. */
export function readDeviceCodeResponse(body: unknown): DeviceCodeResponse | undefined {
  const { device_code, user_code, verification_uri, expires_in, interval } = asObject(body)
  if (!isText(device_code) || !isText(user_code) || !isText(verification_uri)) return undefined
  if (!/^https?:/i.test(verification_uri)) return undefined
  // More than a day no timer need wait.
  const seconds = Math.max(1, Math.min(asNumber(expires_in) || 1800, 86_400))
  return {
    device_code,
    user_code,
    verification_uri,
    expires_in: seconds,
    interval: Math.max(1, Math.min(asNumber(interval) || 5, seconds)),
  }
}
