import { afterEach, expect, test, vi } from 'vitest'
import type { StoreError } from '../../src/errors.ts'
import { localStorageStore } from '../../src/stores/index.ts'
import { FakeStorage } from './fake-storage.ts'

afterEach(() => vi.unstubAllGlobals())

const secret = 'rt-secret-0123456789'

function corrupted(text: string) {
  const storage = new FakeStorage()
  storage.setItem('twitch-keyring:key', text)
  const problems: [StoreError, string][] = []
  const onProblem = (problem: StoreError, key: string) => problems.push([problem, key])
  return { storage, problems, store: localStorageStore({ storage, onProblem }) }
}

const corruptTexts = [
  `{"version":7,"refreshToken":"${secret}`,
  `{"version":"7","refreshToken":"${secret}"}`,
  '',
  'null',
  '[]',
  '{"version":0}',
  '{"version":1,"deleted":false}',
]

test.each(corruptTexts)('sets aside and reports a corrupt record: %s', async (text) => {
  const { storage, problems, store } = corrupted(text)
  expect(await store.keys()).toEqual(['key'])
  expect(await store.get('key')).toEqual({ version: expect.any(Number), deleted: true, lost: 'corrupt' })
  expect(storage.getItem('twitch-keyring!corrupt:key')).toBe(text)
  expect(await store.keys()).toEqual([])
  await store.get('key')
  expect(problems).toEqual([[expect.objectContaining({ code: 'store', reason: 'corrupt' }), 'key']])
})

test('lets no old writer win over a corrupt record, and a new one go on from there', async () => {
  const { store } = corrupted('{"version":7')
  for (const version of [undefined, 1, 7]) {
    expect(await store.replace('key', version, { version: 8 })).toBe(false)
  }
  const { version } = (await store.get('key')) ?? { version: 0 }
  expect(version).toBeGreaterThan(1e15)
  expect(await store.replace('key', version, { version: version + 1 })).toBe(true)
  expect(await store.keys()).toEqual(['key'])
})

test('says nothing of what was in a corrupt record', async () => {
  const { problems, store } = corrupted(`{"version":7,"refreshToken":"${secret}`)
  await store.get('key')
  const [[problem] = []] = problems
  expect(problem?.cause).toBeUndefined()
  expect(`${problem?.message} ${problem?.stack} ${JSON.stringify(problem)}`).not.toContain('secret')
})

test('throws away what was set aside when its user signs out', async () => {
  const { storage, store } = corrupted('{"version":7')
  const { version } = (await store.get('key')) ?? { version: 0 }
  await store.replace('key', version, { version: version + 1 })
  expect(storage.getItem('twitch-keyring!corrupt:key')).not.toBeNull()
  await store.replace('key', version + 1, { version: version + 2, deleted: true })
  expect(storage.getItem('twitch-keyring!corrupt:key')).toBeNull()
})

test('puts a tombstone in place of a corrupt record even where no copy has room', async () => {
  const { storage, store } = corrupted('{"version":7')
  const setItem = storage.setItem.bind(storage)
  storage.setItem = (key, value) => {
    if (key.includes('!corrupt:')) throw new DOMException('It is full.', 'QuotaExceededError')
    setItem(key, value)
  }
  expect(await store.get('key')).toMatchObject({ deleted: true, lost: 'corrupt' })
})

test.each(['QuotaExceededError', 'NS_ERROR_DOM_QUOTA_REACHED'])('calls a full storage full: %s', async (name) => {
  const storage = new FakeStorage()
  const store = localStorageStore({ storage })
  await store.replace('key', undefined, { version: 1 })
  storage.writeError = new DOMException('It is full.', name)
  await expect(store.replace('key', 1, { version: 2 })).rejects.toMatchObject({ code: 'store', reason: 'quota' })
  expect(await store.get('key')).toEqual({ version: 1 })
})

test('says what to do where the storage is denied', async () => {
  const storage = new FakeStorage()
  storage.error = new DOMException('The document is sandboxed.', 'SecurityError')
  const store = localStorageStore({ storage })
  const denied = { code: 'store', reason: 'unavailable', message: expect.stringContaining('allow-same-origin') }
  await expect(store.get('key')).rejects.toMatchObject(denied)
  await expect(store.replace('key', undefined, { version: 1 })).rejects.toMatchObject(denied)
  await expect(store.keys()).rejects.toMatchObject(denied)
})

test.each([null, undefined])('is unavailable where localStorage is %s', async (value) => {
  vi.stubGlobal('localStorage', value)
  await expect(localStorageStore().get('key')).rejects.toMatchObject({ reason: 'unavailable' })
})

test('is unavailable where looking at localStorage throws, and not sooner than on first use', async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get() {
      throw new DOMException('Access is denied for this document.', 'SecurityError')
    },
  })
  try {
    await expect(localStorageStore().get('key')).rejects.toMatchObject({ reason: 'unavailable' })
  } finally {
    if (before) Object.defineProperty(globalThis, 'localStorage', before)
    else Reflect.deleteProperty(globalThis, 'localStorage')
  }
})

test('does not take it for written when the storage keeps nothing', async () => {
  const storage = new FakeStorage()
  storage.forgetful = true
  const writing = localStorageStore({ storage }).replace('key', undefined, { version: 1 })
  await expect(writing).rejects.toMatchObject({ code: 'store', reason: 'failed' })
})

test('lists nothing of the page, and no store whose name begins alike', async () => {
  const storage = new FakeStorage()
  storage.setItem('theme', 'dark')
  storage.setItem('twitch-keyring', 'x')
  await localStorageStore({ storage, name: 'twitch-keyring.2' }).replace('key', undefined, { version: 1 })
  await localStorageStore({ storage }).replace('own', undefined, { version: 1 })
  expect(await localStorageStore({ storage }).keys()).toEqual(['own'])
})

test('says that sessionStorage is not durable when it is told so', () => {
  expect(localStorageStore().durable).toBe(true)
  expect(localStorageStore({ storage: new FakeStorage(), durable: false }).durable).toBe(false)
})
