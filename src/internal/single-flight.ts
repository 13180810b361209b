import type { Platform } from '../types.ts'
import { type TIMED_OUT, waitFor } from './wait.ts'

/** Lets all callers that come with the same key while the work runs share what comes of it. */
export class SingleFlight<T> {
  readonly #platform: Pick<Platform, 'monotonic' | 'setTimeout' | 'clearTimeout' | 'waitUntil'>
  readonly #limit: number
  readonly #running = new Map<string, { readonly promise: Promise<T>; readonly since: number }>()

  /**
   * @param limit Milliseconds that anybody waits, and after which work counts as lost, so that the next caller starts it
   *   anew: on Workers the work of a request that went away may never end.
   */
  constructor(platform: Pick<Platform, 'monotonic' | 'setTimeout' | 'clearTimeout' | 'waitUntil'>, limit: number) {
    this.#platform = platform
    this.#limit = limit
  }

  /** @throws What the work throws. */
  run(key: string, work: () => Promise<T>): Promise<T | typeof TIMED_OUT> {
    return waitFor(this.#share(key, work), this.#limit, this.#platform)
  }

  #share(key: string, work: () => Promise<T>): Promise<T> {
    const { monotonic, waitUntil } = this.#platform
    const running = this.#running.get(key)
    if (running !== undefined && monotonic() - running.since < this.#limit) return running.promise
    const promise = work().finally(() => {
      if (this.#running.get(key)?.promise === promise) this.#running.delete(key)
    })
    this.#running.set(key, { promise, since: monotonic() })
    waitUntil?.(promise.catch(() => {}))
    return promise
  }
}
