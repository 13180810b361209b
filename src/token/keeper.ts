import { NetworkError, StoreError, TokenRejectedError } from '../errors.ts'
import { backoffDelay } from '../internal/backoff.ts'
import { SingleFlight } from '../internal/single-flight.ts'
import { TIMED_OUT } from '../internal/wait.ts'
import type { KeptToken } from './kept-token.ts'
import type { Keyring } from './keyring.ts'
import { KnownTokens, type TokenNews } from './known-tokens.ts'
import type { Renewed } from './renewal/renew.ts'
import type { Trouble } from './status.ts'
import { VALIDATE_EVERY, type Validation, validateUserToken } from './validation.ts'

/** No shared work takes longer than this, in milliseconds; on Workers it may never end. */
const SHARE_FOR = 90_000

/** Twitch may ask for patience, but not for more than this, in milliseconds. */
const LONGEST_PAUSE = 3_600_000

const BACKOFF = { first: 2_000, limit: 300_000 }

/** Keeps known tokens good: validates them, and renews them. */
export class Keeper {
  readonly keyring: Keyring
  readonly known: KnownTokens
  readonly #news: TokenNews
  readonly #checks: SingleFlight<Validation | undefined>
  readonly #renewals: SingleFlight<KeptToken>

  constructor(keyring: Keyring, news: TokenNews) {
    this.keyring = keyring
    this.known = new KnownTokens(keyring, news)
    this.#news = news
    this.#checks = new SingleFlight(keyring.platform, SHARE_FOR)
    this.#renewals = new SingleFlight(keyring.platform, SHARE_FOR)
  }

  /**
   * @returns The token, good by all that is known: vouched for within the hour, or the check got no answer.
   * @throws {TokenRejectedError} The user must sign in.
   * @throws {NetworkError} It has expired, and no answer came.
   */
  async good(kept: KeptToken): Promise<KeptToken> {
    const { platform } = this.keyring
    if (kept.rejected !== undefined) throw kept.rejected
    const now = platform.now()
    if (kept.mustRenew(now)) return this.renew(kept, 'refused')
    if (kept.isVouched(now) || (kept.trouble !== undefined && now < kept.trouble.retryAt)) return kept
    const validation = await this.check(kept)
    if (validation?.alive === false) return this.renew(kept, 'refused', validation)
    const known = this.known.find(kept.key)
    if (known === undefined) throw this.known.whyGone(kept)
    return known
  }

  /** Writes, or hands to the handler, what could not be kept before. */
  async keepSafe(kept: KeptToken): Promise<void> {
    const { commits } = this.keyring
    const { key } = kept
    if (commits.unsaved(key) !== undefined && (await commits.flush(key).catch(() => false))) {
      const known = await this.known.load(key, 'here')
      if (known?.trouble?.error instanceof StoreError) known.trouble = undefined
      this.#news.changed()
    }
    const known = this.known.find(key)
    if (known?.record.unsaved) this.known.learn(key, await commits.saveAgain(key, known.record), 'here')
  }

  /**
   * Asks Twitch about a token, unless another context has done so meanwhile.
   *
   * @param since Epoch milliseconds: an answer that came later will do. Default: most of an hour ago.
   * @returns `undefined`: no answer, or another token is there by now.
   * @throws {TokenRejectedError} It belongs to another app or user.
   */
  async check(
    kept: KeptToken,
    since: number = this.keyring.platform.now() - VALIDATE_EVERY / 2,
  ): Promise<Validation | undefined> {
    const validation = await this.#checks.run(kept.key, () => this.#check(kept, since))
    return validation === TIMED_OUT ? undefined : validation
  }

  async #check(kept: KeptToken, since: number): Promise<Validation | undefined> {
    const { app, platform } = this.keyring
    let known: KeptToken | undefined = kept
    try {
      // A store that fails does not stop the check.
      known = await this.known.load(kept.key, 'elsewhere').catch((error: unknown) => {
        this.#news.warning(error)
        return kept
      })
      if (known?.record.accessToken !== kept.record.accessToken) return undefined
      if (known.isVouched(platform.now()) && (known.validatedAt ?? 0) > since) return undefined
      const { accessToken, userId } = known.record
      const validation = await validateUserToken(accessToken, { clientId: app?.clientId, userId }, platform)
      if (validation.alive) {
        known.learnVouched(validation)
        await this.keyring.noteVouched(kept.key, known.record, validation).catch(this.#news.warning)
        this.#news.changed()
        this.#news.validated(known)
      }
      return validation
    } catch (error) {
      if (error instanceof TokenRejectedError) {
        this.#reject(known ?? kept, error)
        throw error
      }
      this.#note(known ?? kept, error)
      return undefined
    }
  }

  /**
   * Renews a token, once for all who ask at the same time.
   *
   * @throws {TokenRejectedError} The user must sign in.
   * @throws {NetworkError} No answer came; nothing is lost.
   */
  async renew(kept: KeptToken, why: 'refused' | 'aging', validation?: Validation | undefined): Promise<KeptToken> {
    const { platform, book } = this.keyring
    const { trouble } = kept
    if (trouble !== undefined && platform.now() < trouble.retryAt) throw trouble.error
    const renewed = await this.#renewals.run(kept.key, () => this.#renew(kept, why, validation))
    if (renewed !== TIMED_OUT) return renewed
    // Whoever shares never sends by itself: it answers from the store, or not at all.
    const entry = await book.read(kept.key)
    const now = this.known.learn(kept.key, entry, 'elsewhere')
    if (now !== undefined && now.record.accessToken !== kept.record.accessToken) return now
    throw new NetworkError('Renewing the token takes too long. Nothing is lost; try later.')
  }

