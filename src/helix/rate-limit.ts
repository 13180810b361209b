import { HelixError } from '../errors.ts'
import type { HttpPlatform } from '../internal/http-platform.ts'
import { waitFor } from '../internal/wait.ts'

const MINUTE = 60_000

interface Waiting {
  readonly place: number
  /** By the monotonic clock. */
  readonly until: number
  go(): void
  fail(error: unknown): void
  /** Looks whether anybody may go, and when to look again. */
  look(): void
}

/**
 * How many requests may still leave, reckoned here, since pages cannot read Twitch's headers. Whoever has to wait does
 * so in order, with a bound, and may give up.
 *
 * @see https://dev.twitch.tv/docs/api/guide/#twitch-rate-limits
 */
export class RateLimit {
  readonly #platform: HttpPlatform
  /** Milliseconds in which one request is regained. */
  #interval: number
  /** By the monotonic clock: when a whole minute's requests may leave again, if none does until then. */
  #fullAt = 0
  #blockedUntil = 0
  #hasLearnt = false
  #places = 0
  #waiting: Waiting[] = []

  /** @param limit Requests a minute, until Twitch says another number. */
  constructor(limit: number, platform: HttpPlatform) {
    this.#platform = platform
    this.#interval = MINUTE / limit
  }

  /**
   * Takes a place in the line, which a request keeps however often it is sent.
   *
   * @param patience Milliseconds it may wait, in all.
   * @returns What to await before each sending. It rejects with a {@link HelixError} of status 429, which has `retryAt`,
   *   when the wait would be longer.
   */
  line(patience: number, signal?: AbortSignal): () => Promise<void> {
    const place = this.#places++
    let left = patience
    return async () => {
      signal?.throwIfAborted()
      const before = this.#waiting.findLastIndex((other) => other.place < place) + 1
      if (this.#delay(before) === 0) return this.#spend()
      const until = this.#platform.monotonic() + left
      await this.#wait(place, until, signal)
      left = until - this.#platform.monotonic()
    }
  }

  async #wait(place: number, until: number, signal: AbortSignal | undefined): Promise<void> {
    const { setTimeout, clearTimeout } = this.#platform
    // By a timer of one's own: on Workers that of another request may never ring.
    let timer: unknown
    const look = () => {
      this.#release()
      clearTimeout(timer)
      const before = this.#waiting.indexOf(me)
      if (before >= 0) timer = setTimeout(look, this.#delay(before))
    }
    let me!: Waiting
    const turn = new Promise<void>((go, fail) => {
      me = { place, until, go, fail, look }
    })
    this.#waiting = [...this.#waiting, me].sort((a, b) => a.place - b.place)
    look()
    try {
      await waitFor(turn, undefined, this.#platform, signal)
    } catch (error) {
      const rest = this.#waiting.filter((other) => other !== me)
      this.#waiting = rest
      // Where many leave at once, those who stay look once, after the last of them.
      await Promise.resolve()
      if (this.#waiting === rest) for (const other of rest) other.look()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** Learns from Twitch's headers, where they can be read. They never make it more generous by what is under way. */
  learn(headers: Headers): void {
    const remaining = headers.get('ratelimit-remaining')
    if (remaining === null) return
    // It stays the same, and headers are slow to read.
    if (!this.#hasLearnt) {
      const limit = Number(headers.get('ratelimit-limit'))
      this.#hasLearnt = limit > 0
      if (limit > 0) this.#interval = MINUTE / limit
    }
    if (Number(remaining) >= 0) this.#leave(Number(remaining))
  }

  /** Lets nothing leave for a while. */
  block(ms: number): void {
    this.#leave(0)
    this.#blockedUntil = Math.max(this.#blockedUntil, this.#platform.monotonic() + ms)
    this.#release()
  }

  /** Ends the wait of all who wait. */
  close(): void {
    for (const { fail } of this.#waiting) fail(new DOMException('This client was closed.', 'AbortError'))
  }

  /** No more requests than these may leave now. */
  #leave(requests: number): void {
    this.#fullAt = Math.max(this.#fullAt, this.#platform.monotonic() + MINUTE - requests * this.#interval)
  }

  /** Milliseconds until somebody may go who has so many others before them. */
  #delay(others: number): number {
    const now = this.#platform.monotonic()
    const freeAt = Math.max(this.#fullAt, now) + (others + 1) * this.#interval - MINUTE
    return Math.ceil(Math.max(0, this.#blockedUntil - now, freeAt - now))
  }

  #spend(): void {
    this.#fullAt = Math.max(this.#fullAt, this.#platform.monotonic()) + this.#interval
  }

  #release(): void {
    while (this.#waiting.length > 0 && this.#delay(0) === 0) {
      this.#spend()
      this.#waiting.shift()?.go()
    }
    this.#waiting = this.#waiting.filter(({ until, fail }, index) => {
      const delay = this.#delay(index)
      if (this.#platform.monotonic() + delay <= until) return true
      const message = 'The rate limit of Helix is used up, and the wait is too long: nothing was sent.'
      fail(new HelixError(message, { status: 429, retryAt: this.#platform.now() + delay }))
      return false
    })
  }
}
