import { ConfigurationError, NetworkError, StoreError, TokenRejectedError } from '../../errors.ts'
import { refreshToken } from '../../oauth/refresh.ts'
import type { TokenResponse } from '../../oauth/token-response.ts'
import type { Platform } from '../../types.ts'
import type { App } from '../app.ts'
import { type Entry, isLiving, type RecordBook } from '../record-book.ts'
import { rejection } from '../rejection.ts'
import { expiryFrom, type Validation, type Vouched, validateUserToken } from '../validation.ts'
import { Commits, type SavePair } from './commits.ts'
import type { Gate } from './gate.ts'
import { judgeMark, MARK_FRESH_FOR, POST_TIMEOUT } from './mark.ts'
import { Marks } from './marks.ts'
import { type EndedRecord, endRecord, type Mark, type TokenRecord } from './record.ts'
import type { TraceStep } from './steps.ts'

/** After a refusal of a token whose access token still works: Twitch has refused good ones, for a while. */
const REFUSED_RETRY_AFTER = 600_000

export interface RenewalRequest {
  /** The access token that does not do any more; one that is another already is the answer. */
  readonly unfit: string
  /** `refused`: somebody was refused with it. `aging`: its end is near. */
  readonly why: 'refused' | 'aging'
  /** What validating it has just said. */
  readonly validation?: Validation | undefined
}

export interface RenewalOptions {
  /** `undefined`: nothing can be renewed. */
  readonly app: App | undefined
  readonly book: RecordBook
  readonly platform: Platform
  readonly gate: Pick<Gate, 'through'>
  readonly trace: TraceStep
  /** Hears of what is wrong and stops nothing. */
  readonly warn: (problem: unknown) => void
  readonly save?: SavePair | undefined
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

/**
 * Renews tokens, each once and only once, whatever else happens meanwhile: see "Renewing a token" in `docs/renewal.md`.
 */
export class Renewal {
  readonly #options: RenewalOptions
  readonly #marks: Marks
  /** New pairs, on their way into the store. */
  readonly commits: Commits
  /** What was thrown for sign-ins that were ended here. */
  readonly #ends = new WeakSet<TokenRejectedError>()
  /** Access tokens that Twitch has refused. */
  readonly #dead = new Map<string, string>()

  constructor(options: RenewalOptions) {
    const { book, platform, trace, warn, save } = options
    this.#options = options
    this.#marks = new Marks(book, platform, trace)
    this.commits = new Commits(book, platform, trace, warn, save)
  }

