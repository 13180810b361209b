import { ChatError, NetworkError } from '../errors.ts'
import { type Backoff, backoffDelay } from '../internal/backoff.ts'
import { createTimer } from '../internal/timer.ts'
import { byUrgency, type Channel, readJoinRefusal } from './channels.ts'
import { type Connection, type ConnectionSettings, openConnection } from './connection.ts'
import { CHAT_EVENTS, type ChatEvents } from './events.ts'
import type { IrcMessage } from './irc-message.ts'
import { createRateWindow, type ReadingLimits } from './limits.ts'
import type { ChatAuth, Failure } from './login.ts'
import { MessageView } from './messages.ts'
import { type Account, NEVER, type Shard, type Task } from './shards.ts'
import type { Speaking } from './speaking.ts'
import { createWaits } from './waits.ts'

export interface NetworkSettings extends ConnectionSettings {
  /** `undefined`: as nobody. */
  readonly auth: ChatAuth | undefined
  readonly limits: ReadingLimits
  readonly channelsPerShard: number
}

/** All connections, and the channels that are wanted. */
export interface Network {
  /** By their names with `#`, as lines have them. */
  readonly channels: Map<string, Channel>
  /** Logged in, or about to be. */
  readonly connections: ReadonlySet<Connection>
  /** From {@link start} to {@link stop}. */
  session?: AbortController | undefined
  /** Set by who can. */
  speaking?: Speaking
  want(name: string): Channel
  start(): void
  /** @param error Told to all who listen; without one it was asked for. */
  stop(error?: Error): void
  /**
   * @param name Of a channel to be joined; empty: for a connection.
   * @throws {NetworkError} It comes too late.
   * @throws {ChatError} Nothing was started.
   */
  wait(name: string, timeout: number, signal: AbortSignal | undefined): Promise<void>
  part(name: string): void
}

const DIALS: Backoff = { first: 1000, limit: 60_000 }
const JOINS: Backoff = { first: 60_000, limit: 600_000 }
/** A connection that lived so long was a good one: the next failure counts as the first. */
const STABLE = 30_000
/** What is under way on an old connection may still arrive. */
const LINGER = 2000
/** What the last connection repeats of one that is gone comes soon, or never. */
const REMEMBER = 10_000
const REMEMBERED_IDS = 20_000
/** An IRC line holds 512 bytes. */
const CHANNELS_A_LINE = 15

