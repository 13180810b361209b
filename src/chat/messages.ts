import type { IrcMessage } from './irc-message.ts'
import { readNoticeKind, readNoticeParams } from './user-notices.ts'

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

const NO_BADGES: readonly Badge[] = []

/**
 * One view of all commands: each getter reads the line when it is asked, and what a line lacks is `undefined`, empty or
 * `false`. The interfaces in events.ts say which command has which.
 */
export class MessageView {
  readonly irc: IrcMessage
  declare readonly msgId: string
  declare readonly roomId: string
  declare readonly emoteOnly: boolean

  constructor(irc: IrcMessage) {
    this.irc = irc
  }

  get command(): string {
    return this.irc.command
  }

  /** Login of the channel, without `#`; empty when the line is of no channel. */
  get channel(): string {
    const target = this.irc.params[0] ?? ''
    return target.charCodeAt(0) === 0x23 ? target.slice(1) : ''
  }

  get text(): string {
    const text = this.irc.params[1] ?? ''
    return text.charCodeAt(0) === 1 && text.startsWith('\x01ACTION ')
      ? text.slice(8, text.endsWith('\x01') ? -1 : undefined)
      : text
  }

  get action(): boolean {
    return (this.irc.params[1] ?? '').startsWith('\x01ACTION ')
  }

  get login(): string {
    return this.irc.tag('login') ?? this.irc.prefix?.nick ?? ''
  }

  get displayName(): string {
    return this.#text('display-name') || this.login
  }

  get badges(): readonly Badge[] {
    return readBadges(this.irc.tag('badges'))
  }

  get badgeInfo(): readonly Badge[] {
    return readBadges(this.irc.tag('badge-info'))
  }

  get broadcaster(): boolean {
    return this.#text('badges').includes('broadcaster/')
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

  get customRewardId(): string | undefined {
    return this.irc.tag('custom-reward-id') || undefined
  }

  get clientNonce(): string | undefined {
    return this.irc.tag('client-nonce') || undefined
  }

  get reply(): ReplyParent | undefined {
    const msgId = this.irc.tag('reply-parent-msg-id')
    if (msgId === undefined) return undefined
    return {
      msgId,
      userId: this.#text('reply-parent-user-id'),
      userLogin: this.#text('reply-parent-user-login'),
      displayName: this.#text('reply-parent-display-name'),
      msgBody: this.#text('reply-parent-msg-body'),
      threadMsgId: this.#text('reply-thread-parent-msg-id') || msgId,
      threadUserLogin: this.#text('reply-thread-parent-user-login') || this.#text('reply-parent-user-login'),
    }
  }

  get source(): SharedSource | undefined {
    const roomId = this.irc.tag('source-room-id')
    if (roomId === undefined) return undefined
    return {
      id: this.#text('source-id'),
      roomId,
      badges: readBadges(this.irc.tag('source-badges')),
      badgeInfo: readBadges(this.irc.tag('source-badge-info')),
      only: this.#flag('source-only'),
      copied: roomId !== this.roomId,
    }
  }

  get params(): Readonly<Record<string, string | number | boolean>> {
    return readNoticeParams(this.irc.tags)
  }

  get targetLogin(): string | undefined {
    return this.irc.params[1]
  }

  get targetUserId(): string | undefined {
    return this.irc.tag('target-user-id')
  }

  get banDuration(): number | undefined {
    return readNumber(this.irc.tag('ban-duration'))
  }

  get kind(): string {
    if (this.command === 'USERNOTICE') return readNoticeKind(this.msgId)
    if (this.targetLogin === undefined) return 'chat'
    return this.banDuration === undefined ? 'ban' : 'timeout'
  }

  get emoteSets(): readonly string[] {
    return split(this.irc.tag('emote-sets'), ',')
  }

  get state(): RoomState {
    const state: { -readonly [Mode in keyof RoomState]: RoomState[Mode] } = {}
    const { irc } = this
    if (irc.tag('emote-only') !== undefined) state.emoteOnly = this.emoteOnly
    if (irc.tag('followers-only') !== undefined) state.followersOnly = readNumber(irc.tag('followers-only'))
    if (irc.tag('r9k') !== undefined) state.r9k = this.#flag('r9k')
    if (irc.tag('slow') !== undefined) state.slow = readNumber(irc.tag('slow'))
    if (irc.tag('subs-only') !== undefined) state.subsOnly = this.#flag('subs-only')
    return state
  }

  #text(name: string): string {
    return this.irc.tag(name) ?? ''
  }

  #flag(name: string): boolean {
    return this.irc.tag(name) === '1'
  }
}

/** Properties that are a tag as it is: `roomId` is `room-id`. */
define('id msgId roomId userId color userType sourceMsgId systemMsg targetMsgId messageId threadId', (tag = '') => tag)
define('mod vip subscriber firstMsg returningChatter emoteOnly', (tag) => tag === '1')

function define(names: string, read: (tag: string | undefined) => unknown): void {
  for (const name of names.split(' ')) {
    const tag = name.replace(/[A-Z]/g, (char) => `-${char.toLowerCase()}`)
    Object.defineProperty(MessageView.prototype, name, {
      get(this: MessageView) {
        return read(this.irc.tag(tag))
      },
    })
  }
}

function readBadges(value: string | undefined): readonly Badge[] {
  if (value === undefined || value === '') return NO_BADGES
  return value.split(',').map((badge) => {
    const [name = '', ...version] = badge.split('/')
    return { name, version: version.join('/') }
  })
}

function readNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined
}

function split(value: string | undefined, separator: string): readonly string[] {
  return value === undefined || value === '' ? [] : value.split(separator)
}
