import type { PanelOwner } from './extension.ts'
import { getChannels, getFollowers } from './helix/channels.ts'
import { sendChatMessage } from './helix/chat-messages.ts'
import { getChannelBadges, getGlobalBadges, getGlobalEmotes } from './helix/chat-pictures.ts'
import { createRateLimit } from './helix/rate-limit.ts'
import {
  checkAnswerer,
  checkReply,
  type HelixAnswerer,
  type HelixReply,
  type HelixRequest,
  type HelixRules,
  helixError,
  notTheSameUser,
  toAnswer,
} from './helix/request.ts'
import {
  channelOf,
  checkStream,
  type FakeChannel,
  type FakeStream,
  type FakeStreamOptions,
  type HelixState,
} from './helix/state.ts'
import { getStreams } from './helix/streams.ts'
import { getUsers } from './helix/users.ts'
import type { Answer, Call } from './http.ts'
import { credentials } from './id/answers.ts'
import { amount, guard, needed } from './shape.ts'
import { userOf } from './users.ts'
import type { TokenOwner, World } from './world.ts'

export { page as helixPage } from './helix/page.ts'
export type { HelixAnswerer, HelixReply, HelixRequest, HelixRules } from './helix/request.ts'
export { helixError } from './helix/request.ts'
export type { FakeChannel, FakeStream, FakeStreamOptions } from './helix/state.ts'

/** The hands on Helix: what happens on Twitch, and answers for endpoints that the fake does not have. */
export interface FakeHelix {
  /** Points a minute, for each client and each client and user. Default 800. */
  rateLimit: number
  /**
   * Answers an endpoint, in place of the fake's own answer if it has one. Token, client id, rate limit and `rules` are checked before.
   *
   * @param path Such as `/moderation/banned`.
   * @returns The function that takes it back.
   * @throws {TypeError} No request could ever come to it. What it gives is looked at as well.
   */
  answer(method: string, path: string, answerer: HelixAnswerer, rules?: HelixRules): () => void
  /** Starts a stream, or changes the one that runs. What is left out stays. */
  goLive(login: string, stream?: FakeStreamOptions): FakeStream
  goOffline(login: string): void
  /** What the channel says about itself; may be changed. */
  channel(login: string): FakeChannel
  follow(login: string, broadcasterLogin: string): void
  unfollow(login: string, broadcasterLogin: string): void
  /** Spends all points of a client, or of a client and user: the next request gets 429. */
  exhaust(clientId: string, login?: string): void
}

/** api.twitch.tv/helix: its hands and its HTTP side. */
export interface HelixServer {
  readonly hands: FakeHelix
  answer(call: Call): Answer | Promise<Answer>
}

export interface HelixServerOptions extends Pick<HelixState, 'cdn' | 'moderates' | 'hasGranted'> {
  readonly panelOwner: (helixToken: string) => PanelOwner | undefined
  readonly rateLimit: number | undefined
}

interface Endpoint {
  readonly answer: (state: HelixState, request: HelixRequest) => HelixReply | Promise<HelixReply>
  readonly rules: HelixRules
}

const OPEN: HelixRules = {}

/** Requests a minute of one viewer of an extension. */
const VIEWER_LIMIT = 30

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET /users': { answer: getUsers, rules: OPEN },
  'GET /streams': { answer: getStreams, rules: OPEN },
  'GET /channels': { answer: getChannels, rules: OPEN },
  'GET /channels/followers': { answer: getFollowers, rules: OPEN },
  'POST /chat/messages': { answer: sendChatMessage, rules: OPEN },
  'GET /chat/badges': { answer: getChannelBadges, rules: OPEN },
  'GET /chat/badges/global': { answer: getGlobalBadges, rules: OPEN },
  'GET /chat/emotes/global': { answer: getGlobalEmotes, rules: OPEN },
}

