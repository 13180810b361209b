import type { ChatError } from '../errors.ts'
import type { Connection } from './connection.ts'

/** A channel that is wanted, joined or not. */
export interface Channel {
  /** Login, without `#`. */
  readonly name: string
  /** The one connection whose lines count. `undefined`: not joined. */
  owner?: Connection | undefined
  /** Where a JOIN has been sent, until it is answered or given up. */
  asked?: Connection | undefined
  /** Instants of the monotonic clock: it is not to be asked for before, and the answer may come until then. */
  notBefore: number
  answerBy: number
  failures: number
  /** Lines so far: the busiest moves first. */
  lines: number
  /** Epoch milliseconds since when lines may be missed. */
  missedSince?: number | undefined
}

/** @throws {TypeError} Twitch has no channel of such a name. */
export function channelName(channel: string): string {
  if (typeof channel !== 'string') throw new TypeError('A channel is named by its login, which is a string.')
  const name = channel.replace(/^#/, '').toLowerCase()
  if (!/^[a-z0-9_]{1,25}$/.test(name)) throw new TypeError(`"${channel}" is no login of a channel.`)
  return name
}

/**
 * What a NOTICE says of a JOIN.
 *
 * @returns `undefined`: nothing.
 */
export function readJoinRefusal(msgId: string): ChatError['reason'] | undefined {
  if (/^(msg_channel_suspended|msg_room_not_found|tos_ban)$/.test(msgId)) return 'channel-suspended'
  return /^msg_(banned|channel_blocked)$/.test(msgId) ? 'banned' : undefined
}
