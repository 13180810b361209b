import { ChatError } from '../errors.ts'
import { fillIn, refuseUnknownOptions } from '../internal/options.ts'
import { resolvePlatform } from '../internal/platform.ts'
import type { AccessTokenSource } from '../types.ts'
import { channelName } from './channels.ts'
import { type ChatLimits, NORMAL_LIMITS } from './limits.ts'
import { ChatReader, type ChatReaderOptions, type ChatWaitOptions } from './reader.ts'
import { type SayOptions, type SentMessage, Speaking } from './speaking.ts'
import { withTokens } from './with-tokens.ts'

export interface ChatClientOptions extends Omit<ChatReaderOptions, 'auth' | 'limits'> {
  /** Left out: everything is read anonymously. */
  readonly tokens?: AccessTokenSource | undefined
  /** Whether to read anonymously while nobody is signed in. Default false: then there is no chat until somebody is. */
  readonly anonymous?: boolean | undefined
  /** What the account may do, where it is not what every account may: `VERIFIED_LIMITS` for verified bots. */
  readonly limits?: Partial<ChatLimits> | undefined
}

const OPTIONS: readonly (keyof ChatClientOptions)[] = [
  'tokens',
  'anonymous',
  'channels',
  'platform',
  'membership',
  'limits',
  'channelsPerShard',
  'pingInterval',
  'pongTimeout',
  'loginTimeout',
]

/**
 * Reads Twitch chat, and speaks in it.
 *
 * @example
 * const chat = new ChatClient({ tokens, channels: ['twitchdev'] })
 * await chat.connect()
 * await chat.say('twitchdev', 'HeyGuys')
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#sending-and-receiving-chat-messages
 */
export class ChatClient extends ChatReader {
  readonly #speaking: Speaking
  readonly #limits: ChatLimits

  constructor(options: ChatClientOptions = {}) {
    refuseUnknownOptions('ChatClient', options, OPTIONS)
    const { tokens, anonymous, limits = {}, ...reading } = options
    refuseUnknownOptions('limits', limits, Object.keys(NORMAL_LIMITS))
    super({ ...reading, limits, auth: tokens === undefined ? undefined : withTokens(tokens, { anonymous }) })
    this.#limits = fillIn(limits, NORMAL_LIMITS)
    this.#speaking = new Speaking({
      platform: resolvePlatform(options.platform),
      limits: this.#limits,
      route: (channel) => {
        const { channels, connections } = this.network
        const alive = [...connections].filter(({ login }) => login)
        const wanted = channels.get(`#${channel}`)
        return wanted ? alive.findLast(({ shard }) => shard === wanted.shard) : alive[0]
      },
      started: () => this.network.session !== undefined,
    })
    this.network.speaking = this.#speaking
  }

  /**
   * @throws {ChatError} Beside those of {@link ChatReader.join} `join-limit`: the account is in as many channels as it may.
   *   Then the channel is not wanted.
   */
  override join(channel: string, options: ChatWaitOptions = {}): Promise<void> {
    const name = channelName(channel)
    const { wanted, login } = this
    const { channels } = this.#limits
    const counted = wanted.filter((other) => !this.#speaking.moderates(other))
    if (counted.length < channels || wanted.includes(name) || name === login) return super.join(name, options)
    const text = `An account may be in ${channels} channels at once: leave one before joining ${name}.`
    const error = new ChatError(text, { reason: 'join-limit', channel: name })
    const refused = Promise.reject(error)
    refused.catch(() => {})
    this.emit('joinFailed', { channel: name, error })
    return refused
  }

  /**
   * Says something in a channel, joined or not. Messages to one channel leave in order, as fast as the account may; one of
   * more than 497 characters is cut between words: Twitch takes 500, and a repeat needs three.
   *
   * @returns Once Twitch has confirmed it.
   * @throws {ChatError} `reason` is the `msg-id` of Twitch's NOTICE (`msg_banned`, `msg_subsonly`, …), or `read-only`, or
   *   `closed`, or `no-answer`: it may have been sent or not. `not-connected`, `rate-limited`: it was not, or `message` says
   *   how many parts were.
   * @throws {MissingScopeError} The token lacks `chat:edit`.
   * @throws {TypeError} The text is missing, empty, or holds CR, LF or NUL; there is no such name of a channel.
   */
  say(channel: string, text: string, options: SayOptions = {}): Promise<SentMessage> {
    return this.#speaking.say(channelName(channel), text, '', undefined, options)
  }

  /** As {@link say}, as a `/me`. */
  me(channel: string, text: string, options: SayOptions = {}): Promise<SentMessage> {
    return this.#speaking.say(channelName(channel), text, '/me ', undefined, options)
  }

  /**
   * As {@link say}, as the answer to a message.
   *
   * @param messageId `id` of the message that is answered: a string, and not the message itself.
   */
  reply(channel: string, messageId: string, text: string, options: SayOptions = {}): Promise<SentMessage> {
    // Left out, it would be no answer at all.
    return this.#speaking.say(channelName(channel), text, '', messageId ?? '', options)
  }

  override close(): void {
    this.#speaking.close(new ChatError('Chat was closed.', { reason: 'closed' }))
    super.close()
  }

  /**
   * Nobody must go on as who they are no more, nor must another one say what they were about to say. Loops over events
   * go on, and {@link connect} starts anew.
   *
   * @param userId Who has signed out. Where others chat, nothing happens.
   * @internal
   */
  leave(userId: string, error: Error): void {
    const { connections } = this.network
    const isTheirs = [...connections].some(({ token }) => token?.userId === userId)
    if (isTheirs || connections.size === 0) this.#speaking.close(error)
    if (isTheirs) this.network.stop(error)
  }
}
