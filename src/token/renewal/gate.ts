import { NetworkError } from '../../errors.ts'
import { asNumber, asObject, asString } from '../../internal/json.ts'
import { sleep } from '../../internal/wait.ts'
import type { StoredRecord, TokenStore } from '../../stores/token-store.ts'
import type { Platform } from '../../types.ts'

/** How long to queue before going on without the lock, in milliseconds. */
const QUEUE_FOR = 10_000

/** How long a lease must be watched standing still before it is taken over: longer than any holder works. */
const LEASE_STANDS_FOR = 60_000

const LEASE_POLL = 250

interface Lease extends StoredRecord {
  readonly holder: string
}

/**
 * Lets one context at a time through, as far as the place allows: Web Locks, else a lease in the store.
 *
 * It only saves work. What keeps one-use tokens safe is the mark's compare-and-set, so that after a bounded wait the
 * work goes on without the lock. Only where the store cannot compare and set by itself is the lock needed.
 */
export class Gate {
  readonly #store: TokenStore
  readonly #platform: Platform
  readonly #watched = new Map<string, { version: number; since: number }>()

  constructor(store: TokenStore, platform: Platform) {
    this.#store = store
    this.#platform = platform
  }

  /** @throws {NetworkError} The lock is needed and did not come free in time. */
  async through<T>(key: string, work: () => Promise<T>): Promise<T> {
    const { locks } = this.#platform
    if (locks !== undefined) return this.#throughLock(locks, key, work)
    if (this.#store.consistency === 'atomic' && this.#store.durable) return this.#throughLease(key, work)
    return work()
  }

  async #throughLock<T>(locks: NonNullable<Platform['locks']>, key: string, work: () => Promise<T>): Promise<T> {
    const { setTimeout, clearTimeout } = this.#platform
    const queue = new AbortController()
    const timer = setTimeout(() => queue.abort(), QUEUE_FOR)
    let entered = false
    try {
      return await locks.request(`twitch-keyring:${this.#store.name}:${key}`, { signal: queue.signal }, async () => {
        entered = true
        clearTimeout(timer)
        return work()
      })
    } catch (error) {
      // Not only the bound ends here: Firefox has thrown on any request in a third-party frame.
      if (entered) throw error
      if (this.#store.consistency === 'locked' || (this.#store.consistency === 'racy' && queue.signal.aborted)) {
        throw new NetworkError('Another page holds the lock of this store and does not let go. Try later.', {
          retryAt: this.#platform.now() + QUEUE_FOR,
        })
      }
      return work()
    } finally {
      clearTimeout(timer)
    }
  }

  async #throughLease<T>(key: string, work: () => Promise<T>): Promise<T> {
    const leaseKey = `lease:${key}`
    const version = await this.#takeLease(leaseKey)
    try {
      return await work()
    } finally {
      if (version !== undefined) {
        const free: StoredRecord = { version: version + 1, deleted: true }
        await this.#store.replace(leaseKey, version, free).catch(() => {})
      }
    }
  }

  /** @returns The version of the lease that was taken; `undefined`: go on without. */
  async #takeLease(leaseKey: string): Promise<number | undefined> {
    const { monotonic, randomId } = this.#platform
    const deadline = monotonic() + QUEUE_FOR
    const holder = randomId()
    for (;;) {
      const found = await this.#store.get(leaseKey).catch(() => undefined)
      const version = asNumber(asObject(found)['version'])
      if (this.#isFree(leaseKey, found, version)) {
        const lease: Lease = { version: (version ?? 0) + 1, holder }
        const taken = await this.#store.replace(leaseKey, version, lease).catch(() => undefined)
        if (taken === undefined) return undefined
        if (taken) return lease.version
      }
      if (monotonic() >= deadline) return undefined
      await sleep(LEASE_POLL, this.#platform)
    }
  }

  /** Taken over only after it was watched standing still on the own clock: wall clocks differ and jump. */
  #isFree(leaseKey: string, found: StoredRecord | undefined, version: number | undefined): boolean {
    if (
      found === undefined ||
      version === undefined ||
      found.deleted ||
      asString(asObject(found)['holder']) === undefined
    ) {
      this.#watched.delete(leaseKey)
      return true
    }
    const now = this.#platform.monotonic()
    const watched = this.#watched.get(leaseKey)
    if (watched?.version !== version) {
      this.#watched.set(leaseKey, { version, since: now })
      return false
    }
    return now - watched.since >= LEASE_STANDS_FOR
  }
}
