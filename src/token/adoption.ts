import { ConfigurationError, NetworkError, TokenRejectedError } from '../errors.ts'
import { satisfies } from '../oauth/scopes.ts'
import type { Scope } from '../types.ts'
import { findGrant, type KeyedEntry, type KeyedRecord, MOST_SLOTS, slotsOf } from './accounts.ts'
import { discard, rememberSpent } from './discard.ts'
import type { Keyring } from './keyring.ts'
import { isBlank, isLiving, type RecordBook } from './record-book.ts'
import { rejection } from './rejection.ts'
import { type AccountRecord, isEnded, newTokenRecord, spentBy, type TokenRecord } from './renewal/record.ts'
import { revokeQuietly } from './revoke-quietly.ts'
import { type Validation, validateUserToken } from './validation.ts'

export interface NewPair {
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  readonly scopes?: readonly Scope[] | undefined
  readonly expiresAt?: number | undefined
}

export interface AdoptOptions {
  /** Of a sign-in here: then the pair is revoked when it belongs to somebody else, whoever finds that out. */
  readonly grantId?: string | undefined
  /** A user id. */
  readonly expectedUser?: string | undefined
}

/** So often a pair is looked at anew that others change meanwhile. */
const SETTLE_ATTEMPTS = 5

/**
 * Takes a pair whose owner is not known yet. It is durable before anything else happens, so that a page that ends in
 * the middle loses nothing: {@link settlePair} goes on from there.
 *
 * @throws {TokenRejectedError} Twitch does not accept it, or it belongs to another app or user.
 * @throws {NetworkError} Twitch does not answer; the pair is kept.
 */
export async function adoptPair(keyring: Keyring, pair: NewPair, options: AdoptOptions = {}): Promise<KeyedRecord> {
  const { book, platform } = keyring
  const { grantId, expectedUser } = options
  const key = book.provisionalKey(pair.refreshToken ?? pair.accessToken)
  for (;;) {
    const found = await book.read(key)
    // Somebody else has just begun with the same pair.
    if (isLiving(found)) break
    const record = newTokenRecord({
      version: book.versionAfter(found.version),
      grantId: grantId ?? platform.randomId(),
      clientId: book.clientId,
      accessToken: pair.accessToken,
      ...(found.unrenewable ? { unrenewable: true } : { refreshToken: pair.refreshToken }),
      scopes: pair.scopes ?? [],
      obtainedAt: platform.now(),
      expiresAt: pair.expiresAt,
      expectedUser: grantId === undefined ? undefined : expectedUser,
    })
    if (await book.replace(key, found.version, record)) break
  }
  return settlePair(keyring, key, expectedUser)
}

/**
 * Finds out whose a pair is, and puts it where it belongs. Several contexts may do so at once: until it has an owner it
 * is renewed where it is, and from then on only where it goes, so that no two records ever spend the same token.
 */
export async function settlePair(keyring: Keyring, key: string, askedFor?: string | undefined): Promise<KeyedRecord> {
  const { app, book, platform, renewal } = keyring
  if (!book.isProvisional(key)) return { key, record: await readLiving(book, key) }
  const { grantId } = await book.read(key)
  try {
    for (let attempt = 0; attempt < SETTLE_ATTEMPTS; attempt += 1) {
      const record = await readLiving(book, key)
      const expectedUser = askedFor ?? record.expectedUser
      const expected = { clientId: app?.clientId, userId: expectedUser }
      let owner: Extract<Validation, { alive: true }> | undefined
      if (record.userId === undefined) {
        const validation = await validateUserToken(record.accessToken, expected, platform)
        if (!validation.alive) {
          const known = await findSpent(book, key, record.refreshToken)
          if (known !== undefined) {
            await discard(book, key)
            return await settlePair(keyring, known.key, expectedUser)
          }
          await renewal.renew(key, { unfit: record.accessToken, why: 'refused', validation })
          continue
        }
        owner = validation
        if (!(await own(book, key, record, owner))) continue
      } else if (expectedUser !== undefined && record.userId !== expectedUser) {
        throw rejection({ ended: 'wrong-user', userId: expectedUser })
      }
      const placed = await place(book, key)
      await discard(book, key)
      if (owner !== undefined && placed.record.accessToken === record.accessToken) {
        await keyring.noteVouched(placed.key, placed.record, owner).catch(() => {})
      }
      if (!placed.record.unsaved) return placed
      return { key: placed.key, record: await keyring.commits.saveAgain(placed.key, placed.record) }
    }
  } catch (error) {
    if (!(error instanceof TokenRejectedError)) throw error
    // Another context may have settled it meanwhile.
    const settled = grantId === undefined ? undefined : await findGrant(book, grantId)
    if (settled !== undefined && !book.isProvisional(settled.key)) return settled
    const refused = await discard(book, key).catch(() => undefined)
    if (error.reason === 'wrong-user' && refused?.expectedUser) await revokeQuietly(keyring, refused.accessToken)
    throw error
  }
  throw unsettled()
}

