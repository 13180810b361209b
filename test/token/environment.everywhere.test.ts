import { expect, test } from 'vitest'
import { describeEnvironment } from '../../src/token/index.ts'

/** What each runtime is, and what it does not have. */
function here(): { place: string; missing: string[] } {
  if (typeof document === 'object') return { place: 'page', missing: [] }
  if (navigator.userAgent === 'Cloudflare-Workers') {
    return { place: 'worker', missing: ['document', 'indexedDB', 'localStorage', 'locks', 'broadcastChannel'] }
  }
  const locks = 'locks' in navigator ? [] : ['locks']
  return { place: 'other', missing: ['document', 'indexedDB', 'localStorage', ...locks] }
}

test('says where it is, and what is not here', async () => {
  const { place, missing } = await describeEnvironment()
  expect({ place, missing: missing.map(({ feature }) => feature) }).toEqual(here())
})
