import { accountOf, type Chat, connectionsOf, notice, roomOf } from './chat.ts'
import type { Connection } from './connection.ts'
import { fromUser, MEMBERSHIP, Outgoing } from './outgoing.ts'
import { isBroadcaster, memberOf, present, type Room } from './room.ts'
import { roomState, userState } from './states.ts'

/** JOIN of one name of a list, such as `#twitch`. @returns Whether the connection lives. */
export function join(chat: Chat, connection: Connection, name: string): boolean {
  if (!countJoin(chat, connection)) {
    connection.close()
    return false
  }
  const login = channelLogin(name)
  const room = login === undefined ? undefined : roomOf(chat, login)
  if (room === undefined) return true
  if (room.owner.suspended) {
    connection.write(notice(room.owner.login, 'msg_channel_suspended'))
    return true
  }
  const { user } = connection
  if (user !== undefined && memberOf(room, user).banned) {
    connection.write(notice(room.owner.login, 'msg_banned'))
    return true
  }
  const again = connection.rooms.has(room)
  if (again && chat.settings.repeatedJoin === 'silent') return true
  if (!again) {
    if (isOverJoinedChannels(chat, connection, room)) return true
    if (user !== undefined && !present(room).has(user.login)) announce(chat, room, user.login, 'JOIN')
    room.connections.add(connection)
    connection.rooms.add(room)
  }
  connection.write(fromUser(connection.nick, `JOIN #${room.owner.login}`), ...names(room, connection))
  if (user === undefined) connection.write(roomState(room))
  else connection.write(userState(chat, room, user), roomState(room))
  return true
}

export function part(chat: Chat, connection: Connection, name: string): void {
  const login = channelLogin(name)
  const room = login === undefined ? undefined : chat.rooms.get(login)
  if (room === undefined || !connection.rooms.has(room)) return
  leave(chat, connection, room)
  connection.write(fromUser(connection.nick, `PART #${room.owner.login}`))
}

/** Takes a connection out of a room, without a word to it. */
export function leave(chat: Chat, connection: Connection, room: Room): void {
  room.connections.delete(connection)
  connection.rooms.delete(room)
  const { user } = connection
  if (user !== undefined && !present(room).has(user.login)) announce(chat, room, user.login, 'PART')
}

/** An account comes or goes: those with the membership capability hear of it with the next batch. */
export function announce(chat: Chat, room: Room, login: string, command: 'JOIN' | 'PART'): void {
  if (![...room.connections].some(({ granted }) => (granted & MEMBERSHIP) !== 0)) return
  if (room.comings.size === 0) chat.world.clock.setTimeout(() => sendComings(room), chat.settings.membershipInterval)
  room.comings.delete(login)
  room.comings.set(login, command)
}

/** Rooms over so many users send no membership. */
const MEMBERSHIP_LIMIT = 1000

function sendComings(room: Room): void {
  const comings = [...room.comings]
  room.comings.clear()
  if (present(room).size > MEMBERSHIP_LIMIT) return
  const lines = comings.map(
    ([login, command]) => [login, fromUser(login, `${command} #${room.owner.login}`, undefined, MEMBERSHIP)] as const,
  )
  for (const connection of room.connections)
    connection.write(...lines.filter(([login]) => login !== connection.nick).map(([, line]) => line))
}

/** Who is here: the others for those with the membership capability, then the client itself. */
function names(room: Room, { nick, granted }: Connection): Outgoing[] {
  const channel = `#${room.owner.login}`
  const reply = (list: string) => new Outgoing(`:${nick}.tmi.twitch.tv 353 ${nick} = ${channel} :${list}`)
  const lines: Outgoing[] = []
  if ((granted & MEMBERSHIP) !== 0) {
    const others = present(room)
    others.delete(nick)
    if (others.size <= MEMBERSHIP_LIMIT) for (const list of inLines(others)) lines.push(reply(list))
  }
  return [...lines, reply(nick), new Outgoing(`:${nick}.tmi.twitch.tv 366 ${nick} ${channel} :End of /NAMES list`)]
}

function inLines(logins: Iterable<string>): string[] {
  const lines: string[] = []
  for (const login of logins) {
    const last = lines.at(-1)
    if (last === undefined || last.length + login.length > 400) lines.push(login)
    else lines[lines.length - 1] = `${last} ${login}`
  }
  return lines
}

function countJoin(chat: Chat, connection: Connection): boolean {
  const { limits } = chat.settings
  const key = accountKey(connection)
  if (connection.user === undefined && !limits.anonymous) return true
  const now = chat.world.clock.monotonic()
  const account = accountOf(chat, key)
  account.joins.add(now)
  return account.joins.within(now, connection.user?.verifiedBot ? limits.verifiedJoins : limits.joins)
}

function isOverJoinedChannels(chat: Chat, connection: Connection, room: Room): boolean {
  const { joinedChannels, anonymous } = chat.settings.limits
  const { user } = connection
  if (joinedChannels === false || (user === undefined && !anonymous)) return false
  const counts = (room: Room) =>
    user === undefined || !(isBroadcaster(room, user) || memberOf(room, user).role.moderator)
  if (!counts(room)) return false
  const connections = user === undefined ? [connection] : connectionsOf(chat, user)
  const joined = new Set(connections.flatMap(({ rooms }) => [...rooms]).filter(counts))
  return !joined.has(room) && joined.size >= joinedChannels
}

function accountKey({ id, user }: Connection): string {
  return user?.id ?? `connection ${id}`
}

/** @returns `undefined` for what no channel is called. */
export function channelLogin(name: string): string | undefined {
  return /^#([a-z0-9_]{1,25})$/.exec(name)?.[1]
}
