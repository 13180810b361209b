import { env, evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { codeSignIn, deviceCodeSignIn, VaultTokenHandler } from '../../src/cloudflare/index.ts'
import { ANN, BEN, CLIENT_ID, createRealVaultWorld, SCOPES } from './world.ts'

const HOUR = 3_600_000
const redirectUri = 'https://worker.example/callback'

const vaultOf = (name: string) => env.VAULT.get(env.VAULT.idFromName(name))
const alarmOf = (name: string) => runInDurableObject(vaultOf(name), (_, { storage }) => storage.getAlarm())

/** Every text that an object has on its disk. */
const rowsOf = (name: string) =>
  runInDurableObject(vaultOf(name), (_, { storage }) =>
    JSON.stringify(
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'twitch_keyring'").toArray().length === 0
        ? []
        : storage.sql.exec('SELECT record FROM twitch_keyring').toArray(),
    ),
  )

function open(options: Parameters<typeof createRealVaultWorld>[0] = {}) {
  const handler = new VaultTokenHandler(env.VAULT)
  /** What becomes of a sign-in. */
  const endOf = (id: string) =>
    vi.waitUntil(async () => {
      const status = await handler.signInStatus(id)
      return status.state === 'pending' ? undefined : status
    })
  return { ...createRealVaultWorld(options), handler, endOf }
}

afterEach(() => reset())

describe('a sign-in with a device code', () => {
  test('goes on by itself, and ends in the vault of whoever agreed', async () => {
    const { handler, twitch, endOf } = open()
    const { id, userCode } = await handler.signInWithDeviceCode({ scopes: SCOPES })
    expect(await handler.signInStatus(id)).toMatchObject({ state: 'pending', userCode })
    twitch.id.allow(userCode, ANN.login)
    expect(await endOf(id)).toMatchObject({ state: 'signed-in', account: { id: ANN.id, login: 'ann' } })
    expect(await handler.get({ user: ANN.id, scopes: SCOPES })).toMatchObject({ userId: ANN.id })
    expect(await alarmOf(ANN.id)).not.toBe(null)
  })

  test.each([{ parts: [deviceCodeSignIn, codeSignIn] }, { parts: [codeSignIn, deviceCodeSignIn] }])(
    'goes on after the object was taken away, whatever else the vault can do',
    async (options) => {
      const { handler, twitch, endOf } = open(options)
      const { id, userCode } = await handler.signInWithDeviceCode({ scopes: SCOPES })
      await runInDurableObject(vaultOf(`sign-in:${id}`), (_, state) => {
        state.abort('taken away')
      }).catch(() => {})
      twitch.id.allow(userCode, ANN.login)
      await runDurableObjectAlarm(vaultOf(`sign-in:${id}`))
      // Nobody asks meanwhile.
      await vi.waitUntil(async () => (await alarmOf(ANN.id)) !== null)
      expect(await endOf(id)).toMatchObject({ state: 'signed-in' })
    },
  )

  test('leaves no token where it was begun, and an hour later nothing at all', async () => {
    const { handler, twitch, endOf, jump } = open()
    const { id, userCode } = await handler.signInWithDeviceCode({ scopes: SCOPES })
    twitch.id.allow(userCode, ANN.login)
    await endOf(id)
    const { value } = await handler.get({ user: ANN.id })
    expect(await rowsOf(`sign-in:${id}`)).not.toContain(value)
    jump(HOUR)
    await runDurableObjectAlarm(vaultOf(`sign-in:${id}`))
    expect(await rowsOf(`sign-in:${id}`)).toBe('[]')
    expect(await alarmOf(`sign-in:${id}`)).toBe(null)
    expect(await handler.signInStatus(id)).toEqual({ state: 'unknown' })
  })

  test('that is refused or cancelled says so', async () => {
    const { handler, twitch, endOf } = open()
    const refused = await handler.signInWithDeviceCode({ scopes: SCOPES })
    twitch.id.deny(refused.userCode)
    const cancelled = await handler.signInWithDeviceCode({ scopes: SCOPES })
    await handler.cancelSignIn(cancelled.id)
    expect(await endOf(refused.id)).toMatchObject({ state: 'failed', reason: 'denied' })
    expect(await endOf(cancelled.id)).toMatchObject({ state: 'failed', reason: 'cancelled' })
  })

  test('hands its tokens over later when the vault does not answer at first', async () => {
    const { handler, twitch, asked } = open()
    const { id, userCode } = await handler.signInWithDeviceCode({ scopes: SCOPES })
    // The sign-in itself validates once, the vault of the user then cannot.
    twitch.faults.add({ host: 'id', path: '/validate', skip: 1, times: 1, fault: { kind: 'status', status: 503 } })
    twitch.id.allow(userCode, ANN.login)
    await vi.waitUntil(() => asked('/validate') === 2)
    expect(await handler.signInStatus(id)).toMatchObject({ state: 'pending' })
    await runDurableObjectAlarm(vaultOf(`sign-in:${id}`))
    expect(await handler.signInStatus(id)).toMatchObject({ state: 'signed-in' })
    expect(await handler.get({ user: ANN.id })).toMatchObject({ userId: ANN.id })
  })
})

describe('a sign-in that somebody has agreed to, and whose tokens their vault cannot take yet', () => {
  async function agree() {
    const opened = open()
    const { handler, twitch, asked } = opened
    const { id, userCode } = await handler.signInWithDeviceCode({ scopes: SCOPES })
    // The sign-in itself validates once.
    const down = { host: 'id', path: '/validate', skip: 1, fault: { kind: 'status', status: 503 } } as const
    const mend = twitch.faults.add(down)
    twitch.id.allow(userCode, ANN.login)
    await vi.waitUntil(() => asked('/validate') === 2)
    await vi.waitUntil(async () => !(await rowsOf(`sign-in:${id}`)).includes('unanswered'))
    return { ...opened, id, mend, ring: () => runDurableObjectAlarm(vaultOf(`sign-in:${id}`)) }
  }

  test('is pending, with no code to be shown and with time left', async () => {
    const { handler, id } = await agree()
    const status = await handler.signInStatus(id)
    expect(status).toMatchObject({ state: 'pending', userCode: '' })
    expect(status).toHaveProperty(
      'expiresAt',
      expect.toSatisfy((at: number) => at > Date.now()),
    )
  })

  test('has failed, and says why, when they take access away meanwhile', async () => {
    const { handler, twitch, id, mend, ring } = await agree()
    twitch.id.disconnect(ANN.login, CLIENT_ID)
    mend()
    await ring()
    expect(await handler.signInStatus(id)).toMatchObject({
      state: 'failed',
      reason: 'refused',
      why: expect.stringContaining('access was taken away'),
    })
  })

  test('is over when it is cancelled, and its tokens with it', async () => {
    const { handler, id, mend, ring } = await agree()
    await handler.cancelSignIn(id)
    expect(await handler.signInStatus(id)).toMatchObject({ state: 'failed', reason: 'cancelled' })
    mend()
    await ring()
    expect(await handler.signInStatus(id)).toMatchObject({ state: 'failed', reason: 'cancelled' })
    // Theirs has heard of it, and would have gone on with it by itself.
    await runDurableObjectAlarm(vaultOf(ANN.id))
    await expect(handler.get({ user: ANN.id })).rejects.toMatchObject({ reason: 'signed-out' })
    expect(await alarmOf(ANN.id)).toBe(null)
  })

  test('is given up after an hour, and that is told for another one', async () => {
    const { handler, id, ring, jump } = await agree()
    jump(HOUR)
    await ring()
    expect(await handler.signInStatus(id)).toMatchObject({ state: 'failed', reason: 'not-saved' })
    jump(HOUR)
    await ring()
    expect(await rowsOf(`sign-in:${id}`)).toBe('[]')
    expect(await handler.signInStatus(id)).toEqual({ state: 'unknown' })
  })
})

describe('a sign-in with a code and a secret', () => {
  const confidential = { clientType: 'confidential' } as const

  test('ends in the vault of whoever agreed, and stores nothing before', async () => {
    const { handler, twitch } = open(confidential)
    const { url, pending } = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
    expect(await rowsOf('app')).toBe('[]')
    const back = await twitch.id.authorize(url, { login: ANN.login })
    expect(await handler.completeSignInWithCode(back, pending)).toMatchObject({ id: ANN.id, login: ANN.login })
    const token = await handler.get({ user: ANN.id, scopes: SCOPES })
    expect(twitch.id.isAlive(token.value)).toBe(true)
    expect(await rowsOf(`sign-in:${pending.state}`)).not.toContain(token.value)
  })

  test('refuses the answer to a sign-in of another browser', async () => {
    const { handler, twitch } = open(confidential)
    const mine = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
    const other = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
    const back = await twitch.id.authorize(other.url, { login: BEN.login })
    await expect(handler.completeSignInWithCode(back, mine.pending)).rejects.toMatchObject({ reason: 'code-expired' })
    await expect(handler.get({ user: BEN.id })).rejects.toMatchObject({ reason: 'signed-out' })
  })

  describe('whose answer is lost, as when the object ends', () => {
    async function signInOnce() {
      const opened = open(confidential)
      const { handler, twitch } = opened
      const { url, pending } = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
      const back = await twitch.id.authorize(url, { login: ANN.login })
      const account = await handler.completeSignInWithCode(back, pending)
      await evictDurableObject(vaultOf(`sign-in:${pending.state}`))
      return { ...opened, url, pending, back, account }
    }

    test('is answered alike when it is asked for again at once, and the code is spent once', async () => {
      const { handler, pending, back, account, asked } = await signInOnce()
      expect(await handler.completeSignInWithCode(back, pending)).toMatchObject({ id: account.id, login: ANN.login })
      expect(asked('/token')).toBe(1)
    })

    test('lets nobody in with another code, or a minute later', async () => {
      const { handler, twitch, url, pending, back, asked, jump } = await signInOnce()
      const other = await twitch.id.authorize(url, { login: BEN.login })
      for (let time = 1; time <= 2; time += 1)
        await expect(handler.completeSignInWithCode(other, pending)).rejects.toMatchObject({ reason: 'code-expired' })
      jump(60_000)
      await expect(handler.completeSignInWithCode(back, pending)).rejects.toMatchObject({ reason: 'code-expired' })
      expect(asked('/token')).toBe(1)
    })

    test('is answered alike while the vault of the user does not take the tokens', async () => {
      const { handler, twitch, asked } = open(confidential)
      const { url, pending } = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
      const back = await twitch.id.authorize(url, { login: ANN.login })
      twitch.faults.add({ host: 'id', path: '/validate', skip: 1, fault: { kind: 'status', status: 503 } })
      expect(await handler.completeSignInWithCode(back, pending)).toMatchObject({ id: ANN.id })
      await evictDurableObject(vaultOf(`sign-in:${pending.state}`))
      expect(await handler.completeSignInWithCode(back, pending)).toMatchObject({ id: ANN.id })
      expect(asked('/token')).toBe(1)
    })

    test('is not asked of Twitch again while nobody can tell whose tokens came', async () => {
      const { handler, twitch, asked } = open(confidential)
      const { url, pending } = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
      const back = await twitch.id.authorize(url, { login: ANN.login })
      const mend = twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'status', status: 503 } })
      for (let time = 1; time <= 2; time += 1)
        await expect(handler.completeSignInWithCode(back, pending)).rejects.toMatchObject({ name: 'NetworkError' })
      mend()
      expect(await handler.completeSignInWithCode(back, pending)).toMatchObject({ id: ANN.id })
      expect(asked('/token')).toBe(1)
    })
  })

  test('comes to one end for a browser that comes back twice at once', async () => {
    const { handler, twitch, asked } = open(confidential)
    const { url, pending } = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
    const back = await twitch.id.authorize(url, { login: ANN.login })
    const ends = await Promise.all([1, 2].map(() => handler.completeSignInWithCode(back, pending)))
    expect(ends.map(({ id }) => id)).toEqual([ANN.id, ANN.id])
    expect(asked('/token')).toBe(1)
  })

  test('stores nothing of an answer that is none', async () => {
    const { handler } = open(confidential)
    const { pending } = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
    const back = `${redirectUri}?error=access_denied&state=${pending.state}`
    await expect(handler.completeSignInWithCode(back, pending)).rejects.toMatchObject({ reason: 'denied' })
    expect(await alarmOf(`sign-in:${pending.state}`)).toBe(null)
  })

  test('a second sign-in takes the place of the first', async () => {
    const { handler, twitch } = open(confidential)
    for (let time = 1; time <= 2; time += 1) {
      const { url, pending } = await handler.signInWithCode({ scopes: SCOPES, redirectUri })
      await handler.completeSignInWithCode(await twitch.id.authorize(url, { login: ANN.login }), pending)
    }
    await evictDurableObject(vaultOf(ANN.id))
    expect(await handler.status(ANN.id)).toMatchObject({ state: 'ok' })
  })
})

