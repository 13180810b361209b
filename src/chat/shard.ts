import { ChatError, ConfigurationError, TokenRejectedError, TwitchKeyringError } from '../errors.ts'
import { type Backoff, backoffDelay } from '../internal/backoff.ts'
import { sleep } from '../internal/wait.ts'
import type { AccessToken, AccessTokenSource } from '../types.ts'
import type { Account } from './account.ts'
import type { Channel } from './channels.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import type { IrcMessage } from './irc-message.ts'
import { anonymousNick } from './login.ts'
import type { ChatPlatform } from './platform.ts'

export interface ShardOptions {
  readonly platform: ChatPlatform
  /** `undefined`: anonymous. */
  readonly tokens: AccessTokenSource | undefined
  /** Whether to read anonymously while nobody is signed in. */
  readonly anonymous: boolean
  readonly membership: boolean
  readonly pingInterval: number
  readonly pongTimeout: number
  readonly loginTimeout: number
}

/** Whom a shard tells, and asks. */
export interface ShardListener {
  /** @param key Whose account: a user id, or empty for nobody's. */
  account(key: string): Account
  onLine(raw: string, message: IrcMessage | undefined, connection: Connection, shard: Shard): void
  onConnected(shard: Shard, connection: Connection, anonymous: boolean): void
  /** No connection is left. @param retryAt Epoch milliseconds; `undefined`: it gave up. */
  onDisconnected(shard: Shard, error: Error, retryAt: number | undefined): void
  /** Channels may be asked for, or have lost their connection. */
  onChange(): void
}

const BACKOFF: Backoff = { first: 1000, limit: 60_000 }
/** A connection that lived so long was a good one: the next failure counts as the first. */
const STABLE = 30_000
/** What is under way on an old connection may still arrive. */
const LINGER = 2000
const REMEMBER = 10_000
const REMEMBERED_IDS = 20_000

/** Time does not mend these; nor a handler that lacks a method, unlike one whose database is away. */
const FINAL: readonly unknown[] = ['token_rejected', 'missing_scope', 'configuration', 'unsupported']

function isFinal(error: Error & { readonly code?: unknown }): boolean {
  return FINAL.includes(error.code) || (error.code === 'handler' && error.cause === undefined)
}

/**
 * One logical connection that stays up: it asks for a token before each login, comes back after a loss, and moves to a
 * new socket while the old one still lives.
 */
export class Shard {
  readonly id: number
  readonly channels: Map<string, Channel> = new Map()
  /** The newest connection that is logged in: channels belong there. */
  current: Connection | undefined
  account: Account | undefined
  /** It gave up, until it is started again. */
  failed = false
  /** The one that was logged in with; `undefined`: anonymous. */
  token: AccessToken | undefined
  readonly #options: ShardOptions
  readonly #listener: ShardListener
  readonly #live = new Set<Connection>()
  readonly #lingering = new Set<Connection>()
  readonly #timers = new Set<unknown>()
  /** An attempt to log in, from asking for the token on. */
  #attempt: AbortController | undefined
  #connecting: Connection | undefined
  #refused: AccessToken | undefined
  #retryTimer: unknown
  #failures = 0
  #readyAt = 0
  /** While two connections live: the ids of the lines that came from either. */
  #seen: Set<string> | undefined

  constructor(id: number, options: ShardOptions, listener: ShardListener) {
    this.id = id
    this.#options = options
    this.#listener = listener
  }

  /** Any connection that is logged in. */
  get connection(): Connection | undefined {
    return this.current ?? this.#live.values().next().value
  }

  /** Two connections live, or did a moment ago. */
  get moving(): boolean {
    return this.#seen !== undefined
  }

  /** Logs in, unless it is, or is about to. */
  start(): void {
    if (this.current === undefined) this.#dial()
  }

  /** Moves all channels to a new socket. */
  move(): void {
    this.#seen ??= new Set()
    this.#dial()
  }

