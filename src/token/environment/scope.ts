import { asObject } from '../../internal/json.ts'

/** The global object of a place, of which nothing is taken for granted. */
export type Scope = Readonly<Record<string, unknown>>

/** What stands under a name, with the methods that it is said to have. Merely looking may throw: that counts as nothing. */
export function lookUp<T = unknown>(scope: Scope, name: string): T | undefined {
  try {
    return (scope[name] ?? undefined) as T | undefined
  } catch {
    return undefined
  }
}

/** As {@link lookUp}, for an object whose fields are looked at next. */
export function lookInto(scope: Scope, name: string): Scope {
  const found = lookUp(scope, name)
  return typeof found === 'function' ? (found as unknown as Scope) : asObject(found)
}