  /**
   * @throws {TokenRejectedError} The user must sign in.
   * @throws {NetworkError} No answer came; nothing is lost.
   * @throws {ConfigurationError} The app is set up wrongly; nothing is lost.
   * @throws {StoreError} The store does not work, so that nothing was sent.
   */
  async renew(key: string, request: RenewalRequest): Promise<Renewed> {
    const { gate, trace } = this.#options
    let { validation } = request
    for (;;) {
      trace('queue', key)
      const result = await gate.through(key, () => this.#attempt(key, { ...request, validation }))
      if (!('waitFor' in result)) return result
      // Outside the gate, so that nobody queues for a wait.
      trace('wait-for-mark', key)
      await this.#marks.watch(key, result.waitFor)
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

  async #attempt(key: string, request: RenewalRequest): Promise<Renewed | { waitFor: Mark }> {
    const { app, book, platform, trace } = this.#options
    let { validation } = request
    let stale: TokenRecord | undefined
    for (;;) {
      const pending = this.commits.unsaved(key)
      if (pending !== undefined && !(await this.commits.flush(key).catch(() => false))) {
        if (pending.accessToken !== request.unfit) return { record: pending }
        const message = 'The renewed token cannot be written, so that it cannot be renewed again. Mend the store.'
        throw new StoreError(message, { reason: 'failed' })
      }

      trace('read', key)
      const record = await book.read(key)
      if (stale !== undefined && isEndedFor(record, stale)) {
        // Others gave up on a request that never left: only this page can know.
        const { mark: _, ...unmarked } = stale
        const revived: TokenRecord = { ...unmarked, version: record.version + 1 }
        await book.replace(key, record.version, revived)
        stale = undefined
        continue
      }
      if (!isLiving(record)) throw rejection(record)
      // One whose owner is known by now is renewed where it goes.
      if (book.isProvisional(key) && record.userId !== undefined) return { record }
      if (record.accessToken !== request.unfit && !hasExpired(record, platform.now())) return { record }

      const { mark } = record
      // Before the look: only what Twitch says after a mark's request is over tells what became of it.
      const stoodFor = mark === undefined ? 0 : this.#marks.stoodFor(key, mark)
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
        const verdict = this.#marks.wasNeverSent(mark)
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
        if (verdict === 'spent') {
          const ended = endRecord(record, 'lost-response')
          trace('end', key, ended.ended)
          if (await book.replace(key, record.version, ended)) throw this.#ended(ended)
          // What was judged is not there any more: its answer came, or somebody took it off.
          validation = undefined
          continue
        }
        if (verdict === 'not-spent') {
          await this.#marks.takeOff(key, record)
          continue
        }
      }

      const marked = await this.#marks.make(key, record)
      if (marked === undefined) {
        validation = undefined
        continue
      }
      const { refreshToken: spent, mark: mine } = marked.record
      // From here to `refreshToken` nothing awaits: a page that was frozen must not send late.
      if (platform.monotonic() - marked.at > MARK_FRESH_FOR || Math.abs(platform.now() - mine.at) > MARK_FRESH_FOR) {
        this.#marks.giveUp(mine)
        stale = marked.record
        validation = undefined
        continue
      }
      const answer = refreshToken(spent, {
        clientId: app.clientId,
        ...platform,
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
    const record = await this.commits.commit(key, previous, pair)
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
        ...platform,
        timeout: POST_TIMEOUT,
      })
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error
      const now = await book.read(key)
      if (isLiving(now) && now.refreshToken !== record.refreshToken) return undefined
      if (alive) throw this.#refusedButAlive(error)
      return this.#end(key, record, 'refused')
    }
    return this.#take(key, record, pairFrom(response, record, platform.now()))
  }

  async #answerFailed(key: string, record: TokenRecord, error: unknown, wasAlive: boolean): Promise<TokenRecord> {
    const { book } = this.#options
    if (error instanceof TokenRejectedError) {
      const newer = await book.read(key)
      if (isLiving(newer) && newer.refreshToken !== record.refreshToken) return newer
      await this.#marks.takeOff(key, record).catch(() => {})
      if (wasAlive && (await this.#validate(record)).alive) throw this.#refusedButAlive(error)
      return (await this.#end(key, record, 'refused')).record
    }
    if (error instanceof ConfigurationError || (error instanceof NetworkError && error.status === 429)) {
      await this.#marks.takeOff(key, record).catch(() => {})
    }
    throw error
  }

  #refusedButAlive(cause: TokenRejectedError): NetworkError {
    return new NetworkError(
      'Twitch refused to renew a token that still works. It is kept, and renewing is tried again later.',
      { cause, retryAt: this.#options.platform.now() + REFUSED_RETRY_AFTER },
    )
  }

  async #end(key: string, record: TokenRecord, reason: 'invalid' | 'refused'): Promise<Renewed> {
    const { book, trace } = this.#options
    trace('end', key, reason)
    for (let base = record; ; ) {
      const ended = endRecord(base, reason)
      if (await book.replace(key, base.version, ended)) throw this.#ended(ended)
      const now = await book.read(key)
      if (!isLiving(now)) throw rejection(now)
      if (now.accessToken !== record.accessToken) return { record: now }
      base = now
    }
  }

  #ended(record: EndedRecord): TokenRejectedError {
    const error = rejection(record)
    this.#ends.add(error)
    return error
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

/** Somebody has judged that the refresh token of this record was spent. */
function isEndedFor(entry: Entry, { grantId }: TokenRecord): entry is EndedRecord {
  return 'ended' in entry && entry.ended === 'lost-response' && entry.grantId === grantId
}

function hasExpired({ expiresAt }: TokenRecord, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now
}
