import { asObject } from '../../internal/json.ts'
import { waitFor } from '../../internal/wait.ts'
import type { Platform } from '../../types.ts'
import type { Realm } from './place.ts'

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

/** From a page to itself, in milliseconds, while the browser is busy with starting. */
const MESSAGE_ARRIVES_WITHIN = 1_000

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
export async function findMissing(realm: Realm, platform: ProbePlatform): Promise<MissingFeature[]> {
  const probes: Record<Feature, () => unknown> = {
    secureContext: () => realm['isSecureContext'] !== false,
    document: () => realm['document'] !== undefined,
    indexedDB: () => tryIndexedDB(realm, platform.randomId()),
    localStorage: () => tryLocalStorage(realm, platform.randomId()),
    locks: () => tryLocks(realm, platform.randomId()),
    broadcastChannel: () => tryBroadcastChannel(realm, platform),
    subtle: () => trySubtle(realm),
    webSocket: () => typeof realm['WebSocket'] === 'function',
  }
  const found = await Promise.all(
    Object.entries(probes).map(async ([feature, probe]) => [feature as Feature, await works(probe, platform)] as const),
  )
  return found.filter(([, works]) => !works).map(([feature]) => ({ feature, cost: COSTS[feature] }))
}

async function works(probe: () => unknown, platform: ProbePlatform): Promise<boolean> {
  try {
    return (await waitFor((async () => probe())(), ANSWERS_WITHIN, platform)) === true
  } catch {
    return false
  }
}

/** Under a name that no other tab tries at the same time; nothing of it stays, however late the browser answers. */
function tryIndexedDB(realm: Realm, id: string): Promise<boolean> {
  const indexedDB = realm['indexedDB'] as IDBFactory | undefined
  if (indexedDB === undefined) return Promise.resolve(false)
  const name = `twitch-keyring-probe-${id}`
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onupgradeneeded = () => request.result.createObjectStore('probe').put(1, 1)
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      request.result.close()
      const deletion = indexedDB.deleteDatabase(name)
      deletion.onsuccess = () => resolve(true)
      deletion.onerror = () => reject(deletion.error)
    }
  })
}

function tryLocalStorage(realm: Realm, id: string): boolean {
  const storage = realm['localStorage'] as Storage | undefined
  if (storage === undefined) return false
  const key = `twitch-keyring-probe-${id}`
  storage.setItem(key, id)
  const kept = storage.getItem(key) === id
  storage.removeItem(key)
  return kept
}

async function tryLocks(realm: Realm, id: string): Promise<boolean | undefined> {
  const locks = asObject(realm['navigator'])['locks'] as LockManager | undefined
  return locks?.request(`twitch-keyring-probe-${id}`, async () => true)
}

/** Some runtimes have one that delivers nothing. */
async function tryBroadcastChannel(realm: Realm, platform: ProbePlatform): Promise<boolean> {
  const Channel = realm['BroadcastChannel'] as typeof BroadcastChannel | undefined
  if (Channel === undefined) return false
  const name = `twitch-keyring-probe-${platform.randomId()}`
  const [one, two] = [new Channel(name), new Channel(name)]
  try {
    const heard = new Promise<boolean>((resolve) => two.addEventListener('message', () => resolve(true)))
    one.postMessage('probe')
    return (await waitFor(heard, MESSAGE_ARRIVES_WITHIN, platform)) === true
  } finally {
    one.close()
    two.close()
  }
}

async function trySubtle(realm: Realm): Promise<boolean> {
  const subtle = asObject(realm['crypto'])['subtle'] as SubtleCrypto | undefined
  return subtle !== undefined && (await subtle.digest('SHA-256', new Uint8Array(1))).byteLength === 32
}
