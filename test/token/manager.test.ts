import { describe, expect, test } from 'vitest'
import { MissingScopeError, NetworkError, TokenRejectedError } from '../../src/errors.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { TokenManager } from '../../src/token/index.ts'
import { ANN, BEN, CLIENT_ID, createWorld, record, SCOPES } from './support.ts'

const HOUR = 3_600_000

describe('a stored token', () => {
  test('is validated before it is first handed out, and not again within the hour', async () => {
    const { clock, openTab, issue, asked } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const before = asked('/validate')
    const token = await clock.until(manager.get())
    expect(token).toMatchObject({ kind: 'user', userId: ANN.id, login: 'ann', scopes: SCOPES })
    await clock.until(manager.get())
    await clock.advance(50 * 60_000)
    await clock.until(manager.get())
    expect(asked('/validate')).toBe(before)
    await clock.advance(10 * 60_000)
    expect(asked('/validate')).toBe(before + 1)
  })

  test('is renewed once for a thousand callers on a dead one, after one look', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld()
    const { handler, manager, store } = openTab()
    await clock.until(handler.add(issue()))
    manager.close()
    twitch.id.expireAll()
    await clock.advance(5 * HOUR)
    const later = openTab(store)
    const validations = asked('/validate')
    const tokens = await clock.until(Promise.all(Array.from({ length: 1000 }, () => later.manager.get())))
    expect(new Set(tokens.map((token) => token.value)).size).toBe(1)
    expect(asked('/token')).toBe(1)
    expect(asked('/validate') - validations).toBeLessThanOrEqual(1)
  })

  test('is renewed before its end, so that nobody waits', async () => {
    const { clock, openTab, issue, asked } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const first = await clock.until(manager.get())
    const heard = record((listener) => manager.on('tokenRefreshed', listener))
    await clock.advance(4 * HOUR - 60_000)
    const second = await manager.get()
    expect(second.value).not.toBe(first.value)
    expect(asked('/token')).toBe(1)
    expect(heard).toEqual([{ userId: ANN.id, login: 'ann', origin: 'here', expiresAt: second.expiresAt }])
  })

  test('knows its end by the clock of who asks, whatever clock it was obtained by', async () => {
    const { clock, place, openTab, issue } = createWorld()
    const { handler, store } = openTab()
    await clock.until(handler.add(issue()))
    await clock.advance(HOUR / 2)
    for (const wrong of [5 * HOUR, -72 * HOUR]) {
      const now = () => clock.now() + wrong
      const { manager } = openTab(store, { ...place.platform(), now })
      await clock.until(manager.start())
      const { expiresAt } = await clock.until(manager.get())
      expect(expiresAt).toBe(manager.status().expiresAt)
      expect((expiresAt ?? 0) - now()).toBeGreaterThan(3 * HOUR)
      expect((expiresAt ?? 0) - now()).toBeLessThanOrEqual(4 * HOUR)
      manager.close()
    }
  })

  test('is written before anyone sees it', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const { handler, manager, store } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    twitch.id.expireAll()
    const renewed = await clock.until(manager.renew(token))
    const stored = await store.get(`token:${CLIENT_ID}:${ANN.id}`)
    expect(stored).toMatchObject({ accessToken: renewed.value })
    expect(stored).not.toHaveProperty('mark')
  })

  test('that was refused but is good is handed back without a renewal', async () => {
    const { clock, openTab, issue, asked } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    expect((await clock.until(manager.renew(token))).value).toBe(token.value)
    expect(asked('/token')).toBe(0)
  })

  test('that a straggler was refused with is another one by now, and is not renewed again', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const old = await clock.until(manager.get())
    twitch.id.expireAll()
    const renewed = await clock.until(manager.renew(old))
    expect((await clock.until(manager.renew(old))).value).toBe(renewed.value)
    expect(asked('/token')).toBe(1)
  })

  test('lacks a scope: the error names it, and nothing is asked of Twitch', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    await clock.until(manager.get())
    const before = twitch.requests.length
    const error = await clock.until(manager.get({ scopes: ['chat:read', 'bits:read'] }).catch((error) => error))
    expect(error).toBeInstanceOf(MissingScopeError)
    expect(error).toMatchObject({ missing: ['bits:read'], userId: ANN.id })
    expect(twitch.requests.length).toBe(before)
  })
})

