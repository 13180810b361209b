import { StoreError } from '../errors.ts'
import { asObject } from '../internal/json.ts'
import type { StoredRecord } from './token-store.ts'

/** What reads in place of a record that was lost: a tombstone that says why. Whoever was signed in must do so again. */
export interface LostRecord extends StoredRecord {
  readonly deleted: true
  /** `corrupt`: it could not be read, and was set aside. `key`: the key that it was encrypted with is gone. */
  readonly lost: 'corrupt' | 'key'
}

/** Told of a record that was lost, once, by the context that found it. It never holds what was in the record. */
export type ProblemListener = (problem: StoreError, key: string) => void

/** For media where a name is part of every key. @throws {RangeError} */
export function checkName(name: string): void {
  if (!/^[\w.-]+$/.test(name)) throw new RangeError('A store name has letters, digits, "_", "." and "-" only.')
}

/** Whatever a store was handed by its medium: a record, or corrupt. */
export function isRecord(value: unknown): value is StoredRecord {
  const { version, deleted } = asObject(value)
  return Number.isSafeInteger(version) && (version as number) > 0 && (deleted === undefined || deleted === true)
}

/** A corrupt record is none: `keys()` lists it, so that somebody reads it and hears of it. */
export function isTombstone(value: unknown): boolean {
  return isRecord(value) && value.deleted === true
}

/**
 * Checks the arguments of `replace`.
 *
 * @returns A copy of `next` as it is now.
 * @throws {RangeError} `next.version` is no version, or does not grow.
 * @throws {TypeError} `next` is no plain data.
 */
export function takeRecord(expectedVersion: number | undefined, next: StoredRecord): StoredRecord {
  if (!(Number.isSafeInteger(next.version) && next.version > (expectedVersion ?? 0))) {
    throw new RangeError(`A record's version must grow: ${next.version} cannot follow ${expectedVersion}.`)
  }
  return JSON.parse(JSON.stringify(next, plainValue)) as StoredRecord
}

/** By name, since a record may come from another realm. What `null` and its like are called is `undefined`. */
function plainValue(this: Readonly<Record<string, object | undefined>>, name: string): unknown {
  // Not as its `toJSON` made it.
  const value = this[name]
  if (!/^(Object|Array|Boolean|Number|String|undefined)$/.test(value?.constructor?.name as string)) {
    throw new TypeError('A record must be plain JSON data.')
  }
  return value
}

/**
 * What takes the place of a corrupt record. It is no fresh start: an old writer must find that someone was first, and so
 * its version, which is not known any more, is the time in microseconds, the last digits by chance.
 */
export function corruptRecord(): LostRecord {
  return { version: Math.floor((Date.now() + Math.random()) * 1000), deleted: true, lost: 'corrupt' }
}

/** Tells a listener in a turn of its own, so that what it throws is reported and stops no store. */
export function report(onProblem: ProblemListener | undefined, message: string, key: string): void {
  if (onProblem) queueMicrotask(() => onProblem(new StoreError(message, { reason: 'corrupt' }), key))
}
