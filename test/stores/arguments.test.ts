import { IDBFactory } from 'fake-indexeddb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { durableObjectStore, kvStore } from '../../src/cloudflare/index.ts'
import {
  chromeStorageStore,
  encryptedStore,
  indexedDBStore,
  localStorageStore,
  memoryStore,
  openStore,
  type TokenStore,
} from '../../src/stores/index.ts'
import { FakeStorageArea } from './fake-chrome-storage.ts'
import { FakeStorage } from './fake-storage.ts'

afterEach(() => vi.unstubAllGlobals())

const area = new FakeStorageArea()
const namespace = { get: async () => null, put: async () => {}, list: async () => ({ keys: [], list_complete: true }) }
const storage = { sql: { exec: () => ({ toArray: () => [] }) }, sync: async () => {} }

describe('an option that does not exist is refused, with those that do', () => {
  const foo = { foo: 1 } as object
  test.each<[string, () => unknown, string]>([
    ['memoryStore', () => memoryStore(foo), 'name'],
    ['indexedDBStore', () => indexedDBStore(foo), 'name'],
    ['localStorageStore', () => localStorageStore(foo), 'name, storage, durable, onProblem'],
    ['chromeStorageStore', () => chromeStorageStore(area, foo), 'name, durable, locks, onProblem'],
    ['encryptedStore', () => encryptedStore(memoryStore(), foo), 'name'],
    ['durableObjectStore', () => durableObjectStore(storage, foo), 'name, onProblem'],
    ['kvStore', () => kvStore(namespace, foo), 'name, onProblem'],
  ])('%s', (name, make, known) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(`${name} has no option "foo". It has: ${known}`)
  })

  test('openStore', async () => {
    await expect(openStore(foo)).rejects.toThrow('openStore has no option "foo". It has: name, stores, onProblem.')
  })
})

describe('what is no place to keep tokens in is refused, with what is', () => {
  const things: unknown[] = [undefined, null, {}, 'text']
  test.each<[string, (thing: never) => unknown, RegExp]>([
    ['durableObjectStore', (thing) => durableObjectStore(thing), /durableObjectStore\(ctx\.storage\)/],
    ['kvStore', (thing) => kvStore(thing), /kvStore\(env\.\w+\)/],
    ['encryptedStore', (thing) => encryptedStore(thing), /encryptedStore\(indexedDBStore\(\)\)/],
    ['chromeStorageStore', (thing) => chromeStorageStore(thing), /chrome\.storage\.local\)|permission "storage"/],
  ])('%s', (_, make, advice) => {
    for (const thing of things) {
      expect(() => make(thing as never)).toThrow(TypeError)
      expect(() => make(thing as never)).toThrow(advice)
    }
  })

  test('an extension without the permission is told to ask for it', () => {
    vi.stubGlobal('chrome', { runtime: {} })
    const { chrome } = globalThis as unknown as { chrome: { storage?: { local: FakeStorageArea } } }
    expect(() => chromeStorageStore(chrome.storage?.local as never)).toThrow(/permission "storage" to the manifest/)
  })
})

describe('a record that is no plain JSON data goes into no store', () => {
  const locks = { request: <T>(_name: string, _options: object, callback: () => Promise<T>) => callback() }
  const stores: Record<string, () => TokenStore> = {
    memoryStore: () => memoryStore(),
    indexedDBStore: () => indexedDBStore({ indexedDB: new IDBFactory() }),
    localStorageStore: () => localStorageStore({ storage: new FakeStorage() }),
    chromeStorageStore: () => chromeStorageStore(new FakeStorageArea(), { locks }),
    encryptedStore: () => encryptedStore(memoryStore(), { indexedDB: new IDBFactory() }),
    durableObjectStore: () => durableObjectStore(storage),
    kvStore: () => kvStore(namespace),
  }
  class Own {
    readonly name = 'own'
  }
  const circle: Record<string, unknown> = {}
  circle['itself'] = circle
  const refused: Record<string, unknown> = {
    'a Map': new Map(),
    'a Set in a list': [new Set()],
    'a Date': new Date(0),
    'a RegExp': /x/,
    bytes: new Uint8Array(1),
    'an error': new Error('x'),
    'a bigint': 1n,
    'a symbol': Symbol('x'),
    'a function': () => {},
    'an instance of a class': new Own(),
    'a circle': circle,
  }

  test.each(Object.entries(stores))('%s', async (_, make) => {
    const store = make()
    for (const [what, d] of Object.entries(refused)) {
      await expect(store.replace('key', undefined, { version: 1, d } as never), what).rejects.toThrow(TypeError)
    }
    await expect(store.replace('key', undefined, { version: 1, d: new Map() } as never)).rejects.toThrow(
      'A record must be plain JSON data.',
    )
    expect(await store.get('key')).toBe(undefined)
    const bare = Object.assign(Object.create(null), { a: null })
    const plain = { a: [1, 'b', true, null, { c: undefined }], bare }
    expect(await store.replace('key', undefined, { version: 1, ...plain } as never)).toBe(true)
  })
})
