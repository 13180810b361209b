import { describe, expect, it } from 'vitest'
import { createFakeClock, createFakeTwitch, type FakeTwitchOptions } from '../../../src/testing/index.ts'

function setUp(options: FakeTwitchOptions = {}) {
  const clock = createFakeClock()
  const twitch = createFakeTwitch({
    clock,
    users: [{ login: 'ann' }, { login: 'ben' }],
    apps: [
      { clientId: 'public', clientType: 'public' },
      { clientId: 'other', clientType: 'public' },
      { clientId: 'confidential', clientType: 'confidential', clientSecret: 's' },
    ],
    ...options,
  })
  const issue = (login: string, clientId = 'public') =>
    twitch.id.issue({ clientId, login, scopes: ['chat:read', 'chat:edit'] })
  const renew = async (refreshToken: string, clientId = 'public') => {
    const body = new URLSearchParams({ client_id: clientId, grant_type: 'refresh_token', refresh_token: refreshToken })
    if (clientId === 'confidential') body.set('client_secret', 's')
    const response = await twitch.fetch('https://id.twitch.tv/oauth2/token', { method: 'POST', body })
    return { status: response.status, body: await response.json() }
  }
  const { isAlive } = twitch.id
  return { clock, twitch, issue, renew, isAlive }
}

describe('a second spend', () => {
  it('kills every token of that user and app, from every sign-in, and no other', async () => {
    const { twitch, issue, renew, isAlive } = setUp()
    const laptop = issue('ann')
    const desktop = issue('ann')
    const otherUser = issue('ben')
    const otherApp = issue('ann', 'other')
    await renew(laptop.refreshToken)
    expect(isAlive(desktop.accessToken)).toBe(true)

    expect((await renew(laptop.refreshToken)).status).toBe(400)
    expect([desktop.accessToken, desktop.refreshToken].map(isAlive)).toEqual([false, false])
    expect([otherUser, otherApp].flatMap((pair) => [pair.accessToken, pair.refreshToken]).every(isAlive)).toBe(true)
    expect(twitch.id.spends(laptop.refreshToken)).toBe(2)
    expect(twitch.id.grants().filter(({ ended }) => ended !== undefined)).toMatchObject([
      { clientId: 'public', user: { login: 'ann' }, ended: { reason: 'refresh-token-reused' } },
    ])
  })

  it('cannot kill a later grant', async () => {
    const { issue, renew, isAlive } = setUp()
    const first = issue('ann')
    await renew(first.refreshToken)
    await renew(first.refreshToken)
    const second = issue('ann')
    await renew(first.refreshToken)
    expect([second.accessToken, second.refreshToken].map(isAlive)).toEqual([true, true])
  })

  it('kills nothing where the switch says so', async () => {
    const { issue, renew, isAlive } = setUp({ reuseKillsGrant: false })
    const { refreshToken } = issue('ann')
    const { body } = await renew(refreshToken)
    expect((await renew(refreshToken)).status).toBe(400)
    expect([body.access_token, body.refresh_token].map(isAlive)).toEqual([true, true])
  })

  it('is allowed to a confidential app, unless its tokens rotate', async () => {
    const { issue, renew } = setUp()
    const { refreshToken } = issue('ann', 'confidential')
    expect((await renew(refreshToken, 'confidential')).body.refresh_token).toBe(refreshToken)
    expect((await renew(refreshToken, 'confidential')).status).toBe(200)

    const rotating = setUp({ rotateConfidential: true })
    const pair = rotating.issue('ann', 'confidential')
    expect((await rotating.renew(pair.refreshToken, 'confidential')).body.refresh_token).not.toBe(pair.refreshToken)
    expect((await rotating.renew(pair.refreshToken, 'confidential')).status).toBe(400)
  })
})

it.each([
  [undefined, 'public', false],
  [undefined, 'confidential', true],
  [false, 'public', true],
  [true, 'confidential', false],
] as const)(
  'with renewalKillsAccessToken %s a renewal of a %s app leaves the old access token alive: %s',
  async (renewalKillsAccessToken, app, alive) => {
    const { issue, renew, isAlive } = setUp({ renewalKillsAccessToken })
    const pair = issue('ann', app)
    await renew(pair.refreshToken, app)
    expect(isAlive(pair.accessToken)).toBe(alive)
  },
)

