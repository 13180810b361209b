import { NetworkError, TokenRejectedError } from '../errors.ts'
import type { Keeper } from './keeper.ts'
import type { KeptToken } from './kept-token.ts'
import type { TokenSource } from './sources/token-source.ts'
import { VALIDATE_EVERY } from './validation.ts'

/** A token that was validated so recently, perhaps by the page before a reload, need not be validated at start. */
const RECENTLY = 60_000

/** How often the store is looked through for what no news told of, in milliseconds. */
const READ_EVERY = 60_000

/** How often a pair is written again that the store did not take: well before others give up on it, in milliseconds. */
const SAVE_EVERY = 2_000

/** So few known tokens are read again even where a channel tells of changes: some deliver nothing. */
const READ_ANYWAY = 50

/** So many tokens are worked on at once: a Worker may have six connections. */
const AT_ONCE = 6

/** Does for all known tokens what is due: validates, renews, writes what could not be written, and reads the store. */
export class Upkeep {
  readonly #keeper: Keeper
  readonly #source: TokenSource
  readonly #warn: (problem: unknown) => void
  #readAt = Number.NEGATIVE_INFINITY

  constructor(keeper: Keeper, source: TokenSource, warn: (problem: unknown) => void) {
    this.#keeper = keeper
    this.#source = source
    this.#warn = warn
  }

  /** Validates every token that is known, unless that was just done. */
  async begin(): Promise<void> {
    const since = this.#keeper.keyring.platform.now() - RECENTLY
    const isOld = (kept: KeptToken) => !kept.isVouched(since + RECENTLY) || (kept.validatedAt ?? 0) <= since
    await this.#keepAll([...this.#keeper.known.all()].filter(isOld), since)
  }

  /** @returns Epoch milliseconds of what is due next. */
  async work(): Promise<number> {
    const { keyring } = this.#keeper
    const { monotonic, now } = keyring.platform
    if (monotonic() - this.#readAt >= READ_EVERY) await this.read()
    await this.#keepAll([...this.#keeper.known.all()])
    let next = now() + (this.#keeper.known.nobodys().size > 0 ? READ_EVERY : VALIDATE_EVERY)
    for (const kept of this.#keeper.known.all()) {
      const isUnsaved = keyring.commits.unsaved(kept.key) !== undefined
      next = Math.min(next, isUnsaved ? now() + SAVE_EVERY : kept.dueAt(now()))
    }
    return next
  }

  /** Reads the store: accounts, and pairs that a page left behind before it knew whose they are. */
  async read(): Promise<void> {
    const { keyring } = this.#keeper
    const { book } = keyring
    if (this.#source.load === undefined) return
    const known = new Set([...this.#keeper.known.all()].map(({ key }) => key))
    await this.#source.load()
    const readKnown = !book.news.isOpen || known.size <= READ_ANYWAY
    // Who was signed out elsewhere is not listed any more.
    for (const key of new Set([...(await book.keys()), ...known])) {
      const kept = this.#keeper.known.find(key)
      if (kept === undefined || (readKnown && known.has(key) && !kept.renewing)) {
        await this.#keeper.known.load(key, 'elsewhere')
      }
    }
    this.#readAt = keyring.platform.monotonic()
    await this.#source.settle?.().catch(this.#warn)
  }

  async #keepAll(queue: KeptToken[], since?: number): Promise<void> {
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let kept = queue.shift(); kept !== undefined; kept = queue.shift()) await this.#keep(kept, since)
    })
    await Promise.all(workers)
  }

  /** Does what is due for one token. What goes wrong is the token's trouble, and is told there. */
  async #keep(kept: KeptToken, since?: number): Promise<void> {
    const keeper = this.#keeper
    const now = keeper.keyring.platform.now()
    if (kept.rejected !== undefined) return
    await keeper.keepSafe(kept).catch(this.#warn)
    if (kept.trouble !== undefined && now < kept.trouble.retryAt) return
    try {
      if (kept.mustRenew(now)) await keeper.renew(kept, 'refused')
      else if (now >= (kept.renewAt() ?? Number.POSITIVE_INFINITY)) await keeper.renew(kept, 'aging')
      else if (since !== undefined || now >= kept.validateAt(now)) {
        const validation = await keeper.check(kept, since)
        if (validation?.alive === false) await keeper.renew(kept, 'refused', validation)
      }
    } catch (error) {
      if (!(error instanceof NetworkError || error instanceof TokenRejectedError)) this.#warn(error)
    }
  }
}