export function createNetwork(
  settings: NetworkSettings,
  emit: <Type extends keyof ChatEvents>(type: Type, event: ChatEvents[Type]) => void,
): Network {
  const { platform, auth, limits, channelsPerShard, pongTimeout } = settings
  const { now, monotonic, random } = platform
  const channels = new Map<string, Channel>()
  const shards: Shard[] = []
  const connections = new Set<Connection>()
  const accounts = new Map<string | undefined, Account>()
  const waits = createWaits(platform)
  const schedule = createTimer(platform)
  let waking = false
  let lastError: Error | undefined
  /** While two connections live, and a moment longer: the ids of the lines that came from either. */
  let seen: Set<string> | undefined
  let forgetAt = 0
  let last = ''
  const network: Network = { channels, connections, want, start, stop, wait, part }
  addShard()
  return network

  function start(): void {
    if (!network.session) {
      network.session = new AbortController()
      onWakeUp(hurry, network.session.signal)
    }
    tryAgain()
    wake()
  }

  /** Whatever waits goes on at once, unless it gave up; whatever lives is asked for a sign of it. */
  function hurry(): void {
    for (const connection of connections) connection.check()
    for (const shard of shards) if (shard.dueAt < NEVER) shard.dueAt = 0
    wake()
  }

  function stop(error?: Error): void {
    const { session } = network
    session?.abort()
    network.session = seen = undefined
    waits.end(undefined, error ?? new ChatError('Chat was closed.', { reason: 'closed' }))
    for (const connection of connections) leave(connection)
    for (const shard of shards) {
      shard.failures = 0
      dialAt(shard, 0)
      if (error && session) emit('disconnected', { shardId: shard.id, error, retryAt: undefined })
    }
    schedule()
  }

  function wait(name: string, timeout: number, signal: AbortSignal | undefined): Promise<void> {
    return waits.start(name, timeout, signal, () => {
      if (!network.session)
        return new ChatError(`Call connect() first: it joins ${name}, which stays wanted.`, {
          reason: 'not-connected',
          channel: name,
        })
      const what = name ? `${name} was not joined` : 'Chat was not connected'
      return new NetworkError(`${what} within ${timeout} ms. It goes on trying.`, { cause: lastError })
    })
  }

  function want(name: string): Channel {
    const key = `#${name}`
    const found = channels.get(key)
    wake()
    if (found) {
      if (!found.asked) found.dueAt = 0
      return found
    }
    if (shards.every(({ dueAt }) => dueAt === NEVER)) tryAgain()
    const room = shards.findLast((shard) => shard.dueAt < NEVER && channelsOf(shard).length < channelsPerShard)
    const channel = { name, shard: room ?? addShard(), dueAt: 0, failures: 0, lines: 0 }
    channels.set(key, channel)
    return channel
  }

  function part(name: string): void {
    if (!channels.delete(`#${name}`)) return
    for (const connection of connections) connection.send(`PART #${name}`)
    waits.end(name, new ChatError(`${name} was not joined: it was left.`, { reason: 'closed', channel: name }))
    emit('parted', { channel: name, reason: 'asked' })
  }

  function channelsOf(shard: Shard): Channel[] {
    return [...channels.values()].filter((channel) => channel.shard === shard)
  }

  function addShard(): Shard {
    const id = shards.length
    const shard = { id, auth: auth?.(id), dueAt: 0, failures: 0, isUp: false, triedAt: -NEVER }
    shards.push(shard)
    return shard
  }

  /** At once, unless it was only just tried: whoever hears of a loss may connect at once, for ever. */
  function tryAgain(): void {
    for (const shard of shards) shard.dueAt = shard.triedAt + DIALS.first
  }

  /** All that is wanted in this turn goes in one line. */
  function wake(): void {
    if (waking) return
    waking = true
    queueMicrotask(() => {
      waking = false
      look()
    })
  }

  /** Does what is due, and looks again when something will be. */
  function look(): void {
    const { session } = network
    if (!session) return
    const instant = monotonic()
    let next = NEVER
    const isDue = (at: number) => {
      if (at > instant) next = Math.min(next, at)
      return at <= instant
    }
    for (const shard of shards) {
      if (!shard.isUp && isDue(shard.dueAt)) void dial(shard, session.signal)
      if (shard.home) ask(shard.home, isDue)
      // Whoever heard that a join failed closed.
      if (network.session !== session) return
    }
    const owners = [...channels.values()].map(({ owner }) => owner)
    for (const connection of connections) if (isDue(connection.dueAt) && !owners.includes(connection)) leave(connection)
    if (seen && [...connections].every((connection) => connection.shard.home === connection) && isDue(forgetAt))
      seen = undefined
    schedule(next < NEVER ? look : undefined, next - instant)
  }

  /** Asks a connection for the channels that are not there yet, as many as its account may, the busiest first. */
  function ask(home: Connection, isDue: (at: number) => boolean): void {
    const { shard, joins } = home
    const names: string[] = []
    for (const channel of channelsOf(shard).sort(byUrgency)) {
      const { name, owner, asked, dueAt } = channel
      if (owner === home || asked === home || !isDue(Math.max(asked ? 0 : dueAt, joins.next()))) continue
      joins.take(monotonic())
      names.push(`#${name}`)
      channel.asked = home
      // A connection that is gone is found out a moment earlier.
      channel.dueAt = monotonic() + pongTimeout + 1000
    }
    // Tells a channel that does not exist from a connection that is gone.
    if (names[0]) home.check()
    while (names[0]) home.send(`JOIN ${names.splice(0, CHANNELS_A_LINE).join()}`)
    // Last, as whoever hears of one may leave others, or close.
    for (const channel of channels.values())
      if (channel.asked === home && isDue(channel.dueAt)) {
        const text = `Twitch chat did not answer the JOIN of ${channel.name}: there may be no such channel.`
        fail(channel, 'no-answer', text)
      }
  }

  async function dial(shard: Shard, signal: AbortSignal): Promise<void> {
    shard.isUp = true
    shard.triedAt = monotonic()
    try {
      const token = await shard.auth?.getToken(signal)
      if (signal.aborted) return
      const account = accounts.get(token?.userId) ?? {
        logins: createRateWindow(limits.logins),
        joins: createRateWindow(limits.joins),
      }
      accounts.set(token?.userId, account)
      const instant = monotonic()
      const at = account.logins.next()
      if (at > instant) return dialAt(shard, at)
      account.logins.take(instant)
      connections.add(openConnection(settings, shard, token, account.joins, onLine, onEnd))
    } catch (error) {
      if (!signal.aborted) lost(shard, error as Error)
    }
  }

  function dialAt(shard: Shard, instant: number): void {
    shard.isUp = false
    shard.dueAt = instant
    wake()
  }

  function onReady(connection: Connection): void {
    const { shard, login, token } = connection
    for (const other of connections)
      if (other.shard === shard && other !== connection) {
        retire(other)
        seen ??= new Set()
      }
    shard.home = connection
    tell('connected', { shardId: shard.id, login, anonymous: !token })
    network.speaking?.changed(undefined)
    wake()
  }

  /** Its channels have moved, or are about to. */
  function retire(connection: Connection): void {
    connection.dueAt = monotonic() + LINGER
    wake()
  }

  function onEnd(error: Failure, connection: Connection): void {
    const { shard, login } = connection
    const wasHome = shard.home === connection
    leave(connection)
    if (login && !wasHome) gone(shard, error)
    else if (!login && shard.auth?.mayRetry(error)) dialAt(shard, 0)
    else lost(shard, error)
  }

  /** Tries again later, or gives up. */
  function lost(shard: Shard, error: Failure): void {
    const isFinal = error.code === 'configuration' || shard.auth?.isFinal(error)
    const at = Math.max(later(shard, DIALS), monotonic() + (error.retryAt ?? 0) - now())
    shard.error = error
    dialAt(shard, isFinal ? NEVER : at)
    gone(shard, error)
  }

  /** @returns When it is worth trying again, after one more failure. */
  function later(task: Task, backoff: Backoff): number {
    task.failures += 1
    return monotonic() + backoffDelay(task.failures, random(), backoff)
  }

  /** Where a shard gave up, the others take its channels, if there are any. */
  function gone(shard: Shard, error: Error): void {
    for (const connection of connections) if (connection.shard === shard && connection.login) return
    const { id, dueAt } = shard
    const others = shards.filter((other) => other.dueAt < NEVER)
    let next = 0
    if (dueAt === NEVER)
      for (const channel of channelsOf(shard)) channel.shard = others[next++ % others.length] ?? shard
    const hasGivenUp = dueAt === NEVER
    lastError = (hasGivenUp && shard.error) || error
    if (!others[0]) waits.end(undefined, lastError)
    const retryAt = hasGivenUp ? undefined : now() + Math.max(0, dueAt - monotonic())
    emit('disconnected', { shardId: id, error: lastError, retryAt })
  }

  /** Closes a connection; its channels are nowhere. */
  function leave(connection: Connection): void {
    const { shard, readyAt } = connection
    connection.end()
    connections.delete(connection)
    if (shard.home === connection) shard.home = undefined
    forgetAt = monotonic() + REMEMBER
    if (monotonic() - readyAt > STABLE) shard.failures = 0
    for (const channel of channels.values()) {
      if (channel.asked === connection) {
        channel.asked = undefined
        channel.dueAt = 0
      }
      if (channel.owner === connection) lose(channel)
    }
    network.speaking?.changed(connection)
    wake()
  }

  function onLine(raw: string, message: IrcMessage | undefined, connection: Connection): void {
    const { command = '', params = [] } = message ?? {}
    const channel = channels.get(params[0] ?? '')
    if (message && (seen || command !== 'PRIVMSG')) {
      obey(message, channel, connection)
      if (network.speaking?.heard(message, connection)) return
      if (seen && !isNew(seen, message.tag('id'), channel, connection)) return
    }
    // Twitch may repeat a line: two that are alike are one, if they say which one they are.
    if (raw === last && (message?.tag('id') || message?.tag('tmi-sent-ts'))) return
    last = raw
    if (channel) channel.lines += 1
    emit('line', { raw, message, shardId: connection.shard.id })
    // Whoever heard of the line closed; or it is of a channel that was left, or of none at all.
    if (!message || !connections.has(connection) || (!channel && (command === 'PRIVMSG' || params[0]?.startsWith('#'))))
      return
    const type = eventType(command)
    if (CHAT_EVENTS[type] === true) emit(type, new MessageView(message) as never)
  }

  function obey(message: IrcMessage, channel: Channel | undefined, connection: Connection): void {
    const { command, params } = message
    const { shard, login } = connection
    const wasAsked = channel?.asked === connection
    switch (command) {
      case '001':
        if (connection !== shard.home) onReady(connection)
        break
      case 'RECONNECT':
        // The server is about to close: all channels move to a new connection.
        if (connection !== shard.home) break
        shard.home = undefined
        dialAt(shard, 0)
        break
      case 'JOIN':
      case 'ROOMSTATE':
        // Servers that are not Twitch send no ROOMSTATE.
        if (!channel || (command === 'JOIN' && connection.hasCommands)) break
        // It may come late, or for a JOIN before the last PART.
        if (wasAsked || (channel.owner !== connection && channel.shard.home === connection)) joined(channel, connection)
        break
      case 'NOTICE': {
        const [, text = ''] = params
        const reason = readJoinRefusal(message.tag('msg-id') ?? '')
        const refusal = login ? undefined : shard.auth?.readRefusal(text)
        if (refusal) connection.end(refusal)
        if (reason && wasAsked) fail(channel, reason, text)
        break
      }
      case 'PART':
        // Twitch took us out of a channel.
        if (channel?.owner !== connection || message.prefix?.nick !== login) break
        lose(channel)
        postpone(channel)
        emit('parted', { channel: channel.name, reason: 'removed' })
    }
  }

  function joined(channel: Channel, connection: Connection): void {
    const { name, owner, missedSince, shard } = channel
    channel.owner = connection
    channel.asked = channel.missedSince = undefined
    channel.failures = channel.dueAt = 0
    if (owner) retire(owner)
    else tell('joined', { channel: name, shardId: shard.id, missedSince })
  }

  /** The JOIN of a channel was refused, or nobody answered. */
  function fail(channel: Channel, reason: ChatError['reason'], text: string): void {
    const { name, owner } = channel
    postpone(channel)
    if (!owner) tell('joinFailed', { channel: name, error: new ChatError(text, { reason, channel: name }) })
  }

  /** It is asked for again, much later. */
  function postpone(channel: Channel): void {
    channel.asked = undefined
    channel.dueAt = later(channel, JOINS)
    wake()
  }

  function lose(channel: Channel): void {
    channel.missedSince ??= channel.owner?.heardAt
    channel.owner = undefined
  }

  /** An event ends the waits for what it is about. */
  function tell<Type extends 'connected' | 'joined' | 'joinFailed'>(type: Type, event: ChatEvents[Type]): void {
    const { channel = '', error } = event as { readonly channel?: string; readonly error?: Error }
    waits.end(channel, error)
    emit(type, event)
  }
}

function eventType(command: string): keyof ChatEvents {
  // Nearly every line is one: it is neither read as a number nor written in other letters.
  if (command === 'PRIVMSG') return 'privmsg'
  return (/^\d/.test(command) ? 'numeric' : command.toLowerCase()) as keyof ChatEvents
}

/** While two connections live, a line with an id counts once, and one without counts from the channel's owner alone. */
function isNew(
  ids: Set<string>,
  id: string | undefined,
  channel: Channel | undefined,
  connection: Connection,
): boolean {
  if (id === undefined) return !channel?.owner || channel.owner === connection
  if (ids.has(id)) return false
  ids.add(id)
  if (ids.size > REMEMBERED_IDS) ids.delete(ids.values().next().value as string)
  return true
}

/** Pages sleep, and networks change; where nothing tells of it, the PINGs find out. */
function onWakeUp(work: () => void, signal: AbortSignal): void {
  globalThis.addEventListener?.('online', work, { signal })
  globalThis.document?.addEventListener('visibilitychange', work, { signal })
}
