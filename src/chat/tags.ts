import type { IrcMessage } from './irc-message.ts'

const SEMICOLON = 0x3b
const EQUALS = 0x3d

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

/** The tags of a line as a list with the manners of a `Map`, which would hash every key of every line. */
export class TagMap implements ReadonlyMap<string, string> {
  readonly #message: IrcMessage
  readonly #entries: readonly [string, string][]

  constructor(message: IrcMessage, end: number) {
    this.#message = message
    this.#entries = readTags(message, end)
  }

  get size(): number {
    return this.#entries.length
  }

  get(key: string): string | undefined {
    return this.#message.tag(key)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  forEach(callback: (value: string, key: string, map: ReadonlyMap<string, string>) => void, thisArg?: unknown): void {
    for (const [key, value] of this.#entries) callback.call(thisArg, value, key, this)
  }

  keys(): MapIterator<string> {
    return this.#entries.map(([key]) => key).values()
  }

  values(): MapIterator<string> {
    return this.#entries.map(([, value]) => value).values()
  }

  entries(): MapIterator<[string, string]> {
    return this.#entries.values()
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#entries.values()
  }
}

function readTags(message: IrcMessage, tagsEnd: number): [string, string][] {
  const { raw } = message
  const entries: [string, string][] = []
  // Most lines have none at all, so they are searched for one only once.
  const escapes = raw.includes('\\')
  let seen = 0
  for (let at = 1; at < tagsEnd; ) {
    let end = raw.indexOf(';', at)
    if (end === -1 || end > tagsEnd) end = tagsEnd
    let equals = raw.indexOf('=', at)
    if (equals === -1 || equals > end) equals = end
    // One bit a key tells all of Twitch's PRIVMSG apart; only keys that share one are looked for again.
    const bit = 1 << (raw.charCodeAt(at) + 15 * (equals - at) + raw.charCodeAt(equals - 1))
    const key = raw.slice(at, equals)
    if (equals > at && ((seen & bit) === 0 || findTag(raw, key, at) === -1)) {
      const value = raw.slice(equals + 1, end)
      entries.push([key, escapes ? unescapeValue(value) : value])
    }
    seen |= bit
    at = end + 1
  }
  return entries
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
