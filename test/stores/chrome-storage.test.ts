import { afterEach, expect, test, vi } from 'vitest'
import { chromeStorageStore } from '../../src/stores/index.ts'
import { createFakeLocks, FakeStorageArea } from './fake-chrome-storage.ts'

afterEach(() => vi.unstubAllGlobals())

test('is locked where its lock is that of the extension, and racy elsewhere', () => {
  const consistency = () => chromeStorageStore(new FakeStorageArea()).consistency
  for (const [protocol, locks, expected] of [
    ['chrome-extension:', createFakeLocks(), 'locked'],
    ['moz-extension:', createFakeLocks(), 'locked'],
    ['chrome-extension:', undefined, 'racy'],
    ['https:', createFakeLocks(), 'racy'], // a content script
  ] as const) {
    vi.stubGlobal('location', { protocol })
    vi.stubGlobal('navigator', { locks })
    expect(consistency()).toBe(expected)
  }
  expect(chromeStorageStore(new FakeStorageArea(), { locks: createFakeLocks() }).consistency).toBe('locked')
})
