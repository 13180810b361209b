import { StoreError } from '../errors.ts'
import type { StoredRecord, TokenStore } from '../stores/token-store.ts'
import type { Platform } from '../types.ts'
import { News } from './news.ts'
import {
  type AccountRecord,
  type CheckRecord,
  readAccountRecord,
  readCheckRecord,
  type TokenRecord,
} from './renewal/record.ts'

/** What stands under a key that cannot be read, or that has nothing: only a version to write over. */
export interface Blank {
  readonly version: number | undefined
  readonly problem?: StoreError | undefined
  readonly deleted?: undefined
  readonly grantId?: undefined
  readonly ended?: undefined
  readonly userId?: undefined
  readonly spent?: undefined
  readonly unrenewable?: undefined
}

/** What was read under a key: a token, what is left of one, or nothing that can be used. */
export type Entry = AccountRecord | Blank

/** The records of one app in one store, and the news of them. */
export class RecordBook {
  readonly store: TokenStore
  readonly clientId: string
  readonly news: News
  readonly #platform: Platform

  constructor(store: TokenStore, clientId: string, platform: Platform) {
    this.#platform = platform
    this.store = typedErrors(store)
    this.clientId = clientId
    this.news = new News(store.name, platform)
  }

  /** One user may have several tokens, for different scopes: the first slot is 1. */
  key(userId: string, slot = 1): string {
    return `token:${this.clientId}:${userId}${slot === 1 ? '' : `:${slot}`}`
  }

  /**
   * What comes after a version. A first one is no small number: once site data was cleared, a page that still holds an
   * old record must not meet its version again.
   */
  versionAfter(version: number | undefined): number {
    const { now, random } = this.#platform
    return version === undefined ? Math.floor((now() + random()) * 1000) : version + 1
  }

  /** For a pair whose owner nobody knows yet: the same key for the same pair, in every context. */
  provisionalKey(token: string): string {
    return `token:${this.clientId}:?${fingerprint(token)}`
  }

  isProvisional(key: string): boolean {
    return key.startsWith(`token:${this.clientId}:?`)
  }

  /** @throws {StoreError} Not for a corrupt record: that is a {@link Blank} with a problem. */
  async read(key: string): Promise<Entry> {
    const stored = await this.store.get(key)
    if (stored === undefined) return { version: undefined }
    try {
      return readAccountRecord(stored, key)
    } catch (problem) {
      if (problem instanceof StoreError && problem.reason === 'corrupt') return { version: stored.version, problem }
      throw problem
    }
  }

  /** Writes, and tells the others. @returns `false`: someone else was first. */
  async replace(key: string, expectedVersion: number | undefined, next: StoredRecord): Promise<boolean> {
    const written = await this.store.replace(key, expectedVersion, next)
    if (written) this.news.tell({ key, version: next.version })
    return written
  }

  /** The keys of this app's tokens, provisional ones included, tombstones not. */
  async keys(): Promise<string[]> {
    const prefix = `token:${this.clientId}:`
    return (await this.store.keys()).filter((key) => key.startsWith(prefix))
  }

  async readCheck(key: string): Promise<CheckRecord | undefined> {
    return readCheckRecord(await this.store.get(checkKey(key)), checkKey(key))
  }

  /** Tries a few times; what validation learnt is worth no more. */
  async writeCheck(
    key: string,
    change: (before: CheckRecord | undefined, version: number) => CheckRecord,
  ): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const before = await this.store.get(checkKey(key))
      const next = change(readCheckRecord(before, checkKey(key)), (before?.version ?? 0) + 1)
      if (await this.store.replace(checkKey(key), before?.version, next)) return
    }
  }
}

export function isLiving(entry: Entry): entry is TokenRecord {
  return 'accessToken' in entry
}

export function isBlank(entry: Entry): entry is Blank {
  return !('clientId' in entry)
}

/** Tells tokens apart, and tells nothing of them: 53 bits of some 250. `crypto.subtle` is missing at `http://absolute`. */
function fingerprint(token: string): string {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let at = 0; at < token.length; at += 1) {
    const unit = token.charCodeAt(at)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}

function checkKey(key: string): string {
  return key.replace(/^token:/, 'check:')
}

/** Whatever a store of somebody else's throws reaches the user as a `StoreError`. */
function typedErrors(store: TokenStore): TokenStore {
  async function typed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      if (cause instanceof StoreError) throw cause
      throw new StoreError(`The store "${store.name}" failed: see the cause.`, { reason: 'failed', cause })
    }
  }
  return {
    get name() {
      return store.name
    },
    durable: store.durable,
    consistency: store.consistency,
    get: (key) => typed(() => store.get(key)),
    replace: (key, expectedVersion, next) => typed(() => store.replace(key, expectedVersion, next)),
    keys: () => typed(() => store.keys()),
  }
}
