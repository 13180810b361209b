import { expect, test } from 'vitest'
import { describeEnvironment } from '../../src/token/index.ts'

/** What each runtime is, what it does not have, and what fits. */
function here(): { place: string; missing: string[]; store: string } {
  if (typeof document === 'object') return { place: 'page', missing: [], store: 'indexedDBStore' }
  if (navigator.userAgent === 'Cloudflare-Workers') {
    const missing = ['document', 'indexedDB', 'localStorage', 'locks', 'broadcastChannel']
    return { place: 'worker', missing, store: 'a Durable Object' }
  }
  const locks = 'locks' in navigator ? [] : ['locks']
  return { place: 'other', missing: ['document', 'indexedDB', 'localStorage', ...locks], store: 'memoryStore' }
}

test('says where it is, what is not here, and which store fits', async () => {
  // Ten times the patience: a machine that is busy lacks nothing.
  const platform = { setTimeout: (callback: () => void, delay: number) => setTimeout(callback, 10 * delay) }
  const { place, missing, store } = await describeEnvironment({ platform })
  expect({ place, missing: missing.map(({ feature }) => feature), store: store.use }).toEqual(here())
})
