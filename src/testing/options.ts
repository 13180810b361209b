import type { Endpoints } from '../types.ts'
import type { Clock } from './clock.ts'
import { type IdSwitches, SWITCHES } from './id/switches.ts'
import type { FakeAppOptions } from './id.ts'
import type { IrcServerOptions } from './irc/index.ts'
import { LATENCY, type Latency } from './serve.ts'
import { amount, anything, check, flag, type Kind, listOf, number, objectOf, type Shape, url } from './shape.ts'
import type { FakeUserOptions } from './world.ts'

const TWITCH: Endpoints = {
  id: 'https://id.twitch.tv/oauth2',
  helix: 'https://api.twitch.tv/helix',
  irc: 'wss://irc-ws.chat.twitch.tv',
  cdn: 'https://static-cdn.jtvnw.net',
}

type Options<T> = { readonly [Name in keyof T]?: T[Name] | undefined }

export interface FakeTwitchOptions extends Options<IdSwitches> {
  /** Default `realClock`. */
  readonly clock?: Clock | undefined
  /** The same seed gives the same ids, tokens and codes for the same requests. Default 1. */
  readonly seed?: number | undefined
  readonly users?: readonly FakeUserOptions[] | undefined
  readonly apps?: readonly FakeAppOptions[] | undefined
  /** Where it is served. Default: Twitch's own addresses. */
  readonly endpoints?: Partial<Endpoints> | undefined
  /** The page at which a user enters a device code. Default `https://www.twitch.tv/activate`. */
  readonly verificationUri?: string | undefined
  /** Milliseconds that each HTTP request takes, or the shortest and the longest. Default 0. */
  readonly latency?: Latency | undefined
  /** Whether `fetch` obeys the rules for pages (preflights, unreadable headers), or those for servers. Default `true`. */
  readonly cors?: boolean | undefined
  /** Whether pages may read the `Ratelimit-*` headers, which is not known of Twitch. Default `false`. */
  readonly exposeRateLimit?: boolean | undefined
  /** Helix points a minute. Default 800. */
  readonly rateLimit?: number | undefined
  /** How chat behaves. */
  readonly chat?: IrcServerOptions | undefined
  /** How many requests the log keeps at least. Default 10,000. */
  readonly logLimit?: number | undefined
}

const PLACES: Shape<Endpoints> = { id: url, helix: url, irc: url, cdn: url }

const CLOCK_METHODS: readonly (keyof Clock)[] = ['now', 'monotonic', 'setTimeout', 'clearTimeout']

const CLOCK: Kind = {
  what: `a clock, such as createFakeClock() makes, with ${CLOCK_METHODS.join(', ')}`,
  fits: (value) => CLOCK_METHODS.every((name) => typeof (value as Clock | null)?.[name] === 'function'),
}

const OPTIONS: Shape<FakeTwitchOptions> = {
  clock: CLOCK,
  seed: number,
  users: listOf(anything),
  apps: listOf(anything),
  endpoints: objectOf('endpoints', PLACES),
  verificationUri: url,
  latency: LATENCY,
  cors: flag,
  exposeRateLimit: flag,
  rateLimit: amount,
  chat: anything,
  logLimit: amount,
  ...SWITCHES,
}

/** @throws {TypeError} There is no such option, or it must be another kind of thing. */
export function checkOptions(options: FakeTwitchOptions): void {
  check('createFakeTwitch()', options, OPTIONS)
}

/** A slash at the end does no harm. */
export function resolveEndpoints(given: Partial<Endpoints> = {}): Endpoints {
  const { id = TWITCH.id, helix = TWITCH.helix, irc = TWITCH.irc, cdn = TWITCH.cdn } = given
  const withoutSlash = (url: string) => url.replace(/\/+$/, '')
  return { id: withoutSlash(id), helix: withoutSlash(helix), irc: withoutSlash(irc), cdn: withoutSlash(cdn) }
}
