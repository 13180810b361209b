import { TokenRejectedError } from '../../errors.ts'
import { asNumber, asObject, asString } from '../../internal/json.ts'
import type { StoredRecord } from '../../stores/token-store.ts'
import type { Scope } from '../../types.ts'
import type { Keyring } from '../keyring.ts'

/** A browser is at Twitch, and is to come back. Plain data. */
export interface PendingRedirect {
  /** Random: who comes back must bring it along. */
  readonly state: string
  readonly redirectUri: string
  readonly scopes: readonly Scope[]
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Random: an id token must hold it. */
  readonly nonce?: string | undefined
  /** A user id. */
  readonly expectedUser?: string | undefined
}

interface PendingRecord extends StoredRecord {
  readonly format: 1
  readonly pending: readonly PendingRedirect[]
}

/** A browser that comes back later than this comes too late, in milliseconds. */
const LIFETIME = 3_600_000

/** So many sign-ins can be under way at once; the oldest are forgotten first. */
const MOST = 20

function redirectsKey(clientId: string): string {
  return `redirects:${clientId}`
}

/** @throws {StoreError} */
export async function keepPending(keyring: Keyring, pending: PendingRedirect): Promise<void> {
  const { book, platform } = keyring
  const key = redirectsKey(book.clientId)
  for (;;) {
    const stored = await book.store.get(key)
    const others = readPending(stored).filter((other) => isFresh(other, platform.now()))
    const kept = [...others, pending].slice(-MOST)
    const next: PendingRecord = { version: (stored?.version ?? 0) + 1, format: 1, pending: kept }
    if (await book.store.replace(key, stored?.version, next)) return
  }
}

/**
 * @throws {TokenRejectedError} `code-expired`: none is under way with this state.
 * @throws {StoreError}
 */
export async function findPending(keyring: Keyring, state: string | undefined): Promise<PendingRedirect> {
  const { book, platform } = keyring
  const all = readPending(await book.store.get(redirectsKey(book.clientId)))
  const found = all.find((pending) => pending.state === state)
  if (found === undefined || !isFresh(found, platform.now())) throw unknownState()
  return found
}

/**
 * Takes a sign-in out of the store: of all who ask for it, in any tab, one gets it.
 *
 * @throws {TokenRejectedError} `code-expired`: none is under way with this state.
 * @throws {StoreError}
 */
export async function takePending(keyring: Keyring, state: string | undefined): Promise<PendingRedirect> {
  const { book, platform } = keyring
  const key = redirectsKey(book.clientId)
  for (;;) {
    const stored = await book.store.get(key)
    const all = readPending(stored)
    const found = all.find((pending) => pending.state === state)
    if (stored === undefined || found === undefined) throw unknownState()
    const rest = all.filter((pending) => pending !== found)
    const next: PendingRecord = { version: stored.version + 1, format: 1, pending: rest }
    if (!(await book.store.replace(key, stored.version, next))) continue
    if (!isFresh(found, platform.now())) throw unknownState()
    return found
  }
}

export function isFresh({ startedAt }: PendingRedirect, now: number): boolean {
  return now - startedAt < LIFETIME && startedAt - now < LIFETIME
}

export function unknownState(): TokenRejectedError {
  return new TokenRejectedError(
    'This answer belongs to no sign-in that was begun here within the hour, or to one that is over: begin again.',
    { reason: 'code-expired' },
  )
}

/** @returns `undefined`: it cannot be read. */
export function readPendingRedirect(value: unknown): PendingRedirect | undefined {
  const { state, redirectUri, scopes, startedAt, nonce, expectedUser } = asObject(value)
  if (!asString(state) || !asString(redirectUri) || asNumber(startedAt) === undefined || !Array.isArray(scopes)) {
    return undefined
  }
  return {
    state: state as string,
    redirectUri: redirectUri as string,
    scopes: scopes as Scope[],
    startedAt: startedAt as number,
    nonce: asString(nonce),
    expectedUser: asString(expectedUser),
  }
}

/** What cannot be read is forgotten: the user begins again. */
function readPending(stored: StoredRecord | undefined): PendingRedirect[] {
  const { pending } = asObject(stored)
  if (!Array.isArray(pending)) return []
  return pending.map(readPendingRedirect).filter((read) => read !== undefined)
}
