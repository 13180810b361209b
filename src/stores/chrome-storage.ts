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
  /** Shared by all who use the area. Default `navigator.locks`, looked up when it is used. */
  readonly locks?: Locks | undefined
  /** Told of each record that could not be read. */
  readonly onProblem?: ProblemListener | undefined
}

/** Milliseconds for one operation, the wait for the lock included. */
const TIMEOUT = 10_000
const MEDIUM = 'The extension storage'
const SILENT = `${MEDIUM} did not answer within ${TIMEOUT} ms: reload the extension.`
const TAKEN = `${MEDIUM} is being written by another page, which does not end: close other pages of the extension, or reload it.`

/**
 * Keeps tokens in a storage area of a browser extension: `chromeStorageStore(chrome.storage.local)`. A record lies under
 * `<name>:<key>`, and under `<name>!corrupt:<key>` what could not be read, until its user signs out.
 *
 * The area has no compare-and-set of its own. `replace` takes a short lock, which all pages and workers of the extension
 * share, and writes nothing without it. A content script has the locks of its page, and a page without Web Locks none:
 * there the store is `racy`.
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

  async function read(key: string, signal: AbortSignal): Promise<StoredRecord | undefined> {
    const found = (await unlessAborted(area.get(prefix + key), signal))[prefix + key]
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

  /**
   * One at a time: across contexts by a lock, or at least in this one. The next one waits for as long as the work may
   * still write, and not only for as long as anybody waits for it.
   *
   * @param work Begins no write once the signal is aborted.
   */
  function alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    let hasBegun = false
    return bounded(
      (signal) => {
        const begin = () => {
          signal.throwIfAborted()
          hasBegun = true
          return work(signal)
        }
        const locks = options.locks ?? globalThis.navigator?.locks
        if (locks) return locks.request(`${storeName}#replace`, { signal }, begin)
        const turn = queue.then(begin)
        queue = turn.catch(() => {})
        return turn
      },
      () => (hasBegun ? SILENT : TAKEN),
    )
  }

  return {
    name: storeName,
    durable: options.durable ?? !session,
    get consistency() {
      return options.locks || (globalThis.navigator?.locks && isOfExtension()) ? 'locked' : 'racy'
    },

    async get(key) {
      const found = (await bounded(() => area.get(prefix + key)))[prefix + key]
      return found === undefined || isRecord(found) ? found : alone((signal) => read(key, signal))
    },

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      return alone(async (signal) => {
        if ((await read(key, signal))?.version !== expectedVersion) return false
        signal.throwIfAborted()
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

/** A content script runs at the origin of its page. */
function isOfExtension(): boolean {
  return globalThis.location?.protocol.endsWith('-extension:') ?? false
}

/** @throws `signal.reason` once the signal is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  return Promise.race([promise, aborted])
}

async function bounded<T>(work: (signal: AbortSignal) => Promise<T>, problem = () => SILENT): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await Promise.race([
      work(controller.signal),
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          const error = new StoreError(problem(), { reason: 'unavailable' })
          reject(error)
          controller.abort(error)
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
