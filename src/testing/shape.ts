/** What a value must be. */
export interface Kind {
  /** As a sentence says it: a name must be … */
  readonly what: string
  readonly needed?: boolean | undefined
  fits(value: unknown): boolean
}

/** What there is in an object, each under its name. */
export type Shape<T> = { readonly [Name in keyof T]-?: Kind }

export const anything: Kind = { what: 'anything', fits: () => true }
export const text: Kind = { what: 'a string', fits: (value) => typeof value === 'string' }
export const flag: Kind = { what: 'true or false', fits: (value) => typeof value === 'boolean' }
export const number: Kind = { what: 'a number', fits: Number.isFinite }
export const callback: Kind = { what: 'a function', fits: (value) => typeof value === 'function' }
/** Without an end, too. */
export const amount: Kind = {
  what: 'a number that is not negative',
  fits: (value) => typeof value === 'number' && value >= 0,
}
export const path: Kind = {
  what: 'a path below the endpoint, without parameters, such as "/token" or "/users"',
  fits: (value) => typeof value === 'string' && /^\/(?!oauth2\/|helix\/)[^?#]*$/.test(value),
}
export const method: Kind = {
  what: '"GET" or "POST" or "PUT" or "PATCH" or "DELETE"',
  fits: (value) => typeof value === 'string' && /^(get|post|put|patch|delete)$/i.test(value),
}
export const status: Kind = {
  what: 'an HTTP status from 200 to 599',
  fits: (value) => typeof value === 'number' && value >= 200 && value <= 599,
}

export const url: Kind = {
  what: 'an absolute URL',
  fits: (value) => typeof value === 'string' && /^\w+:\/\/\S+$/.test(value),
}

export function oneOf(...values: readonly (string | number | boolean)[]): Kind {
  return {
    what: values.map((value) => JSON.stringify(value)).join(' or '),
    fits: (value) => values.some((one) => one === value),
  }
}

export function either(...kinds: readonly Kind[]): Kind {
  return {
    what: kinds.map(({ what }) => what).join(', or '),
    fits: (value) => kinds.some((kind) => kind.fits(value)),
  }
}

export function listOf(kind: Kind): Kind {
  return {
    what: kind === anything ? 'a list' : `a list, of which each is ${kind.what}`,
    fits: (value) => Array.isArray(value) && value.every((item) => kind.fits(item)),
  }
}

/** Names that are up to whoever gives them. */
export function recordOf(kind: Kind): Kind {
  return {
    what: `an object, in which each is ${kind.what}`,
    fits: (value) => isObject(value) && Object.values(value).every((item) => kind.fits(item)),
  }
}

/** An object in an object. What is wrong in it is told of itself. */
export function objectOf<T>(of: string, shape: Shape<T>): Kind {
  return {
    what: `an object with: ${namesOf(shape)}`,
    fits(value) {
      if (isObject(value)) check(of, value, shape)
      return isObject(value)
    },
  }
}

export function needed(kind: Kind): Kind {
  return { ...kind, needed: true }
}

/**
 * Refuses what cannot act, so that no test passes because of a slip of its own.
 *
 * @param of Whose it is, as a sentence begins.
 * @throws {TypeError} It has another name, lacks one, or something is of a wrong kind.
 */
export function check<T>(of: string, given: unknown, shape: Shape<T>): void {
  if (!isObject(given)) throw new TypeError(`${of} must be an object with: ${namesOf(shape)}.`)
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(shape, name)) throw new TypeError(`${of} has no "${name}". It has: ${namesOf(shape)}.`)
  }
  for (const [name, kind] of Object.entries<Kind>(shape)) {
    const value = given[name]
    if (value === undefined && kind.needed) throw new TypeError(`${of} needs "${name}": ${kind.what}.`)
    if (value !== undefined && !kind.fits(value)) throw new TypeError(`${of}: "${name}" must be ${kind.what}.`)
  }
}

/** The same object, which takes only what it can act on. What the shape leaves out may be replaced by anything. */
export function guard<T extends object>(of: string, target: T, shape: Partial<Shape<T>>): T {
  return new Proxy(target, {
    set(all, name, value) {
      const { [name as keyof T]: kind } = shape
      if (kind !== undefined) check(of, { [name]: value }, { [name]: kind })
      else if (!Object.hasOwn(all, name)) {
        throw new TypeError(`${of} has no "${String(name)}". It has: ${Object.keys(all).join(', ')}.`)
      }
      return Reflect.set(all, name, value)
    },
  })
}

/** @param all The names that there are. */
export function noSuch(what: string, name: string, all: readonly string[]): TypeError {
  const first = all.slice(0, 20).join(', ')
  const rest = all.length > 20 ? `, and ${all.length - 20} more` : ''
  return new TypeError(`There is no ${what} ${name}. There is: ${first || 'none'}${rest}.`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function namesOf(shape: object): string {
  return Object.keys(shape).join(', ')
}
