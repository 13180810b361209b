import type { IrcMessage } from './irc-message.ts'

/** A line that cuts out and unescapes the values of its tags. */
interface TaggedLine extends IrcMessage {
  value(start: number, end: number): string
}

/** A `Map` would hash every key of every line, and most are only walked through once, if at all. */
export class TagMap implements ReadonlyMap<string, string> {
  readonly #message: IrcMessage
  readonly #entries: [string, string][] = []

  constructor(message: TaggedLine, tagsEnd: number) {
    const { raw } = message
    this.#message = message
    let seen = 0
    let at = 1
    while (at < tagsEnd) {
      let end = raw.indexOf(';', at)
      if (end === -1 || end > tagsEnd) end = tagsEnd
      let equals = raw.indexOf('=', at)
      if (equals === -1 || equals > end) equals = end
      if (equals > at) {
        const key = raw.slice(at, equals)
        // One bit a key tells all of Twitch's PRIVMSG apart; only keys that share one are compared.
        const bit = 1 << (raw.charCodeAt(at) + 15 * (equals - at) + raw.charCodeAt(equals - 1))
        if ((seen & bit) === 0 || !this.#entries.some((entry) => entry[0] === key)) {
          seen |= bit
          this.#entries.push([key, equals + 1 >= end ? '' : message.value(equals + 1, end)])
        }
      }
      at = end + 1
    }
  }

  get size(): number {
    return this.#entries.length
  }

  get(key: string): string | undefined {
    return this.#message.tag(key)
  }

  has(key: string): boolean {
    return this.#message.tag(key) !== undefined
  }

  forEach(callback: (value: string, key: string, map: ReadonlyMap<string, string>) => void, thisArg?: unknown): void {
    for (const [key, value] of this.#entries) callback.call(thisArg, value, key, this)
  }

  keys(): MapIterator<string> {
    return this.#entries.map((entry) => entry[0]).values()
  }

  values(): MapIterator<string> {
    return this.#entries.map((entry) => entry[1]).values()
  }

  entries(): MapIterator<[string, string]> {
    return this.#entries.values()
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#entries.values()
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
