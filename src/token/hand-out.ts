import { MissingScopeError, TokenRejectedError } from '../errors.ts'
import { missingScopes } from '../oauth/scopes.ts'
import type { AccessToken, ScopeRequirement } from '../types.ts'
import type { Keeper } from './keeper.ts'
import type { KeptToken } from './kept-token.ts'
import { rejection } from './rejection.ts'
import type { TokenSource } from './sources/token-source.ts'

/**
 * Makes sure that a token is good, and hands it out. When it turns out dead, the source may have another one, once.
 *
 * @throws {MissingScopeError | TokenRejectedError | NetworkError}
 */
export async function handOut(
  keeper: Keeper,
  source: TokenSource,
  kept: KeptToken,
  scopes: ScopeRequirement | undefined,
): Promise<AccessToken> {
  try {
    return issued(await keeper.good(kept), scopes)
  } catch (error) {
    return issued(await keeper.good(await instead(source, kept, error, scopes)), scopes)
  }
}

/**
 * The answer to a token that was refused: what is there in its place already, or what it is renewed to.
 *
 * @throws {TokenRejectedError | NetworkError}
 */
export async function renewRefused(keeper: Keeper, source: TokenSource, refused: AccessToken): Promise<AccessToken> {
  const kept = await inItsPlace(keeper, source, refused)
  const isAnother = kept.record.accessToken !== refused.value
  try {
    return (isAnother ? await keeper.good(kept) : await keeper.renew(kept, 'refused')).issued
  } catch (error) {
    return (await keeper.good(await instead(source, kept, error, refused.scopes))).issued
  }
}

async function instead(
  source: TokenSource,
  kept: KeptToken,
  error: unknown,
  scopes: ScopeRequirement | undefined,
): Promise<KeptToken> {
  const other = error instanceof TokenRejectedError ? await source.instead(kept, error, scopes) : undefined
  if (other === undefined) throw error
  return other
}

/** The token that was refused, or what is there in its place. */
async function inItsPlace(keeper: Keeper, source: TokenSource, refused: AccessToken): Promise<KeptToken> {
  const { userId, value, scopes } = refused
  const find = () => {
    const mine = keeper.known.ofUser(userId ?? '')
    return mine.find(({ record }) => record.accessToken === value) ?? mine.find((other) => other.can(scopes)) ?? mine[0]
  }
  const known = find()
  if (known?.record.accessToken === value) return known
  // Another context may have renewed it since, or it is from there and newer than what is known here.
  if (known !== undefined) await keeper.known.notice(known.key, 'elsewhere')
  const kept = find() ?? (userId === undefined ? undefined : await source.obtain(userId, scopes))
  if (kept !== undefined) return kept
  throw rejection({ ended: 'signed-out', userId })
}

/** @throws {MissingScopeError} */
function issued(kept: KeptToken, scopes: ScopeRequirement | undefined): AccessToken {
  if (kept.can(scopes)) return kept.issued
  const { record } = kept
  const missing = missingScopes(record.scopes, scopes ?? [])
  const names = missing.map((element) => (typeof element === 'string' ? element : element.join(' or '))).join(', ')
  const message = `${record.login ?? 'The user'} has not granted ${names}: sign in again and ask for it.`
  throw new MissingScopeError(message, { missing, userId: record.userId })
}
