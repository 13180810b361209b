import { env, evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { DurableObject } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Client } from '../../src/client.ts'
import { createTokenVault, VaultTokenHandler } from '../../src/cloudflare/index.ts'
import { lentToken } from '../../src/cloudflare/vault.ts'
import { TokenManager } from '../../src/token/index.ts'
import { ANN, BEN, CLIENT_ID, createVaultWorld, SCOPES, vaultOptions } from './world.ts'

const HOUR = 3_600_000

const vaultOf = (name: string) => env.VAULT.get(env.VAULT.idFromName(name))
const alarmOf = (name: string) => runInDurableObject(vaultOf(name), (_, { storage }) => storage.getAlarm())

let world: ReturnType<typeof createVaultWorld>
let handler: VaultTokenHandler

beforeEach(() => {
  world = createVaultWorld()
  handler = new VaultTokenHandler(env.VAULT, { platform: world.twitch.platform })
})
afterEach(() => reset())

/** A pair that somebody signed in with, in their own vault. */
async function signIn({ id, login }: typeof ANN | typeof BEN = ANN) {
  const pair = world.issue(login)
  const answer = await vaultOf(id).adopt({ grantId: `grant of ${id}`, userId: id, scopes: SCOPES, ...pair })
  expect(answer).toMatchObject({ ok: true, value: { id, login } })
  return pair
}

/** Time passes to the next alarm, and it rings. */
async function ring(name: string): Promise<number> {
  const at = (await alarmOf(name)) ?? 0
  const now = world.clock.now()
  if (at > now) await world.clock.advance(at - now)
  await runDurableObjectAlarm(vaultOf(name))
  return at - now
}

