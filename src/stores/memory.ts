import { takeRecord } from './record.ts'
import type { StoredRecord, TokenStore } from './token-store.ts'

export interface MemoryStoreOptions {
  /** Default: one of its own for every store, since no two share their data. */
  readonly name?: string | undefined
}

/** Keeps tokens for as long as this page, Worker or process lives. Every call makes an empty store. */
export function memoryStore(options: MemoryStoreOptions = {}): TokenStore {
  const records = new Map<string, StoredRecord>()
  let { name } = options

  return {
    get name() {
      // Not sooner: a Worker has no randomness while it starts.
      name ??= `memory:${Math.random().toString(36).slice(2)}`
      return name
    },
    durable: false,
    consistency: 'atomic',

    async get(key) {
      return structuredClone(records.get(key))
    },

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      if (records.get(key)?.version !== expectedVersion) return false
      records.set(key, record)
      return true
    },

    async keys() {
      return [...records].filter(([, record]) => !record.deleted).map(([key]) => key)
    },
  }
}