describe('when Twitch does not answer', () => {
  test('a token that still works is handed out, and the state is degraded', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    twitch.faults.add({ host: 'id', fault: { kind: 'no-answer' } })
    await clock.advance(HOUR)
    expect((await clock.until(manager.get())).value).toBe(token.value)
    expect(manager.status()).toMatchObject({ state: 'degraded', userId: ANN.id })
    twitch.faults.clear()
    await clock.advance(10 * 60_000)
    expect(manager.status()).toMatchObject({ state: 'ok' })
  })

  test('an expired token is a NetworkError, not a logout, and comes back when Twitch does', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    twitch.faults.add({ host: 'id', fault: { kind: 'status', status: 503 } })
    await clock.advance(5 * HOUR)
    const error = await clock.until(manager.get().catch((error) => error))
    expect(error).toBeInstanceOf(NetworkError)
    expect(asked('/token')).toBe(0)
    twitch.faults.clear()
    await clock.advance(10 * 60_000)
    expect((await clock.until(manager.get())).value).not.toBe(token.value)
    expect(manager.status()).toMatchObject({ state: 'ok' })
  })

  test('a lost answer of a renewal is not sent again while the access token works', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld({ renewalKillsAccessToken: false })
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    await clock.until(manager.get())
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'no-answer', at: 'after' } })
    await clock.advance(4 * HOUR - 60_000)
    expect(asked('/token')).toBe(1)
    expect(manager.status()).toMatchObject({ state: 'degraded' })
  })

  test('a spent token whose answer was lost ends in one reason to sign in, and is not sent again', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld({ renewalKillsAccessToken: true })
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    const heard = record((listener) => manager.on('needsLogin', listener))
    twitch.id.revoke(token.value)
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'no-answer', at: 'after' } })
    await clock.until(manager.renew(token).catch((error) => error))
    await clock.advance(2 * 60_000)
    const error = await clock.until(manager.get().catch((error) => error))
    expect(error).toBeInstanceOf(TokenRejectedError)
    expect(error).toMatchObject({ reason: 'lost-response', userId: ANN.id })
    expect(heard).toHaveLength(1)
    expect(asked('/token')).toBe(1)
  })
})

