import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Edge, startEdge } from './edge/edge.ts'
import type { Doom, Said } from './edge/ops.ts'
import { day, storm } from './edge/proof.ts'

const HOUR = 3_600_000

/** One workerd for all tests: each takes users of its own, in a time that runs 20 times as fast. */
let edge: Edge
let isSlow = false
let unused: { id: string; login: string }[]

beforeAll(async () => {
  edge = await startEdge({
    speed: 20,
    users: 40,
    async other(url) {
      await vi.waitUntil(() => !isSlow, { timeout: 45_000 })
      const user = edge.people.find(({ id }) => id === url.searchParams.get('user'))
      return edge.twitch.id.issue({ clientId: 'edge', login: user?.login ?? '', scopes: [] }).accessToken
    },
  })
  unused = [...edge.people]
})
afterEach(async () => {
  edge.twitch.latency = 0
  await edge.ask({ op: 'doom', doom: {} })
  await edge.ask({ op: 'patience' })
})
afterAll(() => edge?.close())

function takeUsers(count: number): { id: string; login: string }[] {
  return unused.splice(0, count)
}

/** Somebody who is signed in. */
async function takeUser() {
  const [user = { id: '', login: '' }] = takeUsers(1)
  const [pair] = await edge.signIn([user])
  const { accessToken: old = '', refreshToken = '' } = pair ?? {}
  return {
    user: user.id,
    old,
    /** How often Twitch saw the refresh token of the sign-in. */
    spent: () => edge.spent().get(refreshToken) ?? 0,
    renew: (from?: 'main' | 'other') => edge.ask({ op: 'renew', user: user.id, refused: old }, from),
    get: () => edge.ask({ op: 'get', user: user.id }),
  }
}

const isAlive = ({ token = '' }: Said) => edge.twitch.id.isAlive(token)

test('the place is a plain Worker', async () => {
  expect(await edge.ask({ op: 'globals' })).toEqual([])
})

test('two Workers that ask at once get one renewal', async () => {
  const { old, renew, spent } = await takeUser()
  edge.twitch.id.expire(old)
  const answers = await Promise.all((['main', 'other', 'main', 'other'] as const).map(renew))
  expect(new Set(answers.map(({ token }) => token)).size).toBe(1)
  expect(answers.every(isAlive)).toBe(true)
  expect(spent()).toBe(1)
})

test('a token that is good costs no row and no request', async () => {
  const { get } = await takeUser()
  await get()
  const costs = async () => [await edge.ask<unknown>({ op: 'cost' }), edge.requests]
  const before = await costs()
  for (let time = 0; time < 10; time += 1) expect(await get()).toSatisfy(isAlive)
  expect(await costs()).toEqual(before)
})

describe('a vault whose machine is lost while it renews a dead token', () => {
  test.each<[string, Doom]>([
    ['in the queue', { step: 'queue' }],
    ['reading', { step: 'read' }],
    ['validating', { step: 'validate' }],
    ['with the question whether the token is good on its way', { request: 'before', path: '/validate' }],
    ['with the answer to that on its way', { request: 'after', path: '/validate' }],
    ['about to mark', { step: 'mark' }],
  ])('%s, renews when it is asked again', async (_, doom) => {
    const { old, renew, spent } = await takeUser()
    edge.twitch.id.expire(old)
    await edge.ask({ op: 'doom', doom })
    expect(await renew()).toHaveProperty('error', 'NetworkError')
    expect(await renew()).toSatisfy(isAlive)
    expect(spent()).toBe(1)
  })

  test.each<[string, Doom, number]>([
    ['before the request leaves', { request: 'before' }, 0],
    ['with the answer on its way', { request: 'after' }, 1],
    ['about to write the answer', { step: 'commit' }, 1],
  ])('%s, never sends that refresh token again, and says so', async (_, doom, times) => {
    const { old, renew, get, spent } = await takeUser()
    edge.twitch.id.expire(old)
    await edge.ask({ op: 'doom', doom })
    expect(await renew()).toHaveProperty('error', 'NetworkError')
    const lost: Said = { error: 'TokenRejectedError', reason: 'lost-response' }
    expect(await renew()).toEqual(lost)
    expect(await get()).toEqual(lost)
    expect(spent()).toBe(times)
  })

  test('after it has written, has the new token', async () => {
    const { old, renew, get, spent } = await takeUser()
    edge.twitch.id.expire(old)
    const renewed = await renew()
    await edge.ask({ op: 'doom', doom: { step: 'queue' } })
    await edge.ask({ op: 'renew', user: (await takeUser()).user, refused: 'x' })
    expect(await get()).toEqual(renewed)
    expect(spent()).toBe(1)
  })
})

