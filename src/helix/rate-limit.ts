import { HelixError } from '../errors.ts'
import type { Platform } from '../types.ts'

const MINUTE = 60_000

/**
 * How many requests may still leave, reckoned here, since pages cannot read Twitch's headers. Whoever has to wait does
 * so in order, with a bound, and may give up.
 *
 * @see https://dev.twitch.tv/docs/api/guide/#twitch-rate-limits
 */
export class RateLimit {
  readonly #platform: Platform
  #limit: number
  #points: number
  #reckonedAt: number
  #blockedUntil = 0
  #waiting: Waiting[] = []
  #timer: unknown

  /** @param limit Requests a minute, until Twitch says another number. */
  constructor(limit: number, platform: Platform) {
    this.#platform = platform
    this.#limit = this.#points = limit
    this.#reckonedAt = platform.monotonic()
  }

  /**
   * @param maxWait Milliseconds.
   * @returns `undefined` when the request may leave at once.
   * @throws {HelixError} With status 429, and `retryAt`: the wait would be longer. Nothing was sent.
   */
  take(maxWait: number, signal?: AbortSignal): Promise<void> | undefined {
    const delay = this.#delay(this.#waiting.length + 1)
    if (delay === 0) {
      this.#points -= 1
      return undefined
    }
    if (delay > maxWait) throw this.#tooLong(delay)
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
        this.#schedule()
        reject(signal?.reason)
      }
      const waiting: Waiting = {
        until: this.#platform.monotonic() + maxWait,
        settle(error) {
          signal?.removeEventListener('abort', onAbort)
          if (error === undefined) resolve()
          else reject(error)
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiting)
      this.#schedule()
    })
  }

  /** Learns from Twitch's headers, where they can be read. They never make it more generous by what is under way. */
  learn(headers: Headers): void {
    const limit = Number(headers.get('ratelimit-limit') ?? Number.NaN)
    const remaining = Number(headers.get('ratelimit-remaining') ?? Number.NaN)
    if (limit > 0) this.#limit = limit
    if (remaining >= 0) this.#points = Math.min(this.#points, remaining)
  }

  /** Lets nothing leave for a while. */
  block(ms: number): void {
    const now = this.#platform.monotonic()
    this.#points = Math.min(this.#points, 0)
    this.#reckonedAt = now
    this.#blockedUntil = Math.max(this.#blockedUntil, now + ms)
    this.#release()
  }

  /** Milliseconds until the `place`th of those who wait may go. */
  #delay(place: number): number {
    const now = this.#platform.monotonic()
    const rate = this.#limit / MINUTE
    this.#points = Math.min(this.#limit, this.#points + (now - this.#reckonedAt) * rate)
    this.#reckonedAt = now
    const missing = place - this.#points
    return Math.max(0, this.#blockedUntil - now, missing > 0 ? Math.ceil(missing / rate) : 0)
  }

  #release(): void {
    while (this.#waiting.length > 0 && this.#delay(1) === 0) {
      this.#points -= 1
      this.#waiting.shift()?.settle()
    }
    const now = this.#platform.monotonic()
    this.#waiting = this.#waiting.filter((waiting, index) => {
      const delay = this.#delay(index + 1)
      const inTime = now + delay <= waiting.until
      if (!inTime) waiting.settle(this.#tooLong(delay))
      return inTime
    })
    this.#schedule()
  }

  #schedule(): void {
    this.#platform.clearTimeout(this.#timer)
    if (this.#waiting.length > 0) this.#timer = this.#platform.setTimeout(() => this.#release(), this.#delay(1))
  }

  #tooLong(delay: number): HelixError {
    return new HelixError('The rate limit of Helix is used up, and the wait is too long: nothing was sent.', {
      status: 429,
      retryAt: this.#platform.now() + delay,
    })
  }
}

interface Waiting {
  /** By the monotonic clock. */
  readonly until: number
  settle(error?: HelixError): void
}
