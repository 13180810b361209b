import type { FakeUser } from '../world.ts'
import type { Chat } from './chat.ts'
import type { Tags } from './line.ts'
import { COMMANDS, fromServer, type Outgoing } from './outgoing.ts'
import { badgeTags, memberOf, type Room, type RoomState } from './room.ts'

export function globalUserState(chat: Chat, user: FakeUser): Outgoing {
  const tags = {
    'badge-info': '',
    badges: '',
    color: user.color,
    'display-name': user.displayName,
    'emote-sets': chat.settings.emoteSets,
    'user-id': user.id,
    'user-type': user.type,
  }
  return fromServer('GLOBALUSERSTATE', tags, COMMANDS)
}

/** @param more `id` and `client-nonce`, after a message. */
export function userState(chat: Chat, room: Room, user: FakeUser, more: Tags = {}): Outgoing {
  const member = memberOf(room, user)
  const { moderator, subscriber } = member.role
  const tags = {
    ...badgeTags(room, member),
    color: user.color,
    'display-name': user.displayName,
    'emote-sets': chat.settings.emoteSets,
    mod: moderator ? '1' : '0',
    subscriber: subscriber > 0 ? '1' : '0',
    'user-type': userType(room, user),
    ...more,
  }
  return fromServer(`USERSTATE #${room.owner.login}`, tags, COMMANDS)
}

/** @param names The modes that changed. Default all. */
export function roomState(room: Room, names: readonly (keyof RoomState)[] = ALL_MODES): Outgoing {
  const tags: Record<string, string> = { 'room-id': room.owner.id }
  for (const name of names) tags[name] = String(room.state[name])
  return fromServer(`ROOMSTATE #${room.owner.login}`, tags, COMMANDS)
}

const ALL_MODES: readonly (keyof RoomState)[] = ['emote-only', 'followers-only', 'r9k', 'slow', 'subs-only']

export function userType(room: Room, user: FakeUser): string {
  if (user.type !== '') return user.type
  return memberOf(room, user).role.moderator ? 'mod' : ''
}
