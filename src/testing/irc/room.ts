import { amount, flag, listOf, number, oneOf, type Shape, text } from '../shape.ts'
import type { FakeUser } from '../world.ts'
import type { Connection } from './connection.ts'

/** Modes of a room, under the names of their tags. `followers-only` is in minutes (-1 off, 0 any follower), `slow` in seconds. */
export interface RoomState {
  'emote-only': number
  'followers-only': number
  r9k: number
  slow: number
  'subs-only': number
}

/** What an account is in one room. The owner of the room is its broadcaster whatever stands here. */
export interface Role {
  moderator: boolean
  vip: boolean
  /** Months subscribed; 0 for none. */
  subscriber: number
  tier: 1 | 2 | 3
  /** Epoch milliseconds; `undefined` for no follower. */
  followedAt: number | undefined
  /** More badges, such as `bits/100` or `premium/1`. */
  badges: readonly string[]
}

export const ROOM_STATE: Shape<RoomState> = {
  'emote-only': oneOf(0, 1),
  'followers-only': number,
  r9k: oneOf(0, 1),
  slow: amount,
  'subs-only': oneOf(0, 1),
}

export const ROLE: Shape<Role> = {
  moderator: flag,
  vip: flag,
  subscriber: amount,
  tier: oneOf(1, 2, 3),
  followedAt: number,
  badges: listOf(text),
}

/** A role, and what the account did in the room. */
export interface Member {
  readonly user: FakeUser
  readonly role: Role
  banned: boolean
  /** Epoch milliseconds. */
  timedOutUntil: number
  /** Whether it has ever spoken here. */
  known: boolean
  lastText: string
  /** Of the monotonic clock. */
  lastSpokeAt: number
  recent: number[]
}

/** A message that can still be replied to and deleted. */
export interface SentMessage {
  readonly id: string
  readonly user: FakeUser
  readonly text: string
  /** The first message of its thread, when it is a reply. */
  readonly thread: SentMessage | undefined
}

/** One channel. */
export interface Room {
  readonly owner: FakeUser
  readonly state: RoomState
  readonly connections: Set<Connection>
  readonly members: Map<string, Member>
  /** Accounts that are here without a connection of their own. */
  readonly viewers: Set<string>
  readonly messages: Map<string, SentMessage>
  /** Texts said, for unique-chat mode. */
  readonly texts: Set<string>
  /** JOIN and PART that wait for the next batch, by login. */
  readonly comings: Map<string, 'JOIN' | 'PART'>
  /** All rooms of a shared chat, this one too. */
  shared: readonly Room[] | undefined
}

const MESSAGES_KEPT = 100
const TEXTS_KEPT = 1000

export function createRoom(owner: FakeUser): Room {
  return {
    owner,
    state: { 'emote-only': 0, 'followers-only': -1, r9k: 0, slow: 0, 'subs-only': 0 },
    connections: new Set(),
    members: new Map(),
    viewers: new Set(),
    messages: new Map(),
    texts: new Set(),
    comings: new Map(),
    shared: undefined,
  }
}

export function memberOf(room: Room, user: FakeUser): Member {
  const found = room.members.get(user.id)
  if (found !== undefined) return found
  const member: Member = {
    user,
    role: { moderator: false, vip: false, subscriber: 0, tier: 1, followedAt: undefined, badges: [] },
    banned: false,
    timedOutUntil: 0,
    known: false,
    lastText: '',
    lastSpokeAt: Number.NEGATIVE_INFINITY,
    recent: [],
  }
  room.members.set(user.id, member)
  return member
}

export function isBroadcaster(room: Room, user: FakeUser): boolean {
  return room.owner.id === user.id
}

/** Broadcaster, moderator or VIP: the rules of the room and the lower limits do not bind them. */
export function isPrivileged(room: Room, member: Member): boolean {
  return isBroadcaster(room, member.user) || member.role.moderator || member.role.vip
}

export function remember(room: Room, message: SentMessage): void {
  room.messages.set(message.id, message)
  keepNewest(room.messages, MESSAGES_KEPT)
  if (room.state.r9k === 0) return
  room.texts.add(message.text)
  keepNewest(room.texts, TEXTS_KEPT)
}

function keepNewest(list: Map<string, unknown> | Set<string>, count: number): void {
  for (const key of list.keys()) {
    if (list.size <= count) return
    list.delete(key)
  }
}

/** Logins of all who are here, connected or simulated. Anonymous ones are in no list. */
export function present(room: Room): Set<string> {
  const logins = new Set(room.viewers)
  for (const { user } of room.connections) if (user !== undefined) logins.add(user.login)
  return logins
}

const SUBSCRIBER_BADGES = [0, 2, 3, 6, 9, 12, 18, 24, 30, 36, 42, 48, 54, 60, 72, 84, 96, 108, 120]

/** The `badges` and `badge-info` tags. A subscriber badge is the highest step reached, with the tier before it. */
export function badgeTags(room: Room, member: Member): { readonly badges: string; readonly 'badge-info': string } {
  const { role, user } = member
  const badges: string[] = []
  if (isBroadcaster(room, user)) badges.push('broadcaster/1')
  else if (role.moderator) badges.push('moderator/1')
  else if (role.vip) badges.push('vip/1')
  if (role.subscriber > 0) {
    const step = SUBSCRIBER_BADGES.findLast((months) => months <= role.subscriber) ?? 0
    badges.push(`subscriber/${step + (role.tier === 1 ? 0 : role.tier * 1000)}`)
  }
  badges.push(...role.badges)
  return {
    badges: badges.join(','),
    'badge-info': role.subscriber > 0 ? `subscriber/${role.subscriber}` : '',
  }
}
