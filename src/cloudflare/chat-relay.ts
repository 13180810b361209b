import type { IrcMessage } from '../chat/irc-message.ts'
import { parseIrcMessage } from '../chat/irc-message.ts'
import { ChatReader, type ChatReaderOptions } from '../chat/reader.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import type { PlatformOptions } from '../types.ts'
import { type DurableObjectBase, type DurableObjectContext, PlainObject, readArguments } from './durable-object.ts'
import { RoomStates } from './room-states.ts'

export interface ChatRelayOptions {
  /**
   * Whose account reads: `withTokens(handler)` of `twitch-keyring/chat`, with a `VaultTokenHandler` and its `chatUser`. Left out:
   * everything is read anonymously.
   */
  readonly auth?: ChatReaderOptions['auth']
  /** Which channels may be read here, by login. Default: any. */
  readonly mayJoin?: ((channel: string) => boolean) | undefined
  /**
   * Which channels a client may read, by login, and ten at the most: from the request that the Worker in front passes on, once
   * it has found out who asks. Left out: any.
   */
  readonly channelsOf?: ((request: Request) => readonly string[]) | undefined
  /** How many channels are read at once, of all clients together. Default 100. */
  readonly channels?: number | undefined
  /** How many channels one client may have. Default, and at the most: 50. */
  readonly channelsPerClient?: number | undefined
  /** Hears of what goes wrong upstream. */
  readonly onProblem?: ((error: unknown) => void) | undefined
  readonly platform?: PlatformOptions | undefined
}

/** The part of a client's socket that is used. */
export interface RelaySocket {
  send(text: string): void
  close(code?: number, reason?: string): void
  serializeAttachment(value: unknown): void
  deserializeAttachment(): unknown
}

/** The part of a relay's `ctx` that is used beside that of a vault. */
export interface ChatRelayContext extends DurableObjectContext {
  acceptWebSocket(socket: never, tags: string[]): void
  getTags(socket: never): string[]
  getWebSockets(): RelaySocket[]
  setWebSocketAutoResponse(pair: never): void
}

/** What the object does. The Worker in front passes it the requests of whom it lets in: `stub.fetch(request)`. */
export interface ChatRelay {
  fetch(request: Request): Promise<Response>
  webSocketMessage(socket: RelaySocket, message: string | ArrayBuffer): Promise<void>
  webSocketClose(socket: RelaySocket): Promise<void>
  webSocketError(socket: RelaySocket): Promise<void>
  alarm(): Promise<void>
}

/** What a client has, kept beside its socket while the object is away. */
interface Client {
  readonly nick: string
  readonly channels: readonly string[]
}

/** An open socket keeps an object for 15 minutes at the most, and a deploy asks nobody. */
const WATCH_EVERY = 60_000

/** In characters: more than any client sends at once, and no more than is done in a moment. */
const LONGEST = 4096

const HOST = 'tmi.twitch.tv'

/** What concerns everybody who reads a channel. */
const RELAYED: ReadonlySet<string> = new Set([
  'PRIVMSG',
  'USERNOTICE',
  'CLEARCHAT',
  'CLEARMSG',
  'NOTICE',
  'ROOMSTATE',
  'HOSTTARGET',
])

/**
 * Makes the class of Durable Objects that read Twitch chat over one connection for many clients. It speaks IRC over
 * WebSocket, as Twitch does, so that a `ChatReader` takes it for Twitch:
 * `new ChatReader({ channels, platform: { endpoints: { irc: 'wss://your-worker.example/chat' } } })`.
 *
 * Clients' sockets hibernate: they outlive the object, and the alarm brings the connection to Twitch back, with the
 * channels that are wanted. Nobody can speak through it.
 *
 * @param options Called once in the life of an object, when it is first used.
 * @throws {TypeError} It is given something else.
 * @see https://developers.cloudflare.com/durable-objects/best-practices/websockets/
 */
export function createChatRelay<Env, Context extends ChatRelayContext = ChatRelayContext>(
  options?: (env: Env) => ChatRelayOptions,
): new (
  ctx: Context,
  env: Env,
) => PlainObject<Env, Context> & ChatRelay
/**
 * The same on a class of yours, or for a bundler that does not know the condition `workerd`.
 *
 * @param base `DurableObject` of `cloudflare:workers`, or a class that extends it.
 */
export function createChatRelay<Context extends ChatRelayContext, Env, Instance extends object>(
  base: DurableObjectBase<Context, Env, Instance>,
  options?: (env: Env) => ChatRelayOptions,
): new (
  ctx: Context,
  env: Env,
) => Instance & ChatRelay
export function createChatRelay(...given: readonly unknown[]): unknown {
  return makeChatRelay(PlainObject, given)
}

