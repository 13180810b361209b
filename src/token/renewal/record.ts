import { type RejectionReason, StoreError } from '../../errors.ts'
import { asNumber, asObject, asString } from '../../internal/json.ts'
import type { StoredRecord } from '../../stores/token-store.ts'
import type { Scope } from '../../types.ts'

const FORMAT = 1

/** Written before a refresh token leaves, so that nobody sends it again without asking what became of it. */
export interface Mark {
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
  /** How often this refresh token has been about to be sent, from 1. */
  readonly attempt: number
}

/** One sign-in of one user, kept alive. Plain data. */
export interface TokenRecord extends StoredRecord {
  readonly format: typeof FORMAT
  /** Random, new with each sign-in. */
  readonly grantId: string
  readonly clientId: string
  /** `undefined` until Twitch has said whose it is. */
  readonly userId?: string | undefined
  readonly login?: string | undefined
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  readonly scopes: readonly Scope[]
  /** Epoch milliseconds. */
  readonly obtainedAt: number
  /** Epoch milliseconds. `undefined`: never, or nobody knows yet. */
  readonly expiresAt?: number | undefined
  readonly mark?: Mark | undefined
  /** Refresh tokens that were spent for this pair: the first of the grant, and the last few. */
  readonly spent?: readonly string[] | undefined
  /** The handler's `saveUserToken` has not taken this pair yet. */
  readonly unsaved?: true | undefined
  /** Its refresh token was spent before: it is used to its end. */
  readonly unrenewable?: true | undefined
  /** Whose it must turn out to be, while nobody knows. */
  readonly expectedUser?: string | undefined
}

/** What is left of a sign-in that has ended: no token, but its version, and why. */
export interface EndedRecord extends StoredRecord {
  readonly format: typeof FORMAT
  readonly grantId?: string | undefined
  readonly clientId: string
  readonly userId?: string | undefined
  readonly login?: string | undefined
  readonly ended: RejectionReason
  /** Refresh tokens that must not be sent again. */
  readonly spent?: readonly string[] | undefined
  /** Nor must the one whose fingerprint is in the key. */
  readonly unrenewable?: true | undefined
}

/** What validation learns, beside the record: an hourly check never bumps the record's version. */
export interface CheckRecord extends StoredRecord {
  readonly format: typeof FORMAT
  readonly grantId: string
  /** `obtainedAt` of the pair that was checked. */
  readonly obtainedAt: number
  /** Epoch milliseconds of the last time Twitch vouched for it. */
  readonly validatedAt?: number | undefined
  readonly expiresAt?: number | undefined
  /** Whether a renewal kills the old access token: learnt after the first one that worked. */
  readonly oldDies?: boolean | undefined
}

export type AccountRecord = TokenRecord | EndedRecord

export function isEnded(record: AccountRecord): record is EndedRecord {
  return 'ended' in record
}

/** A pair under a version, before it is known who owns it. */
export function newTokenRecord(
  fields: Omit<TokenRecord, 'format' | 'version'> & { readonly version: number },
): TokenRecord {
  return { ...fields, format: FORMAT }
}

/** Ends a sign-in. `signed-out` leaves a tombstone; anything else stays listed, so that a page can say why. */
export function endRecord(record: AccountRecord, ended: RejectionReason): EndedRecord {
  return {
    format: FORMAT,
    version: record.version + 1,
    deleted: ended === 'signed-out' ? true : undefined,
    grantId: record.grantId,
    clientId: record.clientId,
    userId: record.userId,
    login: record.login,
    ended,
    spent: ended === 'signed-out' ? undefined : spentBy(record),
    unrenewable: record.unrenewable,
  }
}

/** Every refresh token of this record that must not be taken for a new one. */
export function spentBy(record: AccountRecord): readonly string[] {
  const { spent = [] } = record
  return isEnded(record) || record.refreshToken === undefined ? spent : [...spent, record.refreshToken]
}

export function newCheckRecord(fields: Omit<CheckRecord, 'format'>): CheckRecord {
  return { ...fields, format: FORMAT }
}

/**
 * Looks at what a store gave.
 *
 * @throws {StoreError} `newer-format`, or `corrupt`: then it may be overwritten at its version.
 */
export function readAccountRecord(stored: StoredRecord, key: string): AccountRecord {
  const fields = asObject(stored)
  refuseNewerFormat(fields, key)
  const clientId = asString(fields['clientId'])
  const ended = asString(fields['ended'])
  if (ended !== undefined && clientId !== undefined) return stored as EndedRecord
  if (
    clientId === undefined ||
    asString(fields['grantId']) === undefined ||
    !asString(fields['accessToken']) ||
    asNumber(fields['obtainedAt']) === undefined ||
    !Array.isArray(fields['scopes']) ||
    !isMark(fields['mark'])
  ) {
    throw new StoreError(`The token under "${key}" cannot be read: it is set aside. Sign in again.`, {
      reason: 'corrupt',
    })
  }
  return stored as TokenRecord
}

export function readCheckRecord(stored: StoredRecord | undefined, key: string): CheckRecord | undefined {
  if (stored === undefined) return undefined
  const fields = asObject(stored)
  refuseNewerFormat(fields, key)
  if (asString(fields['grantId']) === undefined || asNumber(fields['obtainedAt']) === undefined) return undefined
  return stored as CheckRecord
}

/** @throws {StoreError} `newer-format` */
export function refuseNewerFormat(fields: Readonly<Record<string, unknown>>, key: string): void {
  const format = asNumber(fields['format'])
  if (format !== undefined && format > FORMAT) {
    throw new StoreError(
      `The record under "${key}" was written by a newer twitch-keyring (format ${format}, known here: ${FORMAT}). Load the newer version on every page that shares this store.`,
      { reason: 'newer-format' },
    )
  }
}

function isMark(value: unknown): boolean {
  if (value === undefined) return true
  const mark = asObject(value)
  return (
    asString(mark['id']) !== undefined && asNumber(mark['at']) !== undefined && asNumber(mark['attempt']) !== undefined
  )
}
