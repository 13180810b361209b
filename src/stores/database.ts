import type { UseStore } from 'idb-keyval'
import { StoreError } from '../errors.ts'
import { toStoreError } from './store-error.ts'

/** The only object store of a database. */
const RECORDS = 'records'
/** This library's formats take a hundred database versions each: the steps between mend what another program left. */
const NEXT_FORMAT = 100
const ATTEMPTS = 3

export interface DatabaseOptions {
  /** Default `indexedDB`, looked up when it is used. */
  readonly indexedDB?: IDBFactory | undefined
  /** Milliseconds for one operation, opening included. Default 5,000. */
  readonly timeout?: number | undefined
}

/** One connection, and how to be rid of it. */
interface Connection {
  readonly opened: Promise<IDBDatabase>
  forget(): void
}

/**
 * A store for idb-keyval that keeps its promises where the platform does not: writes are strictly durable, and reported
 * once they are; a connection that the browser or another page closed is opened again; an opening that failed or never
 * ended is not remembered; and no connection keeps a page out of the back/forward cache.
 *
 * Its callbacks may run again, in a new transaction, when a connection broke.
 *
 * @throws {StoreError} When it is used. After a time-out nothing is written any more, unless it was being committed.
 */
export function createDatabase(name: string, options: DatabaseOptions): UseStore {
  const { timeout = 5_000 } = options
  let current: Connection | undefined

  function connect(): Connection {
    if (current) return current
    const factory = options.indexedDB ?? globalThis.indexedDB
    if (!factory) throw toStoreError('IndexedDB', undefined, 'unavailable')
    const opened = open(factory, name)
    const forget = () => {
      if (current === connection) current = undefined
      globalThis.removeEventListener?.('pagehide', forget)
      opened.then(
        (database) => database.close(),
        () => {},
      )
    }
    const connection = { opened, forget }
    globalThis.addEventListener?.('pagehide', forget)
    opened.then(
      (database) => {
        database.onversionchange = () => {
          database.close()
          forget()
        }
      },
      () => {},
    )
    current = connection
    return connection
  }

  return (mode, callback) => {
    let timedOut: StoreError | undefined
    let transaction: IDBTransaction | undefined

    async function attempt(attemptsLeft: number): Promise<Awaited<ReturnType<typeof callback>>> {
      let connection: Connection | undefined
      transaction = undefined
      try {
        connection = connect()
        const database = await connection.opened
        if (timedOut) throw timedOut
        transaction = database.transaction(RECORDS, mode, { durability: 'strict' })
        const records = transaction.objectStore(RECORDS)
        const [result] = await Promise.all([(async () => callback(records))(), commit(transaction)])
        return result
      } catch (cause) {
        abort(transaction)
        connection?.forget()
        const error = toStoreError('IndexedDB', transaction?.error ?? cause, transaction ? 'failed' : 'unavailable')
        if (timedOut || attemptsLeft === 0 || cause === error || error.reason === 'quota') throw error
        return attempt(attemptsLeft - 1)
      }
    }

    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        timedOut = new StoreError(
          `IndexedDB did not answer within ${timeout} ms: close other pages of this site, or restart the browser.`,
          { reason: 'unavailable' },
        )
        abort(transaction)
        current?.forget()
        reject(timedOut)
      }, timeout)
      attempt(ATTEMPTS - 1)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer))
    })
  }
}

/** Without a version at first: any database of this format will do, whoever made or mended it. */
function open(factory: IDBFactory, name: string, version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, version)
    request.onupgradeneeded = () => {
      const { result } = request
      if (!result.objectStoreNames.contains(RECORDS)) result.createObjectStore(RECORDS)
    }
    request.onsuccess = () => {
      const { result } = request
      if (result.version >= NEXT_FORMAT) {
        result.close()
        reject(
          new StoreError('A newer version of this library wrote the database: reload the page, or update.', {
            reason: 'newer-format',
          }),
        )
      } else if (result.objectStoreNames.contains(RECORDS)) {
        resolve(result)
      } else {
        // Another program made it, or Firefox when two tabs opened it at once.
        result.close()
        resolve(open(factory, name, result.version + 1))
      }
    }
    request.onerror = () => reject(request.error)
  })
}

/** `complete` comes after the commit; the `success` of a request promises nothing. */
function commit(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

function abort(transaction: IDBTransaction | undefined): void {
  try {
    transaction?.abort()
  } catch {
    // It is being committed, or is over.
  }
}
