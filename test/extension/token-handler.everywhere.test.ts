import { afterEach, describe, expect, test, vi } from 'vitest'
import { ExtensionTokenHandler } from '../../src/extension/index.ts'
import { HelixClient } from '../../src/helix/index.ts'
import { createFakeClock, createFakeTwitch } from '../../src/testing/index.ts'

const ANN = { id: '1001', login: 'ann' }
const BEN = { id: '1002', login: 'ben' }
const CLIENT_ID = 'panel'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A panel on Ann's channel, and Twitch's helper in it. `skew`: milliseconds that the viewer's clock is fast. */
function createPanel(
  { skew = 0, ...options }: { viewer?: string; helixToken?: boolean; shared?: boolean; skew?: number } = {
    viewer: BEN.login,
  },
) {
  const clock = createFakeClock()
  const twitch = createFakeTwitch({ clock, users: [ANN, BEN] })
  const callbacks: ((auth: unknown) => void)[] = []
  const helper = { onAuthorized: (callback: (auth: unknown) => void) => void callbacks.push(callback) }
  const tokens = new ExtensionTokenHandler({ helper, platform: { ...twitch.platform, now: () => clock.now() + skew } })
  const tell = (auth: unknown) => {
    for (const callback of callbacks) callback(auth)
  }
  const authorize = async () => {
    const auth = await twitch.extensions.authorize({ clientId: CLIENT_ID, channel: ANN.login, ...options })
    tell(auth)
    return auth
  }
  const outcome = (promise: Promise<unknown>) => clock.until(promise.catch((error: unknown) => error))
  return {
    clock,
    twitch,
    tokens,
    tell,
    authorize,
    outcome,
    helix: new HelixClient(tokens, { platform: twitch.platform }),
  }
}

