import { entries, get } from 'idb-keyval'
import { createDatabase, type DatabaseOptions } from './database.ts'
import { corruptRecord, isRecord, type ProblemListener, report, takeRecord } from './record.ts'
import type { StoredRecord, TokenStore } from './token-store.ts'

export interface IndexedDBStoreOptions extends DatabaseOptions {
  /** The database's name. Default `twitch-keyring`. */
  readonly name?: string | undefined
  /** Told of each record that could not be read. */
  readonly onProblem?: ProblemListener | undefined
}

/**
 * Keeps tokens in IndexedDB, the best place that a page has: `replace` is one strictly durable transaction. The database
 * is opened on first use. A record that cannot be read is set aside under `["corrupt", key]`, until its user signs out.
 */
export function indexedDBStore(options: IndexedDBStoreOptions = {}): TokenStore {
  const { name = 'twitch-keyring', onProblem } = options
  const database = createDatabase(name, options)

  /** In one transaction: reads, sets aside what cannot be read, and writes what `decide` returns. */
  async function update(
    key: string,
    decide: (found: StoredRecord | undefined) => StoredRecord | undefined,
  ): Promise<StoredRecord | undefined> {
    let lost: StoredRecord | undefined
    const found = await database(
      'readwrite',
      (records) =>
        new Promise<StoredRecord | undefined>((resolve) => {
          const request = records.get(key)
          request.onsuccess = () => {
            let found: unknown = request.result
            if (found !== undefined && !isRecord(found)) {
              lost = corruptRecord()
              records.put(found, ['corrupt', key])
              records.put(lost, key)
              found = lost
            }
            const next = decide(found as StoredRecord | undefined)
            if (next) records.put(next, key)
            if (next?.deleted) records.delete(['corrupt', key])
            resolve(found as StoredRecord | undefined)
          }
        }),
    )
    if (lost) report(onProblem, 'A record in IndexedDB could not be read and was set aside: sign in again.', key)
    return found
  }

  return {
    name: `indexeddb:${name}`,
    durable: true,
    consistency: 'atomic',

    async get(key) {
      const found: unknown = await get(key, database)
      return found === undefined || isRecord(found) ? found : update(key, () => undefined)
    },

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      let attempts = 0
      let done = false
      await update(key, (found) => {
        attempts += 1
        // An earlier attempt may have been committed although its connection broke.
        done = attempts > 1 && JSON.stringify(found) === JSON.stringify(record)
        if (done || found?.version !== expectedVersion) return undefined
        done = true
        return record
      })
      return done
    },

    async keys() {
      const all = await entries<IDBValidKey, unknown>(database)
      return all.flatMap(([key, value]) =>
        typeof key === 'string' && !(isRecord(value) && value.deleted) ? [key] : [],
      )
    },
  }
}
