import type { TokenRejectedError } from '../errors.ts'
import { soleOf } from './accounts.ts'
import { type AskAnew, KeptToken } from './kept-token.ts'
import type { Keyring } from './keyring.ts'
import { type Entry, isBlank, isLiving } from './record-book.ts'
import { rejection } from './rejection.ts'
import type { EndedRecord, TokenRecord } from './renewal/record.ts'

export type Origin = 'here' | 'elsewhere'

/** What happens to tokens. */
export interface TokenNews {
  signedIn(kept: KeptToken, origin: Origin): void
  refreshed(kept: KeptToken, origin: Origin): void
  validated(kept: KeptToken): void
  signedOut(kept: KeptToken, origin: Origin): void
  needsLogin(kept: KeptToken, error: TokenRejectedError, origin: Origin): void
  warning(error: unknown): void
  changed(): void
}

/** The tokens of a store as they are known here: takes in what others did to them, and tells what is new. */
export class KnownTokens {
  readonly #keyring: Keyring
  readonly #news: TokenNews
  readonly #kept = new Map<string, KeptToken>()
  readonly #byUser = new Map<string, KeptToken[]>()
  readonly #ended = new Map<string, EndedRecord>()
  readonly #nobodys = new Set<string>()
  #isUnsettled = false
  /** The highest version that was seen of a record. */
  readonly #versions = new Map<string, number>()

  constructor(keyring: Keyring, news: TokenNews) {
    this.#keyring = keyring
    this.#news = news
  }

  all(): IterableIterator<KeptToken> {
    return this.#kept.values()
  }

  /**
   * The only user there is: signed in, or else one whose sign-in has ended.
   *
   * @throws {ConfigurationError} There are several.
   */
  sole(): string | undefined {
    const living = this.records()
    return soleOf(living.length > 0 ? living : this.#ended.values())
  }

  /** Of all living tokens. */
  records(): readonly TokenRecord[] {
    return [...this.#kept.values()].map(({ record }) => record)
  }

  /** Sign-ins that ended, and are not signed out: a page can say why. */
  ended(): IterableIterator<EndedRecord> {
    return this.#ended.values()
  }

  /** Why there is no such token any more. */
  whyGone({ key, record: { userId, login } }: KeptToken): TokenRejectedError {
    return rejection(this.#ended.get(key) ?? { userId, login })
  }

  /** The keys of tokens of which Twitch has not said yet whose they are. */
  nobodys(): ReadonlySet<string> {
    return this.#nobodys
  }

  /** Twitch was asked whose they are, and did not say. */
  get isUnsettled(): boolean {
    return this.#isUnsettled && this.#nobodys.size > 0
  }

  noteUnsettled(): void {
    this.#isUnsettled = true
    this.#news.changed()
  }

  find(key: string): KeptToken | undefined {
    return this.#kept.get(key)
  }

  /** The tokens of one user, those with the fewest scopes first. */
  ofUser(userId: string): readonly KeptToken[] {
    return this.#byUser.get(userId) ?? []
  }

  users(): readonly string[] {
    return [...this.#byUser.keys()]
  }

  /**
   * Reads a record anew, and notices what has happened to it.
   *
   * @param origin Who changed it; `undefined`: nobody needs to hear of it.
   * @throws {StoreError}
   */
  async load(key: string, origin?: Origin | undefined, askAnew?: AskAnew | undefined): Promise<KeptToken | undefined> {
    const { book, commits } = this.#keyring
    const entry = await book.read(key)
    const unsaved = commits.unsaved(key)
    const isOlder = unsaved !== undefined && !entry.deleted && entry.grantId === unsaved.grantId
    const kept = this.learn(key, isOlder ? unsaved : entry, origin, askAnew)
    if (kept?.learnCheck(await book.readCheck(key))) this.#news.changed()
    return kept
  }

  /** As {@link load}, where a store that fails is worth a warning and stops nothing. */
  async notice(key: string, origin: Origin): Promise<void> {
    await this.load(key, origin).catch(this.#news.warning)
  }

  /** Takes in what stands in the store now, and tells what is new. Every news of a token comes through here, once. */
  learn(key: string, entry: Entry, origin?: Origin | undefined, askAnew?: AskAnew | undefined): KeptToken | undefined {
    const before = this.#kept.get(key)
    // Readings of the store may come back in any order; a pair that waits to be written has no version yet.
    if (entry.version !== undefined && entry !== this.#keyring.commits.unsaved(key)) {
      if (entry.version < (this.#versions.get(key) ?? 0)) return before
      this.#versions.set(key, entry.version)
    }
    if (isLiving(entry) && this.#keyring.book.isProvisional(key)) {
      this.#nobodys.add(key)
      return undefined
    }
    if (this.#nobodys.delete(key) && this.#isUnsettled) {
      this.#isUnsettled = false
      this.#news.changed()
    }
    if (isLiving(entry)) return this.#takeLiving(key, before, entry, origin, askAnew)
    this.#takeEnd(key, before, entry, origin)
    return undefined
  }

  #takeLiving(
    key: string,
    before: KeptToken | undefined,
    record: TokenRecord,
    origin: Origin | undefined,
    askAnew: AskAnew | undefined,
  ): KeptToken {
    if (before?.record.accessToken === record.accessToken) {
      before.askAnew ??= askAnew
      if (before.record.unsaved !== record.unsaved) {
        before.record = record
        this.#news.changed()
      }
      return before
    }
    const kept = new KeptToken(key, record, this.#keyring.platform.random(), askAnew ?? before?.askAnew)
    this.#put(key, before, kept)
    this.#ended.delete(key)
    this.#news.changed()
    if (origin === undefined) return kept
    if (before?.record.grantId === record.grantId) this.#news.refreshed(kept, origin)
    else this.#news.signedIn(kept, origin)
    return kept
  }

  #takeEnd(
    key: string,
    before: KeptToken | undefined,
    entry: Exclude<Entry, TokenRecord>,
    origin: Origin = 'here',
  ): void {
    if ('problem' in entry) this.#news.warning(entry.problem)
    const why = isBlank(entry) || entry.deleted ? undefined : entry
    const isNews = before !== undefined || this.#ended.has(key) !== (why !== undefined)
    if (why) this.#ended.set(key, why)
    else this.#ended.delete(key)
    if (before) this.#put(key, before, undefined)
    if (isNews) this.#news.changed()
    if (!before) return
    if (why) this.#news.needsLogin(before, rejection(why), origin)
    else this.#news.signedOut(before, origin)
  }

  #put(key: string, before: KeptToken | undefined, kept: KeptToken | undefined): void {
    const userId = (kept ?? before)?.record.userId ?? ''
    const others = this.ofUser(userId).filter((other) => other !== before)
    const now = kept === undefined ? others : [...others, kept]
    now.sort((a, b) => a.record.scopes.length - b.record.scopes.length)
    if (now.length > 0) this.#byUser.set(userId, now)
    else this.#byUser.delete(userId)
    if (kept === undefined) this.#kept.delete(key)
    else this.#kept.set(key, kept)
  }
}
