import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FakeTwitchOptions } from '../../../src/testing/index.ts'
import type { ClientType, Scope } from '../../../src/types.ts'
import { ANN, BEN, CLIENT_ID, createWorld, SCOPES, SECRET } from '../support.ts'
import { type CreatePeer, ours, type Peer, twurple, twurpleStatic } from './peers.ts'
import type { World } from './source.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Fact {
  readonly fact: string
  readonly world?: (FakeTwitchOptions & { readonly clientType?: ClientType }) | undefined
  readonly peer: CreatePeer
  /** How the fact breaks with @twurple/auth 8.2. */
  readonly breaks: RegExp
  holds(world: World, create: CreatePeer): Promise<void>
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Signed in, with a token that was handed out once. */
async function signedIn(world: World, peer: Peer) {
  const { clock, issue } = world
  const pair = issue()
  await clock.until(peer.add({ ...pair, scopes: SCOPES, obtainedAt: clock.now() }))
  const token = await clock.until(peer.get())
  expect(token).toBe(pair.accessToken)
  return { token, refreshToken: pair.refreshToken }
}

/** What a rejection says to whoever logs it. */
function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.message, error.stack, JSON.stringify(error), shown(error.cause ?? '')].join('\n')
}

const facts: readonly Fact[] = [
  {
    fact: 'parallel calls with a revoked access token spend one refresh token, once',
    peer: twurple,
    breaks: /^spends: expected 5 to be 1/,
    async holds(world, create) {
      const { clock, twitch } = world
      const peer = create(world)
      const { token, refreshToken } = await signedIn(world, peer)
      twitch.id.revoke(token)
      const renewed = await clock.until(Promise.allSettled([1, 2, 3, 4, 5].map(() => peer.renew(token))))
      expect(twitch.id.spends(refreshToken), 'spends').toBe(1)
      expect(new Set(renewed.map((result) => result.status === 'fulfilled' && result.value)).size).toBe(1)
    },
  },
  {
    fact: 'a late 401 for a token that is another by now renews nothing',
    peer: twurple,
    breaks: /^renewals: expected 2 to be 1/,
    async holds(world, create) {
      const { clock, twitch, asked } = world
      const peer = create(world)
      const { token } = await signedIn(world, peer)
      twitch.id.revoke(token)
      const renewed = await clock.until(peer.renew(token))
      const validations = asked('/validate')
      const late = await clock.until(peer.renew(token))
      expect(asked('/token'), 'renewals').toBe(1)
      expect(asked('/validate')).toBe(validations)
      expect(late).toBe(renewed)
    },
  },
  {
    fact: 'a network that fails once logs nobody out',
    peer: twurple,
    breaks: /has been disabled/,
    async holds(world, create) {
      const { clock, twitch } = world
      const peer = create(world)
      await signedIn(world, peer)
      const back = twitch.faults.add({ host: 'id', fault: { kind: 'no-answer' } })
      await clock.advance(5 * HOUR)
      await expect(clock.until(peer.get())).rejects.toThrow()
      back()
      await clock.advance(10 * MINUTE)
      expect(twitch.id.isAlive(await clock.until(peer.get()))).toBe(true)
    },
  },
  {
    fact: 'a pair whose scopes nobody knows is asked after, and used',
    peer: twurple,
    breaks: /does not have any of the requested scopes/,
    async holds(world, create) {
      const { clock, issue } = world
      const peer = create(world)
      const pair = issue()
      await clock.until(peer.add({ ...pair, obtainedAt: clock.now() }))
      expect(await clock.until(peer.get(['chat:read']))).toBe(pair.accessToken)
    },
  },
  {
    fact: 'a token without scopes, of which Twitch says null, is a token',
    peer: twurpleStatic,
    breaks: /Cannot read properties of null/,
    async holds(world, create) {
      const { clock, issue } = world
      const peer = create(world)
      const pair = issue('ann', [])
      await clock.until(peer.add({ ...pair, scopes: [], obtainedAt: clock.now() }))
      expect(await clock.until(peer.get())).toBe(pair.accessToken)
      await expect(clock.until(peer.get(['chat:read']))).rejects.toThrow(/chat:read/)
    },
  },
  {
    fact: 'of a list of scopes all are needed',
    peer: twurple,
    breaks: /resolved .* instead of rejecting/,
    async holds(world, create) {
      const { clock } = world
      const peer = create(world)
      const { token } = await signedIn(world, peer)
      expect(await clock.until(peer.get(['chat:read', 'chat:edit']))).toBe(token)
      await expect(clock.until(peer.get(['chat:read', 'bits:read']))).rejects.toThrow(/bits:read/)
    },
  },
  {
    fact: 'a token of another client id is refused',
    peer: twurple,
    breaks: /resolved .* instead of rejecting/,
    async holds(world, create) {
      const { clock, twitch } = world
      const peer = create(world)
      twitch.id.addApp({ clientId: 'otherapp', clientType: 'public' })
      const pair = twitch.id.issue({ clientId: 'otherapp', login: ANN.login, scopes: SCOPES })
      const used = peer.add({ ...pair, scopes: SCOPES, obtainedAt: clock.now() }).then(() => peer.get())
      await expect(clock.until(used)).rejects.toThrow(/another app/)
    },
  },
  {
    fact: 'a token of another user is refused to who asks for this one',
    peer: twurpleStatic,
    breaks: /resolved .* instead of rejecting/,
    async holds(world, create) {
      const { clock, issue } = world
      const peer = create(world)
      const pair = issue(ANN.login)
      await clock.until(peer.add({ ...pair, scopes: SCOPES, obtainedAt: clock.now() }))
      await expect(clock.until(peer.get(undefined, BEN.id))).rejects.toThrow(/sign in/i)
    },
  },
  {
    fact: 'no secret is in the error of a renewal that failed',
    world: { clientType: 'confidential' },
    peer: twurple,
    breaks: /^secrets: expected \[ .*\] to deeply equal \[\]/,
    async holds(world, create) {
      const { clock, twitch } = world
      const peer = create(world, { clientSecret: SECRET })
      const { token, refreshToken } = await signedIn(world, peer)
      twitch.id.disconnect(ANN.login, CLIENT_ID)
      const error = await clock.until(peer.renew(token).catch((error: unknown) => error))
      expect(error).toBeInstanceOf(Error)
      const secrets = [SECRET, refreshToken, token]
      expect(
        secrets.filter((secret) => shown(error).includes(secret)),
        'secrets',
      ).toEqual([])
    },
  },
  {
    fact: 'a save handler that throws costs the caller nothing, and is given the pair again',
    peer: twurple,
    breaks: /the disk is full/,
    async holds(world, create) {
      const { clock, twitch } = world
      const offered: string[] = []
      const peer = create(world, {
        save(refreshToken) {
          offered.push(refreshToken)
          if (offered.length === 1) throw new Error('the disk is full')
          return Promise.resolve()
        },
      })
      const { token } = await signedIn(world, peer)
      twitch.id.revoke(token)
      const renewed = await clock.until(peer.renew(token))
      expect(twitch.id.isAlive(renewed)).toBe(true)
      await clock.advance(2 * HOUR)
      expect(offered).toHaveLength(2)
      expect(new Set(offered).size).toBe(1)
    },
  },
  {
    fact: 'a save handler that rejects costs nothing either, and nobody is left with its rejection',
    peer: twurple,
    breaks: /^awaited: expected \[ 'handed out' \] to deeply equal/,
    async holds(world, create) {
      const { clock, twitch } = world
      const order: string[] = []
      // One that rejects would end in an unhandled rejection with Twurple, and so end this run.
      const peer = create(world, {
        save: () =>
          new Promise((_, reject) => {
            clock.setTimeout(() => {
              order.push('saved')
              if (create === ours) reject(new Error('the disk is full'))
            }, 1_000)
          }),
      })
      const { token } = await signedIn(world, peer)
      twitch.id.revoke(token)
      const renewed = await clock.until(peer.renew(token))
      order.push('handed out')
      expect(order, 'awaited').toEqual(['saved', 'handed out'])
      expect(twitch.id.isAlive(renewed)).toBe(true)
    },
  },
  {
    fact: 'a token that was stored in the future is not good until then',
    peer: twurple,
    breaks: /^alive: expected false to be true/,
    async holds(world, create) {
      const { clock, twitch, issue } = world
      const peer = create(world)
      clock.jump(300 * DAY)
      const pair = issue()
      await clock.until(peer.add({ ...pair, scopes: SCOPES, obtainedAt: clock.now() }))
      await clock.until(peer.get())
      clock.jump(-300 * DAY)
      twitch.id.revoke(pair.accessToken)
      expect(twitch.id.isAlive(await clock.until(peer.get())), 'alive').toBe(true)
    },
  },
]

describe.each(facts)('$fact', ({ world, peer, breaks, holds }) => {
  const setUp = () => createWorld({ ...world, cors: false })

  test('here', () => holds(setUp(), ours))

  test('not with @twurple/auth 8.2', () => expect(holds(setUp(), peer)).rejects.toThrow(breaks))
})

test('an inner list of scopes means any one of them', async () => {
  const world = createWorld()
  const peer = ours(world)
  const { token } = await signedIn(world, peer)
  const anyOf = (...scopes: Scope[]) => peer.get([scopes] as never)
  expect(await world.clock.until(anyOf('bits:read', 'chat:read'))).toBe(token)
  await expect(world.clock.until(anyOf('bits:read', 'clips:edit'))).rejects.toThrow(/bits:read or clips:edit/)
})
