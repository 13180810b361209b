import type { FakeUser } from '../world.ts'
import { type Chat, connectionsOf, sendToRoom } from './chat.ts'
import { emotesTag } from './emotes.ts'
import type { Tags } from './line.ts'
import { COMMANDS, fromServer, fromUser } from './outgoing.ts'
import { badgeTags, memberOf, type Room } from './room.ts'
import { sourceOf } from './speaking.ts'
import { userType } from './states.ts'
import type { UserNotice } from './user-notices.ts'

/** Sends a USERNOTICE to a room, and copies of it to rooms that share its chat. @returns Its id. */
export function tellUserNotice(chat: Chat, room: Room, user: FakeUser, told: UserNotice): string {
  const id = told.tags?.['id'] ?? chat.world.uuid()
  const source = room.shared === undefined ? {} : sourceOf(room, user, id)
  sendUserNotice(chat, room, user, told, { ...source, id, 'msg-id': told.msgId })
  for (const partner of room.shared ?? []) {
    if (partner === room) continue
    const copy = { ...source, id: chat.world.uuid(), 'msg-id': 'sharedchatnotice', 'source-msg-id': told.msgId }
    sendUserNotice(chat, partner, user, told, copy)
  }
  return id
}

function sendUserNotice(chat: Chat, room: Room, user: FakeUser, told: UserNotice, more: Tags): void {
  const member = memberOf(room, user)
  const { moderator, subscriber, vip } = member.role
  const tags: Record<string, string> = {
    ...badgeTags(room, member),
    color: user.color,
    'display-name': user.displayName,
    emotes: emotesTag(told.text ?? '', chat.settings.emotes),
    flags: '',
    login: user.login,
    mod: moderator ? '1' : '0',
    'room-id': room.owner.id,
    subscriber: subscriber > 0 ? '1' : '0',
    'system-msg': told.systemMessage,
    'tmi-sent-ts': String(chat.world.clock.now()),
    'user-id': user.id,
    'user-type': userType(room, user),
    vip: vip ? '1' : '0',
  }
  for (const [name, value] of Object.entries(told.params ?? {})) tags[`msg-param-${name}`] = value
  Object.assign(tags, told.tags, more)
  const text = told.text === undefined || told.text === '' ? '' : ` :${told.text}`
  sendToRoom(room, fromServer(`USERNOTICE #${room.owner.login}${text}`, tags, COMMANDS))
}

/** To every connection of the recipient whose token may read whispers. */
export function whisper(chat: Chat, from: FakeUser, to: FakeUser, text: string): string {
  const id = chat.world.uuid()
  const tags = {
    badges: '',
    color: from.color,
    'display-name': from.displayName,
    emotes: emotesTag(text, chat.settings.emotes),
    'message-id': id,
    'thread-id': [from.id, to.id].sort((a, b) => Number(a) - Number(b)).join('_'),
    turbo: '0',
    'user-id': from.id,
    'user-type': from.type,
  }
  const line = fromUser(from.login, `WHISPER ${to.login} :${text}`, tags, COMMANDS)
  for (const connection of connectionsOf(chat, to))
    if (connection.scopes.includes('whispers:read')) connection.write(line)
  return id
}

/** Hosting, which Twitch gave up in 2022. @param target `undefined`: it ends. */
export function host(room: Room, target: string | undefined, viewers?: number): void {
  const count = viewers === undefined ? '' : ` ${viewers}`
  sendToRoom(room, fromServer(`HOSTTARGET #${room.owner.login} :${target ?? '-'}${count}`, undefined, COMMANDS))
}
