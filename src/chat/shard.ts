import { type Backoff, backoffDelay } from '../internal/backoff.ts'
import type { AccessToken } from '../types.ts'
import { type Agenda, NEVER } from './agenda.ts'
import type { Channel } from './channels.ts'
import { type Connection, type ConnectionSettings, openConnection } from './connection.ts'
import type { ChatEvents } from './events.ts'
import type { IrcMessage } from './irc-message.ts'
import { createJoining } from './joining.ts'
import type { RateWindow } from './limits.ts'
import { anonymousNick, type ChatAuth, type Failure } from './login.ts'

/** What one account has done, over all its connections. */
export interface Account {
  readonly logins: RateWindow
  readonly joins: RateWindow
}

/** What a shard needs to know, whom it asks, and whom it tells. */
export interface ShardHost extends ConnectionSettings {
  /** `undefined`: as nobody. */
  readonly auth: ChatAuth | undefined
  readonly membership: boolean
  /** @param userId Empty for nobody's. */
  account(userId: string): Account
  /** How channels and connections fare. */
  tell<Type extends 'connected' | 'joined' | 'joinFailed' | 'parted'>(type: Type, event: ChatEvents[Type]): void
  /** No connection is left. @param retryAt Epoch milliseconds; `undefined`: it {@link Shard.failed}. */
  onDisconnected(shard: Shard, error: Error, retryAt: number | undefined): void
  /** A line that came for the first time. */
  onLine(raw: string, message: IrcMessage | undefined, channel: Channel | undefined, shard: Shard): void
  /**
   * Any line that is no PRIVMSG, and while channels move any line.
   *
   * @returns Whether it is our own, and nobody's business.
   */
  heard(message: IrcMessage, connection: Connection): boolean
  /** A connection came, or went: this one. */
  changed(gone?: Connection): void
  /** {@link Shard.look} is worth calling. */
  wake(): void
}

/**
 * One logical connection that stays up: it asks for a token before each login, comes back after a loss, moves to a new
 * socket while the old one still lives, and keeps its channels joined.
 */
export interface Shard {
  readonly id: number
  /** By their names with `#`, as lines have them. */
  readonly channels: Map<string, Channel>
  /** Any connection that is logged in. */
  readonly connection: Connection | undefined
  /** What was logged in with; `undefined`: anonymous. */
  readonly token: AccessToken | undefined
  /** It gave up, until it is started again. */
  readonly failed: boolean
  start(): void
  stop(): void
  /** On all connections. */
  send(line: string): void
  /** The network or the machine came back: whatever waits goes on at once, whatever lives is asked for a sign of it. */
  wake(): void
  /** Does what is due. */
  look(agenda: Agenda): void
}

const BACKOFF: Backoff = { first: 1000, limit: 60_000 }
/** A connection that lived so long was a good one: the next failure counts as the first. */
const STABLE = 30_000
/** What is under way on an old connection may still arrive. */
const LINGER = 2000
/** What the last connection repeats of one that is gone comes soon, or never. */
const REMEMBER = 10_000
const REMEMBERED_IDS = 20_000

