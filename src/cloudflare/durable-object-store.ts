import { StoreError } from '../errors.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import {
  checkName,
  corruptRecord,
  isRecord,
  isTombstone,
  type ProblemListener,
  report,
  takeRecord,
} from '../stores/record.ts'
import { toStoreError } from '../stores/store-error.ts'
import type { StoredRecord, TokenStore } from '../stores/token-store.ts'

/** The part of a Durable Object's `ctx.storage` that is used. */
export interface DurableObjectStorageLike {
  readonly sql: {
    exec(query: string, ...bindings: (string | number | null)[]): { toArray(): Record<string, unknown>[] }
  }
  /** Resolves when what was written is on disk. */
  sync(): Promise<void>
}

export interface DurableObjectStoreOptions {
  /** Its rows bear it: letters, digits, `_`, `.` and `-`. Default `twitch-keyring`. */
  readonly name?: string | undefined
  /** Told of each record that could not be read. */
  readonly onProblem?: ProblemListener | undefined
}

const NAME = 'twitch-keyring'
const MEDIUM = "The Durable Object's storage"

/**
 * Keeps tokens in a Durable Object: `durableObjectStore(ctx.storage)`. The object is the only one that reads and writes
 * them, so that `replace` is compare-and-set for the whole world.
 *
 * A record is a row of the table `twitch_keyring`; what could not be read is kept under the store name `<name>!corrupt`
 * until its user signs out.
 *
 * @param storage Of a class listed in `new_sqlite_classes`.
 * @throws {RangeError} The name has other characters.
 * @throws {TypeError} It is no such storage, or an option is unknown.
 * @see https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/
 */
export function durableObjectStore(
  storage: DurableObjectStorageLike,
  options: DurableObjectStoreOptions = {},
): TokenStore {
  refuseUnknownOptions('durableObjectStore', options, ['name', 'onProblem'])
  if (typeof storage?.sync !== 'function') {
    throw new TypeError('durableObjectStore takes the storage of a Durable Object: durableObjectStore(ctx.storage).')
  }
  checkName(options.name ?? NAME)
  return storeIn(storage, options)
}

/** The same for who has checked what it is given. */
export function storeIn(
  storage: DurableObjectStorageLike,
  { name = NAME, onProblem }: DurableObjectStoreOptions = {},
): TokenStore {
  function query(sql: string, ...bindings: (string | number | null)[]): Record<string, unknown>[] {
    try {
      return storage.sql.exec(sql, ...bindings).toArray()
    } catch (error) {
      if (!/no such table/.test(String(error))) throw error
      // The first use, or all was deleted.
      storage.sql.exec(
        'CREATE TABLE twitch_keyring (store TEXT, key TEXT, record TEXT, PRIMARY KEY (store, key)) WITHOUT ROWID',
      )
      return query(sql, ...bindings)
    }
  }

  const write = (store: string, key: string, record: string) =>
    query('INSERT OR REPLACE INTO twitch_keyring (store, key, record) VALUES (?, ?, ?)', store, key, record)

  /** Synchronous, as are the writes: nobody comes in between. */
  function read(key: string): StoredRecord | undefined {
    const [row] = query('SELECT record FROM twitch_keyring WHERE store = ? AND key = ?', name, key)
    if (row === undefined) return undefined
    const record = parse(row['record'])
    if (isRecord(record)) return record
    write(`${name}!corrupt`, key, String(row['record']))
    const lost = corruptRecord()
    write(name, key, JSON.stringify(lost))
    report(onProblem, 'A record in the Durable Object could not be read and was set aside: sign in again.', key)
    return lost
  }

  async function attempt<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      if (cause instanceof StoreError || !/sql/i.test(String(cause))) throw toStoreError(MEDIUM, cause)
      throw new StoreError(
        `${MEDIUM} has no SQLite, or it failed: list the class in new_sqlite_classes of the Wrangler configuration.`,
        { reason: 'failed', cause },
      )
    }
  }

  return {
    name: `durable-object:${name}`,
    durable: true,
    consistency: 'atomic',

    get: (key) => attempt(() => read(key)),

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      return attempt(async () => {
        if (read(key)?.version !== expectedVersion) return false
        write(name, key, JSON.stringify(record))
        if (record.deleted) query('DELETE FROM twitch_keyring WHERE store = ? AND key = ?', `${name}!corrupt`, key)
        await storage.sync()
        return true
      })
    },

    keys: () =>
      attempt(() =>
        query('SELECT key, record FROM twitch_keyring WHERE store = ?', name).flatMap(({ key, record }) =>
          isTombstone(parse(record)) ? [] : [String(key)],
        ),
      ),
  }
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}
