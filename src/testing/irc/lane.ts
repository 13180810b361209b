import type { Clock } from '../clock.ts'

/** One direction of a connection: what is delayed keeps its order. */
export class Lane {
  readonly #clock: Clock
  #lastDueAt = 0
  #waiting = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs `work` after `delay` milliseconds and after all that came before it; at once where nothing is to wait for. */
  run(delay: number, work: () => void): void {
    if (delay <= 0 && this.#waiting === 0) {
      work()
      return
    }
    const now = this.#clock.monotonic()
    this.#lastDueAt = Math.max(now + delay, this.#lastDueAt)
    this.#waiting += 1
    this.#clock.setTimeout(() => {
      this.#waiting -= 1
      work()
    }, this.#lastDueAt - now)
  }
}
