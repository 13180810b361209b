import type { TokenRejectedError } from '../errors.ts'
import { satisfies } from '../oauth/scopes.ts'
import type { AccessToken, Scope, ScopeRequirement } from '../types.ts'
import type { KeyedRecord } from './accounts.ts'
import type { CheckRecord, TokenRecord } from './renewal/record.ts'
import { REFRESH_TOKEN_LIFETIME, type Status, type Trouble } from './status.ts'
import { issueToken } from './token.ts'
import { VALIDATE_EVERY, type Vouched } from './validation.ts'

/** Validation is due this long before the hour is over, and up to as much again earlier, so that one context does it. */
const VALIDATE_EARLY = 120_000

/** Renewal is due when less than this share of the lifetime is left, and up to half as much again by jitter. */
const RENEW_EARLY = 0.1

/** A token that is lived on is looked at so long before its end, in milliseconds: while a 401 still means something. */
const LAST_LOOK = 120_000

/** A stored instant may be this far ahead of the own clock, in milliseconds, before it counts as unknown. */
const CLOCK_TOLERANCE = 60_000

/** @returns `undefined`: there is none. */
export type AskAnew = (old: TokenRecord) => Promise<KeyedRecord | undefined>

/** One token of one user as a manager knows it: what the store has, and what validation has learnt. */
export class KeptToken {
  readonly key: string
  record: TokenRecord
  issued: AccessToken
  /** Asks the handler that gave it for a newer one. `undefined`: it comes from the store. */
  askAnew: AskAnew | undefined
  /** Between 0 and 1, so that contexts that share a store do not all act at once. */
  readonly jitter: number
  validatedAt: number | undefined
  expiresAt: number | undefined
  trouble: Trouble | undefined
  /** Epoch milliseconds: nobody can tell what became of its renewal, and it still works. Until then it is not renewed. */
  livesOnUntil: number | undefined
  rejected: TokenRejectedError | undefined
  renewing = false
  /** Twitch has refused it, and no answer to its renewal came yet. */
  dead = false
  /** Twitch has vouched for it, when it was validated. */
  wasSeenAlive = false
  readonly #scopes: ReadonlySet<string>

  constructor(key: string, record: TokenRecord, jitter: number, askAnew?: AskAnew | undefined) {
    this.key = key
    this.record = record
    this.jitter = jitter
    this.askAnew = askAnew
    this.expiresAt = record.expiresAt
    this.issued = this.#issue()
    this.#scopes = new Set<string>(record.scopes)
  }

  can(requirement: ScopeRequirement | undefined): boolean {
    if (requirement === undefined) return true
    for (const scope of requirement) {
      if (typeof scope !== 'string' || !this.#scopes.has(scope)) return satisfies(this.record.scopes, requirement)
    }
    return true
  }

  /** @returns Whether another context has learnt something newer. */
  learnCheck(check: CheckRecord | undefined): boolean {
    if (check?.grantId !== this.record.grantId || check.obtainedAt !== this.record.obtainedAt) return false
    if (check.validatedAt === undefined || check.validatedAt <= (this.validatedAt ?? 0)) return false
    this.#learn(check.validatedAt, check.expiresAt)
    return true
  }

  learnVouched({ validatedAt, expiresAt }: Vouched): void {
    this.#learn(validatedAt, expiresAt)
    this.rejected = undefined
    this.dead = false
  }

  #learn(validatedAt: number, expiresAt: number | undefined): void {
    this.validatedAt = validatedAt
    this.expiresAt = expiresAt
    this.trouble = undefined
    this.wasSeenAlive = true
    // The clock may have been wrong when it was obtained.
    this.issued = this.#issue()
  }

  #issue(): AccessToken {
    const { accessToken, userId, login, scopes } = this.record
    return issueToken(accessToken, { kind: 'user', userId, login, scopes, expiresAt: this.expiresAt })
  }

  hasExpired(now: number): boolean {
    return this.expiresAt !== undefined && this.expiresAt <= now
  }

  /** Twitch vouched for it within the hour. An instant in the future says nothing. */
  isVouched(now: number): boolean {
    const { validatedAt } = this
    return validatedAt !== undefined && validatedAt <= now + CLOCK_TOLERANCE && now - validatedAt < VALIDATE_EVERY
  }

  isGood(now: number): boolean {
    return this.rejected === undefined && !this.dead && !this.hasExpired(now) && this.isVouched(now)
  }

  /** Epoch milliseconds. */
  validateAt(now: number): number {
    if (!this.isVouched(now)) return now
    return (this.validatedAt ?? now) + VALIDATE_EVERY - VALIDATE_EARLY * (1 + this.jitter)
  }

  /** Nothing can be done with it before it is renewed. */
  mustRenew(now: number): boolean {
    return this.dead || this.hasExpired(now)
  }

  /** Epoch milliseconds of what is due next. */
  dueAt(now: number): number {
    if (this.rejected !== undefined) return Number.POSITIVE_INFINITY
    const due = this.mustRenew(now) ? now : Math.min(this.validateAt(now), this.renewAt() ?? Number.POSITIVE_INFINITY)
    return this.trouble === undefined ? due : Math.max(due, this.trouble.retryAt)
  }

  /** Epoch milliseconds; `undefined`: never. */
  renewAt(): number | undefined {
    const { expiresAt, record } = this
    if (expiresAt === undefined || record.refreshToken === undefined) return undefined
    const lifetime = Math.max(0, expiresAt - record.obtainedAt)
    return this.livesOnUntil ?? expiresAt - lifetime * RENEW_EARLY * (1 + this.jitter / 2)
  }

  /** It is looked at once more before its end: a 401 then says that it was spent, and later it says nothing. */
  liveOn(now: number): void {
    const { expiresAt = now } = this
    const lastLook = expiresAt - LAST_LOOK
    this.livesOnUntil = lastLook > now + LAST_LOOK / 2 ? lastLook : expiresAt
  }

  status(now: number, oneUse: boolean): Status {
    const { record, rejected, trouble } = this
    const about = {
      userId: record.userId,
      login: record.login,
      scopes: record.scopes as readonly Scope[],
      expiresAt: this.expiresAt,
      validatedAt: this.validatedAt,
      signInAgainBy:
        oneUse && record.refreshToken !== undefined ? record.obtainedAt + REFRESH_TOKEN_LIFETIME : undefined,
    }
    if (rejected !== undefined)
      return { state: 'needs-login', reason: rejected.reason, why: rejected.message, ...about }
    if (this.renewing) return { state: 'refreshing', ...about }
    if (trouble !== undefined)
      return { state: 'degraded', why: trouble.error instanceof Error ? trouble.error.message : undefined, ...about }
    if (this.livesOnUntil !== undefined)
      return {
        state: 'degraded',
        why: 'Nobody can tell what became of a renewal: the token is used to its end.',
        ...about,
      }
    if (record.unsaved) return { state: 'degraded', why: 'The handler did not save the renewed token.', ...about }
    if (this.hasExpired(now))
      return { state: 'degraded', why: 'The token has expired and waits to be renewed.', ...about }
    return { state: 'ok', ...about }
  }
}
