import { anything, check, listOf, recordOf, type Shape, text } from '../shape.ts'
import { USER_CHANGES } from '../users.ts'
import type { ChatHook, FakeUser, FakeUserOptions, PostedMessage, PostResult, World } from '../world.ts'
import { type Chat, createChat, type IrcServerOptions, notice, roomOf, sendToRoom } from './chat.ts'
import { type SimulateOptions, simulateViewers } from './chatter.ts'
import { obey } from './commands.ts'
import {
  Connection,
  type IrcConnection,
  type IrcSession,
  type IrcSocket,
  RECONNECT_OPTIONS,
  type ReconnectOptions,
} from './connection.ts'
import { FRAMES, type FrameOptions } from './framing.ts'
import { type Handshake, shakeHands, strike } from './handshake.ts'
import { announce, leave } from './joining.ts'
import { type IrcLimits, resolveLimits } from './limits.ts'
import type { Tags } from './line.ts'
import * as moderation from './moderation.ts'
import { memberOf, present, ROLE, ROOM_STATE, type Role, type Room, type RoomState } from './room.ts'
import { judge, noteMessage, readText } from './rules.ts'
import { deliver } from './speaking.ts'
import { host, tellUserNotice, whisper } from './telling.ts'
import { USER_NOTICE, type UserNotice, userNotices } from './user-notices.ts'

/** Strikes all connections, or those that are given. */
interface On {
  readonly on?: readonly IrcConnection[] | undefined
}

interface CloseOptions extends On {
  readonly reason?: string | undefined
}

const ON: Shape<On> = { on: listOf(anything) }
const CLOSE: Shape<CloseOptions> = { ...ON, reason: text }
const RECONNECT: Shape<On & ReconnectOptions> = { ...ON, ...RECONNECT_OPTIONS }
const TAGS = { tags: recordOf(text) }

/**
 * Twitch's chat server, without its network. Users and channels go by their login; a user that nobody knows yet is
 * added. All that is asked of a channel that does not exist throws a `RangeError`, and an option that does not exist a
 * `TypeError`.
 */
export interface IrcServer extends ChatHook {
  /** Decides about the next connection, before it is accepted. */
  handshake(): Handshake
  /** Serves one open connection. Without a handshake, it is decided here. */
  accept(socket: IrcSocket, handshake?: Handshake): IrcSession
  /** Those that are open, half-open ones too. */
  readonly connections: readonly IrcConnection[]
  /** Replaces all limits; what is left out is as on Twitch. */
  setLimits(limits: false | Partial<IrcLimits>): void

  /**
   * Says something as a user, whatever the rules are. `/me` works.
   *
   * @param tags Tags to add or replace, such as `{ bits: '100' }`. `reply-parent-msg-id` makes it a reply.
   * @returns The id of the message.
   */
  send(login: string, channel: string, text: string, tags?: Tags): string
  /** Changes an account, or adds it. */
  setUser(login: string, changes: Omit<FakeUserOptions, 'login' | 'id'>): void
  /** What a user is in a channel. What is left out stays. */
  setRole(login: string, channel: string, role: Partial<Role>): void
  roleOf(login: string, channel: string): Readonly<Role>
  /** What is left out stays. The room hears of each change. */
  setRoomState(channel: string, state: Partial<RoomState>): void
  /** A viewer without a connection comes or goes; those with the membership capability hear of it. */
  arrive(login: string, channel: string): void
  depart(login: string, channel: string): void
  /** Empties the chat. */
  clear(channel: string): void
  ban(login: string, channel: string): void
  timeout(login: string, channel: string, seconds: number): void
  /** Ends a ban or a time-out. */
  unban(login: string, channel: string): void
  /** Deletes one message. @throws {RangeError} It is gone already, or too old. */
  delete(messageId: string): void
  /** Sends any kind; see {@link userNotices}. @returns Its id. */
  userNotice(channel: string, notice: UserNotice): string
  raid(login: string, channel: string, viewers: number): string
  announce(login: string, channel: string, text: string): string
  /** @param text Default: Twitch's own. */
  notice(channel: string, msgId: string, text?: string): void
  whisper(from: string, to: string, text: string): string
  host(channel: string, target: string | undefined, viewers?: number): void
  /** From now on these channels share their chat. */
  shareChat(channels: readonly string[]): void
  /** Ends the shared chat of a channel, for all who share it. */
  endSharedChat(channel: string): void

