import { MissingScopeError } from '../errors.ts'
import { missingScopes } from '../oauth/scopes.ts'
import type { ScopeRequirement } from '../types.ts'
import type { KeptToken } from './kept-token.ts'

/** What to throw when a token cannot do what is asked for. */
export function missingScope({ record }: KeptToken, scopes: ScopeRequirement): MissingScopeError {
  const missing = missingScopes(record.scopes, scopes)
  const names = missing.map((element) => (typeof element === 'string' ? element : element.join(' or '))).join(', ')
  const message = `${record.login ?? 'The user'} has not granted ${names}: sign in again and ask for it.`
  return new MissingScopeError(message, { missing, userId: record.userId })
}