export function createShard(id: number, host: ShardHost): Shard {
  const { platform } = host
  const auth = host.auth?.(id)
  const channels = new Map<string, Channel>()
  /** Those that are logged in, and when each may be closed if it has no channel any more. */
  const live = new Map<Connection, number>()
  /** The newest of them: channels belong there. */
  let current: Connection | undefined
  let readyAt = 0
  let account: Account | undefined
  let token: AccessToken | undefined
  /** When to log in anew. Instants are of the monotonic clock. */
  let dialAt = 0
  /** A login, from asking for the token on. */
  let attempt: AbortController | undefined
  let failures = 0
  /** While two connections live, and a moment longer: the ids of the lines that came from either. */
  let seen: Set<string> | undefined
  let forgetAt = 0

  const joining = createJoining(id, channels, host, (from) => {
    live.set(from, platform.monotonic() + LINGER)
    host.wake()
  })
  const shard: Shard = {
    id,
    channels,
    get connection() {
      return current ?? live.keys().next().value
    },
    get token() {
      return token
    },
    get failed() {
      return dialAt === NEVER && live.size === 0
    },
    start() {
      if (!current) dialAt = 0
    },
    stop() {
      attempt?.abort()
      for (const connection of live.keys()) leave(connection)
      attempt = current = seen = undefined
      failures = dialAt = 0
    },
    send(line) {
      for (const connection of live.keys()) connection.send(line)
    },
    wake() {
      for (const connection of live.keys()) connection.check()
      if (dialAt < NEVER) dialAt = 0
      host.wake()
    },
    look,
  }
  return shard

  function look(agenda: Agenda): void {
    if (!attempt && agenda.isDue(dialAt)) void dial()
    const owners = new Set(Array.from(channels.values(), ({ owner }) => owner))
    for (const [connection, closeAt] of live)
      if (connection !== current && !owners.has(connection) && agenda.isDue(closeAt)) leave(connection)
    if (seen && live.size < 2 && dialAt === NEVER && agenda.isDue(forgetAt)) seen = undefined
    if (current && account) joining.ask(current, account.joins, agenda)
  }

  /** The server is about to close: all channels move to a new connection. */
  function move(): void {
    seen ??= new Set()
    dialAt = 0
    host.wake()
  }

  async function dial(): Promise<void> {
    attempt = new AbortController()
    const { signal } = attempt
    try {
      const got = await auth?.getToken(signal)
      signal.throwIfAborted()
      token = got
      account = host.account(got?.userId ?? '')
      const now = platform.monotonic()
      const wait = account.logins.wait(now)
      if (wait > 0) return dialLater(wait)
      account.logins.take(now)
      const options = { ...host, token: got?.value, nick: got?.login || anonymousNick(platform.random()) }
      const connection = openConnection(options, {
        readRefusal: (text) => auth?.readRefusal(text),
        onReady,
        onLine,
        onEnd,
      })
      signal.onabort = connection.close
    } catch (error) {
      if (!signal.aborted) lost(error as Error)
    }
  }

  function dialLater(wait: number): void {
    attempt = undefined
    dialAt = platform.monotonic() + wait
    host.wake()
  }

  function onReady(connection: Connection): void {
    attempt = undefined
    dialAt = NEVER
    if (live.size > 0) seen ??= new Set()
    live.set(connection, 0)
    current = connection
    readyAt = platform.monotonic()
    host.tell('connected', { shardId: id, login: connection.login, anonymous: !token })
    host.changed()
    host.wake()
  }

  function onEnd(error: Failure, connection: Connection): void {
    if (!live.has(connection)) {
      if (auth?.mayRetry(error)) dialLater(0)
      else lost(error)
      return
    }
    leave(connection)
    if (!current && dialAt === NEVER) lost(error)
    else tell(error)
  }

  /** Tries again later, or gives up. */
  function lost(error: Failure): void {
    failures += 1
    const delay = backoffDelay(failures, platform.random(), BACKOFF)
    const isFinal = error.code === 'configuration' || auth?.isFinal(error)
    dialLater(isFinal ? NEVER : Math.max(delay, (error.retryAt ?? 0) - platform.now()))
    tell(error)
  }

  function tell(error: Error): void {
    const wait = Math.max(0, dialAt - platform.monotonic())
    if (live.size === 0) host.onDisconnected(shard, error, shard.failed ? undefined : platform.now() + wait)
  }

  /** Closes a connection; its channels are nowhere. */
  function leave(connection: Connection): void {
    connection.close()
    live.delete(connection)
    if (connection === current) {
      current = undefined
      if (platform.monotonic() - readyAt > STABLE) failures = 0
    }
    forgetAt = platform.monotonic() + REMEMBER
    joining.leave(connection)
    host.changed(connection)
    host.wake()
  }

  function onLine(raw: string, message: IrcMessage | undefined, connection: Connection): void {
    const channel = channels.get(message?.params[0] ?? '')
    if (message && (message.command !== 'PRIVMSG' || seen)) {
      if (message.command === 'RECONNECT' && connection === current) move()
      joining.obey(message, channel, connection)
      if (host.heard(message, connection) || !isNew(message, channel, connection)) return
    }
    host.onLine(raw, message, channel, shard)
  }

  /** While two connections live, a line with an id counts once, and one without counts from the channel's owner alone. */
  function isNew(message: IrcMessage, channel: Channel | undefined, connection: Connection): boolean {
    if (!seen) return true
    const id = /^(PRIVMSG|USERNOTICE)$/.test(message.command) ? message.tag('id') : undefined
    if (id === undefined) return !channel?.owner || channel.owner === connection
    if (seen.has(id)) return false
    seen.add(id)
    if (seen.size > REMEMBERED_IDS) seen.delete(seen.values().next().value as string)
    return true
  }
}
