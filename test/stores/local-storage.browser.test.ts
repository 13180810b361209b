import { afterEach, expect, test, vi } from 'vitest'
import { localStorageStore } from '../../src/stores/index.ts'

afterEach(() => {
  vi.restoreAllMocks()
  localStorage.clear()
})

test('calls the full localStorage of a real browser full, and keeps what was there', async () => {
  const store = localStorageStore()
  await store.replace('key', undefined, { version: 1 })
  for (let size = 4 * 2 ** 20; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (let piece = 0; ; piece += 1) localStorage.setItem(`filler ${size} ${piece}`, 'x'.repeat(size))
    } catch {
      // No piece of this size has room any more.
    }
  }
  const large = { version: 2, refreshToken: 'x'.repeat(1000) }
  await expect(store.replace('key', 1, large)).rejects.toMatchObject({ code: 'store', reason: 'quota' })
  expect(await store.get('key')).toEqual({ version: 1 })
})

test('is unavailable where the browser denies localStorage', async () => {
  vi.spyOn(globalThis, 'localStorage', 'get').mockImplementation(() => {
    throw new DOMException('Access is denied for this document.', 'SecurityError')
  })
  await expect(localStorageStore().get('key')).rejects.toMatchObject({ code: 'store', reason: 'unavailable' })
})

test('shares its data with another window of the site', async () => {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const other = localStorageStore({ storage: frame.contentWindow?.localStorage })
  await localStorageStore().replace('key', undefined, { version: 1 })
  expect(await other.get('key')).toEqual({ version: 1 })
  expect(await other.replace('key', undefined, { version: 1 })).toBe(false)
  frame.remove()
})