test('a vault whose machine is lost while it renews early lives off the old token to its end, and then renews', async () => {
  const { user, old, get, spent } = await takeUser()
  await edge.jump(3.7 * HOUR)
  await edge.ask({ op: 'doom', doom: { request: 'before' } })
  await edge.ask({ op: 'ring', users: [user] })
  expect(spent()).toBe(0)
  expect(await get()).toEqual({ token: old })
  await edge.jump(0.4 * HOUR)
  expect(await get()).toSatisfy(isAlive)
  expect(spent()).toBe(1)
})

describe('a plain Worker whose requests share a manager', () => {
  /** What never ends is given up soon, so that nobody need wait here for as long as they would. */
  const loseHope = () => edge.ask({ op: 'patience', patience: 3_000 })

  async function share(cares: boolean) {
    const [user = { id: '', login: '' }] = takeUsers(1)
    const pair = edge.twitch.id.issue({ clientId: 'edge', login: user.login, scopes: ['chat:read'] })
    await edge.ask({ op: 'add', pair })
    edge.twitch.id.expire(pair.accessToken)
    // Longer than the request that asks for it lives.
    edge.twitch.latency = 5_000
    const about = { user: user.id, refused: pair.accessToken, cares }
    await edge.ask({ op: 'leave', after: 50, ...about })
    return {
      join: () => edge.ask({ op: 'join', ...about }),
      spent: () => edge.spent().get(pair.refreshToken) ?? 0,
    }
  }

  test('nobody waits for ever for a renewal whose request went away, and nobody sends it again', async () => {
    const { join, spent } = await share(false)
    edge.twitch.latency = 0
    await loseHope()
    const answers = await Promise.all([join(), join(), join()])
    for (const { token, error } of [...answers, await join()]) {
      expect(token ?? error).toBeOneOf([token, 'NetworkError', 'TokenRejectedError'])
    }
    expect(spent()).toBeLessThanOrEqual(1)
  })

  test('with waitUntil the renewal ends well, and the next request has it', async () => {
    const { join, spent } = await share(true)
    expect(await join()).toSatisfy(isAlive)
    expect(spent()).toBe(1)
  })

  test('nobody waits for ever for a handler that was asked by a request that went away', async () => {
    const [{ id: user = '' } = {}] = takeUsers(1)
    await loseHope()
    isSlow = true
    await edge.ask({ op: 'ask', user, leaves: true })
    isSlow = false
    expect(await edge.ask({ op: 'ask', user, leaves: false })).toSatisfy(isAlive)
  })

  test('nobody waits for ever for a start that a request began which went away', async () => {
    await loseHope()
    isSlow = true
    await edge.ask({ op: 'start', user: 'nobody', leaves: true })
    isSlow = false
    const all = Array.from({ length: 3 }, () => edge.ask<unknown>({ op: 'start', user: 'nobody', leaves: false }))
    expect(await Promise.all(all)).toEqual(['needs-login', 'needs-login', 'needs-login'])
  })
})

describe('many users', { timeout: 180_000 }, () => {
  let calm: Edge
  beforeAll(async () => {
    // No faster than this machine: a busy one must not look like a slow Twitch.
    calm = await startEdge({ users: 25 })
  })
  afterAll(() => calm?.close())

  test('whose tokens all die, and who ask at once through two Workers, are renewed once each', async () => {
    const users = calm.people.slice(0, 20).map(({ id }) => id)
    const { posts, wronged, spentTwice } = await storm(calm, users, 2)
    expect({ posts, wronged, spentTwice }).toEqual({ posts: 40, wronged: [], spentTwice: 0 })
  })

  test('stay signed in over a day of alarms, though machines are lost', async () => {
    const users = calm.people.slice(20).map(({ id }) => id)
    const { alarms, renewals, killed, spentTwice, notOk } = await day(calm, users)
    expect({ spentTwice, notOk }).toEqual({ spentTwice: 0, notOk: [] })
    expect(killed).toBeGreaterThanOrEqual(3)
    expect(renewals).toBeGreaterThanOrEqual(5 * 6)
    expect(alarms).toBeLessThanOrEqual(5 * 40)
  })
})

test('an alarm whose machine is lost in the middle rings again by itself', async () => {
  const real = await startEdge()
  try {
    const [{ refreshToken = '' } = {}] = await real.signIn()
    await real.ask({ op: 'doom', doom: { request: 'before', path: '/validate' } })
    real.twitch.latency = 1_000
    await real.jump(3.7 * HOUR)
    // In the time of this machine, which is that of alarms: an alarm of the vault's own could come before all this is done.
    await real.ask({ op: 'wake', user: '1001' })
    await vi.waitUntil(() => real.spent().get(refreshToken) === 1, { timeout: 45_000 })
    // Twitch has spent it before the vault has kept what it was given for it.
    const state = await vi.waitUntil(async () => {
      const status = await real.ask<{ state: string }>({ op: 'status', user: '1001' })
      return status.state !== 'refreshing' && status.state
    })
    expect(state).toBe('ok')
    expect(real.spent().get(refreshToken)).toBe(1)
  } finally {
    await real.close()
  }
})
