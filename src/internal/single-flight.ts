import type { Platform } from '../types.ts'

export interface SingleFlightOptions extends Pick<Platform, 'monotonic'> {
  /** Milliseconds after which work counts as lost, and the next caller starts it anew. */
  readonly limit: number
  readonly waitUntil?: Platform['waitUntil']
}

/** Lets all callers that come with the same key while the work runs share its promise. */
export class SingleFlight<T> {
  readonly #options: SingleFlightOptions
  readonly #running = new Map<string, { readonly promise: Promise<T>; readonly since: number }>()

  constructor(options: SingleFlightOptions) {
    this.#options = options
  }

  run(key: string, work: () => Promise<T>): Promise<T> {
    const { monotonic, limit, waitUntil } = this.#options
    const running = this.#running.get(key)
    // On Workers the work of a request that went away may never end.
    if (running !== undefined && monotonic() - running.since < limit) return running.promise
    const promise = work().finally(() => {
      if (this.#running.get(key)?.promise === promise) this.#running.delete(key)
    })
    this.#running.set(key, { promise, since: monotonic() })
    waitUntil?.(promise.catch(() => {}))
    return promise
  }
}
