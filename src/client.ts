import { ChatClient, type ChatClientOptions } from './chat/index.ts'
import type { RejectionReason } from './errors.ts'
import { HelixClient, type HelixClientOptions } from './helix/index.ts'
import type { EventsOptions, ListenOptions } from './internal/emitter.ts'
import { refuseUnknownOptions } from './internal/options.ts'
import {
  type AccountEvent,
  type BaseTokenHandler,
  type Snapshot,
  type Status,
  type TokenHandler,
  TokenManager,
  type TokenManagerEvents,
  type TokenManagerOptions,
} from './token/index.ts'
import { rejection } from './token/rejection.ts'
import { askedSupply } from './token/sources/asked-supply.ts'
import type { Supplier } from './token/supply.ts'

export interface ClientOptions extends TokenManagerOptions {
  /** How Helix behaves. Its platform comes from the handler. */
  readonly helix?: Omit<HelixClientOptions, 'platform'> | undefined
  /** How chat behaves. Its tokens and its platform come from the handler. */
  readonly chat?: Omit<ChatClientOptions, 'tokens' | 'platform'> | undefined
}

/** One handler, its tokens, and what is done with them. Making one does nothing; its first use does, or `start()`. */
export class Client {
  /** What `helix` and `chat` ask for tokens. */
  readonly tokens: TokenManager
  readonly #handler: TokenHandler
  readonly #helixOptions: ClientOptions['helix']
  readonly #chatOptions: ClientOptions['chat']
  #helix: HelixClient | undefined
  #chat: ChatClient | undefined

  constructor(handler: TokenHandler, options: ClientOptions = {}) {
    refuseUnknownOptions('Client', options, ['journal', 'timers', 'helix', 'chat'])
    const { journal, timers, helix, chat } = options
    this.#handler = handler
    this.#helixOptions = helix
    this.#chatOptions = chat
    this.tokens = new TokenManager(supplying(handler), { journal, timers })
    this.subscribe = this.subscribe.bind(this)
    this.getSnapshot = this.getSnapshot.bind(this)
    handler.client = this
  }

  get helix(): HelixClient {
    this.#helix ??= new HelixClient(this.tokens, { ...this.#helixOptions, platform: this.#handler.platform })
    return this.#helix
  }

  get chat(): ChatClient {
    this.#chat ??= this.#openChat()
    return this.#chat
  }

  #openChat(): ChatClient {
    const chat = new ChatClient({ ...this.#chatOptions, tokens: this.tokens, platform: this.#handler.platform })
    // Twitch lets a connection live on when its token is gone: nobody must go on speaking as a user who signed out.
    const leave = ({ login, userId }: AccountEvent, ended: RejectionReason) =>
      chat.leave(userId, rejection({ ended, login, userId }))
    this.tokens.on('signedOut', (event) => leave(event, 'signed-out'))
    this.tokens.on('needsLogin', (event) => leave(event, event.reason))
    return chat
  }

  /** @see {@link TokenManager.start} */
  start(): Promise<void> {
    return this.tokens.start()
  }

  /** Leaves chat, and ends timers, listening and the waits for Helix's rate limit. A renewal that is under way still reaches the store. */
  close(): void {
    this.#chat?.close()
    this.#helix?.close()
    this.tokens.close()
  }

  /** @see {@link TokenManager.signOut} */
  signOut(user?: string | undefined): Promise<void> {
    return this.tokens.signOut(user)
  }

  /** @see {@link TokenManager.status} */
  status(user?: string | undefined): Status {
    return this.tokens.status(user)
  }

  /** @see {@link TokenManager.subscribe} */
  subscribe(listener: () => void): () => void {
    return this.tokens.subscribe(listener)
  }

  /** @see {@link TokenManager.getSnapshot} */
  getSnapshot(): Snapshot {
    return this.tokens.getSnapshot()
  }

  /** @see {@link TokenManager.maintain} */
  maintain(): Promise<number> {
    return this.tokens.maintain()
  }

  /** @returns The function that ends the listening. */
  on<Type extends keyof TokenManagerEvents>(
    type: Type,
    listener: (event: TokenManagerEvents[Type]) => unknown,
    options?: ListenOptions,
  ): () => void {
    return this.tokens.on(type, listener, options)
  }

  /** The events from now on, for `for await`. */
  events<Type extends keyof TokenManagerEvents>(
    type: Type,
    options?: EventsOptions,
  ): AsyncIterableIterator<TokenManagerEvents[Type]> {
    return this.tokens.events(type, options)
  }
}

/** A `VaultTokenHandler` does not know how it is asked, so that a Worker that needs no `Client` is spared that. */
function supplying(handler: TokenHandler): TokenHandler {
  const asked = handler as BaseTokenHandler | undefined
  if (asked?.supply || typeof asked?.getClientCredentials !== 'function') return handler
  const supplier: TokenHandler & Supplier = {
    client: undefined,
    platform: handler.platform,
    supply: (journal) => askedSupply(asked, journal),
  }
  return supplier
}