  async #renew(kept: KeptToken, why: 'refused' | 'aging', validation?: Validation | undefined): Promise<KeptToken> {
    const { key, record } = kept
    kept.renewing = true
    this.#news.changed()
    try {
      const given = await kept.askAnew?.(record)
      const newer = given && (await this.known.load(given.key, 'elsewhere', kept.askAnew))
      if (newer !== undefined) return newer
      const renewed = await this.keyring.renewal.renew(key, { unfit: record.accessToken, why, validation })
      return await this.#takeRenewed(kept, why, renewed)
    } catch (error) {
      if (error instanceof TokenRejectedError) return await this.#takeRejected(kept, error)
      // What others did meanwhile was not listened to.
      const known = (await this.known.load(key, 'elsewhere').catch(() => this.known.find(key))) ?? kept
      if (known.record.accessToken !== record.accessToken) return known
      known.dead = this.keyring.renewal.isDead(key, known.record.accessToken)
      throw this.#note(known, error)
    } finally {
      kept.renewing = false
      this.#news.changed()
    }
  }

  async #takeRenewed(old: KeptToken, why: 'refused' | 'aging', renewed: Renewed): Promise<KeptToken> {
    const { record, vouched, oldWasAlive, here } = renewed
    const kept = this.known.learn(old.key, record, here ? 'here' : 'elsewhere') ?? old
    kept.trouble = undefined
    if (this.keyring.commits.unsaved(kept.key) !== undefined) {
      const message = 'The renewed token is not written yet: the store fails. It is lost if the page ends before.'
      this.#note(kept, new StoreError(message, { reason: 'failed' }))
    }
    if (kept.record.accessToken !== old.record.accessToken) {
      // A 200 of /token counts as a validation, unless what came of the last one was dead by then.
      if (!here || oldWasAlive || old.wasSeenAlive || old.hasExpired(this.keyring.platform.now())) {
        kept.validatedAt ??= record.obtainedAt
      } else {
        const message = 'Twitch refuses a token that it has only just given. Renewing goes on, more slowly.'
        this.#note(kept, new NetworkError(message), old.trouble)
      }
      if (oldWasAlive) this.#learnOldDies(old, kept).catch(this.#news.warning)
      return kept
    }
    if (vouched !== undefined) {
      kept.learnVouched(vouched)
      await this.keyring.noteVouched(old.key, record, vouched).catch(this.#news.warning)
      this.#news.validated(kept)
    }
    if (why === 'aging') kept.liveOn(this.keyring.platform.now())
    return kept
  }

  /** The record has ended, unless somebody signed in meanwhile. */
  async #takeRejected(old: KeptToken, error: TokenRejectedError): Promise<KeptToken> {
    const origin = this.keyring.renewal.hasEnded(error) ? 'here' : 'elsewhere'
    await this.known.notice(old.key, origin)
    const kept = this.known.find(old.key)
    // Whoever has signed in since may have done so with the same pair.
    const isOther = kept?.record.accessToken !== old.record.accessToken || error.reason === 'signed-out'
    if (kept !== undefined && isOther) return kept
    if (kept !== undefined) this.#reject(kept, error)
    throw error
  }

  #reject(kept: KeptToken, error: TokenRejectedError): void {
    kept.rejected = error
    this.#news.changed()
    this.#news.needsLogin(kept, error, 'here')
  }

  /** Whether a renewal kills the old access token decides later what a lost answer means. */
  async #learnOldDies(old: KeptToken, renewed: KeptToken): Promise<void> {
    const { app, book, platform } = this.keyring
    if (app?.clientType !== 'public') return
    const check = await book.readCheck(renewed.key)
    if (check?.grantId === renewed.record.grantId && check.oldDies !== undefined) return
    const anybody = { clientId: undefined, userId: undefined }
    const { alive } = await validateUserToken(old.record.accessToken, anybody, platform)
    await this.keyring.noteOldDies(renewed.key, renewed.record, !alive)
  }

  /** @returns The error, with the instant when it is tried again. */
  #note(kept: KeptToken, problem: unknown, before: Trouble | undefined = kept.trouble): unknown {
    const { now, random } = this.keyring.platform
    const failures = (before?.failures ?? 0) + 1
    const said = problem instanceof NetworkError ? Math.min(problem.retryAt ?? 0, now() + LONGEST_PAUSE) : 0
    const retryAt = Math.max(said, now() + backoffDelay(failures, random(), BACKOFF))
    const error =
      problem instanceof NetworkError
        ? new NetworkError(problem.message, { cause: problem.cause, status: problem.status, retryAt })
        : problem
    kept.trouble = { error, failures, retryAt }
    this.#news.changed()
    if (error === problem) this.#news.warning(error)
    return error
  }
}