export function unsettled(): NetworkError {
  return new NetworkError('Nobody can tell yet whose these tokens are. They are kept; try later.')
}

async function readLiving(book: RecordBook, key: string): Promise<TokenRecord> {
  const record = await book.read(key)
  if (!isLiving(record)) throw rejection(record)
  return record
}

/** A pair that was added before, and renewed since: sending its refresh token again would end the grant. */
async function findSpent(
  book: RecordBook,
  ownKey: string,
  refreshToken: string | undefined,
): Promise<KeyedRecord | undefined> {
  if (refreshToken === undefined) return undefined
  for (const key of await book.keys()) {
    if (key === ownKey) continue
    const record = await book.read(key)
    if (isBlank(record) || !spentBy(record).includes(refreshToken)) continue
    if (isEnded(record)) throw rejection(record)
    return { key, record }
  }
  return undefined
}

/**
 * Writes down whose it is before it moves, so that whoever goes on after a crash knows where it went.
 *
 * @returns `false`: it is not what it was, or somebody is renewing it.
 */
async function own(
  book: RecordBook,
  key: string,
  record: TokenRecord,
  { userId, login, scopes, expiresAt }: Extract<Validation, { alive: true }>,
): Promise<boolean> {
  if (record.mark !== undefined) return false
  const version = record.version + 1
  const owned: TokenRecord = { ...record, version, userId, login, scopes, expiresAt, expectedUser: undefined }
  return book.replace(key, record.version, owned)
}

/** Puts a sign-in in the place of those it makes needless, or beside those that can do more. */
async function place(book: RecordBook, provisionalKey: string): Promise<KeyedRecord> {
  for (;;) {
    const owned = await readLiving(book, provisionalKey)
    const userId = owned.userId ?? ''
    let free: KeyedEntry | undefined
    const needless: KeyedRecord[] = []
    for await (const { key, entry } of slotsOf(book, userId)) {
      if (!isBlank(entry) && isSame(entry, owned)) {
        if (isEnded(entry)) throw rejection(entry)
        return { key, record: entry }
      }
      if (!isLiving(entry)) free ??= { key, entry }
      else if (satisfies(owned.scopes, entry.scopes)) needless.push({ key, record: entry })
    }
    const [first, ...rest] = needless
    if (first !== undefined && owned.unrenewable) return first
    const target = first === undefined ? free : { key: first.key, entry: first.record }
    if (target === undefined)
      throw new ConfigurationError(`User ${userId} has ${MOST_SLOTS} tokens already: sign out first.`)
    const { version } = target.entry
    const record: TokenRecord = { ...owned, version: book.versionAfter(version) }
    if (!isBlank(target.entry)) await rememberSpent(book, target.entry)
    // Last of all: whoever settled it meanwhile may have spent it since.
    if ((await readLiving(book, provisionalKey)).version !== owned.version) continue
    if (!(await book.replace(target.key, version, record))) continue
    for (const { key } of rest) await discard(book, key)
    return { key: target.key, record }
  }
}

/** The same sign-in, or a pair that it has been renewed from since. */
function isSame(entry: AccountRecord, owned: TokenRecord): boolean {
  return (
    entry.grantId === owned.grantId ||
    (!isEnded(entry) && entry.accessToken === owned.accessToken) ||
    (owned.refreshToken !== undefined && spentBy(entry).includes(owned.refreshToken))
  )
}
