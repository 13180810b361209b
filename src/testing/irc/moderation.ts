import type { FakeUser } from '../world.ts'
import { type Chat, connectionsOf, notice, sendToRoom } from './chat.ts'
import { leave } from './joining.ts'
import type { Tags } from './line.ts'
import { durationText } from './notices.ts'
import { COMMANDS, fromServer, fromUser } from './outgoing.ts'
import { memberOf, type Room, type RoomState, type SentMessage } from './room.ts'
import { roomState } from './states.ts'

export function clear(chat: Chat, room: Room): void {
  room.messages.clear()
  sendClearChat(chat, room, undefined, {})
}

/** Whoever is banned is put out of the room, on every connection. */
export function ban(chat: Chat, room: Room, user: FakeUser): void {
  memberOf(room, user).banned = true
  forget(room, user)
  sendClearChat(chat, room, user, { 'target-user-id': user.id })
  for (const connection of connectionsOf(chat, user)) {
    if (!connection.rooms.has(room)) continue
    leave(chat, connection, room)
    connection.write(fromUser(user.login, `PART #${room.owner.login}`))
  }
}

export function timeout(chat: Chat, room: Room, user: FakeUser, seconds: number): void {
  memberOf(room, user).timedOutUntil = chat.world.clock.now() + seconds * 1000
  forget(room, user)
  sendClearChat(chat, room, user, { 'ban-duration': String(seconds), 'target-user-id': user.id })
}

export function unban(room: Room, user: FakeUser): void {
  const member = memberOf(room, user)
  member.banned = false
  member.timedOutUntil = 0
}

export function deleteMessage(chat: Chat, room: Room, message: SentMessage): void {
  room.messages.delete(message.id)
  const tags = {
    login: message.user.login,
    'room-id': room.owner.id,
    'target-msg-id': message.id,
    'tmi-sent-ts': String(chat.world.clock.now()),
  }
  sendToRoom(room, fromServer(`CLEARMSG #${room.owner.login} :${message.text}`, tags, COMMANDS))
}

/** Changes modes: the room hears a NOTICE and a ROOMSTATE for each one that is another now. */
export function changeRoomState(room: Room, changes: Partial<RoomState>): void {
  for (const name of Object.keys(changes) as (keyof RoomState)[]) {
    const value = changes[name]
    if (value === undefined || value === room.state[name]) continue
    room.state[name] = value
    if (name === 'r9k') room.texts.clear()
    const [msgId, values] = modeNotice(name, value)
    sendToRoom(room, roomState(room, [name]))
    sendToRoom(room, notice(room.owner.login, msgId, values))
  }
}

function modeNotice(name: keyof RoomState, value: number): [msgId: string, values?: Record<string, string | number>] {
  switch (name) {
    case 'emote-only':
      return [value === 1 ? 'emote_only_on' : 'emote_only_off']
    case 'r9k':
      return [value === 1 ? 'r9k_on' : 'r9k_off']
    case 'slow':
      return value > 0 ? ['slow_on', { seconds: value }] : ['slow_off']
    case 'subs-only':
      return [value === 1 ? 'subs_on' : 'subs_off']
    case 'followers-only':
      if (value < 0) return ['followers_off']
      return value === 0 ? ['followers_on_zero'] : ['followers_on', { duration: durationText(value) }]
  }
}

function sendClearChat(chat: Chat, room: Room, user: FakeUser | undefined, more: Tags): void {
  const tags = { 'room-id': room.owner.id, 'tmi-sent-ts': String(chat.world.clock.now()), ...more }
  const target = user === undefined ? '' : ` :${user.login}`
  sendToRoom(room, fromServer(`CLEARCHAT #${room.owner.login}${target}`, tags, COMMANDS))
}

function forget(room: Room, user: FakeUser): void {
  for (const message of room.messages.values()) if (message.user.id === user.id) room.messages.delete(message.id)
}
