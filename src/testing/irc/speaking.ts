import type { FakeUser } from '../world.ts'
import { type Chat, notice, roomOf, sendToRoom } from './chat.ts'
import type { Connection } from './connection.ts'
import { emotesTag, isOnlyEmotes } from './emotes.ts'
import { channelLogin } from './joining.ts'
import type { Tags } from './line.ts'
import { fromUser, type Outgoing } from './outgoing.ts'
import { badgeTags, memberOf, type Room, remember, type SentMessage } from './room.ts'
import { countMessage, judge, noteMessage, readText, type Spoken } from './rules.ts'
import { userState, userType } from './states.ts'

/** A PRIVMSG of a client. */
export function speak(chat: Chat, connection: Connection, name: string, raw: string, tags: Tags): void {
  const { user } = connection
  const login = channelLogin(name)
  const room = login === undefined ? undefined : roomOf(chat, login)
  if (user === undefined || room === undefined) return
  const channel = room.owner.login
  if (!connection.scopes.some((scope) => scope === 'chat:edit' || scope === 'chat_login')) {
    connection.write(notice(channel, 'no_permission'))
    return
  }
  const read = readText(raw)
  if (read === undefined) return
  if (!countMessage(chat, room, user)) {
    if (chat.settings.tooManyMessages === 'close') connection.close()
    return
  }
  if ('command' in read) {
    connection.write(notice(channel, 'unrecognized_cmd', { command: read.command }))
    return
  }
  const spoken = chat.settings.tooLong === 'cut' ? cut(read, chat.settings.limits.messageLength) : read
  const refusal = judge(chat, room, user, spoken)
  if (refusal !== undefined) {
    if (refusal !== 'silence') connection.write(notice(channel, refusal.msgId, {}, refusal.text))
    return
  }
  noteMessage(chat, room, user, spoken.text)
  const nonce = tags['client-nonce']
  const more: Record<string, string> = nonce === undefined ? {} : { 'client-nonce': nonce }
  const parent = tags['reply-parent-msg-id']
  const message = deliver(chat, room, user, spoken, { ...more, ...replyTag(parent) }, connection)
  connection.write(userState(chat, room, user, { ...more, id: message.id }))
}

function replyTag(parent: string | undefined): Tags {
  return parent === undefined ? {} : { 'reply-parent-msg-id': parent }
}

function cut(spoken: Spoken, limit: number | false): Spoken {
  return limit === false ? spoken : { ...spoken, text: Array.from(spoken.text).slice(0, limit).join('') }
}

/**
 * Sends a message to all who are in the room, and in rooms that share its chat. No rule is asked.
 *
 * @param more Tags to add or replace. `reply-parent-msg-id` makes it a reply where that message is known.
 */
export function deliver(
  chat: Chat,
  room: Room,
  user: FakeUser,
  spoken: Spoken,
  more: Tags,
  from?: Connection,
): SentMessage {
  const { 'reply-parent-msg-id': parentId, ...rest } = more
  const parent = parentId === undefined ? undefined : room.messages.get(parentId)
  const id = rest['id'] ?? chat.world.uuid()
  const message: SentMessage = { id, user, text: spoken.text, thread: parent && (parent.thread ?? parent) }
  remember(room, message)

  const text = parent === undefined ? spoken.text : `@${parent.user.displayName} ${spoken.text}`
  const tags = { ...replyTags(parent), ...rest }
  const sourceTags = room.shared === undefined ? {} : sourceOf(room, user, id, more['source-only'])
  sendToRoom(room, privmsg(chat, room, user, { ...spoken, text }, { ...tags, ...sourceTags, id }), from)
  memberOf(room, user).known = true
  if (room.shared === undefined || more['source-only'] === '1') return message
  for (const partner of room.shared) {
    if (partner === room) continue
    const copy = { ...tags, ...sourceTags, id: chat.world.uuid() }
    sendToRoom(partner, privmsg(chat, partner, user, { ...spoken, text }, copy), from)
  }
  return message
}

function privmsg(chat: Chat, room: Room, user: FakeUser, { text, action }: Spoken, more: Tags): Outgoing {
  const member = memberOf(room, user)
  const { moderator, subscriber, vip } = member.role
  const { badges, 'badge-info': badgeInfo } = badgeTags(room, member)
  const tags: Record<string, string> = {
    'badge-info': badgeInfo,
    badges,
    color: user.color,
    'display-name': user.displayName,
    emotes: emotesTag(text, chat.settings.emotes),
    'first-msg': member.known ? '0' : '1',
    flags: '',
    mod: moderator ? '1' : '0',
    'returning-chatter': '0',
    'room-id': room.owner.id,
    subscriber: subscriber > 0 ? '1' : '0',
    'tmi-sent-ts': String(chat.world.clock.now()),
    turbo: '0',
    'user-id': user.id,
    'user-type': userType(room, user),
  }
  if (vip) tags['vip'] = '1'
  if (tags['emotes'] !== '' && isOnlyEmotes(text, chat.settings.emotes)) tags['emote-only'] = '1'
  for (const name in more) tags[name] = more[name] as string
  const body = action ? `\x01ACTION ${text}\x01` : text
  return fromUser(user.login, `PRIVMSG #${room.owner.login} :${body}`, tags)
}

function replyTags(parent: SentMessage | undefined): Tags {
  if (parent === undefined) return {}
  const thread = parent.thread ?? parent
  return {
    'reply-parent-display-name': parent.user.displayName,
    'reply-parent-msg-body': parent.text,
    'reply-parent-msg-id': parent.id,
    'reply-parent-user-id': parent.user.id,
    'reply-parent-user-login': parent.user.login,
    'reply-thread-parent-display-name': thread.user.displayName,
    'reply-thread-parent-msg-id': thread.id,
    'reply-thread-parent-user-id': thread.user.id,
    'reply-thread-parent-user-login': thread.user.login,
  }
}

/** Where a message of a shared chat comes from. Whoever speaks there has the badges of this room. */
export function sourceOf(room: Room, user: FakeUser, id: string, only = '0'): Tags {
  const { badges, 'badge-info': badgeInfo } = badgeTags(room, memberOf(room, user))
  return {
    'source-badge-info': badgeInfo,
    'source-badges': badges,
    'source-id': id,
    'source-only': only,
    'source-room-id': room.owner.id,
  }
}
