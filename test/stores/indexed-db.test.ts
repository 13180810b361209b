import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StoreError } from '../../src/errors.ts'
import { indexedDBStore } from '../../src/stores/index.ts'
import { tokenStoreCases } from '../../src/testing/token-store-cases.ts'
import {
  abortedWith,
  commitFailingWith,
  createFaultyIndexedDB,
  delayed,
  type FaultyIndexedDB,
  failing,
  lostAnswer,
  silent,
  throwing,
} from './faulty-indexed-db.ts'

describe('keeps what every store promises', () => {
  const indexedDB = new IDBFactory()
  for (const { name, run } of tokenStoreCases((name) => indexedDBStore({ name, indexedDB }))) test(name, run)
})

let faulty: FaultyIndexedDB
beforeEach(() => {
  faulty = createFaultyIndexedDB()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const create = (options: Parameters<typeof indexedDBStore>[0] = {}) =>
  indexedDBStore({ indexedDB: faulty.indexedDB, ...options })

function rawOpen(version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = faulty.indexedDB.open('twitch-keyring', version)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

describe('opening', () => {
  test('waits for the first use, and is shared', async () => {
    const store = create()
    expect(faulty.opened).toBe(0)
    await Promise.all([store.get('a'), store.get('b'), store.keys()])
    expect(faulty.opened).toBe(1)
  })

  test('that fails once is tried again and noticed by nobody', async () => {
    faulty.openFaults.push(failing('UnknownError'), failing('AbortError'))
    expect(await create().replace('key', undefined, { version: 1 })).toBe(true)
  })

  test('that fails is not remembered', async () => {
    const store = create()
    faulty.openFaults.push(...Array.from({ length: 3 }, () => failing('UnknownError')))
    await expect(store.get('key')).rejects.toMatchObject({ code: 'store', reason: 'unavailable' })
    expect(await store.get('key')).toBeUndefined()
  })

  test.each(['InvalidStateError', 'SecurityError'])(
    'is unavailable in private modes that refuse it: %s',
    async (name) => {
      faulty.openFaults.push(...Array.from({ length: 3 }, () => failing(name)))
      const error: StoreError = await create()
        .get('key')
        .catch((error) => error)
      expect(error).toMatchObject({ code: 'store', reason: 'unavailable', cause: { name } })
      expect(error.message).toBe(
        'IndexedDB cannot be used here: let this site store data; a sandboxed frame needs allow-same-origin.',
      )
    },
  )

  test('is unavailable where it throws, as in a sandboxed frame', async () => {
    faulty.openFaults.push(...Array.from({ length: 3 }, () => throwing('SecurityError')))
    await expect(create().get('key')).rejects.toMatchObject({ reason: 'unavailable' })
  })

  test.each([null, undefined])('is unavailable where indexedDB is %s', async (value) => {
    vi.stubGlobal('indexedDB', value)
    await expect(indexedDBStore().get('key')).rejects.toMatchObject({ reason: 'unavailable' })
  })

  test('is called full where there is no room for a database', async () => {
    faulty.openFaults.push(failing('QuotaExceededError'))
    await expect(create().get('key')).rejects.toMatchObject({ reason: 'quota' })
    expect(faulty.opened).toBe(1)
  })

  test('that never answers ends in time, and the next use opens anew', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    faulty.openFaults.push(silent)
    const store = create({ timeout: 3000 })
    const reading = store.get('key').catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(3000)
    expect(await reading).toMatchObject({
      code: 'store',
      reason: 'unavailable',
      message: expect.stringContaining('3000 ms'),
    })
    expect(await store.get('key')).toBeUndefined()
  })

  test('that answers late writes nothing any more, and leaves no connection', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { fault, answer, request } = delayed()
    faulty.openFaults.push(fault)
    const store = create()
    const writing = store.replace('key', undefined, { version: 1 }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5000)
    expect(await writing).toMatchObject({ reason: 'unavailable' })
    await answer()
    expect(await store.get('key')).toBeUndefined()
    expect(() => request.result.transaction('records')).toThrow()
  })

  test('refuses a database that a newer version of the library wrote', async () => {
    const newer = await rawOpen(100)
    newer.close()
    const error: StoreError = await create()
      .get('key')
      .catch((error) => error)
    expect(error).toMatchObject({ code: 'store', reason: 'newer-format' })
    expect(error.message).toContain('reload the page')
  })

  test('mends a database that was made without its object store', async () => {
    const other = await rawOpen()
    expect(other.objectStoreNames).toHaveLength(0)
    other.onversionchange = () => other.close()
    expect(await create().replace('key', undefined, { version: 1 })).toBe(true)
    expect(await create().get('key')).toEqual({ version: 1 })
  })
})

describe('a connection', () => {
  test('that the browser closed is opened again', async () => {
    const store = create()
    await store.replace('key', undefined, { version: 1 })
    for (const database of faulty.databases) forceCloseDatabase(database as never)
    expect(await store.replace('key', 1, { version: 2 })).toBe(true)
    expect(faulty.opened).toBe(2)
  })

  test('that was closed without a word is opened again', async () => {
    const store = create()
    await store.replace('key', undefined, { version: 1 })
    faulty.databases[0]?.close()
    expect(await store.get('key')).toEqual({ version: 1 })
  })

  test('lets another page delete the database, and starts an empty one', async () => {
    const store = create()
    await store.replace('key', undefined, { version: 1 })
    await new Promise<void>((resolve, reject) => {
      const request = faulty.indexedDB.deleteDatabase('twitch-keyring')
      request.onsuccess = () => resolve()
      request.onblocked = () => reject(new Error('The store kept its connection.'))
    })
    expect(await store.get('key')).toBeUndefined()
    expect(await store.replace('key', undefined, { version: 1 })).toBe(true)
  })

  test('lets a newer version of the library take the database over', async () => {
    const store = create()
    await store.get('key')
    const newer = await rawOpen(100)
    await expect(store.get('key')).rejects.toMatchObject({ reason: 'newer-format' })
    newer.close()
  })

  test('is closed when the page is hidden for good or for now, and opened again on demand', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    const store = create()
    await store.replace('key', undefined, { version: 1 })
    page.dispatchEvent(new Event('pagehide'))
    await Promise.resolve()
    expect(() => faulty.databases[0]?.transaction('records')).toThrow()
    expect(await store.get('key')).toEqual({ version: 1 })
  })

  test('listens to the page only while it is open', async () => {
    const listening = new Set<unknown>()
    vi.stubGlobal(
      'addEventListener',
      (type: string, listener: unknown) => type === 'pagehide' && listening.add(listener),
    )
    vi.stubGlobal('removeEventListener', (_type: string, listener: unknown) => listening.delete(listener))
    const store = create()
    expect(listening.size).toBe(0)
    await store.get('key')
    expect(listening.size).toBe(1)
    for (const database of faulty.databases) forceCloseDatabase(database as never)
    await store.get('key')
    expect(listening.size).toBe(1)
  })
})

