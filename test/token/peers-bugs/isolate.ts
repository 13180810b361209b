import type { TokenStore } from '../../../src/stores/token-store.ts'
import type { PlatformOptions } from '../../../src/types.ts'

/**
 * A Worker's isolate, as far as promises go: what a request has begun (fetches, timers) ends with it, without a word, unless
 * `waitUntil` keeps it. Promises of one request that another one waits for then never settle.
 */
export class Isolate {
  readonly #platform: PlatformOptions
  #request = 0
  readonly #ended = new Set<number>()
  readonly #kept = new Map<number, number>()

  constructor(platform: PlatformOptions) {
    this.#platform = platform
  }

  /** Everything from here on is begun by this request. @returns The function that ends it. */
  begin(): () => void {
    const request = ++this.#request
    return () => void this.#ended.add(request)
  }

  get platform(): PlatformOptions {
    const { fetch, setTimeout } = this.#platform
    return {
      ...this.#platform,
      locks: undefined,
      channel: undefined,
      fetch: (url, init) => this.#within((settle) => fetch?.(url, init).then(...settle)),
      setTimeout: (callback, delay) => {
        const lives = this.#lives()
        return setTimeout?.(() => lives() && callback(), delay)
      },
    }
  }

  /** A store whose answers belong to the request that asked. */
  store(inner: TokenStore, latency: number): TokenStore {
    const { setTimeout } = this.#platform
    const slow = <T>(work: () => Promise<T>) =>
      this.#within<T>((settle) => setTimeout?.(() => void work().then(...settle), latency))
    return {
      name: inner.name,
      durable: inner.durable,
      consistency: inner.consistency,
      get: (key) => slow(() => inner.get(key)),
      replace: (key, expectedVersion, next) => slow(() => inner.replace(key, expectedVersion, next)),
      keys: () => slow(() => inner.keys()),
    }
  }

  readonly waitUntil = (promise: Promise<unknown>): void => {
    const request = this.#request
    const keep = (by: number) => this.#kept.set(request, (this.#kept.get(request) ?? 0) + by)
    keep(1)
    const release = () => keep(-1)
    promise.then(release, release)
  }

  #lives(): () => boolean {
    const request = this.#request
    return () => !this.#ended.has(request) || (this.#kept.get(request) ?? 0) > 0
  }

  #within<T>(begin: (settle: [(value: T) => void, (error: unknown) => void]) => unknown): Promise<T> {
    const lives = this.#lives()
    return new Promise((resolve, reject) => {
      begin([(value) => lives() && resolve(value), (error) => lives() && reject(error)])
    })
  }
}
