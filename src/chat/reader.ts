import { Emitter } from '../internal/emitter.ts'
import { fillIn, readOptions } from '../internal/options.ts'
import type { PlatformOptions, WaitOptions } from '../types.ts'
import { channelName } from './channels.ts'
import { CHAT_EVENTS, type ChatEvents } from './events.ts'
import { READING_LIMITS, type ReadingLimits } from './limits.ts'
import type { ChatAuth } from './login.ts'
import { createNetwork, type Network } from './network.ts'
import { resolveChatPlatform } from './platform.ts'

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
  protected readonly network: Network
  readonly #limits: ReadingLimits

  /** Does nothing yet; see {@link connect}. */
  constructor(options: ChatReaderOptions = {}) {
    super(CHAT_EVENTS)
    const settings = readOptions('ChatReader', options, {
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
    const { channels } = settings
    if (!Array.isArray(channels)) throw new TypeError('channels must be a list of logins.')
    for (const name of ['channelsPerShard', 'pingInterval', 'pongTimeout', 'loginTimeout'] as const)
      if (!(settings[name] >= 1)) throw new RangeError(`${name} must be at least 1.`)
    const platform = resolveChatPlatform(settings.platform)
    const limits = fillIn(settings.limits, READING_LIMITS)
    this.#limits = limits
    this.network = createNetwork({ ...settings, platform, limits }, (type, event) => this.emit(type, event))
    for (const channel of channels) this.network.want(channelName(channel))
  }

  /** Logins of the channels that are wanted: joined, or about to be. */
  get wanted(): readonly string[] {
    return [...this.network.channels.values()].map(({ name }) => name)
  }

  /** Logins of the channels that are heard now. */
  get joined(): readonly string[] {
    return [...this.network.channels.values()].flatMap(({ name, owner }) => (owner ? name : []))
  }

  /** As the server calls us; `undefined` without a connection. */
  get login(): string | undefined {
    return [...this.network.connections].find(({ login }) => login)?.login
  }

  /** Milliseconds of the last PING, there and back; of the slowest connection. */
  get latency(): number | undefined {
    const all = [...this.network.connections].flatMap(({ latency = [] }) => latency)
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
    this.network.start()
    return !this.login ? this.network.wait('', timeout, signal) : Promise.resolve()
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
    const waiting = this.wanted.length - this.joined.length
    const { timeout, signal } = readOptions('join', options, {
      timeout: 30_000 + Math.ceil(waiting / count) * per,
      signal: undefined,
    })
    const found = this.network.want(name)
    if (found.owner) return Promise.resolve()
    const joined = this.network.wait(name, timeout, signal)
    // Whoever does not wait hears of it by `joinFailed`.
    joined.catch(() => {})
    return joined
  }

  /** Leaves a channel. No more of its lines come. */
  part(channel: string): void {
    this.network.part(channelName(channel))
  }

  /** Ends all connections, waits, and loops over events. {@link connect} starts anew, with the same channels. */
  close(): void {
    this.network.stop()
    this.endEvents()
  }
}
