import { sleep } from '../../internal/wait.ts'
import type { Platform } from '../../types.ts'
import { isLiving, type RecordBook } from '../record-book.ts'
import { MARK_STANDS_FOR } from './mark.ts'
import type { Mark, TokenRecord } from './record.ts'
import type { TraceStep } from './steps.ts'

/** How long a `racy` store is given to show a mark that another context wrote at the same time. */
const SETTLE_FOR = 60

/** How often a foreign mark is looked at while it is waited for. */
const MARK_POLL = 500

/**
 * A machine that slept has watched nothing, whatever the clock says: a request may still be on its way when all wakes up.
 * No two looks count for more than this, in milliseconds.
 */
const LONGEST_GAP = 20_000

export type MarkedRecord = TokenRecord & { readonly refreshToken: string; readonly mark: Mark }

/** The marks that this context makes, and those of others that it watches. */
export class Marks {
  readonly #book: RecordBook
  readonly #platform: Platform
  readonly #trace: TraceStep
  /** How long a mark has been watched standing unchanged, on the own monotonic clock, and when it was last seen. */
  readonly #watched = new Map<string, { readonly id: string; stood: number; seenAt: number }>()
  /** Those of our own whose request never left. */
  readonly #neverSent = new Set<string>()

  constructor(book: RecordBook, platform: Platform, trace: TraceStep) {
    this.#book = book
    this.#platform = platform
    this.#trace = trace
  }

  /**
   * Writes down that a refresh token is about to leave.
   *
   * @returns The record with its mark, and when that was begun on the monotonic clock; `undefined`: somebody was first.
   * @throws {StoreError}
   */
  async make(key: string, record: TokenRecord): Promise<{ record: MarkedRecord; at: number } | undefined> {
    const platform = this.#platform
    const at = platform.monotonic()
    const mark: Mark = { id: platform.randomId(), at: platform.now(), attempt: (record.mark?.attempt ?? 0) + 1 }
    const marked = { ...record, refreshToken: record.refreshToken ?? '', version: record.version + 1, mark }
    this.#trace('mark', key, `attempt ${mark.attempt}`)
    try {
      if (!(await this.#book.replace(key, record.version, marked))) return undefined
    } catch (error) {
      this.#neverSent.add(mark.id) // it may have been written all the same
      throw error
    }
    this.#watched.set(key, { id: mark.id, stood: 0, seenAt: at })
    if (this.#book.store.consistency === 'racy') {
      await sleep(SETTLE_FOR, platform)
      const now = await this.#book.read(key)
      if (!isLiving(now) || now.mark?.id !== mark.id) {
        this.#neverSent.add(mark.id)
        return undefined
      }
    }
    return { record: marked, at }
  }

  /** Takes a mark off whose request is known to have spent nothing. Somebody who was first saw the same. */
  async takeOff(key: string, record: TokenRecord): Promise<void> {
    if (record.mark === undefined) return
    this.#trace('unmark', key)
    this.#neverSent.add(record.mark.id)
    const { mark: _, ...unmarked } = record
    await this.#book.replace(key, record.version, { ...unmarked, version: record.version + 1 })
  }

  /** The request of this mark will not leave any more. */
  giveUp(mark: Mark): void {
    this.#neverSent.add(mark.id)
  }

  wasNeverSent(mark: Mark): boolean {
    return this.#neverSent.has(mark.id)
  }

  /** How long a mark has been watched standing unchanged, in milliseconds; the watch begins with the first look. */
  stoodFor(key: string, mark: Mark): number {
    const now = this.#platform.monotonic()
    const watched = this.#watched.get(key)
    if (watched?.id !== mark.id) {
      this.#watched.set(key, { id: mark.id, stood: 0, seenAt: now })
      return 0
    }
    watched.stood += Math.min(now - watched.seenAt, LONGEST_GAP)
    watched.seenAt = now
    return watched.stood
  }

  /** Until the mark is another one or gone, or has stood for so long that its request is over. */
  async watch(key: string, mark: Mark): Promise<void> {
    while (this.stoodFor(key, mark) < MARK_STANDS_FOR) {
      await sleep(MARK_POLL, this.#platform)
      const now = await this.#book.read(key)
      if (!isLiving(now) || now.mark?.id !== mark.id) return
    }
  }
}
