import type { ChatError } from '../errors.ts'
import type { Connection } from './connection.ts'
import { NEVER, type Shard, type Task } from './shards.ts'

/** A channel that is wanted, joined or not. It is due for a JOIN, and from then on for giving that up. */
export interface Channel extends Task {
  /** Login, without `#`. */
  readonly name: string
  /** Where it is joined, or is to be. */
  shard: Shard
  /** The one connection whose lines count. `undefined`: not joined. */
  owner?: Connection | undefined
  /** Where a JOIN has been sent, until it is answered or given up. */
  asked?: Connection | undefined
  /** Lines so far: the busiest moves first. */
  lines: number
  /** Epoch milliseconds since when lines may be missed. */
  missedSince?: number | undefined
}

/** @throws {TypeError} Twitch has no channel of such a name. */
export function channelName(channel: string): string {
  const [, name] = (typeof channel === 'string' && /^#?(\w{1,25})$/.exec(channel)) || []
  if (name === undefined) throw new TypeError(`A channel is named by its login, and not "${channel}".`)
  return name.toLowerCase()
}

/** Sorts those to the front that nobody hears now, then the busiest. */
export function byUrgency(a: Channel, b: Channel): number {
  const rank = ({ owner, lines }: Channel) => (owner ? lines : NEVER)
  return rank(b) - rank(a)
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
