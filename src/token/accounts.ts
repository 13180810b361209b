import { ConfigurationError } from '../errors.ts'
import type { Scope } from '../types.ts'
import { type Entry, isLiving, type RecordBook } from './record-book.ts'
import type { AccountRecord, TokenRecord } from './renewal/record.ts'

/** Somebody who is signed in. */
export interface Account {
  /** The user id. */
  readonly id: string
  readonly login: string
  readonly scopes: readonly Scope[]
  /** Epoch milliseconds: the end of the access token, which is renewed before. `undefined`: never, or unknown. */
  readonly expiresAt: number | undefined
}

export interface KeyedRecord {
  readonly key: string
  readonly record: TokenRecord
}

export interface KeyedEntry {
  readonly key: string
  readonly entry: Entry
}

/** More tokens for one user than anybody needs: the search for a free slot ends here. */
export const MOST_SLOTS = 20

/** Whose living tokens the store holds. */
export async function readAccounts(book: RecordBook): Promise<Account[]> {
  const accounts = new Map<string, Account>()
  for (const key of await book.keys()) {
    if (book.isProvisional(key)) continue
    const record = await book.read(key)
    if (!isLiving(record) || record.userId === undefined) continue
    const account = accountOf(record)
    const scopes = [...new Set([...(accounts.get(account.id)?.scopes ?? []), ...account.scopes])]
    accounts.set(account.id, { ...account, scopes })
  }
  return [...accounts.values()]
}

export function accountOf({ userId = '', login = '', scopes, expiresAt }: TokenRecord): Account {
  return { id: userId, login, scopes, expiresAt }
}

/**
 * @returns The only user of the store; `undefined` when there is none.
 * @throws {ConfigurationError} There are several; the message lists them.
 */
export async function soleUser(book: RecordBook): Promise<string | undefined> {
  return soleOf((await readAccounts(book)).map(({ id, login }) => ({ userId: id, login })))
}

/**
 * @returns The only user of these sign-ins; `undefined` when there is none.
 * @throws {ConfigurationError} There are several; the message lists them.
 */
export function soleOf(signIns: Iterable<Pick<AccountRecord, 'userId' | 'login'>>): string | undefined {
  const users = new Map<string, string>()
  for (const { userId, login = '' } of signIns) if (userId !== undefined) users.set(userId, `${userId} (${login})`)
  const [sole, ...more] = users.keys()
  if (more.length === 0) return sole
  const choices = [...users.values()].sort().join(', ')
  throw new ConfigurationError(`Several users are signed in: say which one you mean. There are ${choices}.`)
}

/** The living tokens of one user. */
export async function tokensOf(book: RecordBook, userId: string): Promise<KeyedRecord[]> {
  const tokens: KeyedRecord[] = []
  for await (const { key, entry } of slotsOf(book, userId)) {
    if (isLiving(entry)) tokens.push({ key, record: entry })
  }
  return tokens
}

/** Every slot of a user that was ever used, and then a free one. */
export async function* slotsOf(book: RecordBook, userId: string): AsyncGenerator<KeyedEntry> {
  for (let slot = 1; slot <= MOST_SLOTS; slot += 1) {
    const key = book.key(userId, slot)
    const entry = await book.read(key)
    yield { key, entry }
    if (entry.version === undefined) return
  }
}

/** What came of a sign-in: under its user's key, or, before that is known, under a provisional one. */
export async function findGrant(book: RecordBook, grantId: string): Promise<KeyedRecord | undefined> {
  const keys = await book.keys()
  for (const key of keys.sort((a, b) => Number(book.isProvisional(a)) - Number(book.isProvisional(b)))) {
    const record = await book.read(key)
    if (isLiving(record) && record.grantId === grantId) return { key, record }
  }
  return undefined
}