describe('a vault', () => {
  test('hands out the access token of its user, and no refresh token', async () => {
    const { accessToken, refreshToken } = await signIn()
    const answer = await vaultOf(ANN.id).getToken({ user: ANN.id, scopes: ['chat:read'] })
    expect(answer).toMatchObject({ ok: true, value: { value: accessToken, kind: 'user', userId: ANN.id } })
    expect(JSON.stringify(answer)).not.toContain(refreshToken)
    const token = await handler.get({ user: ANN.id })
    expect(token.value).toBe(accessToken)
    expect(JSON.stringify(token)).not.toContain(accessToken)
  })

  test('renews a refused token once, for fifty who ask at the same time', async () => {
    await signIn()
    const old = await handler.get({ user: ANN.id })
    world.twitch.id.expireAll()
    const renewed = await Promise.all(Array.from({ length: 50 }, () => handler.renew(old)))
    expect(new Set(renewed.map(({ value }) => value)).size).toBe(1)
    expect(renewed[0]?.value).not.toBe(old.value)
    expect(world.asked('/token')).toBe(1)
  })

  test('two Workers that ask at once get one renewal', async () => {
    await signIn()
    const other = new VaultTokenHandler(env.VAULT, { platform: world.twitch.platform })
    const old = await handler.get({ user: ANN.id })
    world.twitch.id.expireAll()
    const [first, second] = await Promise.all([handler.renew(old), other.renew(old)])
    expect(first.value).toBe(second.value)
    expect(world.asked('/token')).toBe(1)
  })

  test('whoever is refused after somebody else was gets what is there by now', async () => {
    await signIn()
    const old = await handler.get({ user: ANN.id })
    world.twitch.id.expireAll()
    const renewed = await handler.renew(old)
    await evictDurableObject(vaultOf(ANN.id))
    expect((await handler.renew(old)).value).toBe(renewed.value)
    expect(world.asked('/token')).toBe(1)
  })

  test('says what is wrong with the errors of the library', async () => {
    await expect(handler.get({ user: ANN.id })).rejects.toMatchObject({
      name: 'TokenRejectedError',
      reason: 'signed-out',
      userId: ANN.id,
    })
    await signIn()
    await expect(handler.get({ user: ANN.id, scopes: ['bits:read'] })).rejects.toMatchObject({
      name: 'MissingScopeError',
      missing: ['bits:read'],
      userId: ANN.id,
    })
    world.twitch.faults.add({ host: 'id', fault: { kind: 'status', status: 503 } })
    const old = await handler.get({ user: ANN.id })
    world.twitch.id.expireAll()
    await expect(handler.renew(old)).rejects.toMatchObject({ name: 'NetworkError', status: 503 })
    await expect(handler.get()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('a handler of a Client asks again for what died, and gets another one', async () => {
    await signIn()
    const first = await handler.getUserToken(ANN.id, SCOPES)
    world.twitch.id.expireAll()
    const second = await handler.getUserToken(ANN.id, SCOPES)
    expect(second.accessToken).not.toBe(first.accessToken)
    expect(await handler.clientId()).toBe(CLIENT_ID)
  })

  test('a Client takes it, and renews what died', async () => {
    await signIn()
    const { tokens } = new Client(handler, { timers: false })
    const first = await tokens.get({ user: ANN.id, scopes: SCOPES })
    world.twitch.id.expireAll()
    const second = await tokens.renew(first)
    expect(second).toMatchObject({ userId: ANN.id, login: 'ann' })
    expect(second.value).not.toBe(first.value)
    expect(await tokens.clientId()).toBe(CLIENT_ID)
  })

  test('a TokenManager does not take it: the vault is one', () => {
    expect(() => new TokenManager(handler)).toThrow(TypeError)
  })

  test('a sign-out ends its alarm and revokes the access token', async () => {
    const { accessToken } = await signIn()
    await handler.signOut(ANN.id)
    expect(world.twitch.id.isAlive(accessToken)).toBe(false)
    await expect(handler.get({ user: ANN.id })).rejects.toMatchObject({ reason: 'signed-out' })
    await ring(ANN.id)
    expect(await alarmOf(ANN.id)).toBe(null)
  })

  test('tells how a sign-in stands after it was taken away and brought back', async () => {
    await signIn()
    await evictDurableObject(vaultOf(ANN.id))
    expect(await handler.status(ANN.id)).toMatchObject({ state: 'ok', userId: ANN.id, login: ANN.login })
    expect(world.asked('/validate')).toBe(1)
  })

  test('has a good token at hand as a line of text, and nothing else', async () => {
    await signIn()
    const vault = vaultOf(ANN.id)
    expect(await vault.lend()).toBe('')
    const token = await handler.get({ user: ANN.id, scopes: ['chat:read'] })
    expect(lentToken(await vault.lend())).toEqual({ ...token, value: token.value })
    world.twitch.id.expireAll()
    const renewed = await handler.renew(token)
    expect(lentToken(await vault.lend())?.value).toBe(renewed.value)
    await world.clock.advance(HOUR)
    expect(await vault.lend()).toBe('') // nobody has vouched for it within the hour
    await handler.signOut(ANN.id)
    expect(await vault.lend()).toBe('')
  })

  test('lends nobody a token that cannot do what is asked for, or is of somebody else', async () => {
    await signIn()
    await handler.get({ user: ANN.id })
    await expect(handler.get({ user: ANN.id, scopes: ['bits:read'] })).rejects.toMatchObject({ code: 'missing_scope' })
    await vaultOf('1003').adopt({ grantId: 'stray', userId: BEN.id, scopes: SCOPES, ...world.issue(BEN.login) })
    expect(await vaultOf('1003').getToken({ user: BEN.id })).toMatchObject({ ok: true })
    await expect(handler.get({ user: '1003' })).rejects.toMatchObject({ reason: 'signed-out', userId: '1003' })
  })

  test('says which part is not listed when it is asked for it', async () => {
    const answer = await runInDurableObject(vaultOf('bare'), async (_, state) => {
      const bare = { ...vaultOptions(), vaults: env.VAULT, parts: undefined }
      const Bare = createTokenVault(DurableObject<Cloudflare.Env>, () => bare)
      return new Bare(state, env).signInWithCode({ scopes: [], redirectUri: 'https://worker.example/callback' })
    })
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'configuration', message: expect.stringMatching(/signInWithCode.*codeSignIn/) },
    })
  })

  test('keeps one app token for all, in an object of its own', async () => {
    world = createVaultWorld({ clientType: 'confidential' })
    const tokens = await Promise.all([1, 2, 3].map(() => handler.get({ kind: 'app' })))
    await evictDurableObject(vaultOf('app'))
    tokens.push(await handler.get({ kind: 'app' }))
    expect(new Set(tokens.map(({ value }) => value)).size).toBe(1)
    expect(world.asked('/token')).toBe(1)
  })
})

