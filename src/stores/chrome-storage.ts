import { StoreError } from '../errors.ts'
import { asObject } from '../internal/json.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import type { Locks } from '../types.ts'
import { checkName, corruptRecord, isRecord, isTombstone, type ProblemListener, report, takeRecord } from './record.ts'
import { toStoreError } from './store-error.ts'
import type { StoredRecord, TokenStore } from './token-store.ts'

/** The part of `chrome.storage.StorageArea` (and Firefox's `browser.storage`) that is used. */
export interface ChromeStorageArea {
  get(keys: string | null): Promise<Readonly<Record<string, unknown>>>
  set(items: Readonly<Record<string, unknown>>): Promise<void>
  remove(key: string): Promise<void>
}

export interface ChromeStorageStoreOptions {
  /** What its keys begin with: letters, digits, `_`, `.` and `-`. Default `twitch-keyring`. */
  readonly name?: string | undefined
  /** Whether `area` survives a restart. Default: unless it is `chrome.storage.session`. */
  readonly durable?: boolean | undefined
  /** Default `navigator.locks`, looked up when it is used. */
  readonly locks?: Locks | undefined
  /** Told of each record that could not be read. */
  readonly onProblem?: ProblemListener | undefined
}

/** Milliseconds. After it a write goes on without the lock, which a frozen page may hold. */
const LOCK_TIMEOUT = 2000
/** Milliseconds for one operation. */
const TIMEOUT = 10_000
const MEDIUM = 'The extension storage'

/**
 * Keeps tokens in a storage area of a browser extension: `chromeStorageStore(chrome.storage.local)`. A record lies under
 * `<name>:<key>`, and under `<name>!corrupt:<key>` what could not be read, until its user signs out.
 *
 * The area has no compare-and-set of its own. `replace` takes a short lock, which all pages and workers of the extension
 * share; its content scripts do not.
 *
 * @throws {RangeError} The name has other characters.
 * @throws {TypeError} The area is `chrome.storage.sync`, or none; an option is unknown.
 * @see https://developer.chrome.com/docs/extensions/reference/api/storage
 */
export function chromeStorageStore(area: ChromeStorageArea, options: ChromeStorageStoreOptions = {}): TokenStore {
  refuseUnknownOptions('chromeStorageStore', options, ['name', 'durable', 'locks', 'onProblem'])
  const { name = 'twitch-keyring', onProblem } = options
  checkName(name)
  if (area === undefined) {
    throw new TypeError('There is no such storage area here: add the permission "storage" to the manifest.')
  }
  if (typeof area?.set !== 'function') {
    throw new TypeError('chromeStorageStore takes a storage area: chromeStorageStore(chrome.storage.local).')
  }
  const areas = findAreas()
  if (area === areas['sync']) {
    throw new TypeError('chrome.storage.sync copies tokens to other machines, where they end each other: use local.')
  }
  const session = area === areas['session']
  const prefix = `${name}:`
  const aside = `${name}!corrupt:`
  const storeName = `chrome.storage.${session ? 'session' : 'local'}:${name}`
  let queue: Promise<unknown> = Promise.resolve()

  async function read(key: string): Promise<StoredRecord | undefined> {
    const found = (await area.get(prefix + key))[prefix + key]
    if (found === undefined || isRecord(found)) return found
    try {
      await area.set({ [aside + key]: found })
    } catch {
      // No room for the copy: the tombstone below is worth more.
    }
    const lost = corruptRecord()
    await area.set({ [prefix + key]: lost })
    report(onProblem, 'A record in the extension storage could not be read and was set aside: sign in again.', key)
    return lost
  }

  /** One at a time: across contexts by a lock, or at least in this one. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const locks = options.locks ?? globalThis.navigator?.locks
    if (locks) return withLock(locks, `${storeName}#replace`, () => bounded(work))
    const turn = queue.then(() => bounded(work))
    queue = turn.catch(() => {})
    return turn
  }

  return {
    name: storeName,
    durable: options.durable ?? !session,
    consistency: 'locked',

    async get(key) {
      const found = (await bounded(() => area.get(prefix + key)))[prefix + key]
      return found === undefined || isRecord(found) ? found : alone(() => read(key))
    },

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      return alone(async () => {
        if ((await read(key))?.version !== expectedVersion) return false
        await area.set({ [prefix + key]: record })
        if (record.deleted) await area.remove(aside + key)
        return true
      })
    },

    async keys() {
      const all = await bounded(() => area.get(null))
      return Object.keys(all).flatMap((key) =>
        key.startsWith(prefix) && !isTombstone(all[key]) ? [key.slice(prefix.length)] : [],
      )
    },
  }
}

function findAreas(): Readonly<Record<string, unknown>> {
  const { chrome, browser } = globalThis as { chrome?: unknown; browser?: unknown }
  // Every page of Chromium has a `chrome`, and Firefox has both.
  return asObject(asObject(browser)['storage'] ?? asObject(chrome)['storage'])
}

async function withLock<T>(locks: Locks, name: string, work: () => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), LOCK_TIMEOUT)
  let held = false
  try {
    return await locks.request(name, { signal: controller.signal }, () => {
      held = true
      return work()
    })
  } catch (cause) {
    if (held) throw cause
    return await work()
  } finally {
    clearTimeout(timer)
  }
}

async function bounded<T>(work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await Promise.race([
      work(),
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          const message = `${MEDIUM} did not answer within ${TIMEOUT} ms: reload the extension.`
          reject(new StoreError(message, { reason: 'unavailable' }))
        }, TIMEOUT)
      }),
    ])
  } catch (cause) {
    if (!/context invalidated/i.test(String(cause))) throw toStoreError(MEDIUM, cause)
    throw new StoreError('The extension was updated: reload this page.', { reason: 'unavailable', cause })
  } finally {
    clearTimeout(timer)
  }
}
