import { ConfigurationError, NetworkError, StoreError, TokenRejectedError } from '../../errors.ts'
import { sleep } from '../../internal/wait.ts'
import { refreshToken } from '../../oauth/refresh.ts'
import { revokeToken } from '../../oauth/revoke.ts'
import type { TokenResponse } from '../../oauth/token-response.ts'
import type { Platform } from '../../types.ts'
import { type App, requestOptions } from '../app.ts'
import { isBlank, type RecordBook } from '../record-book.ts'
import { expiryFrom, type Validation, type Vouched, validateUserToken } from '../validation.ts'
import { Gate } from './gate.ts'
import { judgeMark, MARK_FRESH_FOR, MARK_STANDS_FOR, POST_TIMEOUT } from './mark.ts'
import { endRecord, isEnded, type Mark, type TokenRecord } from './record.ts'

/** After a refusal of a token whose access token still works: Twitch has refused good ones, for a while. */
const REFUSED_RETRY_AFTER = 600_000

/** How long a `racy` store is given to show a mark that another context wrote at the same time. */
const SETTLE_FOR = 60

/** How often a foreign mark is looked at while it is waited for. */
const MARK_POLL = 500

export interface RenewalRequest {
  /** The access token that does not do any more; one that is another already is the answer. */
  readonly unfit: string
  /** `refused`: somebody was refused with it. `aging`: its end is near. */
  readonly why: 'refused' | 'aging'
  /** What validating it has just said. */
  readonly validation?: Validation | undefined
}

export type RenewalStep =
  | 'queue'
  | 'read'
  | 'validate'
  | 'wait-for-mark'
  | 'unmark'
  | 'mark'
  | 'send'
  | 'commit'
  | 'save'
  | 'unsaved'
  | 'end'
  | 'drop'

export interface RenewalOptions {
  /** `undefined`: nothing can be renewed. */
  readonly app: App | undefined
  readonly book: RecordBook
  readonly platform: Platform
  readonly trace: (step: RenewalStep, key: string, detail?: string) => void
  /** Hands a new pair to a handler of the user's own. */
  readonly save?: ((next: TokenRecord, previous: TokenRecord | undefined) => Promise<void>) | undefined
}

export interface Renewed {
  /** What is good now: renewed here or by somebody else, or the old one when Twitch still vouches for it. */
  readonly record: TokenRecord
  /** What Twitch has just said of that very token. */
  readonly vouched?: Vouched | undefined
  /** It was renewed here, and not by somebody else. */
  readonly here?: boolean | undefined
  /** It was renewed here, while the old access token still worked. */
  readonly oldWasAlive?: boolean | undefined
}

interface Unsaved {
  readonly previous: TokenRecord
  readonly pair: TokenRecord
}

/**
 * Renews tokens, each once and only once, whatever else happens meanwhile: see "Renewing a token" in `docs/renewal.md`.
 */
export class Renewal {
  readonly #options: RenewalOptions
  readonly #gate: Gate
  /** Since when a mark has been watched standing unchanged, on the own monotonic clock. */
  readonly #watched = new Map<string, { readonly id: string; readonly since: number }>()
  /** Marks of our own whose request never left. */
  readonly #neverSent = new Set<string>()
  /** Pairs that Twitch gave and the store did not take. */
  readonly #unsaved = new Map<string, Unsaved>()
  /** What was thrown for sign-ins that were ended here. */
  readonly #ends = new WeakSet<TokenRejectedError>()
  /** Access tokens that Twitch has refused. */
  readonly #dead = new Map<string, string>()

  constructor(options: RenewalOptions) {
    this.#options = options
    this.#gate = new Gate(options.book.store, options.platform)
  }

  /**
   * @throws {TokenRejectedError} The user must sign in.
   * @throws {NetworkError} No answer came; nothing is lost.
   * @throws {ConfigurationError} The app is set up wrongly; nothing is lost.
   * @throws {StoreError} The store does not work, so that nothing was sent.
   */
  async renew(key: string, request: RenewalRequest): Promise<Renewed> {
    const { trace, book } = this.#options
    let { validation } = request
    for (;;) {
      trace('queue', key)
      const result = await this.#gate.through(key, () => this.#attempt(key, { ...request, validation }))
      if (!('waitFor' in result)) return result
      // Outside the gate, so that nobody queues for a wait.
      trace('wait-for-mark', key)
      await this.#watch(book, key, result.waitFor)
      validation = undefined
    }
  }

