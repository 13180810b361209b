import { ChatError } from '../errors.ts'
import { resolvePlatform } from '../internal/platform.ts'
import { channelName } from './channels.ts'
import type { Connection } from './connection.ts'
import type { IrcMessage } from './irc-message.ts'
import { ChatReader, type ChatReaderOptions } from './reader.ts'
import { type SayOptions, type SentMessage, Speaking } from './speaking.ts'

/** Those of {@link ChatReader}. */
export interface ChatClientOptions extends ChatReaderOptions {}

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

  constructor(options: ChatClientOptions = {}) {
    super(options)
    this.#speaking = new Speaking({
      platform: resolvePlatform(options.platform),
      route: (channel) => this.route(channel),
      started: () => this.started,
    })
  }

  /**
   * Says something in a channel, joined or not. Messages to one channel leave in order, as fast as the account may; one of
   * more than 500 characters is cut between words.
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
    super.close()
    this.#speaking.close(new ChatError('Chat was closed.', { reason: 'closed' }))
  }

  /** @internal */
  protected override heard(message: IrcMessage, connection: Connection): void {
    this.#speaking.heard(message, connection)
  }

  /** @internal */
  protected override isOurs(message: IrcMessage): boolean {
    return this.#speaking.said(message)
  }

  /** @internal */
  protected override changed(): void {
    this.#speaking.wake()
  }
}
