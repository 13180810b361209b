import type { IrcMessage } from './irc-message.ts'

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

/** The tags of a line, read while one walks through them: a `Map` would hash every key of every line. */
export class TagMap implements ReadonlyMap<string, string> {
  readonly #message: IrcMessage
  readonly #end: number

  constructor(message: IrcMessage, end: number) {
    this.#message = message
    this.#end = end
  }

  get size(): number {
    return [...this].length
  }

  get(key: string): string | undefined {
    return this.#message.tag(key)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  forEach(callback: (value: string, key: string, map: ReadonlyMap<string, string>) => void, thisArg?: unknown): void {
    new Map(this).forEach(callback, thisArg)
  }

  keys(): MapIterator<string> {
    return new Map(this).keys()
  }

  values(): MapIterator<string> {
    return new Map(this).values()
  }

  entries(): MapIterator<[string, string]> {
    return new Map(this).entries()
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return new TagIterator(this.#message.raw, this.#end) as unknown as MapIterator<[string, string]>
  }
}

class TagIterator implements Iterator<[string, string], undefined> {
  readonly #raw: string
  readonly #end: number
  /** Most lines have none at all, so they are searched for one only once. */
  readonly #escapes: boolean
  #at = 1
  #seen = 0

  constructor(raw: string, end: number) {
    this.#raw = raw
    this.#end = end
    this.#escapes = raw.includes('\\')
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<[string, string], undefined> {
    const raw = this.#raw
    while (this.#at < this.#end) {
      const at = this.#at
      let end = raw.indexOf(';', at)
      if (end === -1 || end > this.#end) end = this.#end
      let equals = raw.indexOf('=', at)
      if (equals === -1 || equals > end) equals = end
      this.#at = end + 1
      if (equals === at) continue
      // One bit a key tells all of Twitch's PRIVMSG apart; only keys that share one are looked for again.
      const bit = 1 << (raw.charCodeAt(at) + 15 * (equals - at) + raw.charCodeAt(equals - 1))
      const key = raw.slice(at, equals)
      if ((this.#seen & bit) !== 0 && findTag(raw, key, at) !== -1) continue
      this.#seen |= bit
      const value = raw.slice(equals + 1, end)
      return { done: false, value: [key, this.#escapes ? unescapeValue(value) : value] }
    }
    return { done: true, value: undefined }
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