describe('a transaction', () => {
  test('that writes is strictly durable', async () => {
    await create().replace('key', undefined, { version: 1 })
    expect(faulty.transactions).toEqual([{ mode: 'readwrite', durability: 'strict' }])
  })

  test('that fails once is tried again and noticed by nobody', async () => {
    const store = create()
    faulty.transactionFaults.push(abortedWith('UnknownError'), abortedWith('AbortError'))
    expect(await store.replace('key', undefined, { version: 1 })).toBe(true)
    expect(await store.get('key')).toEqual({ version: 1 })
  })

  test('that fails beside others makes all of them share one new connection', async () => {
    const store = create()
    await store.get('key')
    faulty.transactionFaults.push(...Array.from({ length: 3 }, () => abortedWith('UnknownError')))
    await Promise.all([store.get('a'), store.get('b'), store.get('c')])
    expect(faulty.opened).toBe(2)
  })

  test('that goes on failing is a StoreError, and nothing is written', async () => {
    const store = create()
    faulty.transactionFaults.push(...Array.from({ length: 3 }, () => commitFailingWith('UnknownError')))
    const writing = store.replace('key', undefined, { version: 1 })
    await expect(writing).rejects.toMatchObject({ code: 'store', reason: 'failed', cause: { name: 'UnknownError' } })
    expect(await store.get('key')).toBeUndefined()
  })

  test.each([
    ['at once', abortedWith],
    ['at its commit', commitFailingWith],
  ])('that finds no room %s says so, and is not tried again', async (_when, failingWith) => {
    const store = create()
    faulty.transactionFaults.push(failingWith('QuotaExceededError'))
    await expect(store.replace('key', undefined, { version: 1 })).rejects.toMatchObject({ reason: 'quota' })
    expect(faulty.transactions).toHaveLength(1)
    expect(await store.replace('key', undefined, { version: 1 })).toBe(true)
  })

  test('that was committed although its connection broke is known for its own', async () => {
    const store = create()
    faulty.transactionFaults.push(lostAnswer)
    expect(await store.replace('key', undefined, { version: 1, mark: 'mine' } as never)).toBe(true)
    expect(await store.get('key')).toEqual({ version: 1, mark: 'mine' })
    expect(await store.replace('key', 1, { version: 2 })).toBe(true)
  })

  test('that lost its answer does not take the write of another for its own', async () => {
    const store = create()
    faulty.transactionFaults.push(commitFailingWith('UnknownError'), (transaction) => {
      transaction.objectStore('records').put({ version: 1, mark: 'theirs' }, 'key')
    })
    expect(await store.replace('key', undefined, { version: 1, mark: 'mine' } as never)).toBe(false)
    expect(await store.get('key')).toEqual({ version: 1, mark: 'theirs' })
  })

  test('that never ends is aborted in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const store = create()
    await store.get('key')
    const aborted = vi.fn()
    faulty.transactionFaults.push((transaction) => {
      aborted.mockImplementation(() => transaction.onabort?.(new Event('abort')))
      Object.defineProperty(transaction, 'oncomplete', { set() {} })
      Object.defineProperty(transaction, 'objectStore', { value: () => ({ get: () => ({}) }) })
      Object.defineProperty(transaction, 'abort', { value: aborted })
    })
    const writing = store.replace('key', undefined, { version: 1 }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5000)
    expect(await writing).toMatchObject({ code: 'store', reason: 'unavailable' })
    expect(aborted).toHaveBeenCalled()
    await new Promise((resolve) => setImmediate(resolve))
    expect(faulty.opened).toBe(1)
    expect(await store.replace('key', undefined, { version: 1 })).toBe(true)
  })
})

