import { refuseUnknownOptions } from '../internal/options.ts'
import type { AccessTokenRequest } from '../types.ts'
import { requireScopes } from './require-scopes.ts'
import { requireUserId } from './require-user-id.ts'

const KNOWN: { readonly [Name in keyof AccessTokenRequest]-?: true } = {
  kind: true,
  user: true,
  scopes: true,
  signal: true,
}

/** A mistake in a request must not be answered with a token. @throws {TypeError} */
export function requireRequest(request: AccessTokenRequest): void {
  // Asked for again and again: the list of the names is made for those alone who need it.
  for (const name in request) if (!(name in KNOWN)) refuseUnknownOptions('get', request, Object.keys(KNOWN))
  const { kind, user, scopes } = request
  requireUserId('user', user)
  if (kind !== undefined && kind !== 'user' && kind !== 'app') throw new TypeError("kind must be 'user' or 'app'.")
  if (scopes !== undefined) requireScopes(scopes)
}
