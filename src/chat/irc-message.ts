import { findTag, indexOf, TagMap, unescapeValue } from './tags.ts'

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

/**
 * Reads one line. Never throws.
 *
 * @param line With or without its CR LF.
 * @returns `undefined` when there is no command in it.
 */
export function parseIrcMessage(line: string): IrcMessage | undefined {
  let length = line.length
  while (line[length - 1] === '\r' || line[length - 1] === '\n') length -= 1
  const raw = line.slice(0, length)
  const tagsEnd = raw[0] === '@' ? indexOf(raw, ' ', 0, length) : 0
  let at = skipSpaces(raw, tagsEnd)
  if (raw[at] === ':') at = skipSpaces(raw, indexOf(raw, ' ', at, length))
  if (at === length) return undefined
  // Nearly every line is one: its command is a constant, neither searched for nor cut out.
  const command = raw.startsWith('PRIVMSG ', at) ? 'PRIVMSG' : raw.slice(at, indexOf(raw, ' ', at, length))
  return new ParsedMessage(raw, command, tagsEnd, at)
}

class ParsedMessage implements IrcMessage {
  readonly raw: string
  readonly command: string
  readonly #tagsEnd: number
  readonly #commandAt: number
  #params: readonly string[] | undefined
  #tags: TagMap | undefined

  constructor(raw: string, command: string, tagsEnd: number, commandAt: number) {
    this.raw = raw
    this.command = command
    this.#tagsEnd = tagsEnd
    this.#commandAt = commandAt
  }

  get params(): readonly string[] {
    this.#params ??= readParams(this.raw, this.#commandAt + this.command.length)
    return this.#params
  }

  get prefix(): IrcPrefix | undefined {
    const { raw } = this
    const start = skipSpaces(raw, this.#tagsEnd) + 1
    return start > this.#commandAt ? undefined : readPrefix(raw, start, raw.indexOf(' ', start))
  }

  tag(name: string): string | undefined {
    const { raw } = this
    const end = this.#tagsEnd
    const next = findTag(raw, name, end)
    return next === -1 ? undefined : unescapeValue(raw.slice(next + 1, indexOf(raw, ';', next, end)))
  }

  get tags(): ReadonlyMap<string, string> {
    this.#tags ??= new TagMap(this, this.#tagsEnd)
    return this.#tags
  }
}

/** @param from Where the space before the first of them is. */
function readParams(raw: string, from: number): readonly string[] {
  const { length } = raw
  const end = indexOf(raw, ' :', from, length)
  const words = raw.slice(from + 1, end)
  // Nearly every line has two, the last with its colon: the array is made in one piece.
  if (end < length && end > from && !words.includes(' ')) return [words, raw.slice(end + 2)]
  const params = words.split(' ').filter((word) => word !== '')
  if (end < length) params.push(raw.slice(end + 2))
  return params
}

function readPrefix(raw: string, start: number, end: number): IrcPrefix {
  const hostAt = indexOf(raw, '@', start, end)
  const userAt = indexOf(raw, '!', start, hostAt)
  const name = raw.slice(start, userAt)
  const user = userAt < hostAt ? raw.slice(userAt + 1, hostAt) : undefined
  if (hostAt < end) return { nick: name, user, host: raw.slice(hostAt + 1, end) }
  const isServer = user === undefined && name.includes('.')
  return isServer ? { nick: undefined, user, host: name } : { nick: name, user, host: undefined }
}

function skipSpaces(raw: string, start: number): number {
  let at = start
  while (raw[at] === ' ') at += 1
  return at
}