test('a vault that is in use notices a sign-in that grants more', async () => {
  const { handler, issue } = open()
  const adopt = (pair: ReturnType<typeof issue>, grantId: string) =>
    vaultOf(ANN.id).adopt({ grantId, userId: ANN.id, scopes: [], ...pair })
  await adopt(issue(ANN.login, ['chat:read']), 'first')
  await expect(handler.get({ user: ANN.id, scopes: ['chat:edit'] })).rejects.toMatchObject({ code: 'missing_scope' })
  await adopt(issue(ANN.login, ['chat:read', 'chat:edit']), 'second')
  expect(await handler.get({ user: ANN.id, scopes: ['chat:edit'] })).toMatchObject({ userId: ANN.id })
})

test('a pair that is handed over twice is adopted once, even after it was renewed', async () => {
  const { twitch, issue, asked, handler } = open()
  const pair = { grantId: 'grant', userId: ANN.id, scopes: SCOPES, ...issue() }
  await vaultOf(ANN.id).adopt(pair)
  const old = await handler.get({ user: ANN.id })
  twitch.id.expireAll()
  const renewed = await handler.renew(old)
  expect(await vaultOf(ANN.id).adopt(pair)).toMatchObject({ ok: true, value: { id: ANN.id } })
  expect((await handler.get({ user: ANN.id })).value).toBe(renewed.value)
  expect(asked('/token')).toBe(1)
})