describe('the limit of 50 living access tokens', () => {
  it('lets the oldest die', async () => {
    const { issue, isAlive } = setUp()
    const pairs = Array.from({ length: 51 }, () => issue('ann', 'confidential'))
    expect(pairs.map(({ accessToken }) => isAlive(accessToken)).filter(Boolean)).toHaveLength(50)
    expect(isAlive(pairs[0]?.accessToken ?? '')).toBe(false)
    expect(isAlive(pairs[0]?.refreshToken ?? '')).toBe(true)
  })

  it('or refuses, where the rule says so, until some have expired', async () => {
    const { twitch, issue, renew } = setUp({ accessTokenLimitRule: 'fail' })
    const [first] = Array.from({ length: 50 }, () => issue('ann', 'confidential'))
    const refreshToken = first?.refreshToken ?? ''
    expect((await renew(refreshToken, 'confidential')).status).toBe(400)
    twitch.id.expire(first?.accessToken ?? '')
    expect((await renew(refreshToken, 'confidential')).status).toBe(200)
  })

  it('never stops a renewal that kills what it renews', async () => {
    const { issue, renew, isAlive } = setUp({ accessTokenLimitRule: 'fail' })
    const pairs = Array.from({ length: 50 }, () => issue('ann'))
    expect((await renew(pairs[9]?.refreshToken ?? '')).status).toBe(200)
    expect(pairs.filter(({ accessToken }) => isAlive(accessToken))).toHaveLength(49)
  })
})

describe('what users and Twitch do', () => {
  it('disconnect kills one app, a new password all', async () => {
    const { twitch, issue, renew, isAlive } = setUp()
    const [a, b, other] = [issue('ann'), issue('ann', 'other'), issue('ben')]
    twitch.id.disconnect('ann', 'public')
    expect([a, b, other].map((pair) => isAlive(pair.refreshToken))).toEqual([false, true, true])
    expect(await renew(a.refreshToken)).toEqual({
      status: 400,
      body: { error: 'Bad Request', status: 400, message: 'Invalid refresh token' },
    })
    twitch.id.changePassword('ann')
    expect([a, b, other].map((pair) => isAlive(pair.accessToken))).toEqual([false, false, true])
  })

  it('expireAll and revoke leave refresh tokens alone', async () => {
    const { twitch, issue, isAlive } = setUp()
    const [a, b] = [issue('ann'), issue('ben')]
    twitch.id.revoke(a.accessToken)
    twitch.id.expireAll()
    expect([a, b].flatMap((pair) => [isAlive(pair.accessToken), isAlive(pair.refreshToken)])).toEqual([
      false,
      true,
      false,
      true,
    ])
  })
})

it.each([
  ['array', ['chat:read', 'chat:edit']],
  ['blank', ['chat:read', 'chat:edit']],
  ['missing', undefined],
  ['null', null],
  ['string', 'chat:read chat:edit'],
] as const)('spells scope as %s', async (tokenScope, scope) => {
  const { issue, renew } = setUp({ tokenScope })
  expect((await renew(issue('ann').refreshToken)).body.scope).toEqual(scope)
})

it('gives lifetimes like those of Twitch, all different', () => {
  const { issue } = setUp()
  const lifetimes = Array.from({ length: 20 }, () => issue('ann').expiresIn)
  expect(Math.min(...lifetimes)).toBeGreaterThanOrEqual(13_000)
  expect(Math.max(...lifetimes)).toBeLessThanOrEqual(15_500)
  expect(new Set(lifetimes).size).toBeGreaterThan(10)
})

it('does the same for the same seed, whatever clients draw', async () => {
  const run = async (seed: number, draws: number) => {
    const { twitch, issue, renew } = setUp({ seed })
    for (let i = 0; i < draws; i++) twitch.platform.random?.()
    const { body } = await renew(issue('ann').refreshToken)
    return [body, twitch.users.byLogin('ann')?.id]
  }
  expect(await run(7, 0)).toEqual(await run(7, 3))
  expect(await run(7, 0)).not.toEqual(await run(8, 0))
})

it('refuses apps and users that are not well-formed', () => {
  expect(() => createFakeTwitch({ users: [{ login: 'Ann' }] })).toThrow(TypeError)
  expect(() => createFakeTwitch({ users: [{ login: 'ann' }, { login: 'ann' }] })).toThrow(TypeError)
  expect(() => createFakeTwitch({ apps: [{ clientId: 'a', clientType: 'confidential' }] })).toThrow(TypeError)
  expect(() => createFakeTwitch({ apps: [{ clientId: 'a', clientType: 'public', clientSecret: 's' }] })).toThrow(
    TypeError,
  )
})
