import type { IrcMessage } from './irc-message.ts'
import { MessageView } from './messages.ts'

export interface TextFragment {
  readonly type: 'text'
  readonly text: string
}

export interface EmoteFragment {
  readonly type: 'emote'
  readonly text: string
  readonly id: string
}

export interface CheermoteFragment {
  readonly type: 'cheermote'
  readonly text: string
  /** As Helix calls it, in the case it was typed in. */
  readonly prefix: string
  readonly bits: number
}

export interface MentionFragment {
  readonly type: 'mention'
  readonly text: string
  /** In lower case, without `@`. There may be no such user. */
  readonly login: string
}

export interface LinkFragment {
  readonly type: 'link'
  readonly text: string
  /** Always `http:` or `https:`. */
  readonly url: string
}

/** A piece of a message; all `text` put together is the message's. */
export type Fragment = TextFragment | EmoteFragment | CheermoteFragment | MentionFragment | LinkFragment

export interface FragmentOptions {
  /**
   * Prefixes of cheermotes, in any case. Default: those that every channel has. A channel's own come from
   * `GET /bits/cheermotes`.
   */
  readonly cheermotes?: Iterable<string> | undefined
}

/** A PRIVMSG or a USERNOTICE. */
type Message = IrcMessage | { readonly text: string; readonly irc: IrcMessage }

const GLOBAL_CHEERMOTES =
  '4head anon bday biblethump bitboss cheer cheerwhal corgo dansgame doodlecheer elegiggle failfish frankerz goal heyguys holidaycheer kappa kreygasm mrdestructoid muxy notlikethis party pjsalt pride ripcheer seemsgood shamrock showlove streamlabs swiftrage trihard uni vohiyo'

/**
 * Cuts a message into text, emotes, cheermotes, mentions and links.
 *
 * Twitch counts in code points, and may count past the end of the text; offsets here are made good for either.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#privmsg-tags
 */
export function fragments(message: Message, options: FragmentOptions = {}): Fragment[] {
  const { text, irc } = 'irc' in message ? message : new MessageView(message)
  const cheermotes = irc.tag('bits') === undefined ? undefined : readPrefixes(options.cheermotes)
  const found: Fragment[] = []
  let at = 0
  for (const { id, start, end } of readEmotes(irc.tag('emotes') ?? '', text)) {
    if (start > at) readWords(text.slice(at, start), cheermotes, found)
    found.push({ type: 'emote', text: text.slice(start, end), id })
    at = end
  }
  if (at < text.length) readWords(text.slice(at), cheermotes, found)
  return found
}

interface Range {
  readonly id: string
  /** UTF-16 offsets; the end is outside. */
  start: number
  end: number
}

/** `25:0-4,8-12/1902:6-10`: code points, ends included. Ranges that make no sense are left out. */
function readEmotes(tag: string, text: string): Range[] {
  const ranges: Range[] = []
  for (const emote of tag === '' ? [] : tag.split('/')) {
    const colon = emote.lastIndexOf(':')
    if (colon < 1) continue
    for (const place of emote.slice(colon + 1).split(',')) {
      const [, start, end] = /^(\d{1,6})-(\d{1,6})$/.exec(place) ?? []
      if (start !== undefined) ranges.push({ id: emote.slice(0, colon), start: Number(start), end: Number(end) + 1 })
    }
  }
  ranges.sort((a, b) => a.start - b.start || a.end - b.end)
  toUtf16(ranges, text)
  let at = 0
  return ranges.filter(({ start, end }) => {
    const good = start >= at && end > start
    if (good) at = end
    return good
  })
}

/** Turns code points into UTF-16 units in one walk, and clamps what lies past the end. */
function toUtf16(ranges: readonly Range[], text: string): void {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) {
    for (const range of ranges) range.end = Math.min(range.end, text.length)
    return
  }
  const units: number[] = []
  for (let at = 0; at < text.length; at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1) units.push(at)
  for (const range of ranges) {
    range.start = units[range.start] ?? text.length
    range.end = units[range.end] ?? text.length
  }
}

function readPrefixes(cheermotes: Iterable<string> = GLOBAL_CHEERMOTES.split(' ')): ReadonlySet<string> {
  return new Set(Array.from(cheermotes, (prefix) => prefix.toLowerCase()))
}

const MENTION = /^(@(\w{1,25}))([^\w@].*)?$/s
const LINK = /^(?:https?:\/\/)?(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?::\d{1,5})?(?:[/?#]\S*)?$/iu
const CHEERMOTE = /^(\w*?[a-z_])(\d{1,7})$/i

function readWords(text: string, cheermotes: ReadonlySet<string> | undefined, found: Fragment[]): void {
  let plain = ''
  const add = (fragment: Fragment) => {
    if (plain !== '') found.push({ type: 'text', text: plain })
    plain = ''
    found.push(fragment)
  }
  for (const word of text.split(/(\s+)/)) {
    const [, mention, login, rest = ''] = MENTION.exec(word) ?? []
    const [, prefix = '', bits] = (cheermotes && CHEERMOTE.exec(word)) ?? []
    if (mention !== undefined && login !== undefined) {
      add({ type: 'mention', text: mention, login: login.toLowerCase() })
      plain = rest
    } else if (bits !== undefined && cheermotes?.has(prefix.toLowerCase()))
      add({ type: 'cheermote', text: word, prefix, bits: Number(bits) })
    else {
      const link = withoutEnd(word)
      const url = link.includes('.') ? readUrl(link) : undefined
      if (url === undefined) plain += word
      else {
        add({ type: 'link', text: link, url })
        plain = word.slice(link.length)
      }
    }
  }
  if (plain !== '') found.push({ type: 'text', text: plain })
}

const OPENED: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/** A sentence ends after its link, and so does a bracket; one that the link opened is a part of it. */
function withoutEnd(word: string): string {
  let { length } = word
  for (; length > 0 && /[.,:;!?)\]}'"]/.test(word.charAt(length - 1)); length -= 1) {
    const last = word.charAt(length - 1)
    const opened = OPENED[last]
    const link = word.slice(0, length)
    if (opened !== undefined && link.split(opened).length >= link.split(last).length) break
  }
  return word.slice(0, length)
}

function readUrl(link: string): string | undefined {
  if (!LINK.test(link)) return undefined
  try {
    return new URL(/^https?:/i.test(link) ? link : `https://${link}`).href
  } catch {
    return undefined
  }
}
