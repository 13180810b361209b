import { promisifyRequest } from 'idb-keyval'
import { refuseUnknownOptions } from '../internal/options.ts'
import { createDatabase, type DatabaseOptions } from './database.ts'
import { corruptRecord, isRecord, isTombstone, type ProblemListener, report, takeRecord } from './record.ts'
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
 *
 * @throws {TypeError} An option is unknown.
 */
export function indexedDBStore(options: IndexedDBStoreOptions = {}): TokenStore {
  refuseUnknownOptions('indexedDBStore', options, ['name', 'indexedDB', 'onProblem', 'timeout'])
  const { name = 'twitch-keyring', onProblem } = options
  const database = createDatabase(name, options)

  /** In one transaction: reads, sets aside what cannot be read, and writes what `decide` returns. */
  async function update(
    key: string,
    decide: (found: StoredRecord | undefined) => StoredRecord | undefined,
  ): Promise<StoredRecord | undefined> {
    let lost: StoredRecord | undefined
    const found = await database('readwrite', async (records) => {
      const value = await promisifyRequest<unknown>(records.get(key))
      lost = value === undefined || isRecord(value) ? undefined : corruptRecord()
      if (lost) {
        records.put(value, ['corrupt', key])
        records.put(lost, key)
      }
      const found = lost ?? (value as StoredRecord | undefined)
      const next = decide(found)
      if (next) records.put(next, key)
      if (next?.deleted) records.delete(['corrupt', key])
      return found
    })
    if (lost) report(onProblem, 'A record in IndexedDB could not be read and was set aside: sign in again.', key)
    return found
  }

  return {
    name: `indexeddb:${name}`,
    durable: true,
    consistency: 'atomic',

    async get(key) {
      const found: unknown = await database('readonly', (records) => promisifyRequest<unknown>(records.get(key)))
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
      const [keys, values] = await database('readonly', (records) =>
        Promise.all([promisifyRequest(records.getAllKeys()), promisifyRequest<unknown[]>(records.getAll())]),
      )
      return keys.filter((key, index): key is string => typeof key === 'string' && !isTombstone(values[index]))
    },
  }
}