describe('a corrupt record', () => {
  async function corrupt(value: unknown) {
    await create().get('key')
    const database = await rawOpen()
    database.transaction('records', 'readwrite').objectStore('records').put(value, 'key')
    const aside = () =>
      new Promise((resolve) => {
        const request = database.transaction('records').objectStore('records').get(['corrupt', 'key'])
        request.onsuccess = () => resolve(request.result)
      })
    const onProblem = vi.fn()
    return { aside, onProblem, store: create({ onProblem }) }
  }

  test.each(['text', null, {}, { version: '7' }, { version: 7, deleted: 'no' }])(
    'is set aside and reported: %j',
    async (value) => {
      const { aside, onProblem, store } = await corrupt(value)
      expect(await store.keys()).toEqual(['key'])
      expect(await store.get('key')).toEqual({ version: expect.any(Number), deleted: true, lost: 'corrupt' })
      expect(await store.keys()).toEqual([])
      expect(await aside()).toEqual(value)
      await store.get('key')
      expect(onProblem.mock.calls).toEqual([[expect.objectContaining({ reason: 'corrupt' }), 'key']])
    },
  )

  test('lets no old writer win, and a new one go on from there', async () => {
    const { store } = await corrupt({ version: '7' })
    for (const version of [undefined, 1, 7]) expect(await store.replace('key', version, { version: 8 })).toBe(false)
    const { version } = (await store.get('key')) ?? { version: 0 }
    expect(version).toBeGreaterThan(1e15)
    expect(await store.replace('key', version, { version: version + 1 })).toBe(true)
  })

  test('is thrown away when its user signs out', async () => {
    const { aside, store } = await corrupt('text')
    const { version } = (await store.get('key')) ?? { version: 0 }
    await store.replace('key', version, { version: version + 1, deleted: true })
    expect(await aside()).toBeUndefined()
  })
})
