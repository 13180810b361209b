/** At most `count` in any `per` milliseconds. */
export interface Rate {
  readonly count: number
  readonly per: number
}

/** What an account may do, over all its connections. Of reading anonymously Twitch says nothing else. */
export interface ReadingLimits {
  readonly logins: Rate
  /** Every channel of a list counts. */
  readonly joins: Rate
}

export interface ChatLimits extends ReadingLimits {
  /** Where one has no role. Those of {@link privilegedMessages} count here too. */
  readonly messages: Rate
  /** Where one is broadcaster, moderator or VIP. */
  readonly privilegedMessages: Rate
  /** Channels joined at once, without one's own and those one moderates. */
  readonly channels: number
}

/**
 * What Twitch allows, with a second to spare, since lines may come closer together than they left.
 *
 * @see https://dev.twitch.tv/docs/chat/#rate-limits
 */
export const READING_LIMITS: ReadingLimits = {
  logins: { count: 20, per: 11_000 },
  joins: { count: 20, per: 11_000 },
}

/** As {@link READING_LIMITS}. */
export const NORMAL_LIMITS: ChatLimits = {
  ...READING_LIMITS,
  messages: { count: 20, per: 31_000 },
  privilegedMessages: { count: 100, per: 31_000 },
  channels: 100,
}

/** For verified bots. */
export const VERIFIED_LIMITS: ChatLimits = {
  logins: { count: 200, per: 11_000 },
  joins: { count: 2000, per: 11_000 },
  messages: { count: 7500, per: 31_000 },
  privilegedMessages: { count: 7500, per: 31_000 },
  channels: 100,
}

/** Counts what was done against a rate. All instants are of one monotonic clock. */
export class RateWindow {
  readonly #rate: Rate
  readonly #times: number[] = []

  constructor(rate: Rate) {
    this.#rate = rate
  }

  /** Milliseconds until one more may be done. */
  wait(now: number): number {
    const { count, per } = this.#rate
    const times = this.#times
    while (times[0] !== undefined && times[0] + per <= now) times.shift()
    const hindrance = times[times.length - count]
    return hindrance === undefined ? 0 : hindrance + per - now
  }

  take(now: number): void {
    this.#times.push(now)
  }
}