describe('two tabs on one store', () => {
  test('a tab that has read nothing yet renews what it is refused with all the same', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const store = memoryStore()
    const one = openTab(store)
    await clock.until(one.handler.add(issue()))
    const old = await clock.until(one.manager.get())
    one.manager.close()
    twitch.id.expireAll()
    const renewed = await clock.until(openTab(store).manager.renew(old))
    expect(twitch.id.isAlive(renewed.value)).toBe(true)
  })

  test('a tab whose own look got no answer takes what another tab renewed meanwhile', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld()
    const store = memoryStore()
    const place = { locks: undefined }
    const one = openTab(store, place)
    const two = openTab(store, place)
    await clock.until(one.handler.add(issue()))
    const old = await clock.until(one.manager.get())
    await clock.until(two.manager.get())
    twitch.id.expireAll()
    twitch.faults.add({ host: 'id', path: '/validate', times: 1, fault: { kind: 'hang' } })
    const waiting = one.manager.renew(old)
    await clock.advance(100)
    const renewed = await clock.until(two.manager.renew(old))
    expect((await clock.until(waiting)).value).toBe(renewed.value)
    expect(one.manager.status()).toMatchObject({ state: 'ok' })
    expect(asked('/token')).toBe(1)
  })

  test('both hear that a sign-in has ended, and only one of them that it was here', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const store = memoryStore()
    const one = openTab(store)
    const two = openTab(store)
    await clock.until(one.handler.add(issue()))
    const old = await clock.until(one.manager.get())
    await clock.until(two.manager.get())
    const heard: string[] = []
    for (const { manager } of [one, two]) manager.on('needsLogin', ({ origin }) => heard.push(origin))
    twitch.id.disconnect('ann', CLIENT_ID)
    await clock.until(Promise.allSettled([one.manager.renew(old), two.manager.renew(old)]))
    await clock.settle()
    expect(heard.sort()).toEqual(['elsewhere', 'here'])
  })

  test('a tab that is refused with a newer token than it knows reads the store before it answers', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld()
    const store = memoryStore()
    const one = openTab(store)
    const deaf = openTab(store, { locks: undefined, channel: undefined })
    await clock.until(one.handler.add(issue()))
    const old = await clock.until(deaf.manager.get())
    twitch.id.expireAll()
    const newer = await clock.until(one.manager.renew(old))
    twitch.id.expireAll()
    const newest = await clock.until(deaf.manager.renew(newer))
    expect(new Set([old.value, newer.value, newest.value]).size).toBe(3)
    expect(asked('/token')).toBe(2)
  })

  test('spend one refresh token between them, and both hear of it once', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld()
    const store = memoryStore()
    const one = openTab(store)
    const two = openTab(store)
    await clock.until(one.handler.add(issue()))
    const old = await clock.until(one.manager.get())
    await clock.until(two.manager.get())
    const heard = [
      record<{ origin: string }>((listener) => one.manager.on('tokenRefreshed', listener)),
      record<{ origin: string }>((listener) => two.manager.on('tokenRefreshed', listener)),
    ]
    twitch.id.expireAll()
    const renewed = await clock.until(Promise.all([one.manager.renew(old), two.manager.renew(old)]))
    expect(renewed[0].value).toBe(renewed[1].value)
    expect(asked('/token')).toBe(1)
    expect(heard.map((events) => events.length)).toEqual([1, 1])
  })

  test('sign out together, and a renewal under way is dropped', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const store = memoryStore()
    const one = openTab(store)
    const two = openTab(store)
    await clock.until(one.handler.add(issue()))
    const old = await clock.until(one.manager.get())
    await clock.until(two.manager.get())
    twitch.id.expireAll()
    twitch.faults.add({ host: 'id', path: '/token', fault: { kind: 'none', latency: 5_000 } })
    const renewing = one.manager.renew(old).catch((error) => error)
    await clock.advance(1_000)
    await clock.until(two.manager.signOut(ANN.id))
    expect(await clock.until(renewing)).toMatchObject({ reason: 'signed-out' })
    await clock.settle()
    expect(await one.handler.users()).toEqual([])
    expect(one.manager.status()).toMatchObject({ state: 'needs-login' })
    const alive = twitch.id
      .grants()
      .flatMap((grant) => [...grant.accessTokens].filter(({ value }) => twitch.id.isAlive(value)))
    expect(alive).toEqual([])
  })
})

describe('several users', () => {
  test('each get their own token, and asking for nobody lists them', async () => {
    const { clock, openTab, issue } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue('ann')))
    await clock.until(handler.add(issue('ben')))
    expect((await clock.until(manager.get({ user: BEN.id }))).login).toBe('ben')
    expect((await clock.until(manager.get({ user: ANN.id }))).login).toBe('ann')
    const error = await clock.until(manager.get().catch((error) => error))
    expect(error.message).toContain('1001 (ann), 1002 (ben)')
  })

  test('are always in the same order, whoever signed in first', async () => {
    const { clock, openTab, issue } = createWorld()
    for (const logins of [
      ['ann', 'ben'],
      ['ben', 'ann'],
    ]) {
      const { handler, manager } = openTab()
      await clock.until(manager.start())
      for (const login of logins) await clock.until(handler.add(issue(login)))
      await clock.settle()
      expect(manager.getSnapshot().accounts.map(({ login }) => login)).toEqual(['ann', 'ben'])
    }
  })

  test('one user with a wide and a narrow token gets the narrowest that does', async () => {
    const { clock, openTab, issue } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue('ann', ['chat:read', 'bits:read'])))
    await clock.until(handler.add(issue('ann', ['chat:edit'])))
    expect((await clock.until(manager.get({ scopes: ['chat:edit'] }))).scopes).toEqual(['chat:edit'])
    expect((await clock.until(manager.get({ scopes: ['bits:read'] }))).scopes).toContain('bits:read')
  })
})

