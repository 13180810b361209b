import type { ScopeRequirement } from '../types.ts'

/** @throws {TypeError} */
export function requireScopes(scopes: ScopeRequirement): void {
  if (!Array.isArray(scopes) || scopes.some((scope) => scope.length === 0)) {
    throw new TypeError("scopes must be a list, such as ['chat:read'].")
  }
}
