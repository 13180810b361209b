import { TIMED_OUT, waitFor } from '../../internal/wait.ts'
import type { Platform } from '../../types.ts'
import { lookInto, lookUp, type Scope } from './scope.ts'

/** What a place may lack. */
export type Feature =
  | 'secureContext'
  | 'document'
  | 'indexedDB'
  | 'localStorage'
  | 'locks'
  | 'broadcastChannel'
  | 'subtle'
  | 'webSocket'

export interface MissingFeature {
  readonly feature: Feature
  /** What it costs, in a sentence that can be shown. */
  readonly cost: string
}

type ProbePlatform = Pick<Platform, 'setTimeout' | 'clearTimeout' | 'randomId'>

/** A feature that has not answered after this, in milliseconds, is none. */
const ANSWERS_WITHIN = 2_000

const COSTS: Record<Feature, string> = {
  secureContext: 'The browser does not trust this address: it takes away Web Locks and encryption.',
  document: 'Nothing tells of waking up or of being shown: timers notice it within a minute, or call maintain().',
  indexedDB: 'Tokens that can be spent once have no safe place here.',
  localStorage: 'There is nothing to fall back to where IndexedDB fails.',
  locks: 'Renewals queue by a lease in the store instead: safe, but a page that dies in the middle delays the others.',
  broadcastChannel: 'What another page does is noticed within a minute, not at once.',
  subtle: 'Tokens cannot be encrypted where they rest, and id tokens cannot be proven.',
  webSocket: 'There is no chat.',
}

/** Tries everything out. A feature that is there and throws, or never answers, is missing as well. */
export async function findMissing(scope: Scope, platform: ProbePlatform): Promise<MissingFeature[]> {
  const probes: Record<Feature, () => unknown> = {
    secureContext: () => lookUp(scope, 'isSecureContext') !== false,
    document: () => lookUp(scope, 'document') !== undefined,
    indexedDB: () => tryIndexedDB(scope, platform.randomId()),
    localStorage: () => tryLocalStorage(scope, platform.randomId()),
    locks: () => tryLocks(scope, platform.randomId()),
    broadcastChannel: () => tryBroadcastChannel(scope, platform.randomId()),
    subtle: () => trySubtle(scope),
    webSocket: () => typeof lookUp(scope, 'WebSocket') === 'function',
  }
  const found = await Promise.all(
    Object.entries(probes).map(async ([feature, probe]) => [feature as Feature, await works(probe, platform)] as const),
  )
  return found.filter(([, works]) => !works).map(([feature]) => ({ feature, cost: COSTS[feature] }))
}

async function works(probe: () => unknown, platform: ProbePlatform): Promise<boolean> {
  const answer = await waitFor(
    (async () => probe())().catch(() => false),
    ANSWERS_WITHIN,
    platform,
  )
  return answer !== TIMED_OUT && answer === true
}

/** Under a name that no other tab tries at the same time; nothing of it stays, however late the browser answers. */
function tryIndexedDB(scope: Scope, id: string): Promise<boolean> {
  const indexedDB = lookUp<IDBFactory>(scope, 'indexedDB')
  if (indexedDB === undefined) return Promise.resolve(false)
  const name = `twitch-keyring-probe-${id}`
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onupgradeneeded = () => request.result.createObjectStore('probe').put(1, 1)
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      request.result.close()
      indexedDB.deleteDatabase(name)
      resolve(true)
    }
  })
}

function tryLocalStorage(scope: Scope, id: string): boolean {
  const storage = lookUp<Storage>(scope, 'localStorage')
  if (storage === undefined) return false
  const key = `twitch-keyring-probe-${id}`
  storage.setItem(key, id)
  const kept = storage.getItem(key) === id
  storage.removeItem(key)
  return kept
}

async function tryLocks(scope: Scope, id: string): Promise<boolean> {
  const locks = lookUp<LockManager>(lookInto(scope, 'navigator'), 'locks')
  return locks !== undefined && locks.request(`twitch-keyring-probe-${id}`, async () => true)
}

function tryBroadcastChannel(scope: Scope, id: string): boolean {
  const Channel = lookUp<typeof BroadcastChannel>(scope, 'BroadcastChannel')
  if (Channel === undefined) return false
  const channel = new Channel(`twitch-keyring-probe-${id}`)
  channel.postMessage(id)
  channel.close()
  return true
}

async function trySubtle(scope: Scope): Promise<boolean> {
  const subtle = lookUp<SubtleCrypto>(lookInto(scope, 'crypto'), 'subtle')
  return subtle !== undefined && (await subtle.digest('SHA-256', new Uint8Array(1))).byteLength === 32
}