  stop(): void {
    this.#attempt?.abort()
    this.#attempt = undefined
    this.#connecting?.close()
    this.#connecting = undefined
    const { platform } = this.#options
    platform.clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
    for (const timer of this.#timers) platform.clearTimeout(timer)
    this.#timers.clear()
    for (const connection of this.#live) {
      connection.close()
      this.#forget(connection)
    }
    this.current = undefined
    this.#refused = undefined
    this.#seen = undefined
    this.#failures = 0
  }

  /** The network or the machine came back: whatever waits goes on at once, whatever lives is asked for a sign of it. */
  wake(): void {
    for (const connection of this.#live) connection.check()
    if (this.#retryTimer !== undefined) this.#dial()
  }

  /** A channel was joined on a connection. */
  joined(channel: Channel, connection: Connection): void {
    channel.owner = connection
    channel.asked = undefined
    channel.failures = 0
    this.#retire()
  }

  /**
   * Whether a line counts. While two connections live, a line with an id counts once, and one without counts from the
   * channel's owner alone.
   */
  accepts(message: IrcMessage, channel: Channel | undefined, connection: Connection): boolean {
    if (this.#seen === undefined) return true
    const id = message.command === 'PRIVMSG' || message.command === 'USERNOTICE' ? message.tag('id') : undefined
    if (id !== undefined) {
      if (this.#seen.has(id)) return false
      this.#seen.add(id)
      if (this.#seen.size > REMEMBERED_IDS) this.#seen.delete(this.#seen.values().next().value as string)
      return true
    }
    return channel?.owner === undefined || channel.owner === connection
  }

  onReady(connection: Connection): void {
    this.#attempt = undefined
    this.#connecting = undefined
    this.#refused = undefined
    this.#live.add(connection)
    this.current = connection
    this.#readyAt = this.#options.platform.monotonic()
    if (this.#live.size > 1) this.#seen ??= new Set()
    this.#listener.onConnected(this, connection, this.token === undefined)
    this.#retire()
    this.#settle()
    this.#listener.onChange()
  }

  onLine(raw: string, message: IrcMessage | undefined, connection: Connection): void {
    this.#listener.onLine(raw, message, connection, this)
  }

  onEnd(error: 'refused' | Error, connection: Connection): void {
    if (connection === this.#connecting) {
      this.#attempt = undefined
      this.#connecting = undefined
      if (error !== 'refused') this.#failed(error)
      else this.#renew()
      return
    }
    this.#forget(connection)
    const wasCurrent = connection === this.current
    if (wasCurrent) {
      this.current = undefined
      if (this.#options.platform.monotonic() - this.#readyAt > STABLE) this.#failures = 0
    }
    if (wasCurrent && this.#attempt === undefined) this.#failed(error as Error)
    else if (this.#live.size === 0) this.#listener.onDisconnected(this, error as Error, this.#options.platform.now())
    this.#settle()
    this.#listener.onChange()
  }

  /** Another token, once: a second refusal in a row is not the token's fault. */
  #renew(): void {
    if (this.token === undefined || this.#refused !== undefined) {
      const text = 'Twitch chat refused the login, and refused it again with a token that is valid.'
      this.#failed(new ChatError(text, { reason: 'login-failed' }), true)
    } else {
      this.#refused = this.token
      this.#dial()
    }
  }

  /** What a connection leaves behind. */
  #forget(connection: Connection): void {
    this.#live.delete(connection)
    this.#lingering.delete(connection)
    for (const channel of this.channels.values()) {
      if (channel.asked === connection) channel.asked = undefined
      if (channel.owner !== connection) continue
      channel.owner = undefined
      channel.missedSince ??= this.#options.platform.now()
    }
  }

  #dial(): void {
    if (this.#attempt !== undefined) return
    const attempt = new AbortController()
    this.#attempt = attempt
    this.failed = false
    this.#options.platform.clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
    this.#connect(attempt.signal).catch((error: Error) => {
      if (attempt.signal.aborted) return
      this.#attempt = undefined
      this.#failed(error)
    })
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { platform } = this.#options
    const token = await this.#getToken(signal)
    signal.throwIfAborted()
    this.token = token
    const account = this.#listener.account(token?.userId ?? '')
    this.account = account
    for (let wait = 1; wait > 0; ) {
      wait = account.logins.wait(platform.monotonic())
      if (wait > 0) await sleep(wait, platform, signal)
    }
    account.logins.take(platform.monotonic())
    const nick = token?.login || anonymousNick(platform.random())
    this.#connecting = this.#open({ ...this.#options, token: token?.value, nick })
  }

  #open(options: ConnectionOptions): Connection {
    try {
      return new Connection(options, this)
    } catch (cause) {
      if (cause instanceof TwitchKeyringError) throw cause
      throw new ConfigurationError(`${options.platform.irc} cannot be opened from here.`, { cause })
    }
  }

  async #getToken(signal: AbortSignal): Promise<AccessToken | undefined> {
    const { tokens, anonymous } = this.#options
    if (tokens === undefined) return undefined
    const token =
      this.#refused === undefined
        ? await tokens.getForChat(this.id, { signal })
        : await tokens.renew(this.#refused, { signal })
    if (token === undefined && !anonymous)
      throw new TokenRejectedError('Chat needs a user who is signed in. To read without one, say `anonymous: true`.', {
        reason: 'signed-out',
      })
    return token
  }

  /** Tries again later, or gives up. */
  #failed(error: Error, final = isFinal(error)): void {
    const { platform } = this.#options
    if (final) {
      this.#refused = undefined
      this.failed = this.#live.size === 0
      if (this.failed) this.#listener.onDisconnected(this, error, undefined)
      return
    }
    this.#failures += 1
    const now = platform.now()
    const { retryAt = 0 } = error as { retryAt?: number | undefined }
    const delay = Math.max(backoffDelay(this.#failures, platform.random(), BACKOFF), retryAt - now)
    this.#retryTimer = platform.setTimeout(() => this.#dial(), delay)
    if (this.#live.size === 0) this.#listener.onDisconnected(this, error, now + delay)
  }

  /** Closes old connections that own no channel any more, a moment later. */
  #retire(): void {
    if (this.#live.size < 2) return
    const owners = new Set(Array.from(this.channels.values(), ({ owner }) => owner))
    for (const connection of this.#live) {
      if (connection === this.current || owners.has(connection) || this.#lingering.has(connection)) continue
      this.#lingering.add(connection)
      this.#after(LINGER, () => {
        connection.close()
        this.#forget(connection)
        this.#settle()
      })
    }
  }

  /** One connection is left: what it repeats of the other comes soon, or never. */
  #settle(): void {
    const seen = this.#seen
    if (seen === undefined || this.#live.size > 1) return
    this.#after(REMEMBER, () => {
      if (this.#live.size <= 1 && this.#attempt === undefined && this.#seen === seen) this.#seen = undefined
    })
  }

  #after(delay: number, work: () => void): void {
    const { platform } = this.#options
    const timer = platform.setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, delay)
    this.#timers.add(timer)
  }
}