export function createHelixServer(world: World, options: HelixServerOptions): HelixServer {
  const { cdn, moderates, hasGranted } = options
  const { clock, users } = world
  const answerers = new Map<string, Endpoint>()
  const state: HelixState = {
    world,
    cdn,
    streams: new Map(),
    channels: new Map(),
    followers: new Map(),
    moderates,
    hasGranted,
  }

  const user = (login: string) => userOf(users, login)

  const hands: FakeHelix = {
    rateLimit: options.rateLimit ?? 800,
    answer(method, path, answerer, rules = OPEN) {
      checkAnswerer(method, path, answerer, rules)
      const key = `${method.toUpperCase()} ${path}`
      const endpoint: Endpoint = {
        answer(_, request) {
          const reply = answerer(request)
          return reply instanceof Promise ? reply.then(checkReply) : checkReply(reply)
        },
        rules,
      }
      answerers.set(key, endpoint)
      return () => {
        if (answerers.get(key) === endpoint) answerers.delete(key)
      }
    },
    goLive(login, change = {}) {
      checkStream(change)
      const owner = user(login)
      const channel = channelOf(state, owner)
      const running = state.streams.get(owner.id)
      const { viewerCount = running?.viewerCount ?? 1, ...rest } = change
      for (const [name, value] of Object.entries(rest))
        if (value !== undefined) Object.assign(channel, { [name]: value })
      const { id = String(Math.floor(world.random() * 1e11)), startedAt = seconds(clock.now()) } = running ?? {}
      const stream: FakeStream = Object.seal({ id, startedAt, user: owner, ...channel, viewerCount })
      state.streams.set(owner.id, stream)
      return stream
    },
    goOffline(login) {
      state.streams.delete(user(login).id)
    },
    channel: (login) => channelOf(state, user(login)),
    follow(login, broadcasterLogin) {
      hands.unfollow(login, broadcasterLogin)
      const { id } = user(broadcasterLogin)
      const followers = state.followers.get(id) ?? []
      followers.unshift({ user: user(login), followedAt: seconds(clock.now()) })
      state.followers.set(id, followers)
    },
    unfollow(login, broadcasterLogin) {
      const { id } = user(broadcasterLogin)
      const others = state.followers.get(id)?.filter((follower) => follower.user.login !== login)
      if (others !== undefined) state.followers.set(id, others)
    },
    exhaust(clientId, login) {
      rateLimit.exhaust({ clientId, user: login === undefined ? undefined : user(login) })
    },
  }
  const rateLimit = createRateLimit(clock, () => hands.rateLimit)
  const viewerLimit = createRateLimit(clock, () => VIEWER_LIMIT)

  function take(owner: TokenOwner | PanelOwner, cost: number) {
    if (!('opaqueUserId' in owner)) return rateLimit.take(owner, cost)
    return viewerLimit.take({ ...owner, clientId: `${owner.clientId} ${owner.opaqueUserId}` }, 1)
  }

  function answer(call: Call): Answer | Promise<Answer> {
    const owner = authenticate(world, options.panelOwner, call)
    if ('status' in owner) return toAnswer(owner, {})
    const key = `${call.method} ${call.path}`
    const endpoint = answerers.get(key) ?? (Object.hasOwn(ENDPOINTS, key) ? ENDPOINTS[key] : undefined)
    const { allowed, headers } = take(owner, endpoint?.rules.cost ?? 1)
    if (!allowed) return toAnswer(helixError(429, 'Request limit exceeded'), headers)
    if (endpoint === undefined) {
      const message = `This fake Twitch has no ${key}. Give it an answer with helix.answer().`
      return toAnswer(helixError(404, message), headers)
    }
    const request: HelixRequest = {
      method: call.method,
      path: call.path,
      query: call.params,
      body: parse(call.text),
      owner,
    }
    const refusal = refuse(endpoint.rules, request)
    if (refusal !== undefined) return toAnswer(refusal, headers)
    const reply = endpoint.answer(state, request)
    if (!(reply instanceof Promise)) return toAnswer(reply, headers)
    return reply.then((settled) => toAnswer(settled, headers))
  }

  return { hands: guard('helix', hands, { rateLimit: needed(amount) }), answer }
}

/** Whose request it is, or why it is refused. */
function authenticate(
  world: World,
  panelOwner: HelixServerOptions['panelOwner'],
  call: Call,
): HelixRequest['owner'] | (HelixReply & { status: number }) {
  const header = call.headers['authorization']
  if (!header) return unauthorized('OAuth token is missing')
  const clientId = call.headers['client-id']
  if (!clientId) return unauthorized('Client ID is missing')
  const helixToken = credentials(header, 'Extension')
  const owner =
    helixToken === undefined ? world.tokenOwner(credentials(header, 'Bearer') ?? '') : panelOwner(helixToken)
  if (owner === undefined) return unauthorized('Invalid OAuth token')
  if (owner.clientId !== clientId) return unauthorized('Client ID and OAuth token do not match')
  return owner
}

function unauthorized(message: string): HelixReply & { status: number } {
  return { ...helixError(401, message), status: 401 }
}

function refuse(rules: HelixRules, { owner, query }: HelixRequest): HelixReply | undefined {
  const { scopes, self, app = scopes === undefined && self === undefined } = rules
  if (owner.user === undefined) return app ? undefined : helixError(401, 'Missing User OAUTH Token')
  if (scopes !== undefined && !scopes.some((scope) => owner.scopes.includes(scope))) {
    return helixError(401, `Missing scope: ${scopes.join(' or ')}`)
  }
  if (self !== undefined && query.get(self) !== owner.user.id) return notTheSameUser(self)
  return undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** RFC 3339 without fractions. */
function seconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