/** @param Default What objects extend when nothing else is given. */
export function makeChatRelay(Default: unknown, given: readonly unknown[]): never {
  const [Base, options] = readArguments('createChatRelay', Default, given, () => ({}))

  class Relay extends Base implements ChatRelay {
    readonly #ctx: ChatRelayContext
    readonly #env: unknown
    readonly #rooms = new RoomStates()
    /** Who reads a channel; only channels that somebody reads. */
    #readers: Map<string, Set<RelaySocket>> | undefined
    #options: ChatRelayOptions | undefined
    #chat: ChatReader | undefined

    constructor(ctx: ChatRelayContext, env: unknown) {
      super(ctx, env)
      this.#ctx = ctx
      this.#env = env
    }

    async fetch(request: Request): Promise<Response> {
      if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
        return new Response('Chat is read here over WebSocket.', { status: 426, headers: { upgrade: 'websocket' } })
      }
      const { WebSocketPair, WebSocketRequestResponsePair } = globalThis as unknown as WorkerGlobals
      const [client, server] = Object.values(new WebSocketPair()) as [unknown, RelaySocket]
      this.#ctx.acceptWebSocket(server as never, [...(this.#option().channelsOf?.(request) ?? [])])
      // What this library's clients ask twice a minute wakes nobody.
      const pong = new WebSocketRequestResponsePair('PING :keyring', `:${HOST} PONG ${HOST} :keyring\r\n`)
      this.#ctx.setWebSocketAutoResponse(pong as never)
      this.#write(server, { nick: '', channels: [] })
      const { storage } = this.#ctx
      // One that is there is the watch of all: whoever comes must not put it off.
      if ((await storage.getAlarm()) === null) await storage.setAlarm(Date.now() + WATCH_EVERY)
      this.#tend()
      return new Response(null, { status: 101, webSocket: client } as ResponseInit)
    }

    async webSocketMessage(socket: RelaySocket, message: string | ArrayBuffer): Promise<void> {
      if (typeof message !== 'string') return this.#dismiss(socket, 1003, 'IRC is text.')
      if (message.length > LONGEST) return this.#dismiss(socket, 1009, 'Nobody says so much at once here.')
      for (const line of message.split(/\r?\n/)) {
        const command = parseIrcMessage(line)
        if (command !== undefined) this.#obey(socket, command)
      }
      this.#tend()
    }

    async webSocketClose(socket: RelaySocket): Promise<void> {
      for (const name of this.#wanted().keys()) this.#leave(socket, name)
      this.#tend()
    }

    webSocketError(socket: RelaySocket): Promise<void> {
      return this.webSocketClose(socket)
    }

    async alarm(): Promise<void> {
      const { storage } = this.#ctx
      await (this.#ctx.getWebSockets().length > 0 ? storage.setAlarm(Date.now() + WATCH_EVERY) : storage.deleteAlarm())
      // Should the platform ever have forgotten to say that a socket closed.
      this.#readers = undefined
      this.#connect()
      this.#tend()
    }

    #obey(socket: RelaySocket, { command, params }: IrcMessage): void {
      const client = this.#read(socket)
      const nick = client.nick || 'justinfan'
      switch (command) {
        case 'CAP':
          if (params[0] === 'REQ') say(socket, `:${HOST} CAP * ACK :${params[1] ?? ''}`)
          break
        case 'PING':
          say(socket, `:${HOST} PONG ${HOST} :${params[0] ?? ''}`)
          break
        case 'NICK':
          this.#write(socket, { ...client, nick: (params[0] ?? '').replace(/\W/g, '').slice(0, 25) })
          for (const text of welcome(this.#read(socket).nick)) say(socket, text)
          break
        case 'JOIN':
          for (const name of namesOf(params[0])) this.#join(socket, name, nick)
          break
        case 'PART':
          for (const name of namesOf(params[0])) this.#part(socket, name, nick)
          break
        case 'PRIVMSG':
          say(socket, `@msg-id=no_permission :${HOST} NOTICE ${params[0] ?? '*'} :Chat is only read here.`)
      }
    }

    #join(socket: RelaySocket, name: string, nick: string): void {
      const { mayJoin, channelsOf, channels: most = 100, channelsPerClient = 50 } = this.#option()
      const client = this.#read(socket)
      if (!client.channels.includes(name)) {
        const isFull = client.channels.length >= Math.min(50, channelsPerClient)
        const isTooMuch = !this.#wanted().has(name) && this.#wanted().size >= most
        const isOthers = channelsOf !== undefined && !this.#ctx.getTags(socket as never).includes(name)
        if (isFull || isTooMuch || isOthers || mayJoin?.(name) === false) {
          say(socket, `@msg-id=msg_channel_suspended :${HOST} NOTICE #${name} :This channel cannot be read here.`)
          return
        }
        this.#write(socket, { ...client, channels: [...client.channels, name] })
      }
      say(socket, `:${nick}!${nick}@${nick}.${HOST} JOIN #${name}`)
      this.#enter(socket, name)
      // Else it comes from upstream, and says that the channel is heard.
      const room = this.#chat?.joined.includes(name) ? this.#rooms.of(name) : undefined
      if (room !== undefined) say(socket, room)
    }

    #part(socket: RelaySocket, name: string, nick: string): void {
      const client = this.#read(socket)
      this.#write(socket, { ...client, channels: client.channels.filter((other) => other !== name) })
      this.#leave(socket, name)
      say(socket, `:${nick}!${nick}@${nick}.${HOST} PART #${name}`)
    }

    /** Whatever happened before: whoever is connected has a connection to Twitch, and the channels they want. */
    #tend(): void {
      const wanted = this.#wanted()
      if (wanted.size === 0) {
        this.#chat?.close()
        this.#chat = undefined
        return
      }
      const chat = this.#upstream()
      for (const name of chat.wanted) if (!wanted.has(name)) chat.part(name)
      for (const name of wanted.keys()) if (!chat.wanted.includes(name)) chat.join(name).catch(() => {})
    }

    /** Again after it gave up: the alarm says when, and no client. */
    #connect(): void {
      this.#chat?.connect().catch((error: unknown) => this.#option().onProblem?.(error))
    }

    #upstream(): ChatReader {
      if (this.#chat !== undefined) return this.#chat
      const { auth, platform } = this.#option()
      const chat = new ChatReader({ auth, platform })
      chat.on('line', ({ raw, message }) => {
        const target = message?.params[0]
        if (message === undefined || !RELAYED.has(message.command) || !target?.startsWith('#')) return
        const name = target.slice(1)
        if (message.command === 'ROOMSTATE') this.#rooms.learn(name, raw)
        for (const socket of this.#wanted().get(name) ?? []) say(socket, raw)
      })
      chat.on('joinFailed', ({ channel, error }) => {
        if (error.reason !== 'channel-suspended' && error.reason !== 'banned') return
        const id = error.reason === 'banned' ? 'msg_banned' : 'msg_channel_suspended'
        for (const socket of this.#wanted().get(channel) ?? []) {
          say(socket, `@msg-id=${id} :${HOST} NOTICE #${channel} :${error.message}`)
        }
      })
      this.#chat = chat
      this.#connect()
      return chat
    }

    #dismiss(socket: RelaySocket, code: number, why: string): Promise<void> {
      socket.close(code, why)
      // It may not answer.
      this.#write(socket, { nick: '', channels: [] })
      return this.webSocketClose(socket)
    }

    #wanted(): ReadonlyMap<string, Set<RelaySocket>> {
      if (this.#readers === undefined) {
        // After the object was away, the sockets know.
        this.#readers = new Map()
        for (const socket of this.#ctx.getWebSockets())
          for (const name of this.#read(socket).channels) this.#enter(socket, name)
      }
      return this.#readers
    }

    #enter(socket: RelaySocket, name: string): void {
      const readers = this.#wanted().get(name)
      if (readers === undefined) this.#readers?.set(name, new Set([socket]))
      else readers.add(socket)
    }

    #leave(socket: RelaySocket, name: string): void {
      const readers = this.#wanted().get(name)
      readers?.delete(socket)
      if (readers?.size === 0) this.#readers?.delete(name)
    }

    #read(socket: RelaySocket): Client {
      return (socket.deserializeAttachment() as Client | null) ?? { nick: '', channels: [] }
    }

    #write(socket: RelaySocket, client: Client): void {
      socket.serializeAttachment(client)
    }

    #option(): ChatRelayOptions {
      this.#options ??= readRelayOptions(options(this.#env) as ChatRelayOptions)
      return this.#options
    }
  }
  return Relay as never
}