describe('a mistake in a request', () => {
  test.each([
    [{ scope: ['bits:read'] }, /no option "scope".*kind, user, scopes, signal/],
    [{ users: ANN.id }, /no option "users"/],
    [ANN.id, /takes an object/],
    [{ kind: 'extension' }, /kind must be/],
    [{ scopes: 'chat:read' }, /scopes must be a list/],
    [{ scopes: [[]] }, /scopes must be a list/],
    [{ user: 'ann' }, /user id/],
  ])('%j is not answered with a token', async (request, message) => {
    const { clock, openTab, issue } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    await clock.until(manager.get())
    const error = await manager.get(request as object).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(message)
  })

  test('in what a manager is made of is a TypeError', () => {
    const { openTab } = createWorld()
    const { handler, store } = openTab()
    for (const wrong of [undefined, {}, 'abc', store]) {
      expect(() => new TokenManager(wrong as never)).toThrow('It takes a token handler, such as a StoredTokenHandler.')
    }
    expect(() => new TokenManager(handler, { journal: {} as never })).toThrow('journal must be a TokenStore')
  })

  test('in what is to be renewed is a TypeError', async () => {
    const { openTab } = createWorld()
    const { manager } = openTab()
    for (const refused of ['abc', undefined, {}])
      await expect(manager.renew(refused as never)).rejects.toThrow('renew() takes the token that was refused')
  })
})

describe('a renewal without an answer', () => {
  test('says when it is tried again, and so do all who come before', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    twitch.id.expireAll()
    twitch.faults.add({ host: 'id', path: '/token', fault: { kind: 'status', status: 503 } })
    const first = (await clock.until(manager.renew(token).catch((error: unknown) => error))) as NetworkError
    expect(first).toMatchObject({ name: 'NetworkError', status: 503 })
    expect(first.retryAt).toBeGreaterThan(clock.now())
    expect(first.retryAt).toBe(await clock.until(manager.maintain()))
    await expect(manager.renew(token)).rejects.toBe(first)
    expect(asked('/token')).toBe(1)
  })

  test('is tried again within the hour, whatever Twitch says', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    twitch.id.expireAll()
    twitch.cors = false // where headers can be read
    const headers = { 'Retry-After': '99999999' }
    twitch.faults.add({ host: 'id', path: '/token', fault: { kind: 'status', status: 429, headers } })
    const error = (await clock.until(manager.renew(token).catch((error: unknown) => error))) as NetworkError
    expect(error.retryAt).toBe(clock.now() + HOUR)
  })
})

test('tokens that are dead on arrival are renewed more and more slowly', async () => {
  const { clock, twitch, openTab, issue, asked } = createWorld()
  const { handler, manager } = openTab()
  await clock.until(handler.add(issue()))
  let token = await clock.until(manager.get())
  const waits: number[] = []
  for (let round = 0; round < 8; round += 1) {
    twitch.id.expireAll()
    const next = await clock.until(manager.renew(token).catch((error: unknown) => error as NetworkError))
    if (!(next instanceof NetworkError)) {
      token = next
      continue
    }
    const wait = (next.retryAt ?? 0) - clock.now()
    waits.push(wait)
    expect(manager.status()).toMatchObject({ state: 'degraded' })
    manager.close() // or it would look by itself
    await clock.advance(wait)
  }
  expect(waits.length).toBeGreaterThan(2)
  expect(waits).toEqual([...waits].sort((a, b) => a - b))
  expect(asked('/token')).toBeLessThan(8)
  await clock.advance(10 * 60_000)
  const good = await clock.until(manager.renew(token))
  expect(await clock.until(manager.get())).toMatchObject({ value: good.value })
  await clock.advance(10 * 60_000)
  expect(manager.status()).toMatchObject({ state: 'ok' })
})
