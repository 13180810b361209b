import type { IrcMessage } from './irc-message.ts'

const SEMICOLON = 0x3b
const EQUALS = 0x3d

/** A line that cuts out and unescapes the values of its tags. */
interface TaggedLine extends IrcMessage {
  value(start: number, end: number): string
}

/** @returns Where the name of a tag ends, if it starts before `end`; else -1. */
export function findTag(raw: string, name: string, end: number): number {
  let at = raw.indexOf(name, 1)
  while (at !== -1 && at < end) {
    const next = at + name.length
    if (at === 1 || raw.charCodeAt(at - 1) === SEMICOLON) {
      const code = raw.charCodeAt(next)
      if (code === EQUALS || code === SEMICOLON || next === end) return next
    }
    at = raw.indexOf(name, at + 1)
  }
  return -1
}

/** The tags of a line, read while one walks through them: a `Map` would hash every key of every line. */
export class TagMap implements ReadonlyMap<string, string> {
  readonly #message: TaggedLine
  readonly #end: number

  constructor(message: TaggedLine, end: number) {
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
    return this.#message.tag(key) !== undefined
  }

  forEach(callback: (value: string, key: string, map: ReadonlyMap<string, string>) => void, thisArg?: unknown): void {
    for (const [key, value] of this) callback.call(thisArg, value, key, this)
  }

  keys(): MapIterator<string> {
    return Array.from(this, (entry) => entry[0]).values()
  }

  values(): MapIterator<string> {
    return Array.from(this, (entry) => entry[1]).values()
  }

  entries(): MapIterator<[string, string]> {
    return [...this].values()
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return new TagIterator(this.#message, this.#end) as unknown as MapIterator<[string, string]>
  }
}

class TagIterator implements Iterator<[string, string], undefined> {
  readonly #message: TaggedLine
  readonly #raw: string
  readonly #end: number
  #at = 1
  #seen = 0

  constructor(message: TaggedLine, end: number) {
    this.#message = message
    this.#raw = message.raw
    this.#end = end
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
      return { done: false, value: [key, equals + 1 >= end ? '' : this.#message.value(equals + 1, end)] }
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
