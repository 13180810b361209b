import { asObject } from '../../internal/json.ts'

/** The global object of a place, of which nothing is taken for granted. */
export type Realm = Readonly<Record<string, unknown>>

/** What stands under a name, with the methods that it is said to have. Merely looking may throw: that counts as nothing. */
export function lookUp<T = unknown>(realm: Realm, name: string): T | undefined {
  try {
    return (realm[name] ?? undefined) as T | undefined
  } catch {
    return undefined
  }
}

/** As {@link lookUp}, for an object whose fields are looked at next. */
export function lookInto(realm: Realm, name: string): Realm {
  const found = lookUp(realm, name)
  return typeof found === 'function' ? (found as unknown as Realm) : asObject(found)
}
