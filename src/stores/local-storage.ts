import { StoreError } from '../errors.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import { checkName, corruptRecord, isRecord, isTombstone, type ProblemListener, report, takeRecord } from './record.ts'
import { toStoreError } from './store-error.ts'
import type { StoredRecord, TokenStore } from './token-store.ts'

export interface LocalStorageStoreOptions {
  /** What its keys begin with: letters, digits, `_`, `.` and `-`. Default `twitch-keyring`. */
  readonly name?: string | undefined
  /** Default `localStorage`, looked up when it is used. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'> | undefined
  /** Whether `storage` survives a restart. Default true; say false for `sessionStorage`. */
  readonly durable?: boolean | undefined
  /** Told of each record that could not be read. */
  readonly onProblem?: ProblemListener | undefined
}

/**
 * Keeps tokens in Web Storage: a record under `<name>:<key>`, and under `<name>!corrupt:<key>` the text of one that could
 * not be read, until its user signs out.
 *
 * It is `racy`: two tabs that write at the same instant can both believe that they were first.
 *
 * @throws {RangeError} The name has other characters.
 * @throws {TypeError} An option is unknown.
 */
export function localStorageStore(options: LocalStorageStoreOptions = {}): TokenStore {
  refuseUnknownOptions('localStorageStore', options, ['name', 'storage', 'durable', 'onProblem'])
  const { name = 'twitch-keyring', durable = true, onProblem } = options
  checkName(name)
  const prefix = `${name}:`
  const aside = `${name}!corrupt:`

  /** Everything happens in one turn, so that within one context no two calls mix. */
  function withStorage<T>(work: (storage: NonNullable<LocalStorageStoreOptions['storage']>) => T): T {
    try {
      const storage = options.storage ?? globalThis.localStorage
      if (!storage) throw toStoreError('localStorage', undefined, 'unavailable')
      return work(storage)
    } catch (cause) {
      throw toStoreError('localStorage', cause)
    }
  }

  function read(key: string): StoredRecord | undefined {
    return withStorage((storage) => {
      const text = storage.getItem(prefix + key)
      if (text === null) return undefined
      const value = parse(text)
      if (isRecord(value)) return value
      try {
        storage.setItem(aside + key, text)
      } catch {
        // No room for the copy: the tombstone below is worth more.
      }
      const lost = corruptRecord()
      storage.setItem(prefix + key, JSON.stringify(lost))
      report(onProblem, 'A record in localStorage could not be read and was set aside: sign in again.', key)
      return lost
    })
  }

  return {
    name: `localstorage:${name}`,
    durable,
    consistency: 'racy',

    async get(key) {
      return read(key)
    },

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      if (read(key)?.version !== expectedVersion) return false
      const text = JSON.stringify(record)
      withStorage((storage) => {
        storage.setItem(prefix + key, text)
        // Some private modes take what is written and keep nothing.
        if (storage.getItem(prefix + key) !== text) {
          throw new StoreError('localStorage did not keep what was written to it: use another store.', {
            reason: 'failed',
          })
        }
        if (record.deleted) storage.removeItem(aside + key)
      })
      return true
    },

    async keys() {
      return withStorage((storage) => {
        const found: string[] = []
        for (let index = 0; index < storage.length; index += 1) {
          const key = storage.key(index)
          if (key?.startsWith(prefix) && !isTombstone(parse(storage.getItem(key)))) found.push(key.slice(prefix.length))
        }
        return found
      })
    },
  }
}

/** The parser's own error quotes the text, which may hold a token. */
function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}
