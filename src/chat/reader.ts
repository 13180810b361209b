import { ChatError, NetworkError } from '../errors.ts'
import { Emitter } from '../internal/emitter.ts'
import { readOptions } from '../internal/options.ts'
import { createTimer } from '../internal/timer.ts'
import type { PlatformOptions, WaitOptions } from '../types.ts'
import { Agenda, NEVER } from './agenda.ts'
import { type Channel, channelName } from './channels.ts'
import type { Connection } from './connection.ts'
import { CHAT_EVENTS, type ChatEvents } from './events.ts'
import type { IrcMessage } from './irc-message.ts'
import { RateWindow, READING_LIMITS, type ReadingLimits } from './limits.ts'
import type { ChatAuth } from './login.ts'
import { MessageView } from './messages.ts'
import { type ChatPlatform, resolveChatPlatform } from './platform.ts'
import { type Account, createShard, type Shard, type ShardHost } from './shard.ts'
import type { Speaking } from './speaking.ts'

export interface ChatReaderOptions {
  /** With what to log in, such as `withTokens(client.tokens)`. Left out: everything is read anonymously. */
  readonly auth?: ChatAuth | undefined
  /** Channels to join, by login. */
  readonly channels?: readonly string[] | undefined
  readonly platform?: PlatformOptions | undefined
  /** Whether to hear of others' JOIN and PART. Default false. */
  readonly membership?: boolean | undefined
  /** What the account may do, where it is not what every account may: `VERIFIED_LIMITS` for verified bots. */
  readonly limits?: Partial<ReadingLimits> | undefined
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

/** What is no command of Twitch's, but an event of ours. */
const OURS = /^(line|numeric|(dis)?connected|joined|parted)$/

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
  /** @internal */
  protected readonly shards: Shard[] = []
  /** @internal From {@link connect} to {@link close}. */
  protected session: AbortController | undefined
  /** @internal Set by who can. */
  protected speaking: Speaking | undefined
  readonly #platform: ChatPlatform
  readonly #host: ShardHost
  readonly #limits: ReadingLimits
  readonly #channelsPerShard: number
  readonly #accounts = new Map<string, Account>()
  /** Ends of waits, and what each is for: the name of a channel, or empty for a connection. */
  readonly #waits = new Map<(error?: unknown) => void, string>()
  readonly #schedule: ReturnType<typeof createTimer>
  #waking = false
  #last = ''
  #lastError: Error | undefined

