import type { TokenStore } from '../stores/token-store.ts'
import type { Platform } from '../types.ts'
import type { App } from './app.ts'
import { RecordBook } from './record-book.ts'
import type { Commits, SavePair } from './renewal/commits.ts'
import type { Gate } from './renewal/gate.ts'
import { newCheckRecord, type TokenRecord } from './renewal/record.ts'
import { Renewal } from './renewal/renew.ts'
import type { RenewalStep } from './renewal/steps.ts'
import type { Vouched } from './validation.ts'

/** One step of what happened to a token. It names no token, so that it can be pasted into a bug report. */
export interface Trace {
  /** Epoch milliseconds. */
  readonly at: number
  readonly step: RenewalStep
  readonly key: string
  readonly detail?: string | undefined
}

export interface KeyringListener {
  trace(trace: Trace): void
  /** Something is wrong that stops nothing. */
  warn(problem: unknown): void
}

/** What one app keeps in one store: its records, how they are renewed, and who hears of it. */
export class Keyring {
  /** `undefined` where only chat is served: then nothing can be renewed. */
  readonly app: App | undefined
  readonly platform: Platform
  readonly book: RecordBook
  /** Where one context at a time does what all would do. */
  readonly gate: Pick<Gate, 'through'>
  readonly renewal: Renewal
  readonly #listeners = new Set<KeyringListener>()

  constructor(
    app: App | undefined,
    store: TokenStore,
    platform: Platform,
    gate: Pick<Gate, 'through'>,
    save?: SavePair | undefined,
  ) {
    this.app = app
    this.platform = platform
    this.gate = gate
    this.book = new RecordBook(store, app?.clientId ?? '', platform)
    this.renewal = new Renewal({
      app,
      book: this.book,
      platform,
      gate,
      save,
      trace: (step, key, detail) => {
        for (const { trace } of this.#listeners) trace({ at: platform.now(), step, key, detail })
      },
      warn: (problem) => {
        for (const { warn } of this.#listeners) warn(problem)
      },
    })
  }

  /** New pairs, on their way into the store. */
  get commits(): Commits {
    return this.renewal.commits
  }

  /** @returns The function that ends the listening. */
  listen(listener: KeyringListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Lets all who share the store know that Twitch vouched for this pair. */
  async noteVouched(key: string, record: TokenRecord, { validatedAt, expiresAt }: Vouched): Promise<void> {
    await this.book.writeCheck(key, (before, version) =>
      newCheckRecord({
        version,
        grantId: record.grantId,
        obtainedAt: record.obtainedAt,
        validatedAt,
        expiresAt,
        oldDies: before?.grantId === record.grantId ? before.oldDies : undefined,
      }),
    )
    this.book.news.tell({ key, version: record.version })
  }

  async noteOldDies(key: string, record: TokenRecord, oldDies: boolean): Promise<void> {
    await this.book.writeCheck(key, (before, version) =>
      newCheckRecord({
        version,
        grantId: record.grantId,
        obtainedAt: record.obtainedAt,
        ...(before?.grantId === record.grantId &&
          before.obtainedAt === record.obtainedAt && { validatedAt: before.validatedAt, expiresAt: before.expiresAt }),
        oldDies,
      }),
    )
  }
}
