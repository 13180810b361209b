import type { ChatError, NetworkError, TwitchKeyringError } from '../errors.ts'
import type { IrcMessage } from './irc-message.ts'
import type { Badge, ReplyParent, RoomState, SharedSource } from './messages.ts'

/** What every message has: the line it was read from. Whatever a line lacks is empty, `false` or `undefined`. */
interface Line {
  readonly irc: IrcMessage
}

/** A line of a channel. */
interface OfChannel extends Line {
  /** Login of the channel, without `#`. */
  readonly channel: string
  readonly roomId: string
}

/** Who wrote it. */
export interface ChatSender extends OfChannel {
  readonly userId: string
  readonly login: string
  /** As the user spells the name; the login where there is none. */
  readonly displayName: string
  /** `#RRGGBB`, or empty: the user never chose one. */
  readonly color: string
  readonly badges: readonly Badge[]
  /** Such as `{ name: 'subscriber', version: '27' }`: the real months. */
  readonly badgeInfo: readonly Badge[]
  /** `''`, `mod`, `admin`, `global_mod` or `staff`. */
  readonly userType: string
  readonly broadcaster: boolean
  readonly mod: boolean
  readonly vip: boolean
  readonly subscriber: boolean
  /** When Twitch took it: epoch milliseconds. */
  readonly sentAt: number | undefined
  /** In a shared chat: where it comes from. */
  readonly source: SharedSource | undefined
}

/** @see https://dev.twitch.tv/docs/chat/irc/#privmsg-tags */
export interface PrivateMessage extends ChatSender {
  readonly command: 'PRIVMSG'
  readonly id: string
  /** Without what marks a `/me`. */
  readonly text: string
  /** A `/me`. */
  readonly action: boolean
  /** Bits cheered with it, or 0. */
  readonly bits: number
  /** `highlighted-message`, `gigantified-emote-message`, …, or empty. */
  readonly msgId: string
  readonly highlighted: boolean
  readonly customRewardId: string | undefined
  /** The first message of this user in this channel, ever. */
  readonly firstMsg: boolean
  readonly returningChatter: boolean
  /** Nothing but emotes. */
  readonly emoteOnly: boolean
  readonly reply: ReplyParent | undefined
  readonly clientNonce: string | undefined
}

/** Something happened that chat shows. `readUserNotice` says what. @see https://dev.twitch.tv/docs/chat/irc/#usernotice-tags */
export interface UserNoticeMessage extends ChatSender {
  readonly command: 'USERNOTICE'
  readonly id: string
  /** What happened: `sub`, `raid`, `announcement`, … */
  readonly msgId: string
  /** The same of the original, of a `sharedchatnotice`. */
  readonly sourceMsgId: string
  /** What Twitch's own chat shows. Empty for an announcement. */
  readonly systemMsg: string
  /** What the user wrote with it, or empty. */
  readonly text: string
}

/** Messages of one user, or of all, are to disappear. @see https://dev.twitch.tv/docs/chat/irc/#clearchat-tags */
export interface ClearChatMessage extends OfChannel {
  readonly command: 'CLEARCHAT'
  readonly kind: 'chat' | 'ban' | 'timeout'
  readonly targetLogin: string | undefined
  readonly targetUserId: string | undefined
  /** Seconds; `undefined` for a ban. */
  readonly banDuration: number | undefined
  readonly sentAt: number | undefined
}

/** One message is to disappear. @see https://dev.twitch.tv/docs/chat/irc/#clearmsg-tags */
export interface ClearMessage extends OfChannel {
  readonly command: 'CLEARMSG'
  readonly targetMsgId: string
  /** Who wrote it. */
  readonly login: string
  /** What it said; Twitch may cut it. */
  readonly text: string
  readonly sentAt: number | undefined
}

/** @see https://dev.twitch.tv/docs/chat/irc/#notice-tags */
export interface NoticeMessage extends Line {
  readonly command: 'NOTICE'
  /** Empty when it is of no channel. */
  readonly channel: string
  readonly msgId: string
  readonly text: string
}

/** @see https://dev.twitch.tv/docs/chat/irc/#roomstate-tags */
export interface RoomStateMessage extends OfChannel {
  readonly command: 'ROOMSTATE'
  /** All modes after a join, else those that changed. */
  readonly state: RoomState
}

