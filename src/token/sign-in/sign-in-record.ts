import type { RejectionReason } from '../../errors.ts'
import { asNumber, asObject } from '../../internal/json.ts'
import { type DeviceCodeResponse, readDeviceCodeResponse } from '../../oauth/device-code.ts'
import type { StoredRecord } from '../../stores/token-store.ts'
import type { Scope } from '../../types.ts'
import type { RecordBook } from '../record-book.ts'
import { refuseNewerFormat } from '../renewal/record.ts'

/** A sign-in that waits for the user, as Twitch began it: kept so that a reload loses nothing. */
export interface PendingSignIn extends StoredRecord, DeviceCodeResponse {
  readonly deleted?: undefined
  readonly ended?: undefined
  /** Becomes the `grantId` of the token. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  readonly scopes: readonly Scope[]
  /** A user id. */
  readonly expectedUser?: string | undefined
  /** Written before an exchange leaves, and taken off when it is answered: a device code can be exchanged once. */
  readonly unanswered?: boolean | undefined
  /** How often Twitch has said `invalid device code` so far. */
  readonly refusals: number
}

/** A sign-in that is over. */
export interface EndedSignIn extends StoredRecord {
  readonly deleted: true
  readonly id?: string | undefined
  /** Why nobody signed in. Left out: somebody did. */
  readonly ended?: RejectionReason | 'cancelled' | undefined
}

export type SignInRecord = PendingSignIn | EndedSignIn

export function signInKey(book: RecordBook): string {
  return `sign-in:${book.clientId}`
}

/**
 * @returns `undefined`: none was ever begun. One that cannot be read counts as over.
 * @throws {StoreError} `newer-format`, or the store does not work.
 */
export async function readSignIn(book: RecordBook): Promise<SignInRecord | undefined> {
  const key = signInKey(book)
  const stored = await book.store.get(key)
  const fields = asObject(stored)
  refuseNewerFormat(fields, key)
  if (!stored || stored.deleted) return stored as EndedSignIn | undefined
  const isWhole = readDeviceCodeResponse(fields) && asNumber(fields['expiresAt']) && Array.isArray(fields['scopes'])
  return isWhole ? (stored as PendingSignIn) : { version: stored.version, deleted: true }
}

/** @returns What was written; `undefined`: somebody else was first. */
export async function writeSignIn<Next extends SignInRecord>(
  book: RecordBook,
  before: SignInRecord | undefined,
  fields: Omit<Next, 'version'>,
): Promise<Next | undefined> {
  const next = { ...fields, format: 1, version: book.versionAfter(before?.version) } as StoredRecord as Next
  return (await book.replace(signInKey(book), before?.version, next)) ? next : undefined
}

/** Ends a sign-in for all tabs, unless it has ended already or another one was begun. */
export async function endSignIn(book: RecordBook, id: string, ended?: EndedSignIn['ended']): Promise<void> {
  for (;;) {
    const record = await readSignIn(book)
    const isOver = record?.id !== id || record.deleted
    if (isOver || (await writeSignIn<EndedSignIn>(book, record, { deleted: true, id, ended }))) return
  }
}