  /** Lets seeded viewers talk in a channel. @returns The function that ends it. */
  simulateViewers(options: SimulateOptions): () => void
  /** Sends a line as it is. */
  raw(line: string, options?: On): void
  /** Sends RECONNECT; closes `closeAfter` milliseconds later. Default 30,000. */
  reconnect(options?: On & ReconnectOptions): void
  /** Default code 1006, a connection that breaks. */
  close(code?: number, options?: CloseOptions): void
  /** Lets connections look open, while nothing passes any more. */
  halfOpen(options?: On): void
  /** Whether PINGs of clients are answered, on connections of now and later. */
  answerPings(answers: boolean): void
  /** How frames travel, on connections of now and later. */
  shapeFrames(frames: FrameOptions): void
  /** Milliseconds each way, on connections of now and later. */
  setLatency(latency: number): void
}

export function createIrcServer(world: World, options: IrcServerOptions = {}): IrcServer {
  const chat = createChat(world, options)
  const { connections, settings } = chat
  let nextId = 1
  let answersPings = true

  const room = (channel: string): Room => {
    const found = roomOf(chat, channel.replace(/^#/, ''))
    if (found === undefined) throw new RangeError(`There is no channel ${channel}: add a user of that login.`)
    return found
  }
  const user = (login: string): FakeUser => world.users.byLogin(login) ?? world.users.add({ login })
  const each = ({ on = [...connections] }: On = {}, work: (connection: IrcConnection) => void) => {
    for (const connection of on) work(connection)
  }

  function accept(socket: IrcSocket, handshake: Handshake = shakeHands(world)): IrcSession {
    const connection = new Connection(nextId++, world, socket, () => {
      for (const room of connection.rooms) leave(chat, connection, room)
      if (connection.state === 'closed') connections.delete(connection)
    })
    connection.latency = settings.latency
    connection.frames = settings.frames
    connection.answersPings = answersPings
    connections.add(connection)
    log(world, 'CONNECT', '/', handshake.outcome === 'open' ? 101 : (handshake.status ?? 'no answer'))
    if (handshake.outcome === 'refuse') connection.close()
    else if (handshake.outcome === 'hang') connection.halfOpen()
    else strike(connection, handshake.fault)
    if (connection.alive && settings.pingInterval !== false)
      connection.keepAlive(settings.pingInterval, settings.pongTimeout)
    return {
      receive(text) {
        for (const line of text.split(/[\r\n\0]+/)) if (line !== '') takeLine(chat, connection, line)
      },
      closed: () => connection.gone(),
    }
  }

  world.onTokenDeath((accessToken) => {
    if (settings.revokedToken !== 'closes') return
    for (const connection of connections) if (connection.accessToken === accessToken) connection.close(1000)
  })

  const server: IrcServer = {
    handshake: () => shakeHands(world),
    accept,
    get connections() {
      return [...connections]
    },
    setLimits: (limits) => {
      settings.limits = resolveLimits(limits)
    },
    post: (message) => post(chat, room(message.broadcaster.login), message),
    send: (login, channel, text, tags = {}) => {
      check('send()', { tags }, TAGS)
      const read = readText(text)
      if (read === undefined) throw new RangeError('There is no message without a text.')
      return deliver(chat, room(channel), user(login), 'command' in read ? { text, action: false } : read, tags).id
    },
    setUser: (login, changes) => {
      check('setUser()', changes, USER_CHANGES)
      const defined = Object.entries(changes).filter(([, value]) => value !== undefined)
      Object.assign(user(login), Object.fromEntries(defined))
    },
    setRole: (login, channel, role) => {
      check('A role', role, ROLE)
      Object.assign(memberOf(room(channel), user(login)).role, role)
    },
    roleOf: (login, channel) => memberOf(room(channel), user(login)).role,
    setRoomState: (channel, state) => {
      check('The state of a room', state, ROOM_STATE)
      moderation.changeRoomState(room(channel), state)
    },
    arrive: (login, channel) => {
      const where = room(channel)
      if (!present(where).has(user(login).login)) announce(chat, where, login, 'JOIN')
      where.viewers.add(login)
    },
    depart: (login, channel) => {
      const where = room(channel)
      if (where.viewers.delete(login) && !present(where).has(login)) announce(chat, where, login, 'PART')
    },
    clear: (channel) => moderation.clear(chat, room(channel)),
    ban: (login, channel) => moderation.ban(chat, room(channel), user(login)),
    timeout: (login, channel, seconds) => moderation.timeout(chat, room(channel), user(login), seconds),
    unban: (login, channel) => moderation.unban(room(channel), user(login)),
    delete: (messageId) => {
      for (const where of chat.rooms.values()) {
        const message = where.messages.get(messageId)
        if (message !== undefined) return moderation.deleteMessage(chat, where, message)
      }
      throw new RangeError('No room remembers that message.')
    },
    userNotice: (channel, notice) => {
      check('A user notice', notice, USER_NOTICE)
      return tellUserNotice(chat, room(channel), user(notice.login), notice)
    },
    raid: (login, channel, viewers) => {
      const { displayName } = user(login)
      return tellUserNotice(chat, room(channel), user(login), userNotices.raid({ login, displayName, viewers }))
    },
    announce: (login, channel, text) =>
      tellUserNotice(chat, room(channel), user(login), userNotices.announcement({ login, text })),
    notice: (channel, msgId, text) => sendToRoom(room(channel), notice(channel, msgId, {}, text)),
    whisper: (from, to, text) => whisper(chat, user(from), user(to), text),
    host: (channel, target, viewers) => host(room(channel), target, viewers),
    shareChat: (channels) => {
      const shared = channels.map(room)
      for (const each of shared) each.shared = shared
    },
    endSharedChat: (channel) => {
      for (const each of room(channel).shared ?? []) each.shared = undefined
    },
    simulateViewers: (options) => simulateViewers(server, world, options),
    raw: (line, options = {}) => {
      check('raw()', options, ON)
      each(options, (connection) => connection.raw(line))
    },
    reconnect: (options = {}) => {
      check('reconnect()', options, RECONNECT)
      const { on, ...how } = options
      each({ on }, (connection) => connection.reconnect(how))
    },
    close: (code, options = {}) => {
      check('close()', options, CLOSE)
      each(options, (connection) => connection.close(code, options.reason))
    },
    halfOpen: (options = {}) => {
      check('halfOpen()', options, ON)
      each(options, (connection) => connection.halfOpen())
    },
    answerPings: (answers) => {
      answersPings = answers
      for (const connection of connections) connection.answersPings = answers
    },
    shapeFrames: (frames) => {
      check('shapeFrames()', frames, FRAMES)
      settings.frames = frames
      for (const connection of connections) connection.frames = frames
    },
    setLatency: (latency) => {
      settings.latency = latency
      for (const connection of connections) connection.latency = latency
    },
  }
  return server
}

/** A line goes wrong as the faults say, or is obeyed. */
function takeLine(chat: Chat, connection: Connection, line: string): void {
  const { world } = chat
  const [command = '', path = ''] = line.replace(/^(@\S* +)?(:\S* +)?/, '').split(/ +:?/, 2)
  const method = command.toUpperCase()
  const fault = world.faults.next({ host: 'irc', method, path })
  const delay = fault !== undefined && 'latency' in fault ? (fault.latency ?? 0) : 0
  connection.take(line, delay, () => {
    const lost = fault?.kind === 'drop' || fault?.kind === 'hang' || fault?.kind === 'no-answer'
    log(world, method, path, lost ? 'no answer' : 200)
    if ((fault?.kind === 'no-answer' || fault?.kind === 'hang') && fault.at === 'after')
      connection.muted(() => obey(chat, connection, line))
    if (fault?.kind === 'no-answer') connection.close()
    else if (!lost && strike(connection, fault)) obey(chat, connection, line)
  })
}

function log(world: World, method: string, path: string, status: number | 'no answer'): void {
  world.log({ at: world.clock.now(), host: 'irc', method, path, params: {}, headers: {}, status })
}

/** A message that came by HTTP: the rules of the room hold, the limits of IRC do not. */
function post(chat: Chat, room: Room, { sender, text, replyParentMessageId }: PostedMessage): PostResult {
  const read = readText(text)
  const spoken = read === undefined || 'command' in read ? { text, action: false } : read
  const refusal = judge(chat, room, sender, spoken)
  if (refusal === 'silence') return { dropReason: { code: 'msg_rejected', message: 'Your message is too long.' } }
  if (refusal !== undefined) return { dropReason: { code: refusal.msgId, message: refusal.text } }
  noteMessage(chat, room, sender, spoken.text)
  const tags = replyParentMessageId === undefined ? {} : { 'reply-parent-msg-id': replyParentMessageId }
  return { messageId: deliver(chat, room, sender, spoken, tags).id }
}
