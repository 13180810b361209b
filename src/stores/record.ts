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
  return isVersion(version) && (deleted === undefined || deleted === true)
}

/** A corrupt record is none: `keys()` lists it, so that somebody reads it and hears of it. */
export function isTombstone(value: unknown): boolean {
  return isRecord(value) && value.deleted === true
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/**
 * Checks the arguments of `replace`.
 *
 * @returns A copy of `next` as it is now.
 * @throws {RangeError} `next.version` is no version, or does not grow.
 * @throws {TypeError} `next` is no plain data.
 */
export function takeRecord(expectedVersion: number | undefined, next: StoredRecord): StoredRecord {
  if (!isVersion(next.version) || (expectedVersion !== undefined && !(next.version > expectedVersion))) {
    throw new RangeError(`A record's version must grow: ${next.version} cannot follow ${expectedVersion}.`)
  }
  try {
    return structuredClone(next)
  } catch {
    throw new TypeError('A record must be plain JSON data.')
  }
}

/**
 * A version unlike any that a writer may still expect, for a record whose version is not known any more: the time in
 * microseconds, the last digits by chance.
 */
export function unusedVersion(): number {
  return Math.floor((Date.now() + Math.random()) * 1000)
}

/** What takes the place of a corrupt record. It is no fresh start: an old writer must find that someone was first. */
export function corruptRecord(): LostRecord {
  return { version: unusedVersion(), deleted: true, lost: 'corrupt' }
}

/** Tells a listener in a turn of its own, so that what it throws is reported and stops no store. */
export function report(onProblem: ProblemListener | undefined, message: string, key: string): void {
  if (onProblem) queueMicrotask(() => onProblem(new StoreError(message, { reason: 'corrupt' }), key))
}
