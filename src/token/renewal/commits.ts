import { StoreError, TokenRejectedError } from '../../errors.ts'
import type { Platform } from '../../types.ts'
import { rememberSpent } from '../discard.ts'
import { isBlank, isLiving, type RecordBook } from '../record-book.ts'
import { rejection } from '../rejection.ts'
import { revokeQuietly } from '../revoke-quietly.ts'
import { type AccountRecord, isEnded, type TokenRecord } from './record.ts'
import type { TraceStep } from './steps.ts'

/** Hands a new pair to a handler of the user's own. */
export type SavePair = (next: TokenRecord, previous: TokenRecord | undefined) => Promise<void>

interface Unsaved {
  readonly previous: TokenRecord
  readonly pair: TokenRecord
}

/** Makes new pairs durable, and keeps in mind those that the store did not take. */
export class Commits {
  readonly #book: RecordBook
  readonly #platform: Platform
  readonly #trace: TraceStep
  readonly #save: SavePair | undefined
  readonly #warn: (problem: unknown) => void
  readonly #unsaved = new Map<string, Unsaved>()

  constructor(
    book: RecordBook,
    platform: Platform,
    trace: TraceStep,
    warn: (problem: unknown) => void,
    save: SavePair | undefined,
  ) {
    this.#book = book
    this.#platform = platform
    this.#trace = trace
    this.#warn = warn
    this.#save = save
  }

  /** The pair that Twitch gave and the store has not taken yet. */
  unsaved(key: string): TokenRecord | undefined {
    return this.#unsaved.get(key)?.pair
  }

  /** A sign-out: whatever was to be written is not. */
  forget(key: string): void {
    this.#unsaved.delete(key)
  }

  /** Tries to write what the store did not take. @returns Whether nothing is left to write under this key. */
  async flush(key: string): Promise<boolean> {
    const unsaved = this.#unsaved.get(key)
    if (unsaved === undefined) return true
    try {
      await this.commit(key, unsaved.previous, unsaved.pair)
    } catch (error) {
      if (error instanceof TokenRejectedError) return true
      throw error
    }
    return !this.#unsaved.has(key)
  }

  /**
   * Makes a new pair durable. What has happened to the record meanwhile decides: the same grant takes it, a sign-out or
   * another sign-in wins over it.
   */
  async commit(key: string, previous: TokenRecord, pair: TokenRecord): Promise<TokenRecord> {
    const book = this.#book
    this.#trace('commit', key)
    try {
      for (let base = previous; ; ) {
        const { version, grantId } = base
        const next: TokenRecord = { ...pair, grantId, version: version + 1, ...(this.#save && { unsaved: true }) }
        if (await book.replace(key, base.version, next)) {
          this.#unsaved.delete(key)
          return next.unsaved ? await this.saveAgain(key, next, previous) : next
        }
        const now = await book.read(key)
        if (isBlank(now) ? now.version === undefined : now.deleted || isOther(now, previous)) {
          this.#unsaved.delete(key)
          // Its refresh token is spent, and whoever adds it again must not send it.
          await rememberSpent(book, previous).catch(() => {})
          return await this.#drop(key, pair, isLiving(now) ? now : undefined)
        }
        if (!isLiving(now)) {
          // It was lost, or somebody has given up waiting for the answer that is here.
          base = { ...previous, version: now.version ?? previous.version }
          continue
        }
        if (now.accessToken === pair.accessToken) {
          this.#unsaved.delete(key)
          return now.unsaved ? await this.saveAgain(key, now, previous) : now
        }
        // Only a confidential app can have been renewed twice: the newer one wins.
        if (now.refreshToken !== previous.refreshToken) {
          this.#unsaved.delete(key)
          return now
        }
        base = now
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.#trace('unsaved', key)
      this.#unsaved.set(key, { previous, pair })
      return pair
    }
  }

  /**
   * Hands a pair to the handler that has not taken it yet.
   *
   * @returns The record as it stands: still `unsaved` where the handler threw.
   */
  async saveAgain(key: string, record: TokenRecord, previous?: TokenRecord | undefined): Promise<TokenRecord> {
    this.#trace('save', key)
    const { unsaved: _, ...saved } = record
    try {
      await this.#save?.(saved, previous)
    } catch (error) {
      this.#trace('unsaved', key)
      this.#warn(error)
      return record
    }
    const next: TokenRecord = { ...saved, version: record.version + 1 }
    return (await this.#book.replace(key, record.version, next).catch(() => false)) ? next : record
  }

  /** Somebody signed out, or in anew, while the request was under way: the new token is of no use to anybody. */
  async #drop(key: string, pair: TokenRecord, instead: TokenRecord | undefined): Promise<TokenRecord> {
    this.#trace('drop', key)
    await revokeQuietly({ book: this.#book, platform: this.#platform }, pair.accessToken)
    if (instead !== undefined) return instead
    throw rejection({})
  }
}

/** Another sign-in, and not the very same pair that was added anew. */
function isOther(now: AccountRecord, previous: TokenRecord): boolean {
  if (now.grantId === previous.grantId) return false
  return isEnded(now) || now.refreshToken === undefined || now.refreshToken !== previous.refreshToken
}
