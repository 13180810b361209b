import { beforeEach, describe, expect, it } from 'vitest'
import { HelixClient } from '../../src/helix/client.ts'
import { createFakeClock, createFakeTwitch, type FakeClock, type FakeTwitch } from '../../src/testing/index.ts'
import type { AccessToken, AccessTokenSource, Scope } from '../../src/types.ts'
import { rejection } from '../oauth/stub.ts'

let clock: FakeClock
let twitch: FakeTwitch
let helix: HelixClient
let renewals: number
let held: AccessToken

const scopes: readonly Scope[] = ['user:write:chat', 'moderator:read:followers']

function issue(): AccessToken {
  const { accessToken } = twitch.id.issue({ clientId: 'app', login: 'dev', scopes })
  return { value: accessToken, kind: 'user', userId: '1', scopes }
}

beforeEach(() => {
  clock = createFakeClock()
  twitch = createFakeTwitch({
    clock,
    users: Array.from({ length: 250 }, (_, i) => ({ id: `${i + 1}`, login: i === 0 ? 'dev' : `viewer${i}` })),
    apps: [{ clientId: 'app', clientType: 'public' }],
  })
  held = issue()
  renewals = 0
  const tokens: AccessTokenSource = {
    clientId: async () => 'app',
    get: async () => held,
    getForChat: async () => held,
    async renew() {
      renewals += 1
      held = issue()
      return held
    },
  }
  helix = new HelixClient(tokens, { platform: twitch.platform })
})

const sent = () => twitch.requests.filter(({ host }) => host === 'helix')

describe('Helix at the fake Twitch, by the rules for pages', () => {
  it('says who I am', async () => {
    const { data } = await helix.get('/users')
    expect(data).toMatchObject([{ id: '1', login: 'dev' }])
  })

  it('goes on with a new token when the old one died', async () => {
    twitch.id.expire(held.value)
    await expect(helix.get('/users')).resolves.toMatchObject({ data: [{ id: '1' }] })
    expect(renewals).toBe(1)
  })

  it('sends a message once', async () => {
    const body = { broadcaster_id: '1', sender_id: '1', message: 'hi' }
    await expect(helix.post('/chat/messages', { body })).resolves.toMatchObject({ data: [{ is_sent: true }] })
  })

  it('never sends a message twice because its answer was lost', async () => {
    twitch.faults.add({ host: 'helix', fault: { kind: 'no-answer', at: 'after' } })
    const body = { broadcaster_id: '1', sender_id: '1', message: 'hi' }
    expect(await rejection(helix.post('/chat/messages', { body }))).toMatchObject({ name: 'NetworkError' })
    expect(sent()).toHaveLength(1)
  })

  it.each([{ kind: 'status', status: 500 }, { kind: 'html' }, { kind: 'no-answer' }, { kind: 'cut' }] as const)(
    'asks again after $kind',
    async (fault) => {
      twitch.faults.add({ host: 'helix', times: 2, fault })
      const answer = helix.get('/users')
      await clock.advance(10_000)
      await expect(answer).resolves.toMatchObject({ data: [{ id: '1' }] })
    },
  )

  it('waits for points that it cannot see', async () => {
    twitch.helix.exhaust('app', 'dev')
    const answer = helix.get('/users')
    await clock.advance(10_000)
    await expect(answer).resolves.toMatchObject({ data: [{ id: '1' }] })
  })

  it('pages through all followers', async () => {
    for (let i = 1; i < 250; i += 1) twitch.helix.follow(`viewer${i}`, 'dev')
    const logins = new Set<string>()
    const followers = helix.paginate('/channels/followers', { query: { broadcaster_id: '1', first: 100 } })
    for await (const { user_login } of followers) logins.add(user_login)
    expect(logins.size).toBe(249)
    expect(sent()).toHaveLength(3)
  })

  it('looks up 250 users with 3 requests', async () => {
    const found = Promise.all(Array.from({ length: 250 }, (_, i) => helix.lookUp('users', { id: `${i + 1}` })))
    const none = helix.lookUp('users', { login: 'nobody' })
    await clock.advance(0)
    expect((await found).map((user) => user?.id)).toEqual(Array.from({ length: 250 }, (_, i) => `${i + 1}`))
    await expect(none).resolves.toBeUndefined()
    expect(sent()).toHaveLength(4)
  })

  it('finds that a stream is off', async () => {
    const off = helix.lookUp('streams', { login: 'dev' })
    await clock.advance(0)
    await expect(off).resolves.toBeUndefined()
    twitch.helix.goLive('dev')
    const on = helix.lookUp('streams', { login: 'dev' })
    await clock.advance(0)
    await expect(on).resolves.toMatchObject({ user_id: '1', type: 'live' })
  })
})