/** What one is in a channel. @see https://dev.twitch.tv/docs/chat/irc/#userstate-tags */
export interface UserStateMessage extends Line {
  readonly command: 'USERSTATE'
  readonly channel: string
  /** Id of the message that was sent, or empty. */
  readonly id: string
  readonly displayName: string
  readonly color: string
  readonly badges: readonly Badge[]
  readonly badgeInfo: readonly Badge[]
  readonly emoteSets: readonly string[]
  readonly userType: string
  readonly broadcaster: boolean
  readonly mod: boolean
  readonly subscriber: boolean
  readonly clientNonce: string | undefined
}

/** Who one is. @see https://dev.twitch.tv/docs/chat/irc/#globaluserstate-tags */
export interface GlobalUserStateMessage extends Line {
  readonly command: 'GLOBALUSERSTATE'
  readonly userId: string
  readonly displayName: string
  readonly color: string
  readonly badges: readonly Badge[]
  readonly badgeInfo: readonly Badge[]
  readonly emoteSets: readonly string[]
  readonly userType: string
}

export interface WhisperMessage extends Line {
  readonly command: 'WHISPER'
  readonly messageId: string
  readonly threadId: string
  readonly userId: string
  readonly login: string
  readonly displayName: string
  readonly color: string
  readonly badges: readonly Badge[]
  readonly text: string
}

/** Somebody came or went: oneself, and with `membership` others too. */
export interface MembershipMessage extends Line {
  readonly command: 'JOIN' | 'PART'
  readonly channel: string
  readonly login: string
}

/** Any command that has no interface of its own: RECONNECT, HOSTTARGET, numerics. */
export interface OtherMessage extends Line {
  readonly command: string
}

/** One line as it came. */
export interface ReceivedLine {
  readonly raw: string
  /** `undefined`: it is no line of IRC. */
  readonly message: IrcMessage | undefined
  readonly shardId: number
}

export interface ConnectedEvent {
  readonly shardId: number
  /** As the server calls us. */
  readonly login: string
  readonly anonymous: boolean
}

export interface DisconnectedEvent {
  readonly shardId: number
  /** What ended it; `NetworkError` for all that mends itself. */
  readonly error: NetworkError | ChatError | TwitchKeyringError | Error
  /** Epoch milliseconds of the next attempt; `undefined`: there will be none until `connect()` is called again. */
  readonly retryAt: number | undefined
}

export interface JoinedEvent {
  readonly channel: string
  readonly shardId: number
  /** Epoch milliseconds: what was said between this instant and now may be missing. `undefined`: nothing is. */
  readonly missedSince: number | undefined
}

export interface PartedEvent {
  readonly channel: string
  /** `asked`: by `part()`. `removed`: Twitch took us out; joining is tried again later. */
  readonly reason: 'asked' | 'removed'
}

export interface JoinFailedEvent {
  readonly channel: string
  readonly error: ChatError
}

/** What chat tells: lines by the name of their command, and how the connection fares. */
export interface ChatEvents {
  privmsg: PrivateMessage
  usernotice: UserNoticeMessage
  clearchat: ClearChatMessage
  clearmsg: ClearMessage
  notice: NoticeMessage
  roomstate: RoomStateMessage
  userstate: UserStateMessage
  globaluserstate: GlobalUserStateMessage
  whisper: WhisperMessage
  join: MembershipMessage
  part: MembershipMessage
  reconnect: OtherMessage
  hosttarget: OtherMessage
  /** Any numeric; `message.command` is `'376'`. */
  numeric: OtherMessage
  /** Every line, the strange ones too. */
  line: ReceivedLine
  /** A connection is logged in. During a planned move this is the new one. */
  connected: ConnectedEvent
  /** No connection of the shard is left. */
  disconnected: DisconnectedEvent
  joined: JoinedEvent
  parted: PartedEvent
  joinFailed: JoinFailedEvent
}

/** Each with whether it is a line. */
export const CHAT_EVENTS: Readonly<Record<keyof ChatEvents, boolean>> = {
  privmsg: true,
  usernotice: true,
  clearchat: true,
  clearmsg: true,
  notice: true,
  roomstate: true,
  userstate: true,
  globaluserstate: true,
  whisper: true,
  join: true,
  part: true,
  reconnect: true,
  hosttarget: true,
  numeric: true,
  line: false,
  connected: false,
  disconnected: false,
  joined: false,
  parted: false,
  joinFailed: false,
}
