import { ChatError, NetworkError } from '../errors.ts'
import { Emitter } from '../internal/emitter.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import type { AccessTokenSource, PlatformOptions, WaitOptions } from '../types.ts'
import { type Account, createAccount } from './account.ts'
import { type Channel, channelName, createChannel, failed, joined, readJoinRefusal, type Waiter } from './channels.ts'
import type { Connection } from './connection.ts'
import type { ChatEvents } from './events.ts'
import type { IrcMessage } from './irc-message.ts'
import { Joining } from './joining.ts'
import { type ChatLimits, NORMAL_LIMITS } from './limits.ts'
import { MessageView } from './messages.ts'
import { type ChatPlatform, resolveChatPlatform } from './platform.ts'
import { Shard, type ShardListener, type ShardOptions } from './shard.ts'
import type { Route } from './speaking.ts'

export interface ChatReaderOptions {
  /** Left out: everything is read anonymously. */
  readonly tokens?: AccessTokenSource | undefined
  /** Whether to read anonymously while nobody is signed in. Default false: then there is no chat until somebody is. */
  readonly anonymous?: boolean | undefined
  /** Channels to join, by login. */
  readonly channels?: readonly string[] | undefined
  readonly platform?: PlatformOptions | undefined
  /** Whether to hear of others' JOIN and PART. Default false. */
  readonly membership?: boolean | undefined
  /** What the account may do, where it is not what every account may: `VERIFIED_LIMITS` for verified bots. */
  readonly limits?: Partial<ChatLimits> | undefined
  /** How many channels one connection carries. Default 100. */
  readonly channelsPerShard?: number | undefined
  /**
   * Milliseconds between two PINGs. Default 30,000. In the service worker of a browser extension say 20,000: traffic
   * keeps it alive.
   */
  readonly pingInterval?: number | undefined
  /** Milliseconds after a PING without a sign of life until the connection counts as dead. Default 10,000. */
  readonly pongTimeout?: number | undefined
  /** Milliseconds from dialling to the welcome. Default 15,000. */
  readonly loginTimeout?: number | undefined
}

export interface ChatWaitOptions extends WaitOptions {
  /** Milliseconds to wait at the most. */
  readonly timeout?: number | undefined
}

const OPTIONS =
  'tokens anonymous channels platform membership limits channelsPerShard pingInterval pongTimeout loginTimeout'.split(
    ' ',
  )

const WAIT_OPTIONS = ['timeout', 'signal']

/** Commands that become events. Nothing else that a server may invent can be taken for an event of ours. */
const COMMANDS: ReadonlySet<string> = new Set(
  'usernotice clearchat clearmsg notice roomstate userstate globaluserstate whisper join part reconnect hosttarget'.split(
    ' ',
  ),
)

/**
 * Reads Twitch chat, and stays connected.
 *
 * @example
 * const chat = new ChatReader({ channels: ['twitchdev'] })
 * chat.on('privmsg', ({ displayName, text }) => console.log(`${displayName}: ${text}`))
 * await chat.connect()
 *
 * @see https://dev.twitch.tv/docs/chat/irc/
 */
export class ChatReader extends Emitter<ChatEvents> {
  readonly #platform: ChatPlatform
  readonly #shardOptions: ShardOptions
  readonly #limits: ChatLimits
  readonly #channelsPerShard: number
  readonly #shards: Shard[] = []
  readonly #accounts = new Map<string, Account>()
  readonly #channels = new Map<string, Channel>()
  readonly #joining: Joining
  readonly #connecting = new Set<Waiter>()
  readonly #listener: ShardListener
  #last = ''
  #lastError: Error | undefined
  #listening: AbortController | undefined

