import { ChatError } from '../errors.ts'
import type { Connection } from './connection.ts'

/** A channel that is wanted, joined or not. */
export interface Channel {
  /** Login, without `#`. */
  readonly name: string
  shardId: number
  /** The one connection whose lines count. `undefined`: not joined. */
  owner: Connection | undefined
  /** Where a JOIN has been sent, until it is answered or given up. */
  asked: Connection | undefined
  /** Not to be asked for before this instant of the monotonic clock. */
  notBefore: number
  failures: number
  /** Lines so far: the busiest moves first. */
  lines: number
  /** Epoch milliseconds since when lines may be missed. */
  missedSince: number | undefined
  /** Moderated or one's own: does not count against the limit of joined channels. */
  exempt: boolean
  /** Broadcaster, moderator or VIP there. */
  privileged: boolean
  readonly waiting: Set<Waiter>
}

/** Somebody who waits for a join. */
export interface Waiter {
  resolve(): void
  reject(error: unknown): void
}

/** @throws {TypeError} Twitch has no channel of such a name. */
export function channelName(channel: string): string {
  if (typeof channel !== 'string') throw new TypeError('A channel is named by its login, which is a string.')
  const name = channel.replace(/^#/, '').toLowerCase()
  if (!/^[a-z0-9_]{1,25}$/.test(name)) throw new TypeError(`"${channel}" is no login of a channel.`)
  return name
}

export function createChannel(name: string, shardId: number): Channel {
  return {
    name,
    shardId,
    owner: undefined,
    asked: undefined,
    notBefore: 0,
    failures: 0,
    lines: 0,
    missedSince: undefined,
    exempt: false,
    privileged: false,
    waiting: new Set(),
  }
}

export function joined(channel: Channel): void {
  for (const waiter of channel.waiting) waiter.resolve()
  channel.waiting.clear()
}

export function failed(channel: Channel, error: unknown): void {
  for (const waiter of channel.waiting) waiter.reject(error)
  channel.waiting.clear()
}

/**
 * Which channels to ask for next: those that nobody hears now first, then the busiest.
 *
 * @param target Where they belong.
 */
export function nextToJoin(channels: Iterable<Channel>, target: Connection, now: number, count: number): Channel[] {
  const candidates: Channel[] = []
  for (const channel of channels)
    if (channel.owner !== target && channel.asked !== target && channel.notBefore <= now) candidates.push(channel)
  const rank = ({ owner }: Channel) => (owner === undefined ? 0 : 1)
  return candidates.sort((a, b) => rank(a) - rank(b) || b.lines - a.lines).slice(0, count)
}

/** The NOTICEs that answer a JOIN. */
const REFUSALS: Readonly<Record<string, ChatError['reason']>> = {
  msg_channel_suspended: 'channel-suspended',
  tos_ban: 'channel-suspended',
  msg_room_not_found: 'channel-suspended',
  msg_banned: 'banned',
  msg_channel_blocked: 'banned',
}

/** @returns `undefined` for a NOTICE that has nothing to do with joining. */
export function readJoinRefusal(channel: string, msgId: string, text: string): ChatError | undefined {
  const reason = REFUSALS[msgId]
  return reason === undefined ? undefined : new ChatError(text, { reason, channel })
}
