import { takeRecord } from './record.ts'
import type { StoredRecord, TokenStore } from './token-store.ts'

export interface MemoryStoreOptions {
  /** Default: one of its own for every store, since no two share their data. */
  readonly name?: string | undefined
}

/**
 * Keeps tokens for as long as this page, Worker or process lives. Every call makes an empty store.
 *
 * @throws {TypeError} An option is unknown.
 */
export function memoryStore({ name, ...others }: MemoryStoreOptions = {}): TokenStore {
  for (const other in others) throw new TypeError(`memoryStore has no option "${other}". It has: name.`)
  const records = new Map<string, StoredRecord>()

  return {
    get name() {
      // Not sooner: a Worker has no randomness while it starts.
      name ??= `memory:${Math.random()}`
      return name
    },
    durable: false,
    consistency: 'atomic',

    async get(key) {
      return structuredClone(records.get(key))
    },

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      const isFirst = records.get(key)?.version === expectedVersion
      if (isFirst) records.set(key, record)
      return isFirst
    },

    async keys() {
      return [...records.keys()].filter((key) => !records.get(key)?.deleted)
    },
  }
}