  /** Does nothing yet; see {@link connect}. */
  constructor(options: ChatReaderOptions = {}) {
    super(CHAT_EVENTS)
    const { channels, platform, limits, channelsPerShard, ...settings } = readOptions('ChatReader', options, {
      auth: undefined,
      channels: [],
      platform: undefined,
      membership: false,
      limits: {},
      channelsPerShard: 100,
      pingInterval: 30_000,
      pongTimeout: 10_000,
      loginTimeout: 15_000,
    })
    if (!Array.isArray(channels)) throw new TypeError("channels must be a list of logins, such as ['twitchdev'].")
    if (!(channelsPerShard >= 1)) throw new RangeError('channelsPerShard must be at least 1.')
    this.#platform = resolveChatPlatform(platform)
    this.#schedule = createTimer(this.#platform)
    this.#limits = { ...READING_LIMITS, ...limits }
    this.#channelsPerShard = channelsPerShard
    this.#host = {
      ...settings,
      platform: this.#platform,
      account: (userId) => this.#account(userId),
      // An event ends the waits for what it is about: a channel, or else a connection.
      tell: (type, event) => {
        this.#settle('channel' in event ? event.channel : '', 'error' in event ? event.error : undefined)
        this.emit(type, event)
      },
      onDisconnected: (shard, error, retryAt) => this.#onDisconnected(shard, error, retryAt),
      onLine: (raw, message, channel, shard) => this.#onLine(raw, message, channel, shard),
      heard: (message, connection) => this.speaking?.heard(message, connection) ?? false,
      changed: (gone) => this.speaking?.changed(gone),
      wake: () => this.#wake(),
    }
    this.#addShard()
    for (const channel of channels) this.#want(channelName(channel))
  }

  /** Logins of the channels that are wanted: joined, or about to be. */
  get wanted(): readonly string[] {
    return this.#channels().map(({ name }) => name)
  }

  /** Logins of the channels that are heard now. */
  get joined(): readonly string[] {
    return this.#channels().flatMap(({ name, owner }) => (owner ? name : []))
  }

  /** As the server calls us; `undefined` without a connection. */
  get login(): string | undefined {
    return this.#connections()[0]?.login
  }

  /** Milliseconds of the last PING, there and back; of the slowest connection. */
  get latency(): number | undefined {
    const all = this.#connections().flatMap(({ latency = [] }) => latency)
    return all.length > 0 ? Math.max(...all) : undefined
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
    const { timeout, signal } = readOptions('connect', options, { timeout: 30_000, signal: undefined })
    if (!this.session) {
      this.session = new AbortController()
      onWakeUp(() => {
        for (const shard of this.shards) shard.wake()
      }, this.session.signal)
    }
    for (const shard of this.shards) shard.start()
    this.#wake()
    if (this.login !== undefined) return Promise.resolve()
    const text = `Chat was not connected within ${timeout} ms. It goes on trying.`
    return this.#wait('', timeout, signal, () => new NetworkError(text, { cause: this.#lastError }))
  }

  /**
   * Joins a channel, and joins it again after every loss until {@link part}. Before {@link connect} it waits for that.
   *
   * @param channel Login, with or without `#`.
   * @param options `timeout`: by default the time that the joins before it take, and 30 s.
   * @returns Once Twitch has confirmed it.
   * @throws {ChatError} `channel-suspended`, `banned`, `no-answer` (there may be no such channel), `closed`;
   *   `not-connected`: nobody called {@link connect} within the time-out. The channel stays wanted.
   * @throws {NetworkError} Not within the time-out. It goes on trying.
   * @throws {TypeError} Twitch has no channel of such a name.
   */
  join(channel: string, options: ChatWaitOptions = {}): Promise<void> {
    const name = channelName(channel)
    const { count, per } = this.#limits.joins
    const waiting = this.#channels().filter(({ owner }) => !owner).length
    const { timeout, signal } = readOptions('join', options, {
      timeout: 30_000 + Math.ceil(waiting / count) * per,
      signal: undefined,
    })
    const found = this.#want(name)
    if (found.owner) return Promise.resolve()
    found.notBefore = 0
    this.#wake()
    const joined = this.#wait(name, timeout, signal, () =>
      this.session
        ? new NetworkError(`${name} was not joined within ${timeout} ms. It goes on trying.`)
        : new ChatError(`Call connect() first: it joins ${name}, which stays wanted.`, {
            reason: 'not-connected',
            channel: name,
          }),
    )
    // Whoever does not wait hears of it by `joinFailed`.
    joined.catch(() => {})
    return joined
  }

  /** Leaves a channel. No more of its lines come. */
  part(channel: string): void {
    const name = channelName(channel)
    const home = this.#home(name)
    if (!home) return
    home.channels.delete(`#${name}`)
    home.send(`PART #${name}`)
    this.#settle(name, new ChatError(`${name} was left before it was joined.`, { reason: 'closed', channel: name }))
    this.emit('parted', { channel: name, reason: 'asked' })
  }

  /** Ends all connections, waits, and loops over events. {@link connect} starts anew, with the same channels. */
  close(): void {
    this.session?.abort()
    this.session = undefined
    for (const shard of this.shards) shard.stop()
    this.#schedule()
    for (const end of this.#waits.keys()) end(new ChatError('Chat was closed.', { reason: 'closed' }))
    this.endEvents()
  }

  #channels(): Channel[] {
    return this.shards.flatMap(({ channels }) => [...channels.values()])
  }

  #connections(): Connection[] {
    return this.shards.flatMap(({ connection = [] }) => connection)
  }

  #home(name: string): Shard | undefined {
    return this.shards.find(({ channels }) => channels.has(`#${name}`))
  }

  #want(name: string): Channel {
    const key = `#${name}`
    const found = this.#home(name)?.channels.get(key)
    if (found) return found
    const channel: Channel = { name, notBefore: 0, answerBy: 0, failures: 0, lines: 0 }
    const room = this.shards.find(({ channels, failed }) => !failed && channels.size < this.#channelsPerShard)
    ;(room ?? this.#addShard()).channels.set(key, channel)
    this.#wake()
    return channel
  }

  #addShard(): Shard {
    const shard = createShard(this.shards.length, this.#host)
    this.shards.push(shard)
    return shard
  }

  #account(userId: string): Account {
    const { logins, joins } = this.#limits
    const account = this.#accounts.get(userId) ?? { logins: new RateWindow(logins), joins: new RateWindow(joins) }
    this.#accounts.set(userId, account)
    return account
  }

  /** Looks, soon, whether something is due. All that is wanted in this turn goes in one line. */
  #wake(): void {
    if (this.#waking) return
    this.#waking = true
    queueMicrotask(() => {
      this.#waking = false
      this.#look()
    })
  }

  #look(): void {
    if (!this.session) return
    const agenda = new Agenda(this.#platform.monotonic())
    for (const shard of this.shards) shard.look(agenda)
    this.#schedule(agenda.next - agenda.now, agenda.next < NEVER ? () => this.#look() : undefined)
  }

  #onLine(raw: string, message: IrcMessage | undefined, channel: Channel | undefined, { id }: Shard): void {
    if (!message) return this.emit('line', { raw, message, shardId: id })
    const { command } = message
    // Twitch may repeat a line. Two that are alike to the tags are one, but for refusals, which may well come in a row.
    if (raw.charCodeAt(0) === 0x40 && command !== 'NOTICE') {
      if (raw === this.#last) return
      this.#last = raw
    }
    if (channel) channel.lines += 1
    if (this.hasListeners('line')) this.emit('line', { raw, message, shardId: id })
    // Of a channel that was left, or of none at all.
    if (!channel && (command === 'PRIVMSG' || message.params[0]?.charCodeAt(0) === 0x23)) return
    const type = command === 'PRIVMSG' ? 'privmsg' : eventType(command)
    if (this.hasListeners(type)) this.emit(type, new MessageView(message) as never)
  }

  /** Where a shard gave up, the others take its channels, if there are any. */
  #onDisconnected(shard: Shard, error: Error, retryAt: number | undefined): void {
    this.#lastError = error
    const others = this.shards.filter(({ failed }) => !failed)
    if (others.length === 0) this.#settle('', error)
    let next = 0
    for (const [key, channel] of shard.failed ? shard.channels : []) {
      const other = others[next++ % others.length]
      if (other) {
        shard.channels.delete(key)
        other.channels.set(key, channel)
      } else this.#settle(channel.name, error)
    }
    this.emit('disconnected', { shardId: shard.id, error, retryAt })
  }

  #settle(of: string, error?: unknown): void {
    for (const [end, what] of this.#waits) if (what === of) end(error)
  }

  /** @throws What `late` makes, or `signal.reason`. */
  #wait(of: string, timeout: number, signal: AbortSignal | undefined, late: () => Error): Promise<void> {
    const schedule = createTimer(this.#platform)
    return new Promise((resolve, reject) => {
      const end = (error?: unknown) => {
        this.#waits.delete(end)
        schedule()
        signal?.removeEventListener('abort', onAbort)
        if (error === undefined) resolve()
        else reject(error)
      }
      const onAbort = () => end(signal?.reason)
      this.#waits.set(end, of)
      schedule(timeout, () => end(late()))
      signal?.addEventListener('abort', onAbort)
      if (signal?.aborted) onAbort()
    })
  }
}

function eventType(command: string): keyof ChatEvents {
  const type = command.toLowerCase()
  return (/^\d{3}$/.test(type) ? 'numeric' : OURS.test(type) ? '' : type) as keyof ChatEvents
}

/** Pages sleep, and networks change; where nothing tells of it, the PINGs find out. */
function onWakeUp(work: () => void, signal: AbortSignal): void {
  globalThis.addEventListener?.('online', work, { signal })
  globalThis.document?.addEventListener('visibilitychange', work, { signal })
}
