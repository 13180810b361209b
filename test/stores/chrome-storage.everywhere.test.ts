import { afterEach, describe, expect, test, vi } from 'vitest'
import { chromeStorageStore } from '../../src/stores/index.ts'
import { tokenStoreCases } from '../../src/testing/token-store-cases.ts'
import { createFakeLocks, FakeStorageArea } from './fake-chrome-storage.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('keeps what every store promises', () => {
  const area = new FakeStorageArea()
  const locks = createFakeLocks()
  const create = (name: string) => chromeStorageStore(area, { name, locks })
  for (const { name, run } of tokenStoreCases(create, { consistency: 'locked' })) test(name, run)
})

describe('keeps it in one context where there are no Web Locks, and says that it is no more than that', () => {
  vi.stubGlobal('navigator', {})
  const area = new FakeStorageArea()
  const create = (name: string) => chromeStorageStore(area, { name })
  for (const { name, run } of tokenStoreCases(create, { consistency: 'racy' })) {
    test(name, async () => {
      vi.stubGlobal('navigator', {})
      await run()
    })
  }
})

test('lets one of many contexts win, since they share a lock of its own', async () => {
  const area = new FakeStorageArea()
  const locks = createFakeLocks()
  const contexts = Array.from({ length: 6 }, () => chromeStorageStore(area, { locks }))
  const won = await Promise.all(contexts.map((store) => store.replace('key', undefined, { version: 1 })))
  expect(won.filter(Boolean)).toHaveLength(1)
  expect(new Set(locks.names)).toEqual(new Set([`${contexts[0]?.name}#replace`]))
})

test('writes nothing without the lock when a frozen page holds it, and says what to do', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const area = new FakeStorageArea()
  const locks = createFakeLocks()
  const stores = [chromeStorageStore(area, { locks }), chromeStorageStore(area, { locks })]
  let thaw = () => {}
  locks.request(`${stores[0]?.name}#replace`, {}, () => new Promise<void>((resolve) => (thaw = resolve)))
  const results = Promise.allSettled(stores.map((store) => store.replace('key', undefined, { version: 1 })))
  await vi.advanceTimersByTimeAsync(10_000)
  for (const result of await results) {
    expect(result).toMatchObject({
      reason: { code: 'store', reason: 'unavailable', message: expect.stringContaining('close other pages') },
    })
  }
  thaw()
  await vi.advanceTimersByTimeAsync(10_000)
  expect([...area.items]).toEqual([])
  expect(await stores[0]?.replace('key', undefined, { version: 1 })).toBe(true)
})

test.each([
  ['with Web Locks', createFakeLocks()],
  ['without them', undefined],
])('lets nobody write before a slow write is over, though nobody waits for it any more, %s', async (_, locks) => {
  if (!locks) vi.stubGlobal('navigator', {})
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const area = new FakeStorageArea()
  const store = chromeStorageStore(area, { locks })
  const land = area.holdWrites()
  const slow = store.replace('key', undefined, { version: 1 })
  const late = expect(slow).rejects.toMatchObject({ reason: 'unavailable', message: expect.stringContaining('answer') })
  await vi.advanceTimersByTimeAsync(10_000)
  await late
  const refused = expect(store.replace('key', undefined, { version: 100 })).rejects.toMatchObject({
    reason: 'unavailable',
    message: expect.stringContaining('close other pages'),
  })
  await vi.advanceTimersByTimeAsync(10_000)
  await refused
  land()
  await vi.advanceTimersByTimeAsync(1)
  expect(await store.get('key')).toEqual({ version: 1 })
  expect(await store.replace('key', 1, { version: 100 })).toBe(true)
  expect(await store.get('key')).toEqual({ version: 100 })
})

test('knows the session area, which no restart survives', () => {
  const [local, session, sync] = [new FakeStorageArea(), new FakeStorageArea(), new FakeStorageArea()]
  for (const name of ['chrome', 'browser']) {
    vi.stubGlobal(name, { storage: { local, session, sync } })
    expect(chromeStorageStore(local)).toMatchObject({ durable: true })
    expect(chromeStorageStore(session)).toMatchObject({ durable: false })
    expect(chromeStorageStore(session).name).not.toBe(chromeStorageStore(local).name)
    expect(() => chromeStorageStore(sync)).toThrow(/other machines/)
    vi.unstubAllGlobals()
  }
})

test('calls a full area full', async () => {
  const area = new FakeStorageArea()
  area.writeError = new Error('QUOTA_BYTES quota exceeded')
  const writing = chromeStorageStore(area).replace('key', undefined, { version: 1 })
  await expect(writing).rejects.toMatchObject({ code: 'store', reason: 'quota' })
})

test('is unavailable once the extension was updated under the page', async () => {
  const area = new FakeStorageArea()
  area.error = new Error('Extension context invalidated.')
  const store = chromeStorageStore(area)
  const results = [store.get('key'), store.replace('key', undefined, { version: 1 }), store.keys()]
  for (const result of await Promise.allSettled(results)) {
    expect(result).toMatchObject({
      reason: { code: 'store', reason: 'unavailable', message: expect.stringContaining('reload') },
    })
  }
})

test('does not wait for ever for an area that never answers, and holds no lock for it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const area = new FakeStorageArea()
  area.silent = true
  const store = chromeStorageStore(area, { locks: createFakeLocks() })
  const results = Promise.allSettled([store.get('key'), store.replace('key', undefined, { version: 1 }), store.keys()])
  await vi.advanceTimersByTimeAsync(10_000)
  area.silent = false
  for (const result of await results) expect(result).toMatchObject({ reason: { code: 'store', reason: 'unavailable' } })
  expect(await store.replace('key', undefined, { version: 1 })).toBe(true)
})

test('sets aside and reports a corrupt record, whose old writers lose', async () => {
  const area = new FakeStorageArea()
  await area.set({ 'twitch-keyring:key': { version: '7', refreshToken: 'secret' } })
  const onProblem = vi.fn()
  const store = chromeStorageStore(area, { onProblem, locks: createFakeLocks() })
  expect(await store.keys()).toEqual(['key'])
  expect(await store.replace('key', 7, { version: 8 })).toBe(false)
  const found = await store.get('key')
  expect(found).toEqual({ version: expect.any(Number), deleted: true, lost: 'corrupt' })
  expect(await store.keys()).toEqual([])
  expect(area.items.get('twitch-keyring!corrupt:key')).toContain('secret')
  expect(onProblem.mock.calls).toEqual([[expect.objectContaining({ reason: 'corrupt' }), 'key']])
  const version = found?.version ?? 0
  await store.replace('key', version, { version: version + 1, deleted: true })
  expect(area.items.has('twitch-keyring!corrupt:key')).toBe(false)
})

test('lists nothing of the rest of the extension', async () => {
  const area = new FakeStorageArea()
  await area.set({ theme: 'dark', 'twitch-keyring.2:key': { version: 1 } })
  const store = chromeStorageStore(area)
  await store.replace('own', undefined, { version: 1 })
  expect(await store.keys()).toEqual(['own'])
})