  /** Whether it was this renewal that ended the sign-in, and not somebody before it. */
  hasEnded(error: TokenRejectedError): boolean {
    return this.#ends.has(error)
  }

  /** Whether Twitch has refused this access token, though it could not be renewed yet. */
  isDead(key: string, accessToken: string): boolean {
    return this.#dead.get(key) === accessToken
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
      await this.#commit(key, unsaved.previous, unsaved.pair)
    } catch (error) {
      if (error instanceof TokenRejectedError) return true
      throw error
    }
    return !this.#unsaved.has(key)
  }

  async #attempt(key: string, request: RenewalRequest): Promise<Renewed | { waitFor: Mark }> {
    const { app, book, platform, trace } = this.#options
    let { validation } = request
    for (;;) {
      const pending = this.#unsaved.get(key)
      if (pending !== undefined && !(await this.flush(key).catch(() => false))) {
        if (pending.pair.accessToken !== request.unfit) return { record: pending.pair }
        throw new StoreError(
          'The renewed token cannot be written, so that it cannot be renewed again. Mend the store.',
          {
            reason: 'failed',
          },
        )
      }

      trace('read', key)
      const record = await book.read(key)
      if (isBlank(record) || isEnded(record)) throw rejection(isBlank(record) ? undefined : record)
      // One whose owner is known by now is renewed where it goes.
      if (book.isProvisional(key) && record.userId !== undefined) return { record }
      if (record.accessToken !== request.unfit && !hasExpired(record, platform.now())) return { record }

      const { mark } = record
      // Before the look: only what Twitch says after a mark's request is over tells what became of it.
      const stoodFor = mark === undefined ? 0 : this.#stoodFor(key, mark)
      if (validation === undefined || record.accessToken !== request.unfit) {
        trace('validate', key)
        validation = await this.#validate(record)
      }
      const { alive } = validation
      if (!alive) this.#dead.set(key, record.accessToken)
      const asItIs: Renewed = { record, vouched: validation.alive ? validation : undefined }
      if (alive && request.why === 'refused') return asItIs
      if (record.refreshToken === undefined || app === undefined) {
        return alive ? asItIs : this.#end(key, record, 'invalid')
      }
      if (app.clientType === 'confidential') {
        const renewed = await this.#sendFreely(app, key, record, alive)
        if (renewed !== undefined) return renewed
        validation = undefined
        continue
      }

      if (mark !== undefined) {
        const verdict = this.#neverSent.has(mark.id)
          ? 'not-spent'
          : judgeMark({
              record: { ...record, mark },
              alive,
              oldDies: await this.#oldDies(key, record),
              stoodFor,
              now: platform.now(),
            })
        if (verdict === 'wait') return { waitFor: mark }
        if (verdict === 'live-on') return asItIs
        if (verdict === 'spent') return this.#end(key, record, 'lost-response')
        if (verdict === 'not-spent') {
          await this.#unmark(key, record)
          continue
        }
      }

      const marked = await this.#mark(key, record)
      if (marked === undefined) {
        validation = undefined
        continue
      }
      const { refreshToken: spent, mark: mine } = marked.record
      // From here to `refreshToken` nothing awaits: a page that was frozen must not send late.
      if (platform.monotonic() - marked.at > MARK_FRESH_FOR || Math.abs(platform.now() - mine.at) > MARK_FRESH_FOR) {
        this.#neverSent.add(mine.id)
        validation = undefined
        continue
      }
      const answer = refreshToken(spent, {
        clientId: app.clientId,
        ...requestOptions(platform),
        timeout: POST_TIMEOUT,
      })
      trace('send', key, `attempt ${mine.attempt}`)
      let response: TokenResponse
      try {
        response = await answer
      } catch (error) {
        return { record: await this.#answerFailed(key, marked.record, error, alive) }
      }
      const pair = pairFrom(response, marked.record, platform.now())
      return { ...(await this.#take(key, marked.record, pair)), oldWasAlive: alive }
    }
  }

  async #take(key: string, previous: TokenRecord, pair: TokenRecord): Promise<Renewed> {
    const record = await this.#commit(key, previous, pair)
    return { record, here: record.accessToken === pair.accessToken }
  }

  /** The refresh token of a confidential app does not rotate and may be sent again: no marks. */
  async #sendFreely(app: App, key: string, record: TokenRecord, alive: boolean): Promise<Renewed | undefined> {
    const { platform, book, trace } = this.#options
    trace('send', key)
    let response: TokenResponse
    try {
      response = await refreshToken(record.refreshToken ?? '', {
        clientId: app.clientId,
        clientSecret: app.clientSecret,
        ...requestOptions(platform),
        timeout: POST_TIMEOUT,
      })
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error
      const now = await book.read(key)
      if (!isBlank(now) && !isEnded(now) && now.refreshToken !== record.refreshToken) return undefined
      if (alive) throw this.#refusedButAlive(error)
      return this.#end(key, record, 'refused')
    }
    return this.#take(key, record, pairFrom(response, record, platform.now()))
  }

  async #answerFailed(key: string, record: TokenRecord, error: unknown, wasAlive: boolean): Promise<TokenRecord> {
    const { book } = this.#options
    if (error instanceof TokenRejectedError) {
      const newer = await book.read(key)
      if (!isBlank(newer) && !isEnded(newer) && newer.refreshToken !== record.refreshToken) return newer
      await this.#unmark(key, record).catch(() => {})
      if (wasAlive && (await this.#validate(record)).alive) throw this.#refusedButAlive(error)
      return (await this.#end(key, record, 'refused')).record
    }
    if (error instanceof ConfigurationError || (error instanceof NetworkError && error.status === 429)) {
      await this.#unmark(key, record).catch(() => {})
    }
    throw error
  }

  #refusedButAlive(cause: TokenRejectedError): NetworkError {
    return new NetworkError(
      'Twitch refused to renew a token that still works. It is kept, and renewing is tried again later.',
      { cause, retryAt: this.#options.platform.now() + REFUSED_RETRY_AFTER },
    )
  }

  async #mark(
    key: string,
    record: TokenRecord,
  ): Promise<{ record: TokenRecord & { refreshToken: string; mark: Mark }; at: number } | undefined> {
    const { book, platform, trace } = this.#options
    const at = platform.monotonic()
    const mark: Mark = { id: platform.randomId(), at: platform.now(), attempt: (record.mark?.attempt ?? 0) + 1 }
    const marked = { ...record, refreshToken: record.refreshToken ?? '', version: record.version + 1, mark }
    trace('mark', key, `attempt ${mark.attempt}`)
    try {
      if (!(await book.replace(key, record.version, marked))) return undefined
    } catch (error) {
      this.#neverSent.add(mark.id) // it may have been written all the same
      throw error
    }
    this.#watched.set(key, { id: mark.id, since: at })
    if (book.store.consistency === 'racy') {
      await sleep(SETTLE_FOR, platform)
      const now = await book.read(key)
      if (isBlank(now) || isEnded(now) || now.mark?.id !== mark.id) {
        this.#neverSent.add(mark.id)
        return undefined
      }
    }
    return { record: marked, at }
  }

  /** Takes a mark off whose request is known to have spent nothing. Somebody who was first saw the same. */
  async #unmark(key: string, record: TokenRecord): Promise<void> {
    const { book, trace } = this.#options
    if (record.mark === undefined) return
    trace('unmark', key)
    this.#neverSent.add(record.mark.id)
    const { mark: _, ...unmarked } = record
    await book.replace(key, record.version, { ...unmarked, version: record.version + 1 })
  }

  /**
   * Makes a new pair durable. What has happened to the record meanwhile decides: the same grant takes it, a sign-out or
   * another sign-in wins over it.
   */
  async #commit(key: string, previous: TokenRecord, pair: TokenRecord): Promise<TokenRecord> {
    const { book, trace, save } = this.#options
    trace('commit', key)
    try {
      for (let base = previous; ; ) {
        const next: TokenRecord = { ...pair, version: base.version + 1, ...(save && { unsaved: true }) }
        if (await book.replace(key, base.version, next)) {
          this.#unsaved.delete(key)
          return next.unsaved ? await this.saveAgain(key, next, previous) : next
        }
        const now = await book.read(key)
        if (isBlank(now) ? now.version === undefined : now.deleted || now.grantId !== previous.grantId) {
          this.#unsaved.delete(key)
          return await this.#drop(key, pair, isBlank(now) || isEnded(now) ? undefined : now)
        }
        if (isBlank(now) || isEnded(now)) {
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
      trace('unsaved', key)
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
    const { book, save, trace } = this.#options
    trace('save', key)
    const { unsaved: _, ...saved } = record
    try {
      await save?.(saved, previous)
    } catch {
      trace('unsaved', key)
      return record
    }
    const next: TokenRecord = { ...saved, version: record.version + 1 }
    return (await book.replace(key, record.version, next).catch(() => false)) ? next : record
  }

  /** Somebody signed out, or in anew, while the request was under way: the new token is of no use to anybody. */
  async #drop(key: string, pair: TokenRecord, instead: TokenRecord | undefined): Promise<TokenRecord> {
    const { app, book, platform, trace } = this.#options
    trace('drop', key)
    const { clientId } = app ?? book
    await revokeToken(pair.accessToken, { clientId, ...requestOptions(platform) }).catch(() => {})
    if (instead !== undefined) return instead
    throw rejection(undefined)
  }

  async #end(key: string, record: TokenRecord, reason: 'invalid' | 'refused' | 'lost-response'): Promise<Renewed> {
    const { book, trace } = this.#options
    trace('end', key, reason)
    for (let base = record; ; ) {
      const ended = endRecord(base, reason)
      if (await book.replace(key, base.version, ended)) {
        const error = rejection(ended)
        this.#ends.add(error)
        throw error
      }
      const now = await book.read(key)
      if (isBlank(now) || isEnded(now)) throw rejection(isBlank(now) ? undefined : now)
      if (now.accessToken !== record.accessToken) return { record: now }
      base = now
    }
  }

  #validate(record: TokenRecord): Promise<Validation> {
    const { app, platform } = this.#options
    return validateUserToken(record.accessToken, { clientId: app?.clientId, userId: record.userId }, platform)
  }

  /** Whether a renewal of this grant is known to kill the old access token. */
  async #oldDies(key: string, record: TokenRecord): Promise<boolean | undefined> {
    const check = await this.#options.book.readCheck(key)
    return check?.grantId === record.grantId ? check.oldDies : undefined
  }

  #stoodFor(key: string, mark: Mark): number {
    const now = this.#options.platform.monotonic()
    const watched = this.#watched.get(key)
    if (watched?.id === mark.id) return now - watched.since
    this.#watched.set(key, { id: mark.id, since: now })
    return 0
  }

  /** Until the mark is another one or gone, or has stood for so long that its request is over. */
  async #watch(book: RecordBook, key: string, mark: Mark): Promise<void> {
    while (this.#stoodFor(key, mark) < MARK_STANDS_FOR) {
      await sleep(MARK_POLL, this.#options.platform)
      const now = await book.read(key)
      if (isBlank(now) || isEnded(now) || now.mark?.id !== mark.id) return
    }
  }
}

