/** Tag names as on the wire, values unescaped. */
export type Tags = Readonly<Record<string, string>>

/** A line that a client sent. */
export interface ClientLine {
  readonly tags: Tags
  /** In upper case. */
  readonly command: string
  readonly params: readonly string[]
}

/** @see https://ircv3.net/specs/extensions/message-tags.html */
const ESCAPES: Readonly<Record<string, string>> = { ';': '\\:', ' ': '\\s', '\\': '\\\\', '\r': '\\r', '\n': '\\n' }
const UNESCAPES: Readonly<Record<string, string>> = { ':': ';', s: ' ', r: '\r', n: '\n' }

export function escapeTagValue(value: string): string {
  return /[; \\\r\n]/.test(value) ? value.replace(/[; \\\r\n]/g, (character) => ESCAPES[character] as string) : value
}

export function unescapeTagValue(value: string): string {
  return value.replace(/\\(.?)/gs, (_, character: string) => UNESCAPES[character] ?? character)
}

/** `@name=value;… `, or nothing when there are no tags. Twitch sorts the finished pairs, so `plan-name=` stands before `plan=`. */
export function formatTags(tags: Tags): string {
  const pairs: string[] = []
  for (const name in tags) pairs.push(`${name}=${escapeTagValue(tags[name] as string)}`)
  return pairs.length === 0 ? '' : `@${pairs.sort().join(';')} `
}

/** @returns `undefined` for a line without a command. */
export function readClientLine(line: string): ClientLine | undefined {
  let rest = line.replace(/^ +/, '')
  const tags: Record<string, string> = {}
  if (rest.startsWith('@')) {
    const [section, after] = splitOnce(rest.slice(1), ' ')
    for (const pair of section.split(';')) {
      const [name, value = ''] = splitOnce(pair, '=')
      if (name !== '') tags[name] = unescapeTagValue(value)
    }
    rest = (after ?? '').replace(/^ +/, '')
  }
  if (rest.startsWith(':')) rest = splitOnce(rest, ' ')[1] ?? ''

  const [middle, trailing] = splitOnce(rest, ' :')
  const words = middle.split(' ').filter((word) => word !== '')
  const command = words.shift()
  if (command === undefined) return undefined
  if (trailing !== undefined) words.push(trailing)
  return { tags, command: command.toUpperCase(), params: words }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