describe('the tokens of a panel', () => {
  test('are waited for, and Helix takes them as an Extension', async () => {
    const { clock, twitch, helix, authorize, tokens, outcome } = createPanel()
    const asked = helix.get('/users', { query: { login: ANN.login } })
    const { helixToken } = await authorize()
    expect(await outcome(asked)).toMatchObject({ data: [{ id: ANN.id }] })
    expect(twitch.requests.at(-1)?.headers).toMatchObject({
      authorization: `Extension ${helixToken}`,
      'client-id': CLIENT_ID,
    })
    expect(await clock.until(tokens.get())).toMatchObject({ kind: 'extension', scopes: [], value: helixToken })
  })

  test('are not waited for without end', async () => {
    const { clock, tokens, outcome } = createPanel()
    const startedAt = clock.now()
    const errors = await Promise.all(
      [tokens.get(), tokens.clientId(), tokens.authorization(), tokens.getForBackend()].map(outcome),
    )
    for (const error of errors) expect(error).toMatchObject({ name: 'NetworkError' })
    expect(clock.now() - startedAt).toBe(10_000)
  })

  test('are waited for no longer than the caller wants', async () => {
    const { tokens, outcome } = createPanel()
    const controller = new AbortController()
    const reason = new Error('unmounted')
    const asked = tokens.get({ signal: controller.signal })
    controller.abort(reason)
    expect(await outcome(asked)).toBe(reason)
    expect(await outcome(tokens.get({ signal: controller.signal }))).toBe(reason)
  })

  test('are not handed to a caller who has given up already, though they are there', async () => {
    const { authorize, tokens } = createPanel()
    await authorize()
    const reason = new Error('unmounted')
    await expect(tokens.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('are those of the viewer, who may be named', async () => {
    const { authorize, tokens, outcome } = createPanel({ viewer: BEN.login, shared: true })
    const { helixToken } = await authorize()
    expect(await outcome(tokens.get({ kind: 'user', user: BEN.id }))).toMatchObject({ value: helixToken })
  })

  test('are waited for as long as the panel says', async () => {
    const clock = createFakeClock()
    const helper = { onAuthorized: () => {} }
    const platform = { now: clock.now, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout }
    const tokens = new ExtensionTokenHandler({ helper, timeout: 500, platform })
    const startedAt = clock.now()
    await expect(clock.until(tokens.authorization())).rejects.toMatchObject({ name: 'NetworkError' })
    expect(clock.now() - startedAt).toBe(500)
  })

  test('are renewed by one for Helix, and not by an authorization without any', async () => {
    const { twitch, tell, authorize, tokens, outcome } = createPanel()
    const { helixToken } = await authorize()
    const renewed = tokens.renew(await tokens.get())
    const where = { clientId: CLIENT_ID, channel: ANN.login, viewer: BEN.login }
    tell(await twitch.extensions.authorize({ ...where, helixToken: false }))
    const next = await twitch.extensions.authorize(where)
    tell(next)
    expect(next.helixToken).not.toBe(helixToken)
    expect(await outcome(renewed)).toMatchObject({ value: next.helixToken })
  })

  test('come from the helper that Twitch puts into the page', () => {
    const onAuthorized = vi.fn()
    vi.stubGlobal('Twitch', { ext: { onAuthorized } })
    expect(() => new ExtensionTokenHandler()).not.toThrow()
    expect(onAuthorized).toHaveBeenCalledOnce()
  })

  test('are the newest that Twitch gave', async () => {
    const { clock, authorize, tokens } = createPanel()
    await authorize()
    await clock.advance(60_000)
    const { helixToken, token } = await authorize()
    expect((await clock.until(tokens.get())).value).toBe(helixToken)
    expect((await clock.until(tokens.getForBackend())).value).toBe(token)
  })

  test('are told of, without themselves', async () => {
    const { authorize, tokens, outcome } = createPanel({ viewer: BEN.login, shared: true })
    const heard: unknown[] = []
    tokens.on('authorized', (facts) => heard.push(facts))
    const auth = await authorize()
    const facts = {
      channelId: ANN.id,
      clientId: CLIENT_ID,
      opaqueUserId: auth.userId,
      userId: BEN.id,
      role: 'viewer',
      canAskHelix: true,
    }
    expect(heard).toEqual([expect.objectContaining(facts)])
    expect(await outcome(tokens.authorization())).toMatchObject(facts)
    const shown = JSON.stringify([heard, tokens, await tokens.get(), await tokens.getForBackend()])
    for (const secret of [auth.token, auth.helixToken ?? '']) {
      for (const part of secret.split('.').slice(1)) expect(shown).not.toContain(part)
    }
  })

  test('are replaced when Helix refuses them: the request waits for Twitch to give new ones', async () => {
    const { clock, twitch, helix, authorize, outcome } = createPanel()
    await authorize()
    twitch.extensions.expireAll(CLIENT_ID)
    const asked = helix.get('/users', { query: { login: ANN.login } })
    await clock.advance(2_000)
    await authorize()
    expect(await outcome(asked)).toMatchObject({ data: [{ id: ANN.id }] })
  })

  test('are stale in a panel that slept, until Twitch gives new ones', async () => {
    const { clock, authorize, tokens, outcome } = createPanel()
    await authorize()
    expect(tokens.isStale).toBe(false)
    await clock.advance(3_600_000)
    expect(tokens.isStale).toBe(true)
    expect(await outcome(tokens.get())).toMatchObject({
      name: 'TokenRejectedError',
      message: expect.stringMatching(/Reload/),
    })
    const asked = tokens.get()
    const { helixToken } = await authorize()
    expect(await outcome(asked)).toMatchObject({ value: helixToken })
    expect(tokens.isStale).toBe(false)
  })

  test('are good where the clock of the viewer is two hours fast', async () => {
    const { authorize, tokens, outcome } = createPanel({ viewer: BEN.login, skew: 7_200_000 })
    const { helixToken, token } = await authorize()
    expect(tokens.isStale).toBe(false)
    expect(await outcome(tokens.get())).toMatchObject({ value: helixToken })
    expect(await outcome(tokens.getForBackend())).toMatchObject({ value: token })
  })

  test('have none for Helix in the mobile app, and say so', async () => {
    const { authorize, tokens, outcome } = createPanel({ viewer: BEN.login, helixToken: false })
    const { token } = await authorize()
    expect(await outcome(tokens.get())).toMatchObject({
      name: 'UnsupportedError',
      message: expect.stringMatching(/backend/),
    })
    expect(await outcome(tokens.authorization())).toMatchObject({ canAskHelix: false })
    expect(await outcome(tokens.getForBackend())).toMatchObject({ value: token })
  })

  test('have no scopes, are no app token, nobody else’s, and none for chat', async () => {
    const { authorize, tokens, helix, outcome } = createPanel()
    await authorize()
    expect(await outcome(tokens.get({ scopes: ['bits:read'] }))).toMatchObject({
      name: 'MissingScopeError',
      missing: ['bits:read'],
    })
    expect(await outcome(helix.get('/bits/leaderboard'))).toMatchObject({ name: 'MissingScopeError' })
    expect(await outcome(tokens.get({ kind: 'app' }))).toMatchObject({ name: 'ConfigurationError' })
    expect(await outcome(tokens.get({ user: ANN.id }))).toMatchObject({ name: 'ConfigurationError' })
    expect(await outcome(tokens.getForChat())).toMatchObject({ name: 'UnsupportedError' })
  })

  test('may ask 30 times a minute, and wait instead of failing', async () => {
    const { clock, twitch, helix, authorize, outcome } = createPanel()
    await authorize()
    const query = { login: ANN.login }
    const answers = await outcome(Promise.all(Array.from({ length: 35 }, () => helix.get('/users', { query }))))
    expect(answers).toHaveLength(35)
    expect(twitch.requests.filter(({ status }) => status === 429)).toEqual([])
    await clock.advance(60_000)
  })

  test('may not ask more often once the viewer says who they are', async () => {
    const { twitch, tokens, tell, outcome } = createPanel()
    const helix = new HelixClient(tokens, { maxWait: 0, platform: twitch.platform })
    for (const shared of [false, true]) {
      tell(await twitch.extensions.authorize({ clientId: CLIENT_ID, channel: ANN.login, viewer: BEN.login, shared }))
      const query = { login: ANN.login }
      await outcome(Promise.allSettled(Array.from({ length: 20 }, () => helix.get('/users', { query }))))
    }
    expect(twitch.requests.filter(({ path }) => path === '/users')).toHaveLength(30)
  })
})

describe('an authorization', () => {
  const jwt = (claims: object) => `a.${btoa(JSON.stringify(claims))}.c`

  test.each<[unknown, string | undefined]>([
    ['broadcaster', 'broadcaster'],
    ['moderator', 'moderator'],
    ['viewer', 'viewer'],
    ['external', 'external'],
    ['admin', undefined],
  ])('of the role %s says %s', async (role, told) => {
    const { tell, tokens, outcome } = createPanel()
    tell({ channelId: '1', clientId: 'c', userId: 'U1', token: jwt({ role, user_id: '' }), helixToken: '' })
    expect(await outcome(tokens.authorization())).toMatchObject({ role: told, userId: undefined, canAskHelix: false })
  })

  test.each([
    [7, undefined, 7000],
    [7, 9, 7000],
    [9, 7, 7000],
    ['soon', 7, 7000],
  ])('with ends of %s and %s ends with the first', async (exp, helixExp, expiresAt) => {
    const { tell, tokens, outcome } = createPanel()
    const helixToken = helixExp === undefined ? undefined : jwt({ exp: helixExp })
    tell({ channelId: '1', clientId: 'c', userId: 'U1', token: jwt({ exp }), helixToken })
    expect(await outcome(tokens.authorization())).toMatchObject({ expiresAt })
  })
})

describe('what is no authorization', () => {
  test.each([
    undefined,
    null,
    'text',
    {},
    { channelId: '1', clientId: 'c', userId: 'U1' },
    { channelId: 1, clientId: 'c', userId: 'U1', token: 'x' },
    { channelId: '', clientId: 'c', userId: 'U1', token: 'x' },
    { channelId: '1', clientId: '', userId: 'U1', token: 'x' },
    { channelId: '1', clientId: 'c', userId: '', token: 'x' },
  ])('%j is not believed', async (auth) => {
    const { tell, tokens, outcome } = createPanel()
    tell(auth)
    expect(await outcome(tokens.authorization())).toMatchObject({ name: 'NetworkError' })
  })

  test.each(['', 'x', 'a.b.c', `a.${btoa('"text"')}.c`, `a.${btoa('{"exp":"soon","role":7,"user_id":{}}')}.c`])(
    'a JWT %j that cannot be read says nothing, and is handed on',
    async (helixToken) => {
      const { tell, tokens, outcome } = createPanel()
      tell({ channelId: '1', clientId: 'c', userId: 'U1', token: 'a.b.c', helixToken })
      expect(await outcome(tokens.authorization())).toMatchObject({
        userId: undefined,
        role: undefined,
        expiresAt: undefined,
      })
      expect(tokens.isStale).toBe(false)
      if (helixToken !== '') expect(await outcome(tokens.get())).toMatchObject({ value: helixToken })
    },
  )

  test('a page without the helper is told which script is missing', () => {
    expect(() => new ExtensionTokenHandler()).toThrow(/twitch-ext\.min\.js/)
    expect(() => new ExtensionTokenHandler({ helpers: {} } as never)).toThrow(
      'ExtensionTokenHandler has no option "helpers". It has: helper, timeout, platform.',
    )
  })
})
