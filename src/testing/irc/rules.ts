import type { FakeUser } from '../world.ts'
import { accountOf, type Chat } from './chat.ts'
import { codePoints, isOnlyEmotes } from './emotes.ts'
import { durationText, noticeText } from './notices.ts'
import { isPrivileged, type Member, memberOf, type Room } from './room.ts'

/** What a user wrote, as Twitch looks at it. */
export interface Spoken {
  readonly text: string
  readonly action: boolean
}

/** A NOTICE, or `'silence'` where Twitch says nothing. */
export type Refusal = 'silence' | { readonly msgId: string; readonly text: string }

/**
 * Reads the text of a PRIVMSG: spaces are collapsed, `/me` is understood.
 *
 * @returns `undefined` for a text that is empty; the command for one that is no longer understood.
 */
export function readText(raw: string): Spoken | { readonly command: string } | undefined {
  const wrapped = raw.startsWith('\x01ACTION ') ? raw.slice('\x01ACTION '.length).replace('\x01', '') : undefined
  const text = (wrapped ?? raw).replace(/ +/g, ' ').replace(/^ | $/g, '')
  if (text === '') return undefined
  if (wrapped !== undefined) return { text, action: true }
  const me = /^[/.]me (.+)$/is.exec(text)?.[1]
  if (me !== undefined) return { text: me, action: true }
  const command = /^[/.][a-z]\S*/i.exec(text)?.[0]
  if (command !== undefined) return { command }
  const literal = /^[/.] (.+)$/s.exec(text)?.[1]
  return { text: literal ?? text, action: false }
}

/** Counts a message against the account, also one that will be refused. @returns Whether Twitch still listens. */
export function countMessage(chat: Chat, room: Room, user: FakeUser): boolean {
  const { limits } = chat.settings
  const now = chat.world.clock.monotonic()
  const account = accountOf(chat, user.id)
  if (limits.messages !== false || limits.privilegedMessages !== false || limits.verifiedMessages !== false)
    account.messages.add(now)
  const privileged = isPrivileged(room, memberOf(room, user))
  if (!privileged && now < account.ignoredUntil) return false
  const rate = user.verifiedBot ? limits.verifiedMessages : privileged ? limits.privilegedMessages : limits.messages
  if (account.messages.within(now, rate)) return true
  account.ignoredUntil = now + limits.ignoredFor
  return false
}

/** Applies the rules of the room. @returns `undefined` for a message that may pass. */
export function judge(chat: Chat, room: Room, user: FakeUser, { text }: Spoken): Refusal | undefined {
  const { settings, world } = chat
  const { limits } = settings
  const member = memberOf(room, user)
  const refuse = (msgId: string, values: Record<string, string | number> = {}): Refusal => ({
    msgId,
    text: noticeText(msgId, { channel: room.owner.login, ...values }),
  })

  if (limits.messageLength !== false && codePoints(text) > limits.messageLength) return 'silence'
  if (room.owner.suspended) return refuse('msg_channel_suspended')
  if (member.banned) return refuse('msg_banned')
  const timedOutFor = member.timedOutUntil - world.clock.now()
  if (timedOutFor > 0) return refuse('msg_timedout', { seconds: Math.ceil(timedOutFor / 1000) })
  if (isPrivileged(room, member)) return undefined

  const { state } = room
  const subscribed = member.role.subscriber > 0
  if (state['followers-only'] >= 0 && !subscribed) {
    const msgId = followersRefusal(state['followers-only'], member, world.clock.now())
    if (msgId !== undefined) {
      const followed = durationText((world.clock.now() - (member.role.followedAt ?? 0)) / 60_000)
      return refuse(msgId, { duration: durationText(state['followers-only']), followed })
    }
  }
  if (state['subs-only'] === 1 && !subscribed) return refuse('msg_subsonly')
  if (state['emote-only'] === 1 && !isOnlyEmotes(text, settings.emotes)) return refuse('msg_emoteonly')
  if (state.r9k === 1 && room.texts.has(text)) return refuse('msg_r9k')

  const now = world.clock.monotonic()
  const silentFor = now - member.lastSpokeAt
  if (limits.duplicates !== false && text === member.lastText && silentFor < limits.duplicates)
    return refuse('msg_duplicate')
  const wait = state.slow * 1000 - silentFor
  if (wait > 0) return refuse('msg_slowmode', { seconds: Math.ceil(wait / 1000) })
  const { channelMessages } = limits
  if (channelMessages !== false) {
    member.recent = member.recent.filter((time) => time > now - channelMessages.per)
    if (member.recent.length >= channelMessages.count) return refuse('msg_ratelimit')
  }
  return undefined
}

/** Notes a message that passed. */
export function noteMessage(chat: Chat, room: Room, user: FakeUser, text: string): void {
  const member = memberOf(room, user)
  const now = chat.world.clock.monotonic()
  member.lastText = text
  member.lastSpokeAt = now
  if (chat.settings.limits.channelMessages !== false) member.recent.push(now)
}

function followersRefusal(minutes: number, { role }: Member, now: number): string | undefined {
  if (role.followedAt === undefined) return minutes === 0 ? 'msg_followersonly_zero' : 'msg_followersonly'
  return now - role.followedAt < minutes * 60_000 ? 'msg_followersonly_followed' : undefined
}