/** @throws {TypeError} An option is unknown, or there are none. */
function readRelayOptions(options: ChatRelayOptions): ChatRelayOptions {
  refuseUnknownOptions('createChatRelay', options, [
    'auth',
    'mayJoin',
    'channelsOf',
    'channels',
    'channelsPerClient',
    'onProblem',
    'platform',
  ])
  return options
}

interface WorkerGlobals {
  readonly WebSocketPair: new () => object
  readonly WebSocketRequestResponsePair: new (request: string, response: string) => object
}

/** A socket that is closing takes nothing more, and that is all. */
function say(socket: RelaySocket, line: string): void {
  try {
    socket.send(`${line}\r\n`)
  } catch {
    // Its close is on the way.
  }
}

function namesOf(list: string | undefined): string[] {
  return (list ?? '').split(',').flatMap((name) => /^#([a-z0-9_]{1,25})$/.exec(name)?.[1] ?? [])
}

/** @see https://dev.twitch.tv/docs/chat/irc/#connecting-to-the-twitch-irc-server */
function welcome(nick: string): string[] {
  const numerics = [
    ['001', 'Welcome, GLHF!'],
    ['002', `Your host is ${HOST}`],
    ['003', 'This server is a relay'],
    ['004', '-'],
    ['375', '-'],
    ['372', 'Chat is only read here.'],
    ['376', '>'],
  ] as const
  return numerics.map(([numeric, text]) => `:${HOST} ${numeric} ${nick} :${text}`)
}
