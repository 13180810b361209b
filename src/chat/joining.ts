import { ChatError } from '../errors.ts'
import { type Backoff, backoffDelay } from '../internal/backoff.ts'
import { type Agenda, NEVER } from './agenda.ts'
import { type Channel, readJoinRefusal } from './channels.ts'
import type { Connection } from './connection.ts'
import type { IrcMessage } from './irc-message.ts'
import type { RateWindow } from './limits.ts'
import type { ShardHost } from './shard.ts'

export interface Joining {
  /** Asks a connection for the channels that are not there yet, as many as the account may. */
  ask(connection: Connection, joins: RateWindow, agenda: Agenda): void
  /** What a line means for the channels. */
  obey(message: IrcMessage, channel: Channel | undefined, connection: Connection): void
  /** A connection is gone: its channels are nowhere. */
  leave(connection: Connection): void
}

const BACKOFF: Backoff = { first: 60_000, limit: 600_000 }
/** An IRC line holds 512 bytes. */
const CHANNELS_A_LINE = 15

/**
 * Keeps the channels of a shard joined.
 *
 * @param onMoved Told of a connection that was a channel's until now.
 */
export function createJoining(
  shardId: number,
  channels: ReadonlyMap<string, Channel>,
  host: ShardHost,
  onMoved: (from: Connection) => void,
): Joining {
  const { platform } = host
  return { ask, obey, leave }

  function ask(connection: Connection, joins: RateWindow, agenda: Agenda): void {
    const { now } = agenda
    const names: string[] = []
    for (const channel of byUrgency(channels)) {
      if (channel.owner === connection) continue
      if (channel.asked !== connection) {
        if (!agenda.isDue(Math.max(channel.notBefore, now + joins.wait(now)))) continue
        joins.take(now)
        names.push(`#${channel.name}`)
        channel.asked = connection
        // A connection that is gone is found out a moment earlier.
        channel.answerBy = now + host.pongTimeout + 1000
      }
      if (agenda.isDue(channel.answerBy))
        fail(channel, 'no-answer', `No answer came to the JOIN of ${channel.name}: there may be no such channel.`)
    }
    for (let at = 0; at < names.length; at += CHANNELS_A_LINE)
      connection.send(`JOIN ${names.slice(at, at + CHANNELS_A_LINE).join()}`)
    // Tells a channel that does not exist from a connection that is gone.
    if (names.length > 0) connection.check()
  }

  function obey(message: IrcMessage, channel: Channel | undefined, connection: Connection): void {
    const { command, params } = message
    switch (command) {
      case 'ROOMSTATE':
        if (channel?.asked === connection) joined(channel, connection)
        break
      case '366': {
        // Servers that are not Twitch send no ROOMSTATE.
        const named = channels.get(params[1] ?? '')
        if (named?.asked === connection && !connection.hasCommands) joined(named, connection)
        break
      }
      case 'NOTICE': {
        const reason = readJoinRefusal(message.tag('msg-id') ?? '')
        if (reason && channel?.asked === connection) fail(channel, reason, params[1] ?? '')
        break
      }
      case 'PART':
        if (channel?.owner === connection && message.prefix?.nick === connection.login) removed(channel)
    }
  }

  function leave(connection: Connection): void {
    for (const channel of channels.values()) {
      if (channel.asked === connection) channel.asked = undefined
      if (channel.owner === connection) lose(channel)
    }
  }

  function joined(channel: Channel, connection: Connection): void {
    const { name, owner, missedSince } = channel
    channel.owner = connection
    channel.asked = channel.missedSince = undefined
    channel.failures = 0
    if (owner) onMoved(owner)
    else host.tell('joined', { channel: name, shardId, missedSince })
  }

  /** The JOIN of a channel was refused, or nobody answered. It is asked for again, much later. */
  function fail(channel: Channel, reason: ChatError['reason'], text: string): void {
    const { name, owner } = channel
    channel.asked = undefined
    channel.failures += 1
    channel.notBefore = platform.monotonic() + backoffDelay(channel.failures, platform.random(), BACKOFF)
    host.wake()
    if (!owner) host.tell('joinFailed', { channel: name, error: new ChatError(text, { reason, channel: name }) })
  }

  /** Twitch took us out of a channel. */
  function removed(channel: Channel): void {
    lose(channel)
    channel.notBefore = platform.monotonic() + BACKOFF.first
    host.wake()
    host.tell('parted', { channel: channel.name, reason: 'removed' })
  }

  function lose(channel: Channel): void {
    channel.owner = undefined
    channel.missedSince ??= platform.now()
  }
}

/** Those that nobody hears now, then the busiest. */
function byUrgency(channels: ReadonlyMap<string, Channel>): Channel[] {
  const rank = ({ owner, lines }: Channel) => (owner ? lines : NEVER)
  return [...channels.values()].sort((a, b) => rank(b) - rank(a) || 0)
}
