/** At most `count` in any `per` milliseconds. */
export interface Rate {
  readonly count: number
  readonly per: number
}

/** What an account may do, over all its connections. */
export interface ChatLimits {
  readonly logins: Rate
  /** Every channel of a list counts. */
  readonly joins: Rate
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
export const NORMAL_LIMITS: ChatLimits = {
  logins: { count: 20, per: 11_000 },
  joins: { count: 20, per: 11_000 },
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
  #times: number[] = []

  constructor(rate: Rate) {
    this.#rate = rate
  }

  /** How many may be done now. */
  free(now: number): number {
    const first = this.#times.findIndex((time) => time > now - this.#rate.per)
    this.#times = first === -1 ? [] : this.#times.slice(first)
    return Math.max(0, this.#rate.count - this.#times.length)
  }

  take(now: number, count = 1): void {
    for (let taken = 0; taken < count; taken += 1) this.#times.push(now)
  }

  /** Milliseconds until one more may be done. */
  wait(now: number): number {
    if (this.free(now) > 0) return 0
    const oldest = this.#times[this.#times.length - this.#rate.count] ?? now
    return Math.max(0, oldest + this.#rate.per - now)
  }
}
