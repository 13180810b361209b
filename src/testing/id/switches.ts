import { amount, either, flag, objectOf, oneOf, type Shape } from '../shape.ts'

/** By which way a token was got. A renewed token keeps its way. */
export type Flow = 'code' | 'device' | 'implicit' | 'app'

/**
 * How this Twitch behaves where the real one is undocumented, varies, or changed over time. Everything can be changed
 * while the fake runs.
 */
export interface IdSwitches {
  /**
   * Seconds that new access tokens live, for all or by flow; 0 is for ever, as for very old client ids. Default: as at Twitch, where it
   * varies around 4 hours (`code`, `device`) and 60 days (`implicit`, `app`).
   */
  accessTokenLifetime: number | Partial<Record<Flow, number>> | undefined
  /** Whether a renewal kills the access token that was renewed. Default: for public apps. */
  renewalKillsAccessToken: boolean | undefined
  /** Whether a second spend of a public app's refresh token kills the user's whole grant. Default `true`. */
  reuseKillsGrant: boolean
  /** Whether confidential apps get one-use refresh tokens as well. Default `false`. */
  rotateConfidential: boolean
  /** Seconds after which an unused refresh token of a public app dies. Default 30 days. */
  refreshTokenIdle: number
  /** What happens above {@link accessTokenLimit}: the request fails, or the oldest token dies. Default `'evict'`. */
  accessTokenLimitRule: 'fail' | 'evict'
  /** Living access tokens of one user and app. Default 50. */
  accessTokenLimit: number
  /** How `/token` spells `scope`. `'array'` leaves it out where there are none, as Twitch does. Default `'array'`. */
  tokenScope: 'array' | 'blank' | 'missing' | 'null' | 'string'
  /** How `/validate` spells `scopes`. `'array'` is `null` where there are none, as at Twitch. Default `'array'`. */
  validateScopes: 'array' | 'missing' | 'null' | 'string'
  /** Whether `/validate` takes `Bearer` beside `OAuth`. Default `true`. */
  validateTakesBearer: boolean
  /** Seconds that a device code lives. Default 1800. */
  deviceCodeLifetime: number
  /** Seconds between polls that `/device` asks for. Default 5. */
  deviceCodeInterval: number
  /** How many first polls of each device code get `invalid device code` although it is good (twitchdev/issues#971). Default 0. */
  earlyInvalidDeviceCode: number
  /** Whether polling faster than `interval` gets `slow_down`, which Twitch does not document. Default `false`. */
  slowDown: boolean
  /** Whether the scope in an implicit redirect is encoded twice, as in some of Twitch's examples. Default `false`. */
  doubleEncodedScope: boolean
}

const LIFETIMES: Shape<Record<Flow, number>> = { code: amount, device: amount, implicit: amount, app: amount }

export const SWITCHES: Shape<IdSwitches> = {
  accessTokenLifetime: either(amount, objectOf('accessTokenLifetime', LIFETIMES)),
  renewalKillsAccessToken: flag,
  reuseKillsGrant: flag,
  rotateConfidential: flag,
  refreshTokenIdle: amount,
  accessTokenLimitRule: oneOf('fail', 'evict'),
  accessTokenLimit: amount,
  tokenScope: oneOf('array', 'blank', 'missing', 'null', 'string'),
  validateScopes: oneOf('array', 'missing', 'null', 'string'),
  validateTakesBearer: flag,
  deviceCodeLifetime: amount,
  deviceCodeInterval: amount,
  earlyInvalidDeviceCode: amount,
  slowDown: flag,
  doubleEncodedScope: flag,
}

export function createIdSwitches(
  options: {
    readonly [Name in keyof IdSwitches]?: IdSwitches[Name] | undefined
  },
): IdSwitches {
  return {
    accessTokenLifetime: options.accessTokenLifetime,
    renewalKillsAccessToken: options.renewalKillsAccessToken,
    reuseKillsGrant: options.reuseKillsGrant ?? true,
    rotateConfidential: options.rotateConfidential ?? false,
    refreshTokenIdle: options.refreshTokenIdle ?? 30 * 24 * 3600,
    accessTokenLimitRule: options.accessTokenLimitRule ?? 'evict',
    accessTokenLimit: options.accessTokenLimit ?? 50,
    tokenScope: options.tokenScope ?? 'array',
    validateScopes: options.validateScopes ?? 'array',
    validateTakesBearer: options.validateTakesBearer ?? true,
    deviceCodeLifetime: options.deviceCodeLifetime ?? 1800,
    deviceCodeInterval: options.deviceCodeInterval ?? 5,
    earlyInvalidDeviceCode: options.earlyInvalidDeviceCode ?? 0,
    slowDown: options.slowDown ?? false,
    doubleEncodedScope: options.doubleEncodedScope ?? false,
  }
}