function pairFrom(response: TokenResponse, record: TokenRecord, now: number): TokenRecord {
  const { mark: _, unsaved: __, ...kept } = record
  return {
    ...kept,
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? record.refreshToken,
    spent: addSpent(record),
    scopes: response.scope ?? record.scopes,
    obtainedAt: now,
    expiresAt: expiryFrom(response.expires_in, now),
  }
}

/** The first refresh token of a grant and the last few: whoever adds one of them again must not send it. */
function addSpent({ spent = [], refreshToken }: TokenRecord): readonly string[] {
  return refreshToken === undefined ? spent : [...spent.slice(0, 1), ...spent.slice(1).slice(-6), refreshToken]
}

function hasExpired({ expiresAt }: TokenRecord, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now
}

const WHY: Record<TokenRejectedError['reason'], string> = {
  'signed-out': 'Nobody is signed in.',
  invalid: 'The access token is dead, and there is no refresh token to renew it with.',
  refused: 'Twitch refused to renew the token: access was taken away, or it was not used for 30 days.',
  'lost-response':
    'The refresh token was spent and the answer was lost, because the page ended or the network failed meanwhile.',
  'not-saved': 'A renewed token was lost, because it could not be stored.',
  denied: 'The user did not agree.',
  'code-expired': 'The code was not used in time.',
  'wrong-app': 'The token belongs to another app.',
  'wrong-user': 'The token belongs to another user.',
  'wrong-kind': 'The token is no user access token.',
}

/** Why a user must sign in, in a sentence that can be shown. */
export function rejection(
  ended:
    | {
        readonly ended: TokenRejectedError['reason']
        readonly userId?: string | undefined
        readonly login?: string | undefined
      }
    | undefined,
): TokenRejectedError {
  const reason = ended?.ended ?? 'signed-out'
  const who = ended?.login === undefined ? 'Sign in' : `Let ${ended.login} sign in`
  return new TokenRejectedError(`${WHY[reason]} ${who}${reason === 'signed-out' ? '.' : ' again.'}`, {
    reason,
    userId: ended?.userId,
  })
}