describe('the alarm', () => {
  test('validates every hour and renews before the end, whether anybody asks or not', async () => {
    await signIn()
    for (let passed = 0; passed < 24 * HOUR; ) passed += await ring(ANN.id)
    expect(world.asked('/validate')).toBeGreaterThanOrEqual(17)
    expect(world.asked('/token')).toBeOneOf([6, 7])
    expect(await handler.status(ANN.id)).toMatchObject({ state: 'ok' })
    const renewed = world.events.filter(({ type }) => type === 'tokenRefreshed')
    expect(renewed).toHaveLength(world.asked('/token'))
  })

  test('does so across evictions, with no more alarms than without', async () => {
    await signIn()
    let alarms = 0
    for (let passed = 0; passed < 24 * HOUR; alarms += 1) {
      passed += await ring(ANN.id)
      await evictDurableObject(vaultOf(ANN.id))
    }
    expect(world.asked('/token')).toBeOneOf([6, 7])
    expect(alarms).toBeLessThanOrEqual(32)
  })

  test('that rings twice does its work once', async () => {
    await signIn()
    await ring(ANN.id)
    await world.clock.advance(3.9 * HOUR)
    await Promise.all([1, 2].map(() => runInDurableObject(vaultOf(ANN.id), (vault) => vault.alarm())))
    expect(world.asked('/token')).toBe(1)
  })

  test('is there again at the next call, should it ever be lost', async () => {
    await signIn()
    await runInDurableObject(vaultOf(ANN.id), (_, { storage }) => storage.deleteAlarm())
    await evictDurableObject(vaultOf(ANN.id))
    await handler.get({ user: ANN.id })
    expect(await alarmOf(ANN.id)).toBeGreaterThan(world.clock.now())
  })

  test('goes on after an alarm that failed', async () => {
    await signIn()
    await runInDurableObject(vaultOf(ANN.id), async (vault, { storage }) => {
      storage.sql.exec('ALTER TABLE twitch_keyring RENAME COLUMN record TO hidden')
      await vault.alarm()
      expect(await storage.getAlarm()).toBe(world.clock.now() + 300_000)
      storage.sql.exec('ALTER TABLE twitch_keyring RENAME COLUMN hidden TO record')
    })
    expect(world.events).toContainEqual({
      type: 'warning',
      event: expect.objectContaining({ message: expect.anything() }),
    })
    await ring(ANN.id)
    expect(await handler.status(ANN.id)).toMatchObject({ state: 'ok' })
  })

  test('keeps no timer, so that the object can rest', async () => {
    await signIn()
    await handler.get({ user: ANN.id })
    await handler.status(ANN.id)
    await ring(ANN.id)
    await world.clock.settle()
    expect(world.clock.pending).toBe(0)
  })

  test('rings no more once Twitch has taken access away, and again after the next sign-in', async () => {
    await signIn()
    await ring(ANN.id)
    world.twitch.id.disconnect(ANN.login, CLIENT_ID)
    await ring(ANN.id)
    expect(await handler.status(ANN.id)).toMatchObject({ state: 'needs-login' })
    expect(await alarmOf(ANN.id)).toBe(null)
    await expect(handler.get({ user: ANN.id })).rejects.toMatchObject({ reason: 'refused' })
    expect(await alarmOf(ANN.id)).toBe(null)
    const { accessToken } = world.issue()
    const answer = await vaultOf(ANN.id).adopt({ grantId: 'another', userId: ANN.id, scopes: SCOPES, accessToken })
    expect(answer).toMatchObject({ ok: true })
    expect((await handler.get({ user: ANN.id })).value).toBe(accessToken)
    expect(await alarmOf(ANN.id)).toBeGreaterThan(world.clock.now())
  })

  test('an object that nobody signed in to has none', async () => {
    await handler.get({ user: ANN.id }).catch(() => {})
    expect(await alarmOf(ANN.id)).toBe(null)
  })
})
