/** What runs in each tab: a manager over IndexedDB, and hands for whoever drives the tab. */

import { indexedDBStore } from '../../../src/stores/indexed-db.ts'
import type { StoredRecord, TokenStore } from '../../../src/stores/token-store.ts'
import { StoredTokenHandler, TokenManager } from '../../../src/token/index.ts'
import type { AccessToken } from '../../../src/types.ts'

/** Where a tab can be made to wait: in the middle of a renewal. */
export type Point = 'the mark is written' | 'Twitch has answered' | 'before the pair is written' | 'the pair is written'

export interface TabReport {
  readonly at: number
  readonly what: string
}

declare global {
  interface Window {
    /** Given by the driver: resolves when the tab may go on. */
    pausedAt?: (point: Point) => Promise<void>
    tab: {
      add(accessToken: string, refreshToken: string): Promise<void>
      /** @returns The access token, or why there is none. */
      get(): Promise<string>
      /** As a caller who was refused with what the tab holds. */
      renew(): Promise<string>
      maintain(): Promise<number>
      skip(ms: number): void
      pauseAt(point: Point | undefined): void
      reports(): TabReport[]
    }
  }
}

/** Delays of this and more, in milliseconds, are those after which something is given up. */
const A_BOUND = 10_000

const query = new URLSearchParams(location.search)
const speed = Number(query.get('speed') ?? 1)
const startedAt = Number(query.get('start') ?? Date.now())
let skipped = Number(query.get('skipped') ?? 0)
let waitsAt: Point | undefined

const elapsed = () => (Date.now() - startedAt) * speed + skipped
const pause = async (point: Point) => {
  if (waitsAt === point) await window.pausedAt?.(point)
}

const handler = new StoredTokenHandler({
  clientId: query.get('client') ?? '',
  clientType: 'public',
  store: watched(indexedDBStore()),
  platform: {
    endpoints: { id: query.get('id') ?? '' },
    now: () => startedAt + elapsed(),
    monotonic: () => elapsed(),
    // Time runs fast for what is waited for, not for how long at the most: a busy machine is no slow Twitch.
    setTimeout: (callback, delay) => setTimeout(callback, delay < A_BOUND ? delay / speed : delay),
    async fetch(url, init) {
      const response = await fetch(url, init)
      if (url.endsWith('/token')) {
        const text = await response.text()
        await pause('Twitch has answered')
        return new Response(text, response)
      }
      return response
    },
  },
})
const manager = new TokenManager(handler)
const reports: TabReport[] = []

manager.on('trace', ({ step }) => reports.push({ at: Date.now(), what: step }))
manager.on('tokenRefreshed', ({ origin, expiresAt }) =>
  reports.push({ at: Date.now(), what: `refreshed ${origin} ${expiresAt}` }),
)

// Another tab, or the driver, was refused with the current token: so is this one.
new BroadcastChannel('refused').addEventListener('message', () => {
  window.tab.renew().catch(() => {})
})

window.tab = {
  async add(accessToken, refreshToken) {
    await handler.add({ accessToken, refreshToken })
  },
  get: () => told(manager.get()),
  renew: () => told(manager.get().then((held) => manager.renew(held))),
  maintain: () => manager.maintain(),
  skip(ms) {
    skipped += ms
  },
  pauseAt(point) {
    waitsAt = point
  },
  reports: () => reports.splice(0),
}

async function told(work: Promise<AccessToken>): Promise<string> {
  try {
    return (await work).value
  } catch (error) {
    if (!(error instanceof Error)) return String(error)
    return 'reason' in error ? `${error.name}: ${String(error.reason)}` : `${error.name}: ${error.message}`
  }
}

function watched(store: TokenStore): TokenStore {
  return {
    ...store,
    async replace(key, expectedVersion, next) {
      const { mark, refreshToken, deleted } = next as StoredRecord & { mark?: object; refreshToken?: string }
      const isToken = key.startsWith('token:') && !key.includes('?') && refreshToken !== undefined && !deleted
      const isPair = isToken && mark === undefined
      if (isPair) await pause('before the pair is written')
      const written = await store.replace(key, expectedVersion, next)
      if (isPair) await pause('the pair is written')
      if (isToken && mark !== undefined) await pause('the mark is written')
      return written
    },
  }
}
