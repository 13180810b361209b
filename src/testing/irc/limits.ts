import { amount, check, either, flag, needed, objectOf, oneOf, type Shape } from '../shape.ts'

/** At most `count` in any `per` milliseconds. */
export interface Rate {
  readonly count: number
  readonly per: number
}

/**
 * What Twitch allows one account over all its connections. `false` lifts a limit.
 *
 * @see https://dev.twitch.tv/docs/chat/#rate-limits
 */
export interface IrcLimits {
  /** Over it the connection ends without an answer. Default 20 in 10 s. */
  readonly logins: Rate | false
  /** Default 200 in 10 s. */
  readonly verifiedLogins: Rate | false
  /** Every channel of a list counts. Over it the connection ends. Default 20 in 10 s. */
  readonly joins: Rate | false
  /** Default 2,000 in 10 s. */
  readonly verifiedJoins: Rate | false
  /** Over it messages are ignored for {@link ignoredFor}. Default 20 in 30 s. */
  readonly messages: Rate | false
  /** Where the account is broadcaster, moderator or VIP. These count as {@link messages} too. Default 100 in 30 s. */
  readonly privilegedMessages: Rate | false
  /** Default 7,500 in 30 s. */
  readonly verifiedMessages: Rate | false
  /** In one channel, for those without a role there. Default 1 in 1 s. */
  readonly channelMessages: Rate | false
  /** Channels joined at once; those where the account is broadcaster or moderator do not count. Default 100. */
  readonly joinedChannels: number | false
  /** Code points in a message. Default 500. */
  readonly messageLength: number | false
  /** The same text again within so many milliseconds is refused. Default 30,000. */
  readonly duplicates: number | false
  /** Milliseconds. Default one hour. */
  readonly ignoredFor: number
  /** Whether `joins` and `joinedChannels` count for each anonymous connection as well. Default false. */
  readonly anonymous: boolean
}

export const TWITCH_LIMITS: IrcLimits = {
  logins: { count: 20, per: 10_000 },
  verifiedLogins: { count: 200, per: 10_000 },
  joins: { count: 20, per: 10_000 },
  verifiedJoins: { count: 2000, per: 10_000 },
  messages: { count: 20, per: 30_000 },
  privilegedMessages: { count: 100, per: 30_000 },
  verifiedMessages: { count: 7500, per: 30_000 },
  channelMessages: { count: 1, per: 1000 },
  joinedChannels: 100,
  messageLength: 500,
  duplicates: 30_000,
  ignoredFor: 3_600_000,
  anonymous: false,
}

export const NO_LIMITS: IrcLimits = {
  logins: false,
  verifiedLogins: false,
  joins: false,
  verifiedJoins: false,
  messages: false,
  privilegedMessages: false,
  verifiedMessages: false,
  channelMessages: false,
  joinedChannels: false,
  messageLength: false,
  duplicates: false,
  ignoredFor: 0,
  anonymous: false,
}

const RATE = either(oneOf(false), objectOf<Rate>('A rate', { count: needed(amount), per: needed(amount) }))
const COUNT = either(oneOf(false), amount)

const LIMITS: Shape<IrcLimits> = {
  logins: RATE,
  verifiedLogins: RATE,
  joins: RATE,
  verifiedJoins: RATE,
  messages: RATE,
  privilegedMessages: RATE,
  verifiedMessages: RATE,
  channelMessages: RATE,
  joinedChannels: COUNT,
  messageLength: COUNT,
  duplicates: COUNT,
  ignoredFor: amount,
  anonymous: flag,
}

/** @throws {TypeError} There is no such limit. */
export function resolveLimits(limits: false | Partial<IrcLimits> | undefined): IrcLimits {
  if (limits !== false && limits !== undefined) check('limits', limits, LIMITS)
  return limits === false ? NO_LIMITS : { ...TWITCH_LIMITS, ...limits }
}

/** Remembers when something happened. */
export class History {
  #times: number[] = []

  add(now: number): void {
    this.#times.push(now)
    if (this.#times.length > 20_000) this.#times = this.#times.slice(-10_000)
  }

  /** @returns Whether what has been added stays within the rate. */
  within(now: number, rate: Rate | false): boolean {
    return rate === false || this.#countAfter(now - rate.per) <= rate.count
  }

  #countAfter(instant: number): number {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#times[middle] as number) > instant) high = middle
      else low = middle + 1
    }
    return this.#times.length - low
  }
}
