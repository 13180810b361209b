import { amount, check, listOf, type Shape, text } from '../shape.ts'
import type { FakeUser, World } from '../world.ts'

/** A broadcast. */
export interface FakeStream {
  readonly id: string
  readonly user: FakeUser
  readonly startedAt: string
  title: string
  gameId: string
  gameName: string
  language: string
  viewerCount: number
  tags: readonly string[]
}

/** What a channel says about itself. */
export interface FakeChannel {
  title: string
  gameId: string
  gameName: string
  language: string
  tags: readonly string[]
}

/** A stream to be. */
export type FakeStreamOptions = {
  readonly [Part in keyof FakeChannel | 'viewerCount']?: FakeStream[Part] | undefined
}

const STREAM: Shape<FakeStreamOptions> = {
  title: text,
  gameId: text,
  gameName: text,
  language: text,
  tags: listOf(text),
  viewerCount: amount,
}

/** @throws {TypeError} A stream has no such thing. */
export function checkStream(stream: FakeStreamOptions): void {
  check('A stream', stream, STREAM)
}

export interface FakeFollower {
  readonly user: FakeUser
  readonly followedAt: string
}

/** All that Helix knows beside users and tokens. */
export interface HelixState {
  readonly world: World
  readonly cdn: string
  /** By user id. */
  readonly streams: Map<string, FakeStream>
  /** By user id. */
  readonly channels: Map<string, FakeChannel>
  /** By user id of the broadcaster, the youngest first. */
  readonly followers: Map<string, FakeFollower[]>
  /** Whether a user moderates a channel. */
  moderates(user: FakeUser, broadcaster: FakeUser): boolean
  /** Whether a user's living grant for the client has the scope. */
  hasGranted(clientId: string, user: FakeUser, scope: string): boolean
}

export function channelOf(state: HelixState, user: FakeUser): FakeChannel {
  let channel = state.channels.get(user.id)
  if (channel === undefined) {
    channel = Object.seal({ title: '', gameId: '', gameName: '', language: 'en', tags: [] })
    state.channels.set(user.id, channel)
  }
  return channel
}

/** A user whom Helix knows: no suspended ones. */
export function findUser(state: HelixState, id: string): FakeUser | undefined {
  const user = state.world.users.byId(id)
  return user?.suspended === true ? undefined : user
}
