import type { IrcPrefix } from './irc-message.ts'
import { escapeValue } from './tags.ts'

/** What {@link formatIrcMessage} takes. An `IrcMessage` fits. */
export interface IrcMessageParts {
  readonly tags?: ReadonlyMap<string, string> | Readonly<Record<string, string>> | undefined
  readonly prefix?: Partial<IrcPrefix> | undefined
  readonly command: string
  readonly params?: readonly string[] | undefined
}

/**
 * Writes one line. What `parseIrcMessage` reads back is the same.
 *
 * @returns The line, without CR LF.
 * @throws {TypeError} Something in it would break the line: CR, LF, NUL, or a space where none can stand.
 */
export function formatIrcMessage({ tags, prefix, command, params = [] }: IrcMessageParts): string {
  let line = ''
  const pairs = entriesOf(tags).map(([key, value]) => `${assertWord('tag', key, /[ ;=\r\n\0]/)}=${escapeValue(value)}`)
  if (pairs.length > 0) line += `@${pairs.join(';')} `
  if (prefix !== undefined) line += `:${formatPrefix(prefix)} `
  line += assertWord('command', command, /^[:@]|[ \r\n\0]/)
  for (const [index, param] of params.entries()) {
    const last = index === params.length - 1
    if (!last) line += ` ${assertWord('parameter', param, /^:|[ \r\n\0]/)}`
    else if (/[\r\n\0]/.test(param)) throw new TypeError('A parameter cannot hold CR, LF or NUL.')
    else line += index > 0 || param === '' || /^:| /.test(param) ? ` :${param}` : ` ${param}`
  }
  return line
}

function entriesOf(tags: IrcMessageParts['tags'] = {}): [string, string][] {
  return Symbol.iterator in tags ? [...(tags as ReadonlyMap<string, string>)] : Object.entries(tags)
}

function formatPrefix({ nick, user, host }: Partial<IrcPrefix>): string {
  const name = nick === undefined ? '' : nick + (user === undefined ? '' : `!${user}`)
  if (host === undefined) return assertWord('prefix', name, /[ \r\n\0]/)
  return assertWord('prefix', name === '' ? host : `${name}@${host}`, /[ \r\n\0]/)
}

function assertWord(what: string, word: string, broken: RegExp): string {
  if (typeof word !== 'string' || word === '' || broken.test(word))
    throw new TypeError(`A ${what} of an IRC line cannot be ${JSON.stringify(word)}.`)
  return word
}
