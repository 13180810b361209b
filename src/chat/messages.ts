import type { IrcMessage } from './irc-message.ts'

/** A badge as Twitch names it: `{ name: 'subscriber', version: '12' }`. */
export interface Badge {
  readonly name: string
  readonly version: string
}

/** The message that a message answers, and the first one of its thread. */
export interface ReplyParent {
  readonly msgId: string
  readonly userId: string
  readonly userLogin: string
  readonly displayName: string
  readonly msgBody: string
  readonly threadMsgId: string
  readonly threadUserLogin: string
}

/**
 * Where a line of a shared chat comes from.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#shared-chat
 */
export interface SharedSource {
  /** Id of the original. */
  readonly id: string
  readonly roomId: string
  /** The sender's badges there. */
  readonly badges: readonly Badge[]
  readonly badgeInfo: readonly Badge[]
  /** Sent to the source's room alone. */
  readonly only: boolean
  /** This is a copy; the original was sent in another room. */
  readonly copied: boolean
}

/** The modes of a room. A ROOMSTATE that tells of a change has only what changed. */
export interface RoomState {
  readonly emoteOnly?: boolean | undefined
  /** Minutes one must have followed; 0: any follower, -1: off. */
  readonly followersOnly?: number | undefined
  readonly r9k?: boolean | undefined
  /** Seconds between two messages of a user; 0: off. */
  readonly slow?: number | undefined
  readonly subsOnly?: boolean | undefined
}

/** Reads the value of a tag, or what stands for a tag that is missing. */
type Read = (value?: string) => unknown

const readText: Read = (value = '') => value
const readOptional: Read = (value) => value || undefined
const readFlag: Read = (value) => value === '1'

/** Tags that are properties of views as they are, by what they hold; any other one holds text. */
const TAGS: readonly (readonly [Read, string])[] = [
  [readText, 'color id message-id msg-id room-id source-msg-id system-msg target-msg-id thread-id user-id user-type'],
  [readOptional, 'client-nonce custom-reward-id target-user-id'],
  [readFlag, 'emote-only first-msg mod only r9k returning-chatter subs-only subscriber vip'],
  [readNumber, 'ban-duration followers-only slow'],
  [readBadges, 'badge-info badges'],
  [readList, 'emote-sets'],
]

const readers = new Map<string, Read>()

/** What is more than a tag. */
const GETTERS: Readonly<Record<string, (irc: IrcMessage) => unknown>> = {
  command: ({ command }) => command,
  /** Login of the channel, without `#`; empty when the line is of no channel. */
  channel: ({ params: [target = ''] }) => (target.startsWith('#') ? target.slice(1) : ''),
  text: ({ params: [, text = ''] }) => (isAction(text) ? text.slice(8).replace('\x01', '') : text),
  action: ({ params: [, text = ''] }) => isAction(text),
  login: readLogin,
  displayName: (irc) => irc.tag('display-name') || readLogin(irc),
  broadcaster: (irc) => /(^|,)broadcaster\//.test(irc.tag('badges') ?? ''),
  sentAt: (irc) => readNumber(irc.tag('tmi-sent-ts')),
  highlighted: (irc) => irc.tag('msg-id') === 'highlighted-message',
  bits: (irc) => readNumber(irc.tag('bits')) ?? 0,
  reply(irc): ReplyParent | undefined {
    const tags = ['msg-id', 'user-id', 'user-login', 'display-name', 'msg-body']
    const parent = collect<ReplyParent>(irc, 'reply-parent-', tags)
    if (parent.msgId === '') return undefined
    return {
      ...parent,
      threadMsgId: irc.tag('reply-thread-parent-msg-id') || parent.msgId,
      threadUserLogin: irc.tag('reply-thread-parent-user-login') || parent.userLogin,
    }
  },
  source(irc): SharedSource | undefined {
    const source = collect<SharedSource>(irc, 'source-', ['id', 'room-id', 'badges', 'badge-info', 'only'])
    if (source.roomId === '') return undefined
    return { ...source, copied: source.roomId !== irc.tag('room-id') }
  },
  state: (irc): RoomState =>
    collect(
      irc,
      '',
      [...irc.tags.keys()].filter((tag) => tag !== 'room-id'),
    ),
  targetLogin: ({ params }) => params[1],
  kind: (irc) => (irc.tag('ban-duration') ? 'timeout' : irc.params[1] === undefined ? 'chat' : 'ban'),
}

/**
 * One view of all commands: each getter reads the line when it is asked, and what a line lacks is `undefined`, empty or
 * `false`. The interfaces in events.ts say which command has which.
 */
export class MessageView {
  readonly irc: IrcMessage
  declare readonly text: string

  constructor(irc: IrcMessage) {
    this.irc = irc
  }
}

for (const [read, tags] of TAGS)
  for (const tag of tags.split(' ')) {
    readers.set(tag, read)
    define(camelCase(tag), (irc) => read(irc.tag(tag)))
  }
for (const [name, read] of Object.entries(GETTERS)) define(name, read)

function define(name: string, read: (irc: IrcMessage) => unknown): void {
  Object.defineProperty(MessageView.prototype, name, {
    get(this: MessageView) {
      return read(this.irc)
    },
  })
}

/** Tags whose names begin so, by the rest of their names: `reply-parent-msg-id` is `msgId`. */
function collect<Tags>(irc: IrcMessage, prefix: string, tags: readonly string[]): Tags {
  return Object.fromEntries(
    tags.map((tag) => [camelCase(tag), (readers.get(tag) ?? readText)(irc.tag(prefix + tag))]),
  ) as Tags
}

function isAction(text: string): boolean {
  return text.startsWith('\x01ACTION ')
}

function readLogin(irc: IrcMessage): string {
  return irc.tag('login') ?? irc.prefix?.nick ?? ''
}

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, char: string) => char.toUpperCase())
}

function readNumber(value = ''): number | undefined {
  return /^-?\d{1,15}$/.test(value) ? Number(value) : undefined
}

function readList(value: string | undefined): readonly string[] {
  return value ? value.split(',') : []
}

function readBadges(value: string | undefined): readonly Badge[] {
  return readList(value).map((badge) => {
    const [name = '', ...version] = badge.split('/')
    return { name, version: version.join('/') }
  })
}
