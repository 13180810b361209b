import { asNumber, asObject, asString } from '../../internal/json.ts'
import type { StoredRecord } from '../../stores/token-store.ts'
import type { Scope } from '../../types.ts'
import type { RecordBook } from '../record-book.ts'
import { refuseNewerFormat } from '../renewal/record.ts'

/** A sign-in that waits for the user: kept so that a reload loses nothing. */
export interface PendingSignIn extends StoredRecord {
  readonly format: 1
  readonly deleted?: undefined
  /** Becomes the `grantId` of the token. */
  readonly id: string
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUri: string
  /** Milliseconds between two exchanges. */
  readonly interval: number
  /** Epoch milliseconds. */
  readonly expiresAt: number
  readonly scopes: readonly Scope[]
  /** A user id. */
  readonly expectedUser?: string | undefined
  /** Epoch milliseconds of the last exchange, by any tab. */
  readonly polledAt?: number | undefined
  /** Written before an exchange leaves, and taken off when it is answered: a device code can be exchanged once. */
  readonly exchange?: string | undefined
  /** An exchange was never answered: the tokens may have been lost on the way. */
  readonly unanswered?: true | undefined
  /** How often Twitch has said `invalid device code` so far. */
  readonly refusals: number
}

/** A sign-in that is over. */
export interface EndedSignIn extends StoredRecord {
  readonly format: 1
  readonly deleted: true
  readonly id: string
  /** Who signed in. */
  readonly userId?: string | undefined
  /** Why nobody did. */
  readonly reason?: 'cancelled' | 'denied' | 'code-expired' | 'lost-response' | 'wrong-user' | undefined
}

export type SignInRecord = PendingSignIn | EndedSignIn

export function signInKey(clientId: string): string {
  return `sign-in:${clientId}`
}

/**
 * @returns `undefined`: none was ever begun. One that cannot be read counts as over.
 * @throws {StoreError} `newer-format`
 */
export function readSignInRecord(stored: StoredRecord | undefined, key: string): SignInRecord | undefined {
  if (stored === undefined) return undefined
  const fields = asObject(stored)
  refuseNewerFormat(fields, key)
  const { version } = stored
  if (stored.deleted) return { ...(stored as EndedSignIn), id: asString(fields['id']) ?? '' }
  const texts = [fields['id'], fields['deviceCode'], fields['userCode'], fields['verificationUri']]
  const numbers = [fields['interval'], fields['expiresAt']]
  const readable =
    texts.every((text) => typeof text === 'string') &&
    numbers.every((number) => typeof number === 'number') &&
    Array.isArray(fields['scopes'])
  if (!readable) return { format: 1, version, deleted: true, id: '' }
  return { ...(stored as PendingSignIn), refusals: asNumber(fields['refusals']) ?? 0 }
}

/** Ends a sign-in for all tabs, unless it has ended already or another one was begun. */
export async function endSignIn(
  book: RecordBook,
  key: string,
  id: string,
  outcome: Pick<EndedSignIn, 'userId' | 'reason'>,
): Promise<void> {
  for (;;) {
    const record = readSignInRecord(await book.store.get(key), key)
    if (record === undefined || record.deleted || record.id !== id) return
    const ended: EndedSignIn = { format: 1, version: record.version + 1, deleted: true, id, ...outcome }
    if (await book.replace(key, record.version, ended)) return
  }
}
