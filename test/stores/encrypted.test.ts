import { IDBFactory } from 'fake-indexeddb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { UnsupportedError } from '../../src/errors.ts'
import { encryptedStore, memoryStore, type TokenStore } from '../../src/stores/index.ts'
import { tokenStoreCases } from '../../src/testing/token-store-cases.ts'
import { createFaultyIndexedDB, failing } from './faulty-indexed-db.ts'

afterEach(() => vi.unstubAllGlobals())

describe('keeps what every store promises', () => {
  const indexedDB = new IDBFactory()
  const inner = new Map<string, TokenStore>()
  const create = (name: string) => {
    const store = inner.get(name) ?? memoryStore({ name })
    inner.set(name, store)
    return encryptedStore(store, { indexedDB })
  }
  for (const { name, run } of tokenStoreCases(create)) test(name, run)
})

const record = { version: 1, refreshToken: 'rt-secret' }
const place = () => {
  const inner = memoryStore({ name: 'inner' })
  const indexedDB = new IDBFactory()
  const onProblem = vi.fn()
  return { inner, onProblem, indexedDB, store: encryptedStore(inner, { indexedDB, onProblem }) }
}

test('shows the inner store nothing but version, tombstone and JWE', async () => {
  const { inner, store } = place()
  await store.replace('key', undefined, record)
  expect(await inner.get('key')).toEqual({
    version: 1,
    jwe: expect.stringMatching(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/),
  })
  await store.replace('key', 1, { version: 2, deleted: true })
  expect(await inner.get('key')).toEqual({ version: 2, deleted: true, jwe: expect.any(String) })
  expect(await inner.keys()).toEqual([])
})

test('uses a key that cannot be read out', async () => {
  const { indexedDB, store } = place()
  await store.replace('key', undefined, record)
  const { key } = await new Promise<{ key: CryptoKey }>((resolve) => {
    const request = indexedDB.open('twitch-keyring.keys')
    request.onsuccess = () => {
      const reading = request.result.transaction('records').objectStore('records').get('inner')
      reading.onsuccess = () => resolve(reading.result)
    }
  })
  expect(key).toMatchObject({ extractable: false, algorithm: { name: 'AES-GCM', length: 256 } })
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
})

test('makes one key when many write first', async () => {
  const { indexedDB, inner } = place()
  const tabs = Array.from({ length: 5 }, () => encryptedStore(inner, { indexedDB }))
  await Promise.all(tabs.map((tab, index) => tab.replace(`key ${index}`, undefined, record)))
  for (const index of tabs.keys()) expect(await tabs[0]?.get(`key ${index}`)).toEqual(record)
})

test('survives a restart', async () => {
  const { indexedDB, inner, store } = place()
  await store.replace('key', undefined, record)
  expect(await encryptedStore(inner, { indexedDB }).get('key')).toEqual(record)
})

test('asks for a new sign-in when the key is gone, without losing the version', async () => {
  const { inner, store } = place()
  await store.replace('key', undefined, record)
  const onProblem = vi.fn()
  const later = encryptedStore(inner, { indexedDB: new IDBFactory(), onProblem })
  expect(await later.get('key')).toEqual({ version: 1, deleted: true, lost: 'key' })
  expect(await later.replace('key', undefined, { version: 1 })).toBe(false)
  await later.get('key')
  expect(onProblem.mock.calls).toEqual([[expect.objectContaining({ code: 'store', reason: 'corrupt' }), 'key']])
  expect(onProblem.mock.calls[0]?.[0].message).toContain('sign in again')
  expect(await later.replace('key', 1, { ...record, version: 2 })).toBe(true)
  expect(await later.get('key')).toEqual({ ...record, version: 2 })
})

test('writes under no key that was wiped meanwhile', async () => {
  const { inner, indexedDB, store } = place()
  await store.replace('key', undefined, record)
  await new Promise<void>((resolve) => {
    indexedDB.deleteDatabase('twitch-keyring.keys').onsuccess = () => resolve()
  })
  await store.replace('key', 1, { ...record, version: 2 })
  expect(await encryptedStore(inner, { indexedDB }).get('key')).toEqual({ ...record, version: 2 })
})

test('tells a record whose key was replaced from one that is corrupt', async () => {
  const { inner, store } = place()
  await store.replace('key', undefined, record)
  const later = encryptedStore(inner, { indexedDB: new IDBFactory() })
  await later.replace('other', undefined, record)
  expect(await later.get('key')).toMatchObject({ lost: 'key' })
})

test('takes a database of keys that does not open for no lost key', async () => {
  const { indexedDB, openFaults } = createFaultyIndexedDB()
  const inner = memoryStore()
  await encryptedStore(inner, { indexedDB }).replace('key', undefined, record)
  openFaults.push(...Array.from({ length: 3 }, () => failing('UnknownError')))
  const store = encryptedStore(inner, { indexedDB })
  await expect(store.get('key')).rejects.toMatchObject({ code: 'store', reason: 'unavailable' })
  expect(await store.get('key')).toEqual(record)
})

test.each([
  ['cut', (jwe: string) => jwe.slice(0, -4)],
  ['changed', (jwe: string) => jwe.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')).replace(/\.([^.])/, '.A$1')],
  ['replaced', () => 'nonsense'],
])('reads a JWE that was %s as a lost record', async (_how, change) => {
  const { inner, onProblem, store } = place()
  await store.replace('key', undefined, record)
  const { jwe } = (await inner.get('key')) as unknown as { jwe: string }
  await inner.replace('key', 1, { version: 2, jwe: change(jwe) } as never)
  expect(await store.get('key')).toEqual({ version: 2, deleted: true, lost: 'corrupt' })
  expect(onProblem).toHaveBeenCalledTimes(1)
})

test('takes no record for its own that was moved from another key or version', async () => {
  const { inner, store } = place()
  await store.replace('key', undefined, record)
  const sealed = await inner.get('key')
  await inner.replace('other', undefined, sealed as never)
  expect(await store.get('other')).toMatchObject({ deleted: true, lost: 'corrupt' })
  await inner.replace('key', 1, { ...sealed, version: 2 })
  expect(await store.get('key')).toMatchObject({ version: 2, deleted: true, lost: 'corrupt' })
})

test('reads a tombstone without its key', async () => {
  const { inner, store } = place()
  await store.replace('key', undefined, { version: 3, deleted: true })
  const onProblem = vi.fn()
  const later = encryptedStore(inner, { indexedDB: new IDBFactory(), onProblem })
  expect(await later.get('key')).toEqual({ version: 3, deleted: true })
  expect(onProblem).not.toHaveBeenCalled()
})

test('reads records from before the encryption, and encrypts them when they are written next', async () => {
  const { inner, store } = place()
  await inner.replace('key', undefined, record)
  expect(await store.get('key')).toEqual(record)
  await store.replace('key', 1, { ...record, version: 2 })
  expect(JSON.stringify(await inner.get('key'))).not.toContain('secret')
})

test('is what its inner store is', () => {
  const inner = { ...memoryStore(), name: 'inner', durable: true, consistency: 'racy' as const }
  expect(encryptedStore(inner)).toMatchObject({ name: 'inner', durable: true, consistency: 'racy' })
})

test('says what to do on an insecure origin', () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  expect(() => encryptedStore(memoryStore())).toThrow(UnsupportedError)
  expect(() => encryptedStore(memoryStore())).toThrow(/over https: or from localhost/)
})
