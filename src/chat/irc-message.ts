import { findTag, TagMap, unescapeValue } from './tags.ts'

/** Who sent a line: `nick!user@host`, or a server's name as `host` alone. */
export interface IrcPrefix {
  readonly nick: string | undefined
  readonly user: string | undefined
  readonly host: string | undefined
}

/**
 * One line of IRC. Only offsets are kept; every string is cut out when it is asked for.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/
 * @see https://ircv3.net/specs/extensions/message-tags
 */
export interface IrcMessage {
  /** The whole line, without its CR LF. */
  readonly raw: string
  /** As sent: `PRIVMSG`, `376`. */
  readonly command: string
  /** The last one without its colon. */
  readonly params: readonly string[]
  readonly prefix: IrcPrefix | undefined
  /** @returns The unescaped value; `undefined` when the tag is absent, `''` when it is empty. Of a repeated tag the first counts. */
  tag(name: string): string | undefined
  /** Every tag, unescaped, in the order sent. */
  readonly tags: ReadonlyMap<string, string>
}

const SPACE = 0x20
const COLON = 0x3a
const EQUALS = 0x3d
const AT = 0x40

/**
 * Reads one line. Never throws.
 *
 * @param line With or without its CR LF.
 * @returns `undefined` when there is no command in it.
 */
export function parseIrcMessage(line: string): IrcMessage | undefined {
  let length = line.length
  while (length > 0 && isLineEnd(line.charCodeAt(length - 1))) length -= 1
  const raw = length === line.length ? line : line.slice(0, length)

  let at = 0
  let tagsEnd = 0
  if (raw.charCodeAt(0) === AT) {
    tagsEnd = raw.indexOf(' ')
    if (tagsEnd === -1) return undefined
    at = skipSpaces(raw, tagsEnd)
  }
  let prefixStart = 0
  let prefixEnd = 0
  if (raw.charCodeAt(at) === COLON) {
    prefixStart = at + 1
    prefixEnd = raw.indexOf(' ', prefixStart)
    if (prefixEnd === -1) return undefined
    at = skipSpaces(raw, prefixEnd)
  }
  if (at >= length) return undefined
  // Nearly every line is one: its command is a constant, neither searched for nor cut out.
  if (raw.startsWith('PRIVMSG ', at)) return new ParsedMessage(raw, 'PRIVMSG', tagsEnd, prefixStart, prefixEnd, at + 7)
  let commandEnd = raw.indexOf(' ', at)
  if (commandEnd === -1) commandEnd = length
  if (commandEnd === at) return undefined
  return new ParsedMessage(raw, raw.slice(at, commandEnd), tagsEnd, prefixStart, prefixEnd, commandEnd)
}

class ParsedMessage implements IrcMessage {
  readonly raw: string
  readonly command: string
  readonly #tagsEnd: number
  readonly #prefixStart: number
  readonly #prefixEnd: number
  readonly #commandEnd: number
  #params: readonly string[] | undefined
  #tags: ReadonlyMap<string, string> | undefined

  constructor(
    raw: string,
    command: string,
    tagsEnd: number,
    prefixStart: number,
    prefixEnd: number,
    commandEnd: number,
  ) {
    this.raw = raw
    this.command = command
    this.#tagsEnd = tagsEnd
    this.#prefixStart = prefixStart
    this.#prefixEnd = prefixEnd
    this.#commandEnd = commandEnd
  }

  get params(): readonly string[] {
    this.#params ??= readParams(this.raw, this.#commandEnd)
    return this.#params
  }

  get prefix(): IrcPrefix | undefined {
    if (this.#prefixStart === 0) return undefined
    return readPrefix(this.raw.slice(this.#prefixStart, this.#prefixEnd))
  }

  tag(name: string): string | undefined {
    const { raw } = this
    const end = this.#tagsEnd
    const next = findTag(raw, name, end)
    if (next === -1) return undefined
    if (raw.charCodeAt(next) !== EQUALS) return ''
    const stop = raw.indexOf(';', next)
    return unescapeValue(raw.slice(next + 1, stop === -1 || stop > end ? end : stop))
  }

  get tags(): ReadonlyMap<string, string> {
    this.#tags ??= new TagMap(this, this.#tagsEnd)
    return this.#tags
  }
}

function readParams(raw: string, commandEnd: number): readonly string[] {
  let at = skipSpaces(raw, commandEnd)
  const firstEnd = raw.indexOf(' ', at)
  const next = skipSpaces(raw, firstEnd)
  // Nearly every line has two, the last with its colon: the array is made in one piece.
  if (firstEnd > at && raw.charCodeAt(next) === COLON && raw.charCodeAt(at) !== COLON)
    return [raw.slice(at, firstEnd), raw.slice(next + 1)]
  const params: string[] = []
  while (at < raw.length) {
    if (raw.charCodeAt(at) === COLON) {
      params.push(raw.slice(at + 1))
      break
    }
    let end = raw.indexOf(' ', at)
    if (end === -1) end = raw.length
    params.push(raw.slice(at, end))
    at = skipSpaces(raw, end)
  }
  return params
}

function readPrefix(prefix: string): IrcPrefix {
  const hostAt = prefix.indexOf('@')
  const name = hostAt === -1 ? prefix : prefix.slice(0, hostAt)
  const userAt = name.indexOf('!')
  if (hostAt === -1 && userAt === -1 && name.includes('.')) return { nick: undefined, user: undefined, host: name }
  return {
    nick: userAt === -1 ? name : name.slice(0, userAt),
    user: userAt === -1 ? undefined : name.slice(userAt + 1),
    host: hostAt === -1 ? undefined : prefix.slice(hostAt + 1),
  }
}

function skipSpaces(raw: string, start: number): number {
  let at = start
  while (raw.charCodeAt(at) === SPACE) at += 1
  return at
}

function isLineEnd(code: number): boolean {
  return code === 0x0d || code === 0x0a
}
