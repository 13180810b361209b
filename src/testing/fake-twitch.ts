import type { Endpoints, PlatformOptions } from '../types.ts'
import { type Clock, realClock } from './clock.ts'
import { createExtensionServer, type FakeExtensions } from './extension.ts'
import { createFaults, type Faults } from './faults.ts'
import { createFetch, createHandle } from './fetch.ts'
import { createHelixServer, type FakeHelix } from './helix.ts'
import { createIdSwitches } from './id/switches.ts'
import { createIdServer, type FakeId } from './id.ts'
import {
  createFakeWebSocket,
  createIrcServer,
  type Handshake,
  type IrcServer,
  type IrcSession,
  type IrcSocket,
} from './irc/index.ts'
import { checkOptions, type FakeTwitchOptions, resolveEndpoints } from './options.ts'
import { picture } from './pictures.ts'
import { createRandom, type Random } from './random.ts'
import { createRoutes } from './routes.ts'
import { createServe, LATENCY, type Latency } from './serve.ts'
import { flag, guard, needed } from './shape.ts'
import { createUserDirectory } from './users.ts'
import type { LogEntry, UserDirectory, World } from './world.ts'

/** Twitch, without its network. */
export interface FakeTwitch {
  /** Knows no network but this fake: any other host fails. */
  readonly fetch: typeof globalThis.fetch
  readonly WebSocket: typeof globalThis.WebSocket
  readonly clock: Clock
  readonly endpoints: Endpoints
  /** All of the above, with seeded chance: hand it to a token handler. */
  readonly platform: PlatformOptions
  readonly users: UserDirectory
  readonly id: FakeId
  readonly helix: FakeHelix
  readonly extensions: FakeExtensions
  readonly chat: IrcServer
  readonly faults: Faults
  /** What was asked, the oldest first. It holds tokens. */
  readonly requests: readonly LogEntry[]
  /** Milliseconds that each HTTP request takes, or the shortest and the longest. */
  latency: Latency
  /** Whether `fetch` obeys the rules for pages. */
  cors: boolean
  /**
   * Answers a request that a real server received, by its path alone: its host does not matter.
   *
   * @throws {ConnectionLost} A fault breaks the connection: destroy the socket.
   */
  handle(request: Request): Promise<Response>
  /** Decides about the next chat connection of a real server, before it is accepted. */
  handshake(): Handshake
  /** Serves one chat connection of a real server. */
  accept(socket: IrcSocket, handshake?: Handshake): IrcSession
}

/**
 * Makes a Twitch of its own: accounts, apps, tokens, Helix, chat and their pictures, in memory.
 *
 * It runs in a page, a Worker and Node, and needs no network. With a {@link FakeClock} it is fully deterministic.
 *
 * @example
 * const clock = createFakeClock()
 * const twitch = createFakeTwitch({
 *   clock,
 *   users: [{ id: '1234', login: 'streamer' }],
 *   apps: [{ clientId: 'my-app', clientType: 'public' }],
 * })
 * const pair = twitch.id.issue({ clientId: 'my-app', login: 'streamer', scopes: ['chat:read'] })
 * const handler = new SimpleTokenHandler(pair.accessToken, 'my-app', { refreshToken: pair.refreshToken, platform: twitch.platform })
 *
 * @throws {TypeError} There is no such option, or two users or apps are the same, or not well-formed.
 */
export function createFakeTwitch(options: FakeTwitchOptions = {}): FakeTwitch {
  checkOptions(options)
  const { clock = realClock, seed = 1, logLimit = 10_000 } = options
  const endpoints = resolveEndpoints(options.endpoints)
  const exposed = options.exposeRateLimit === true ? ['Ratelimit-Limit', 'Ratelimit-Remaining', 'Ratelimit-Reset'] : []
  // Streams of their own: what a client draws, or how long a request takes, changes no token.
  const random = createRandom(seed)
  const travelRandom = createRandom(seed ^ 0x5eed0001)
  const clientRandom = createRandom(seed ^ 0x5eed0002)

  const faults = createFaults()
  const requests: LogEntry[] = []
  const deathListeners = new Set<(accessToken: string) => void>()
  const users = createUserDirectory(random, endpoints.cdn)
  const world: World = {
    clock,
    users,
    faults,
    chat: undefined,
    tokenOwner: (accessToken) => id.tokenOwner(accessToken),
    onTokenDeath(listener) {
      deathListeners.add(listener)
      return () => deathListeners.delete(listener)
    },
    random: () => random.next(),
    uuid: () => random.uuid(),
    log(entry) {
      requests.push(entry)
      if (requests.length >= logLimit * 2) requests.splice(0, requests.length - logLimit)
    },
  }

  const id = createIdServer(world, {
    random,
    switches: createIdSwitches(options),
    apps: options.apps ?? [],
    issuer: endpoints.id,
    verificationUri: options.verificationUri ?? 'https://www.twitch.tv/activate',
    onDeath(accessToken) {
      for (const listener of deathListeners) listener(accessToken)
    },
  })
  for (const user of options.users ?? []) users.add(user)
  const chat = createIrcServer(world, options.chat)
  world.chat = chat
  const extensions = createExtensionServer(world, seed ^ 0x5eed0003)
  const helix = createHelixServer(world, {
    panelOwner: (helixToken) => extensions.ownerOf(helixToken),
    cdn: endpoints.cdn,
    rateLimit: options.rateLimit,
    hasGranted: (clientId, user, scope) => id.hasGranted(clientId, user, scope),
    moderates: (user, broadcaster) => chat.roleOf(user.login, broadcaster.login).moderator,
  })

  const servers = { id, helix, cdn: { answer: picture } } as const
  const serve = createServe(world, (call) => servers[call.host].answer(call), {
    latency: () => twitch.latency,
    random: travelRandom,
    exposed,
  })
  const fetchOptions = { routes: createRoutes(endpoints), serve, cors: () => twitch.cors, exposed }
  const fetch = createFetch(world, fetchOptions)
  const WebSocket = createFakeWebSocket(chat, endpoints.irc, { clock })

  const twitch: FakeTwitch = {
    fetch,
    WebSocket,
    clock,
    endpoints,
    platform: {
      endpoints,
      fetch,
      WebSocket,
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      setTimeout: (callback, delay) => clock.setTimeout(callback, delay),
      clearTimeout: (timer) => clock.clearTimeout(timer),
      random: () => clientRandom.next(),
      randomId: () => hexadecimal(clientRandom),
    },
    users,
    id: id.hands,
    helix: helix.hands,
    extensions: extensions.hands,
    chat,
    faults,
    requests,
    latency: options.latency ?? 0,
    cors: options.cors ?? true,
    handle: createHandle(fetchOptions),
    handshake: () => chat.handshake(),
    accept: (socket, handshake) => chat.accept(socket, handshake),
  }
  return guard('twitch', twitch, { latency: needed(LATENCY), cors: needed(flag) })
}

/** 128 bits. */
function hexadecimal(random: Random): string {
  return random.string('0123456789abcdef', 32)
}
