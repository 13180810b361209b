import { IDBFactory as FakeIDBFactory } from 'fake-indexeddb'

/** Decides what becomes of one `indexedDB.open`. */
export type OpenFault = (open: () => IDBOpenDBRequest) => IDBOpenDBRequest
/** Does something to a transaction that was just begun. */
export type TransactionFault = (transaction: IDBTransaction) => void

export interface FaultyIndexedDB {
  readonly indexedDB: IDBFactory
  /** For the next openings, in order. */
  readonly openFaults: OpenFault[]
  /** For the next transactions, in order. */
  readonly transactionFaults: TransactionFault[]
  /** Every transaction that was begun: its mode and durability. */
  readonly transactions: { mode: IDBTransactionMode; durability: IDBTransactionDurability | undefined }[]
  /** Every database that was opened. */
  readonly databases: IDBDatabase[]
  opened: number
}

export function createFaultyIndexedDB(): FaultyIndexedDB {
  const real = new FakeIDBFactory()
  const faulty: FaultyIndexedDB = {
    openFaults: [],
    transactionFaults: [],
    transactions: [],
    databases: [],
    opened: 0,
    indexedDB: {
      open(name: string, version?: number) {
        faulty.opened += 1
        const fault = faulty.openFaults.shift()
        const request = fault ? fault(() => real.open(name, version)) : real.open(name, version)
        request.addEventListener?.('success', () => watch(request.result))
        return request
      },
      deleteDatabase: (name: string) => real.deleteDatabase(name),
    } as IDBFactory,
  }

  function watch(database: IDBDatabase): void {
    faulty.databases.push(database)
    const begin = database.transaction.bind(database)
    database.transaction = (names, mode, options) => {
      const transaction = begin(names, mode, options)
      faulty.transactions.push({ mode: transaction.mode, durability: options?.durability })
      faulty.transactionFaults.shift()?.(transaction)
      return transaction
    }
  }

  return faulty
}

/** An opening that fails. */
export function failing(name: string): OpenFault {
  return () => {
    const request = { error: new DOMException('The opening failed.', name) } as unknown as IDBOpenDBRequest
    queueMicrotask(() => request.onerror?.call(request, new Event('error')))
    return request
  }
}

/** An opening that throws at once. */
export function throwing(name: string): OpenFault {
  return () => {
    throw new DOMException('Access is denied.', name)
  }
}

/** An opening that never answers. */
export const silent: OpenFault = () => ({}) as IDBOpenDBRequest

/** An opening that answers when it is told to. */
export function delayed() {
  let open: () => IDBOpenDBRequest
  const request = {} as { -readonly [Part in keyof IDBOpenDBRequest]: IDBOpenDBRequest[Part] }
  const fault: OpenFault = (realOpen) => {
    open = realOpen
    return request
  }
  const answer = () =>
    new Promise<void>((resolve) => {
      const real = open()
      real.onupgradeneeded = (event) => {
        request.result = real.result
        request.onupgradeneeded?.(event)
      }
      real.onsuccess = (event) => {
        request.result = real.result
        request.onsuccess?.(event)
        resolve()
      }
    })
  return { fault, answer, request }
}

/** It is aborted at once, as when the browser drops the connection. */
export function abortedWith(name: string): TransactionFault {
  return (transaction) => {
    queueMicrotask(() => {
      Object.defineProperty(transaction, 'error', { value: new DOMException('The commit failed.', name) })
      transaction.abort()
    })
  }
}

/** All its requests work, and the commit fails. */
export function commitFailingWith(name: string): TransactionFault {
  return (transaction) => {
    const records = transaction.objectStore('records')
    const put = records.put.bind(records)
    Object.defineProperty(records, 'put', {
      value: (value: unknown, key: IDBValidKey) => {
        const request = put(value, key)
        request.addEventListener('success', () => {
          Object.defineProperty(transaction, 'error', { value: new DOMException('The commit failed.', name) })
          transaction.abort()
        })
        return request
      },
    })
  }
}

/** The commit works, and the connection breaks before it is heard of. */
export const lostAnswer: TransactionFault = (transaction) => {
  Object.defineProperty(transaction, 'oncomplete', { set() {} })
  transaction.addEventListener('complete', () => {
    Object.defineProperty(transaction, 'error', { value: new DOMException('The connection was lost.', 'UnknownError') })
    transaction.onabort?.(new Event('abort'))
  })
}
