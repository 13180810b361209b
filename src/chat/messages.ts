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

/**
 * One view of all commands: each getter reads the line when it is asked, and what a line lacks is `undefined`, empty or
 * `false`. The interfaces in events.ts say which command has which.
 */
export class MessageView {
  readonly irc: IrcMessage
  declare readonly msgId: string
  declare readonly roomId: string
  declare readonly badges: readonly Badge[]
  declare readonly banDuration: number | undefined

  constructor(irc: IrcMessage) {
    this.irc = irc
  }

  get command(): string {
    return this.irc.command
  }

  /** Login of the channel, without `#`; empty when the line is of no channel. */
  get channel(): string {
    const target = this.irc.params[0] ?? ''
    return target.startsWith('#') ? target.slice(1) : ''
  }

  get text(): string {
    const text = this.irc.params[1] ?? ''
    return this.action ? text.slice(8).replace('\x01', '') : text
  }

  get action(): boolean {
    return this.irc.params[1]?.startsWith('\x01ACTION ') ?? false
  }

  get login(): string {
    return this.irc.tag('login') ?? this.irc.prefix?.nick ?? ''
  }

  get displayName(): string {
    return this.irc.tag('display-name') || this.login
  }

  get broadcaster(): boolean {
    return this.badges.some(({ name }) => name === 'broadcaster')
  }

  get sentAt(): number | undefined {
    return readNumber(this.irc.tag('tmi-sent-ts'))
  }

  get highlighted(): boolean {
    return this.msgId === 'highlighted-message'
  }

  get bits(): number {
    return readNumber(this.irc.tag('bits')) ?? 0
  }

  get reply(): ReplyParent | undefined {
    const parent = collect<ReplyParent>(this.irc, 'reply-parent-')
    if (parent.msgId === undefined) return undefined
    const thread = collect<ReplyParent>(this.irc, 'reply-thread-parent-')
    const { msgId, userId = '', userLogin = '', displayName = '', msgBody = '' } = parent
    const threadMsgId = thread.msgId || msgId
    return {
      msgId,
      userId,
      userLogin,
      displayName,
      msgBody,
      threadMsgId,
      threadUserLogin: thread.userLogin || userLogin,
    }
  }

  get source(): SharedSource | undefined {
    const source = collect<SharedSource>(this.irc, 'source-')
    if (source.roomId === undefined) return undefined
    const { id = '', roomId, badges = [], badgeInfo = [], only = false } = source
    return { id, roomId, badges, badgeInfo, only, copied: roomId !== this.roomId }
  }

  get state(): RoomState {
    const { roomId: _, ...modes } = collect<RoomState & { readonly roomId: string }>(this.irc, '')
    return modes
  }

  get targetLogin(): string | undefined {
    return this.irc.params[1]
  }

  get kind(): string {
    if (this.targetLogin === undefined) return 'chat'
    return this.banDuration === undefined ? 'ban' : 'timeout'
  }
}

const FLAG = /^(mod|vip|subscriber|first-msg|returning-chatter|r9k|(emote-|subs-)?only)$/
const NUMBER = /^(ban-duration|followers-only|slow)$/
const OPTIONAL = /^(client-nonce|custom-reward-id|target-user-id)$/

/** Tags that are properties as they are. */
for (const tag of 'badge-info badges ban-duration client-nonce color custom-reward-id emote-only emote-sets first-msg id message-id mod msg-id returning-chatter room-id source-msg-id subscriber system-msg target-msg-id target-user-id thread-id user-id user-type vip'.split(
  ' ',
)) {
  const read = readerOf(tag)
  Object.defineProperty(MessageView.prototype, camelCase(tag), {
    get(this: MessageView) {
      return read(this.irc.tag(tag))
    },
  })
}

/** All tags whose names begin so, by the rest of their names: `reply-parent-msg-id` is `msgId`. */
function collect<Tags>(irc: IrcMessage, prefix: string): Partial<Tags> {
  const found: Record<string, unknown> = {}
  for (const [tag, value] of irc.tags) {
    const name = tag.slice(prefix.length)
    if (tag.startsWith(prefix)) found[camelCase(name)] = readerOf(name)(value) ?? value
  }
  return found as Partial<Tags>
}

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, char: string) => char.toUpperCase())
}

/** What a tag holds, by its name. */
function readerOf(name: string): (value?: string) => unknown {
  if (/badge(s|-info)$/.test(name)) return readBadges
  if (name === 'emote-sets') return readList
  if (FLAG.test(name)) return (value) => value === '1'
  if (NUMBER.test(name)) return readNumber
  return OPTIONAL.test(name) ? (value) => value || undefined : (value = '') => value
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
