export type { EventsOptions, ListenOptions } from '../internal/emitter.ts'
export { ChatClient, type ChatClientOptions } from './client.ts'
export type * from './events.ts'
export { formatIrcMessage, type IrcMessageParts } from './format-irc-message.ts'
export {
  type CheermoteFragment,
  type EmoteFragment,
  type Fragment,
  type FragmentOptions,
  fragments,
  type LinkFragment,
  type MentionFragment,
  type TextFragment,
} from './fragments.ts'
export { type BadgeSet, badgeImageUrl, type EmoteImageOptions, emoteImageUrl } from './images.ts'
export { type IrcMessage, type IrcPrefix, parseIrcMessage } from './irc-message.ts'
export { type ChatLimits, type Rate, type ReadingLimits, VERIFIED_LIMITS } from './limits.ts'
export type { ChatAuth } from './login.ts'
export type { Badge, ReplyParent, RoomState, SharedSource } from './messages.ts'
export { type ChatMessage, readMessage } from './read-message.ts'
export { ChatReader, type ChatReaderOptions, type ChatWaitOptions } from './reader.ts'
export type { SayOptions, SentMessage } from './speaking.ts'
export { readUserNotice, type SubPlan, type UserNoticeContent } from './user-notices.ts'
export { type WithTokensOptions, withTokens } from './with-tokens.ts'
