import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { encryptedStore, indexedDBStore, memoryStore, openStore } from '../../src/stores/index.ts'

let name: string
beforeEach((context) => {
  name = `indexed-db-${context.task.id}`
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const opening = (version?: number) => indexedDB.open(name, version)

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    if ('onblocked' in request) request.onblocked = () => reject(new Error('A connection stayed open.'))
  })
}

test('asks the browser for strict durability, and gets it', async () => {
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await indexedDBStore({ name }).replace('key', undefined, { version: 1 })
  expect(transaction.mock.results.map(({ value }) => [value.mode, value.durability])).toEqual([['readwrite', 'strict']])
})

test('opens nothing and listens to nothing before it is used', async () => {
  const listen = vi.spyOn(globalThis, 'addEventListener')
  const open = vi.spyOn(IDBFactory.prototype, 'open')
  const store = indexedDBStore({ name })
  expect([listen.mock.calls, open.mock.calls]).toEqual([[], []])
  await store.get('key')
  expect(listen.mock.calls.map(([type]) => type)).toEqual(['pagehide'])
})

test('lets the database be deleted under it, and starts an empty one', async () => {
  const store = indexedDBStore({ name })
  await store.replace('key', undefined, { version: 1 })
  await settled(indexedDB.deleteDatabase(name))
  expect(await store.get('key')).toBeUndefined()
  expect(await store.replace('key', undefined, { version: 1 })).toBe(true)
})

test('lets a newer version of the library take over, and says so', async () => {
  const store = indexedDBStore({ name })
  await store.get('key')
  const newer = await settled(opening(100))
  await expect(store.get('key')).rejects.toMatchObject({ code: 'store', reason: 'newer-format' })
  newer.close()
  await expect(indexedDBStore({ name }).keys()).rejects.toMatchObject({ reason: 'newer-format' })
})

test('mends a database that was made without its object store, while two handles open it', async () => {
  const other = await settled(opening())
  other.onversionchange = () => other.close()
  const stores = [indexedDBStore({ name }), indexedDBStore({ name })]
  const won = await Promise.all(stores.map((store) => store.replace('key', undefined, { version: 1 })))
  expect(won.toSorted()).toEqual([false, true])
})

test('does not wait for ever behind a page that keeps a deleted database open', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const keeper = await settled(opening())
  const blocked = new Promise<void>((resolve) => {
    indexedDB.deleteDatabase(name).onblocked = () => resolve()
  })
  await blocked
  const store = indexedDBStore({ name, timeout: 2000 })
  const reading = store.get('key').catch((error: unknown) => error)
  vi.advanceTimersByTime(2000)
  expect(await reading).toMatchObject({ code: 'store', reason: 'unavailable' })
  keeper.close()
  expect(await store.get('key')).toBeUndefined()
})

test('closes its connection when the page is hidden, so that it can rest in the back/forward cache', async () => {
  const store = indexedDBStore({ name })
  await store.replace('key', undefined, { version: 1 })
  const close = vi.spyOn(IDBDatabase.prototype, 'close')
  dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
  await Promise.resolve()
  const closed = close.mock.contexts.map((database) => (database as IDBDatabase).name)
  expect(closed.filter((each) => each === name)).toHaveLength(1)
  expect(await store.get('key')).toEqual({ version: 1 })
  expect(await store.replace('key', 1, { version: 2 })).toBe(true)
})

test('finishes a write under which the page is hidden', async () => {
  const store = indexedDBStore({ name })
  await store.get('key')
  const writing = store.replace('key', undefined, { version: 1 })
  dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))
  expect(await writing).toBe(true)
  expect(await store.get('key')).toEqual({ version: 1 })
})

test('goes on after its connection was closed under a running use', async () => {
  const stores = [indexedDBStore({ name }), indexedDBStore({ name })]
  await stores[0]?.replace('key', undefined, { version: 1 })
  const uses = stores.flatMap((store) => [store.get('key'), store.keys(), store.get('key')])
  dispatchEvent(new PageTransitionEvent('pagehide'))
  await Promise.all(uses)
})

test('keeps the key of an encrypted store where no script can read it, over a restart', async () => {
  const inner = memoryStore({ name })
  const record = { version: 1, refreshToken: 'rt-secret' }
  await encryptedStore(inner, { name }).replace('key', undefined, record)
  expect(JSON.stringify(await inner.get('key'))).not.toContain('secret')
  expect(await encryptedStore(inner, { name }).get('key')).toEqual(record)
  await settled(indexedDB.deleteDatabase(name)).catch(() => {})
  expect(await encryptedStore(inner, { name: `${name}-wiped` }).get('key')).toMatchObject({
    deleted: true,
    lost: 'key',
  })
})

test('is what openStore chooses here', async () => {
  const first = await openStore({ name })
  expect(first).toMatchObject({ name: `indexeddb:${name}`, durable: true, consistency: 'atomic', lost: [] })
  await first.replace('key', undefined, { version: 1 })
  expect(await (await openStore({ name })).get('key')).toEqual({ version: 1 })
  expect(await first.keys()).toEqual(['key'])
})

test('openStore takes localStorage where IndexedDB is denied', async () => {
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
    throw new DOMException('Access is denied.', 'SecurityError')
  })
  const store = await openStore({ name })
  expect(store).toMatchObject({ name: `localstorage:${name}`, durable: true, consistency: 'racy' })
  expect(store.lost).toHaveLength(2)
})
