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

/** Lines may come closer together than they left: a second to spare. */
const ENTRIES: Rate = { count: 20, per: 11_000 }

/**
 * What Twitch allows.
 *
 * @see https://dev.twitch.tv/docs/chat/#rate-limits
 */
export const READING_LIMITS: ReadingLimits = { logins: ENTRIES, joins: ENTRIES }

/** As {@link READING_LIMITS}. */
export const NORMAL_LIMITS: ChatLimits = {
  logins: ENTRIES,
  joins: ENTRIES,
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
export interface RateWindow {
  /** @returns The first instant at which one more may be done; it may be past. */
  next(): number
  take(now: number): void
}

export function createRateWindow({ count, per }: Rate): RateWindow {
  /** Of the last `count`: the oldest of them is what stands in the way. */
  const times: number[] = []
  return {
    next: () => (times.length < count ? 0 : (times[0] as number) + per),
    take(now) {
      if (times.push(now) > count) times.shift()
    },
  }
}
