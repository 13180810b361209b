import { amount, anything, check, either, number, objectOf, oneOf, recordOf, type Shape, text } from '../shape.ts'
import type { FakeUser, World } from '../world.ts'
import type { Connection } from './connection.ts'
import { GLOBAL_EMOTES } from './emotes.ts'
import { FRAMES, type FrameOptions } from './framing.ts'
import { History, type IrcLimits, resolveLimits } from './limits.ts'
import { noticeText } from './notices.ts'
import { COMMANDS, fromServer, type Outgoing } from './outgoing.ts'
import { createRoom, type Room } from './room.ts'

/** What is not known of Twitch is a switch here. Durations are milliseconds. */
export interface IrcServerOptions {
  /** `false`: none at all. Default: those of Twitch. */
  readonly limits?: false | Partial<IrcLimits> | undefined
  /** Between two PINGs of the server. Default 300,000; `false`: none. */
  readonly pingInterval?: number | false | undefined
  /** A client that has not answered a PING by then is dropped. Default 60,000. */
  readonly pongTimeout?: number | undefined
  /** After a refused login the server is silent for so long, then closes. Default 10,000. */
  readonly refusedLoginClosesAfter?: number | undefined
  /** Default 1006. */
  readonly refusedLoginCloseCode?: number | undefined
  /** A message over the limit of characters is dropped (the default), or cut. */
  readonly tooLong?: 'drop' | 'cut' | undefined
  /** What happens over the limit of messages, besides that they are ignored. Default `'ignore'`. */
  readonly tooManyMessages?: 'ignore' | 'close' | undefined
  /** A CAP REQ that names an unknown capability: the known ones are granted (`'split'`, the default), or none. */
  readonly mixedCapRequest?: 'split' | 'refuse' | undefined
  /** A JOIN of a channel that is joined already: silence (the default), or all replies again. */
  readonly repeatedJoin?: 'silent' | 'replies' | undefined
  /** A revoked token: its connections live on (the default), or are closed. Tokens that expire never end a connection. */
  readonly revokedToken?: 'ignored' | 'closes' | undefined
  /** Between two batches of JOIN and PART of others. Default 10,000. */
  readonly membershipInterval?: number | undefined
  /** Emotes beside the global ones: name to id. */
  readonly emotes?: Readonly<Record<string, string>> | undefined
  /** The `emote-sets` tag. Default `0,300374282`. */
  readonly emoteSets?: string | undefined
  /** How frames of every new connection are shaped. */
  readonly frames?: FrameOptions | undefined
  /** Milliseconds each way, on every new connection. Default 0. */
  readonly latency?: number | undefined
}

const OPTIONS: Shape<IrcServerOptions> = {
  limits: anything,
  pingInterval: either(oneOf(false), amount),
  pongTimeout: amount,
  refusedLoginClosesAfter: amount,
  refusedLoginCloseCode: number,
  tooLong: oneOf('drop', 'cut'),
  tooManyMessages: oneOf('ignore', 'close'),
  mixedCapRequest: oneOf('split', 'refuse'),
  repeatedJoin: oneOf('silent', 'replies'),
  revokedToken: oneOf('ignored', 'closes'),
  membershipInterval: amount,
  emotes: recordOf(text),
  emoteSets: text,
  frames: objectOf('chat.frames', FRAMES),
  latency: amount,
}

/** Every option, set. */
export type Settings = {
  -readonly [Option in Exclude<keyof IrcServerOptions, 'limits'>]-?: Exclude<IrcServerOptions[Option], undefined>
} & { limits: IrcLimits }

/** What an account did, over all its connections. Instants are of the monotonic clock. */
export interface Account {
  readonly logins: History
  readonly joins: History
  readonly messages: History
  ignoredUntil: number
}

/** All that the rules of chat look at. */
export interface Chat {
  readonly world: World
  readonly settings: Settings
  readonly connections: Set<Connection>
  readonly rooms: Map<string, Room>
  readonly accounts: Map<string, Account>
}

/** @throws {TypeError} There is no such option, or it must be another kind of thing. */
export function createChat(world: World, options: IrcServerOptions = {}): Chat {
  check('chat', options, OPTIONS)
  return {
    world,
    settings: {
      limits: resolveLimits(options.limits),
      pingInterval: options.pingInterval ?? 300_000,
      pongTimeout: options.pongTimeout ?? 60_000,
      refusedLoginClosesAfter: options.refusedLoginClosesAfter ?? 10_000,
      refusedLoginCloseCode: options.refusedLoginCloseCode ?? 1006,
      tooLong: options.tooLong ?? 'drop',
      tooManyMessages: options.tooManyMessages ?? 'ignore',
      mixedCapRequest: options.mixedCapRequest ?? 'split',
      repeatedJoin: options.repeatedJoin ?? 'silent',
      revokedToken: options.revokedToken ?? 'ignored',
      membershipInterval: options.membershipInterval ?? 10_000,
      emotes: { ...GLOBAL_EMOTES, ...options.emotes },
      emoteSets: options.emoteSets ?? '0,300374282',
      frames: options.frames ?? {},
      latency: options.latency ?? 0,
    },
    connections: new Set(),
    rooms: new Map(),
    accounts: new Map(),
  }
}

/** @returns `undefined` where no such user lives. Every user has a room. */
export function roomOf(chat: Chat, login: string): Room | undefined {
  const found = chat.rooms.get(login)
  if (found !== undefined) return found
  const owner = chat.world.users.byLogin(login)
  if (owner === undefined) return undefined
  const room = createRoom(owner)
  chat.rooms.set(login, room)
  return room
}

export function accountOf(chat: Chat, key: string): Account {
  let account = chat.accounts.get(key)
  if (account === undefined) {
    account = { logins: new History(), joins: new History(), messages: new History(), ignoredUntil: 0 }
    chat.accounts.set(key, account)
  }
  return account
}

/** @param except Does not get it. */
export function sendToRoom(room: Room, line: Outgoing, except?: Connection): void {
  for (const connection of room.connections) if (connection !== except) connection.write(line)
}

export function connectionsOf(chat: Chat, user: FakeUser): Connection[] {
  return [...chat.connections].filter((connection) => connection.user?.id === user.id)
}

export function notice(
  channel: string,
  msgId: string,
  values: Readonly<Record<string, string | number>> = {},
  text: string = noticeText(msgId, { channel, ...values }),
): Outgoing {
  return fromServer(`NOTICE #${channel} :${text}`, { 'msg-id': msgId }, COMMANDS)
}