  /** Does nothing yet; see {@link connect}. */
  constructor(options: ChatReaderOptions = {}) {
    super()
    const { tokens, anonymous = false, membership = false, limits, channelsPerShard = 100 } = options
    const { pingInterval = 30_000, pongTimeout = 10_000, loginTimeout = 15_000 } = options
    refuseUnknownOptions('ChatReader', options, OPTIONS)
    const { channels = [] } = options
    if (!Array.isArray(channels)) throw new TypeError("channels must be a list of logins, such as ['twitchdev'].")
    if (!(channelsPerShard >= 1)) throw new RangeError('channelsPerShard must be at least 1.')
    this.#platform = resolveChatPlatform(options.platform)
    const platform = this.#platform
    this.#shardOptions = { platform, tokens, anonymous, membership, pingInterval, pongTimeout, loginTimeout }
    this.#limits = { ...NORMAL_LIMITS, ...limits }
    this.#channelsPerShard = channelsPerShard
    this.#joining = new Joining({
      platform,
      shards: this.#shards,
      joinTimeout: pongTimeout + 1000,
      onFailed: ({ name }, error) => this.emit('joinFailed', { channel: name, error }),
    })
    this.#listener = {
      account: (key) => this.#account(key),
      onLine: (raw, message, connection, shard) => this.#onLine(raw, message, connection, shard),
      onConnected: (shard, { login }, anonymous) => {
        for (const waiter of this.#connecting) waiter.resolve()
        this.#connecting.clear()
        this.emit('connected', { shardId: shard.id, login, anonymous })
      },
      onDisconnected: (shard, error, retryAt) => this.#onDisconnected(shard, error, retryAt),
      onChange: () => {
        this.#joining.wake()
        this.changed()
      },
    }
    for (const channel of channels) this.#want(channelName(channel))
  }

  /** Logins of the channels that are wanted: joined, or about to be. */
  get wanted(): readonly string[] {
    return [...this.#channels.keys()]
  }

  /** Logins of the channels that are heard now. */
  get joined(): readonly string[] {
    return [...this.#channels.values()].filter(({ owner }) => owner !== undefined).map(({ name }) => name)
  }

  /** As the server calls us; `undefined` without a connection. */
  get login(): string | undefined {
    return this.#shards.find(({ connection }) => connection !== undefined)?.connection?.login
  }

  /** Milliseconds of the last PING, there and back; of the slowest connection. */
  get latency(): number | undefined {
    const all = this.#shards.flatMap(({ connection }) => connection?.latency ?? [])
    return all.length === 0 ? undefined : Math.max(...all)
  }

  /**
   * Logs in, and stays connected from then on, whatever happens, until {@link close}.
   *
   * @param options `timeout`: default 30,000. It ends the wait alone.
   * @returns Once a connection is logged in. Channels are joined after that.
   * @throws {TokenRejectedError} Nobody is signed in, or must sign in again.
   * @throws {ConfigurationError} Chat takes no such token.
   * @throws {ChatError} `login-failed`: Twitch refused a token that is valid.
   * @throws {HandlerError} The handler lacks `getIrcToken`.
   * @throws {NetworkError} Not within the time-out; `cause` is what stood in the way. It goes on trying.
   */
  connect(options: ChatWaitOptions = {}): Promise<void> {
    refuseUnknownOptions('connect', options, WAIT_OPTIONS)
    const { timeout = 30_000 } = options
    if (this.#listening === undefined) {
      this.#listening = new AbortController()
      onWakeUp(() => {
        for (const shard of this.#shards) shard.wake()
      }, this.#listening.signal)
    }
    if (this.#shards.length === 0) this.#addShard()
    for (const shard of this.#shards) shard.start()
    if (this.login !== undefined) return Promise.resolve()
    const text = `Chat was not connected within ${timeout} ms. It goes on trying.`
    const late = () => new NetworkError(text, { cause: this.#lastError })
    return this.#wait(this.#connecting, { ...options, timeout }, late)
  }

  /**
   * Joins a channel, and joins it again after every loss until {@link part}. Before {@link connect} it waits for that.
   *
   * @param channel Login, with or without `#`.
   * @param options `timeout`: by default the time that the joins before it take, and 30 s.
   * @returns Once Twitch has confirmed it.
   * @throws {ChatError} `channel-suspended`, `banned`, `no-answer` (there may be no such channel), `join-limit`, `closed`;
   *   `not-connected`: nobody called {@link connect} within the time-out. But for `join-limit` the channel stays wanted.
   * @throws {NetworkError} Not within the time-out. It goes on trying.
   * @throws {TypeError} Twitch has no channel of such a name.
   */
  join(channel: string, options: ChatWaitOptions = {}): Promise<void> {
    const name = channelName(channel)
    refuseUnknownOptions('join', options, WAIT_OPTIONS)
    let found = this.#channels.get(name)
    if (found === undefined) {
      const error = this.#overLimit(name)
      if (error !== undefined) return Promise.reject(error)
      found = this.#want(name)
    }
    if (found.owner !== undefined) return Promise.resolve()
    found.notBefore = 0
    this.#joining.wake()
    const { count, per } = this.#limits.joins
    const { timeout = 30_000 + Math.ceil((this.#channels.size - this.joined.length) / count) * per } = options
    const late = () =>
      this.started
        ? new NetworkError(`${name} was not joined within ${timeout} ms. It goes on trying.`)
        : new ChatError(`Call connect() first: it joins ${name}, which stays wanted.`, {
            reason: 'not-connected',
            channel: name,
          })
    const joined = this.#wait(found.waiting, { ...options, timeout }, late)
    // Whoever does not wait hears of it by `joinFailed`.
    joined.catch(() => {})
    return joined
  }

  /** Leaves a channel. No more of its lines come. */
  part(channel: string): void {
    const name = channelName(channel)
    const found = this.#channels.get(name)
    if (found === undefined) return
    this.#channels.delete(name)
    this.#shards[found.shardId]?.channels.delete(name)
    failed(found, new ChatError(`${name} was left before it was joined.`, { reason: 'closed', channel: name }))
    for (const connection of new Set([found.owner, found.asked])) connection?.send(`PART #${name}`)
    this.emit('parted', { channel: name, reason: 'asked' })
  }

  /** Ends all connections, waits, and loops over events. {@link connect} starts anew, with the same channels. */
  close(): void {
    this.#listening?.abort()
    this.#listening = undefined
    this.#joining.stop()
    for (const shard of this.#shards) shard.stop()
    const error = new ChatError('Chat was closed.', { reason: 'closed' })
    for (const waiter of this.#connecting) waiter.reject(error)
    this.#connecting.clear()
    for (const channel of this.#channels.values()) {
      channel.missedSince = undefined
      failed(channel, error)
    }
    this.endEvents()
  }

  /** @internal Between {@link connect} and {@link close}. */
  protected get started(): boolean {
    return this.#listening !== undefined
  }

  /** @internal The way to a channel, for those who speak. */
  protected route(name: string): Route | undefined {
    const channel = this.#channels.get(name)
    const home = channel === undefined ? undefined : this.#shards[channel.shardId]
    const shard = home?.connection === undefined ? this.#shards.find((other) => other.connection !== undefined) : home
    const connection = channel?.owner ?? shard?.connection
    if (connection === undefined || shard?.account === undefined) return undefined
    return { connection, account: shard.account, token: shard.token, privileged: channel?.privileged ?? false }
  }

  /** @internal A line that is no PRIVMSG. */
  protected heard(_message: IrcMessage, _connection: Connection): void {}

  /** @internal Said by this client: its other socket hears it. */
  protected isOurs(_message: IrcMessage): boolean {
    return false
  }

  /** @internal Connections came or went. */
  protected changed(): void {}

  #want(name: string): Channel {
    const found = this.#channels.get(name)
    if (found !== undefined) return found
    const shard =
      this.#shards.find(({ channels, failed }) => !failed && channels.size < this.#channelsPerShard) ?? this.#addShard()
    const channel = createChannel(name, shard.id)
    this.#channels.set(name, channel)
    shard.channels.set(name, channel)
    this.#joining.wake()
    return channel
  }

  #addShard(): Shard {
    const shard = new Shard(this.#shards.length, this.#shardOptions, this.#listener)
    this.#shards.push(shard)
    if (this.#listening !== undefined) shard.start()
    return shard
  }

  #overLimit(name: string): ChatError | undefined {
    const { channels } = this.#limits
    let counted = 0
    for (const channel of this.#channels.values()) if (!channel.exempt) counted += 1
    if (counted < channels || name === this.login) return undefined
    const text = `An account may be in ${channels} channels at once: leave one before joining ${name}.`
    return new ChatError(text, { reason: 'join-limit', channel: name })
  }

  #account(key: string): Account {
    const found = this.#accounts.get(key)
    if (found !== undefined) return found
    const account = createAccount(this.#limits)
    this.#accounts.set(key, account)
    return account
  }

  #onLine(raw: string, message: IrcMessage | undefined, connection: Connection, shard: Shard): void {
    if (message === undefined) {
      this.emit('line', { raw, message, shardId: shard.id })
      return
    }
    const { command } = message
    const target = message.params[0]
    const name = target !== undefined && target.charCodeAt(0) === 0x23 ? target.slice(1) : undefined
    const channel = name === undefined ? undefined : shard.channels.get(name)
    if (command !== 'PRIVMSG') this.#note(message, channel, connection, shard)
    if (!shard.accepts(message, channel, connection)) return
    if (shard.moving && this.isOurs(message)) return
    // Twitch may repeat a line. Two that are alike to the tags are one, but for refusals, which may well come in a row.
    if (raw.charCodeAt(0) === 0x40 && command !== 'NOTICE') {
      if (raw === this.#last) return
      this.#last = raw
    }
    if (channel !== undefined) channel.lines += 1
    if (this.hasListeners('line')) this.emit('line', { raw, message, shardId: shard.id })
    // A channel that was left, or none at all.
    if (channel === undefined && (name !== undefined || command === 'PRIVMSG')) return
    const type = command === 'PRIVMSG' ? 'privmsg' : eventType(command)
    if (type !== undefined && this.hasListeners(type)) this.emit(type, new MessageView(message) as never)
  }

  /** What a line means for the connection. */
  #note(message: IrcMessage, channel: Channel | undefined, connection: Connection, shard: Shard): void {
    this.heard(message, connection)
    switch (message.command) {
      case 'RECONNECT':
        if (connection === shard.current) shard.move()
        return
      case 'ROOMSTATE':
        if (channel?.asked === connection) this.#joined(channel, connection, shard)
        return
      case '366':
        this.#onNames(message, connection, shard)
        return
      case 'USERSTATE':
        if (channel !== undefined) {
          const badges = message.tag('badges') ?? ''
          channel.exempt = message.tag('mod') === '1' || badges.includes('broadcaster/')
          channel.privileged = channel.exempt || badges.includes('vip/')
        }
        return
      case 'PART':
        if (channel?.owner === connection && message.prefix?.nick === connection.login) {
          channel.owner = undefined
          channel.missedSince ??= this.#platform.now()
          channel.notBefore = this.#platform.monotonic() + 60_000
          this.emit('parted', { channel: channel.name, reason: 'removed' })
          this.#joining.wake()
        }
        return
      case 'NOTICE': {
        if (channel?.asked !== connection) return
        const error = readJoinRefusal(channel.name, message.tag('msg-id') ?? '', message.params[1] ?? '')
        if (error !== undefined) this.#joining.failed(channel, error)
      }
    }
  }

  /** Servers that are not Twitch send no ROOMSTATE. */
  #onNames(message: IrcMessage, connection: Connection, shard: Shard): void {
    const channel = shard.channels.get(message.params[1]?.slice(1) ?? '')
    if (!connection.hasCommands && channel?.asked === connection) this.#joined(channel, connection, shard)
  }

  #joined(channel: Channel, connection: Connection, shard: Shard): void {
    const moved = channel.owner !== undefined
    shard.joined(channel, connection)
    if (moved) return
    const { name, missedSince } = channel
    channel.missedSince = undefined
    joined(channel)
    this.emit('joined', { channel: name, shardId: shard.id, missedSince })
  }

  #onDisconnected(shard: Shard, error: Error, retryAt: number | undefined): void {
    this.#lastError = error
    if (shard.failed) this.#leave(shard, error)
    this.emit('disconnected', { shardId: shard.id, error, retryAt })
  }

  /** A shard gave up: the others take its channels, if there are any. */
  #leave(shard: Shard, error: Error): void {
    const others = this.#shards.filter(({ failed }) => !failed)
    if (others.length === 0) {
      for (const waiters of [this.#connecting, ...Array.from(shard.channels.values(), ({ waiting }) => waiting)]) {
        for (const waiter of waiters) waiter.reject(error)
        waiters.clear()
      }
      return
    }
    for (const channel of shard.channels.values()) {
      const target = others.reduce((least, other) => (other.channels.size < least.channels.size ? other : least))
      shard.channels.delete(channel.name)
      target.channels.set(channel.name, channel)
      channel.shardId = target.id
    }
    this.#joining.wake()
  }

  /** @throws What `late` makes, or `signal.reason`. */
  #wait(waiters: Set<Waiter>, options: ChatWaitOptions, late: () => Error): Promise<void> {
    const { signal, timeout = 0 } = options
    const { setTimeout, clearTimeout } = this.#platform
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const end = () => {
        waiters.delete(waiter)
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter = {
        resolve: () => {
          end()
          resolve()
        },
        reject: (error) => {
          end()
          reject(error)
        },
      }
      const onAbort = () => waiter.reject(signal?.reason)
      const timer = setTimeout(() => waiter.reject(late()), timeout)
      signal?.addEventListener('abort', onAbort, { once: true })
      waiters.add(waiter)
    })
  }
}

function eventType(command: string): keyof ChatEvents | undefined {
  const type = command.toLowerCase()
  if (COMMANDS.has(type)) return type as keyof ChatEvents
  return /^\d{3}$/.test(command) ? 'numeric' : undefined
}

/** Pages sleep, and networks change; where nothing tells of it, the PINGs find out. */
function onWakeUp(work: () => void, signal: AbortSignal): void {
  globalThis.addEventListener?.('online', work, { signal })
  globalThis.document?.addEventListener('visibilitychange', work, { signal })
}
