const SEMICOLON = 0x3b
const EQUALS = 0x3d

/** @returns Where something comes next; `end` where that is not before it. */
export function indexOf(raw: string, what: string, from: number, end: number): number {
  const at = raw.indexOf(what, from)
  return at === -1 || at > end ? end : at
}

/** @returns Where the name of a tag ends, if it starts before `end`; else -1. */
export function findTag(raw: string, name: string, end: number): number {
  for (let at = raw.indexOf(name, 1); at !== -1 && at < end; at = raw.indexOf(name, at + 1)) {
    const next = at + name.length
    const code = raw.charCodeAt(next)
    if ((at === 1 || raw.charCodeAt(at - 1) === SEMICOLON) && (code === EQUALS || code === SEMICOLON || next === end))
      return next
  }
  return -1
}

/** Tags in the order sent. Of a repeated one the first counts. */
export function readTags(raw: string, end: number): ReadonlyMap<string, string> {
  const tags: [string, string][] = []
  // Most lines have none at all, so they are searched for one only once.
  const escapes = raw.includes('\\')
  let seen = 0
  let stop = 0
  for (let at = 1; at < end; at = stop + 1) {
    stop = indexOf(raw, ';', at, end)
    const equals = indexOf(raw, '=', at, stop)
    if (equals === at) continue
    // One bit a key tells all of Twitch's PRIVMSG apart; only keys that share one are looked for again.
    const bit = 1 << (raw.charCodeAt(at) + 15 * (equals - at) + raw.charCodeAt(equals - 1))
    const key = raw.slice(at, equals)
    if ((seen & bit) !== 0 && findTag(raw, key, at) !== -1) continue
    seen |= bit
    const value = raw.slice(equals + 1, stop)
    tags.push([key, escapes ? unescapeValue(value) : value])
  }
  return new TagMap(tags)
}

/** A list that is walked through: a `Map` would hash every key of every line. */
class TagMap implements ReadonlyMap<string, string> {
  readonly #tags: readonly [string, string][]

  constructor(tags: readonly [string, string][]) {
    this.#tags = tags
  }

  get size(): number {
    return this.#tags.length
  }

  get(key: string): string | undefined {
    return new Map(this.#tags).get(key)
  }

  has(key: string): boolean {
    return new Map(this.#tags).has(key)
  }

  forEach(callback: (value: string, key: string, map: ReadonlyMap<string, string>) => void, thisArg?: unknown): void {
    new Map(this.#tags).forEach(callback, thisArg)
  }

  keys(): MapIterator<string> {
    return new Map(this.#tags).keys()
  }

  values(): MapIterator<string> {
    return new Map(this.#tags).values()
  }

  entries(): MapIterator<[string, string]> {
    return this.#tags.values()
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#tags.values()
  }
}

const UNESCAPED: Readonly<Record<string, string>> = { ':': ';', s: ' ', r: '\r', n: '\n' }

/** Any other escaped character stands for itself; a single backslash at the end is dropped. */
export function unescapeValue(value: string): string {
  if (!value.includes('\\')) return value
  return value.replace(/\\(.)?/gs, (_, char: string = '') => UNESCAPED[char] ?? char)
}

const ESCAPED: Readonly<Record<string, string>> = { ';': '\\:', ' ': '\\s', '\\': '\\\\', '\r': '\\r', '\n': '\\n' }

/** @throws {TypeError} NUL cannot be sent. */
export function escapeValue(value: string): string {
  if (value.includes('\0')) throw new TypeError('The value of a tag cannot hold NUL.')
  return value.replace(/[; \\\r\n]/g, (char) => ESCAPED[char] ?? char)
}
