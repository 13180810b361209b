import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Edge, type EdgeOptions, startEdge } from './edge/edge.ts'
import type { Doom, Said } from './edge/ops.ts'

const HOUR = 3_600_000
const USER = '1001'

let edge: Edge | undefined
afterEach(async () => {
  await edge?.close()
  edge = undefined
})

async function start(options: EdgeOptions = {}): Promise<Edge & { old: string; refreshToken: string }> {
  edge = await startEdge({ speed: 50, ...options })
  const [pair] = await edge.signIn()
  return { ...edge, old: pair?.accessToken ?? '', refreshToken: pair?.refreshToken ?? '' }
}

test('the place is a plain Worker', async () => {
  const { ask } = await start()
  expect(await ask({ op: 'globals' })).toEqual([])
})

test('two Workers that ask at once get one renewal', async () => {
  const { ask, twitch, old, spent } = await start()
  twitch.id.expireAll()
  const answers = await Promise.all(
    (['main', 'other', 'main', 'other'] as const).map((from) => ask({ op: 'renew', user: USER, refused: old }, from)),
  )
  expect(new Set(answers.map(({ token }) => token)).size).toBe(1)
  expect(twitch.id.isAlive(answers[0]?.token ?? '')).toBe(true)
  expect([...spent().values()]).toEqual([1])
}, 20_000)

describe('a vault whose machine is lost while it renews a dead token', () => {
  test.each<[string, Doom]>([
    ['in the queue', { step: 'queue' }],
    ['reading', { step: 'read' }],
    ['validating', { step: 'validate' }],
    ['with the question whether the token is good on its way', { request: 'before', path: '/validate' }],
    ['with the answer to that on its way', { request: 'after', path: '/validate' }],
    ['about to mark', { step: 'mark' }],
  ])(
    '%s, renews when it is asked again',
    async (_, doom) => {
      const { ask, twitch, old, spent, refreshToken } = await start()
      twitch.id.expireAll()
      await ask({ op: 'doom', doom })
      expect(await ask({ op: 'renew', user: USER, refused: old })).toHaveProperty('error', 'NetworkError')
      const { token = '' } = await ask({ op: 'renew', user: USER, refused: old })
      expect(twitch.id.isAlive(token)).toBe(true)
      expect(spent().get(refreshToken)).toBe(1)
    },
    20_000,
  )

  test.each<[string, Doom, number | undefined]>([
    ['before the request leaves', { request: 'before' }, undefined],
    ['with the answer on its way', { request: 'after' }, 1],
    ['about to write the answer', { step: 'commit' }, 1],
  ])(
    '%s, never sends that refresh token again, and says so',
    async (_, doom, times) => {
      const { ask, twitch, old, spent, refreshToken } = await start()
      twitch.id.expireAll()
      await ask({ op: 'doom', doom })
      expect(await ask({ op: 'renew', user: USER, refused: old })).toHaveProperty('error', 'NetworkError')
      const lost: Said = { error: 'TokenRejectedError', reason: 'lost-response' }
      expect(await ask({ op: 'renew', user: USER, refused: old })).toEqual(lost)
      expect(await ask({ op: 'get', user: USER })).toEqual(lost)
      expect(spent().get(refreshToken)).toBe(times)
    },
    20_000,
  )

  test('after it has written, has the new token', async () => {
    const { ask, twitch, spent, jump, refreshToken } = await start({ twitch: { renewalKillsAccessToken: false } })
    await jump(3.7 * HOUR)
    await ask({ op: 'ring', users: [USER] })
    await ask({ op: 'doom', doom: { step: 'queue' } })
    const { token = '' } = await ask({ op: 'get', user: USER })
    expect(twitch.id.isAlive(token)).toBe(true)
    expect(spent().get(refreshToken)).toBe(1)
  }, 20_000)
})

test('a vault whose machine is lost while it renews early lives off the old token to its end, and then renews', async () => {
  const { ask, twitch, old, spent, jump, refreshToken } = await start()
  await jump(3.7 * HOUR)
  await ask({ op: 'doom', doom: { request: 'before' } })
  await ask({ op: 'ring', users: [USER] })
  expect(spent().get(refreshToken)).toBe(undefined)
  expect(await ask({ op: 'get', user: USER })).toEqual({ token: old })
  await jump(0.4 * HOUR)
  const { token = '' } = await ask({ op: 'get', user: USER })
  expect(twitch.id.isAlive(token)).toBe(true)
  expect(spent().get(refreshToken)).toBe(1)
}, 20_000)

describe('a plain Worker whose requests share a manager', () => {
  async function share(cares: boolean) {
    const world = await start({ users: 2 })
    const pair = world.twitch.id.issue({ clientId: 'edge', login: 'user1', scopes: ['chat:read'] })
    await world.ask({ op: 'add', pair })
    world.twitch.id.expireAll()
    // Longer than the request that asks for it lives.
    world.twitch.latency = 5_000
    const leave = () => world.ask({ op: 'leave', user: '1002', refused: pair.accessToken, cares, after: 50 })
    const join = () => world.ask({ op: 'join', user: '1002', refused: pair.accessToken, cares })
    return { ...world, pair, leave, join }
  }

  test('nobody waits for ever for a renewal whose request went away, and nobody sends it again', async () => {
    const { leave, join, twitch, spent, pair } = await share(false)
    await leave()
    twitch.latency = 0
    const answers = await Promise.all([join(), join(), join()])
    for (const { token, error } of answers) expect(token ?? error).toBeDefined()
    expect(spent().get(pair.refreshToken) ?? 0).toBeLessThanOrEqual(1)
    const later = await join()
    expect(later).toSatisfy(
      ({ token, error }: Said) => token !== undefined || error === 'NetworkError' || error === 'TokenRejectedError',
    )
    expect(spent().get(pair.refreshToken) ?? 0).toBeLessThanOrEqual(1)
  }, 30_000)

  test('with waitUntil the renewal ends well, and the next request has it', async () => {
    const { leave, join, twitch, spent, pair } = await share(true)
    await leave()
    const { token = '' } = await join()
    expect(twitch.id.isAlive(token)).toBe(true)
    expect(spent().get(pair.refreshToken)).toBe(1)
  }, 30_000)

  test('nobody waits for ever for a handler that was asked by a request that went away', async () => {
    const world = await start({
      other: async () => {
        await vi.waitUntil(() => isSlow === false)
        return token
      },
    })
    let isSlow = true
    const token = world.twitch.id.issue({ clientId: 'edge', login: 'user0', scopes: [] }).accessToken
    await world.ask({ op: 'ask', user: USER, leaves: true })
    isSlow = false
    expect(await world.ask({ op: 'ask', user: USER, leaves: false })).toEqual({ token })
  }, 30_000)
})
