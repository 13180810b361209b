import { describe, expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { StoredRecord, TokenStore } from '../../src/stores/token-store.ts'
import type { TokenRecord } from '../../src/token/index.ts'
import { ANN, CLIENT_ID, createWorld, record } from './support.ts'

const HOUR = 3_600_000
const KEY = `token:${CLIENT_ID}:${ANN.id}`

/** A store that fails when it is told to. */
function breakable(inner: TokenStore = memoryStore()) {
  const failing = { get: false, replace: false }
  const broken = () => Promise.reject(new StoreError('The disk is gone.', { reason: 'failed' }))
  const store: TokenStore = {
    ...inner,
    name: inner.name,
    get: (key) => (failing.get ? broken() : inner.get(key)),
    replace: (key, version, next) => (failing.replace ? broken() : inner.replace(key, version, next)),
  }
  return { store, inner, failing }
}

describe('a store that fails', () => {
  test('before a renewal: nothing is sent, and a token that works is handed out', async () => {
    const { clock, openTab, issue, asked } = createWorld()
    const { store, failing } = breakable()
    const { handler, manager } = openTab(store)
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    failing.replace = true
    await clock.advance(4 * HOUR - 60_000)
    expect((await clock.until(manager.get())).value).toBe(token.value)
    expect(manager.status()).toMatchObject({ state: 'degraded', why: 'The disk is gone.' })
    expect(asked('/token')).toBe(0)
    failing.replace = false
    await clock.advance(10 * 60_000)
    expect((await clock.until(manager.get())).value).not.toBe(token.value)
    expect(manager.status()).toMatchObject({ state: 'ok' })
    expect(asked('/token')).toBe(1)
  })

  test('while an alarm looks: the next one looks again, however soon it comes', async () => {
    const { clock, openTab, issue } = createWorld()
    const { store, failing } = breakable()
    await clock.until(openTab(store).handler.add(issue()))
    const { manager } = openTab(store)
    failing.get = true
    await expect(clock.until(manager.maintain())).rejects.toBeInstanceOf(StoreError)
    failing.get = false
    await clock.advance(1_000)
    await clock.until(manager.maintain())
    expect(manager.status()).toMatchObject({ state: 'ok', userId: ANN.id })
  })

  test('after Twitch answered: the pair lives in memory, is handed out as degraded, and is written when it can be', async () => {
    const { clock, twitch, openTab, issue, asked } = createWorld()
    const { store, inner, failing } = breakable()
    const { handler, manager } = openTab(store)
    await clock.until(handler.add(issue()))
    const old = await clock.until(manager.get())
    twitch.id.expireAll()
    const answered = manager.renew(old)
    twitch.faults.add({ host: 'id', path: '/token', fault: { kind: 'none', latency: 1_000 } })
    await clock.advance(500)
    failing.replace = true
    const renewed = await clock.until(answered)
    expect(twitch.id.isAlive(renewed.value)).toBe(true)
    expect(manager.status()).toMatchObject({ state: 'degraded' })
    expect((await clock.until(manager.get())).value).toBe(renewed.value)
    expect(await inner.get(KEY)).toMatchObject({ accessToken: old.value })
    failing.replace = false
    await clock.advance(10 * 60_000)
    expect(await inner.get(KEY)).toMatchObject({ accessToken: renewed.value })
    expect(manager.status()).toMatchObject({ state: 'ok' })
    expect(asked('/token')).toBe(1)
  })

  test('to be read is a StoreError for who must wait for it, and comes back', async () => {
    const { clock, openTab, issue } = createWorld()
    const { store, failing } = breakable()
    await clock.until(openTab(store).handler.add(issue()))
    const { manager } = openTab(store)
    const warnings = record<{ message: string }>((listener) => manager.on('warning', listener))
    failing.get = true
    expect(await clock.until(manager.get().catch((error) => error))).toBeInstanceOf(StoreError)
    expect(warnings.map(({ message }) => message)).toContain('The disk is gone.')
    failing.get = false
    expect(await clock.until(manager.get())).toMatchObject({ userId: ANN.id })
  })
})

test('a page that was held up between its mark and its request takes back what others gave up on meanwhile', async () => {
  const { clock, twitch, openTab, issue, asked } = createWorld()
  const { store, inner } = breakable()
  let heldUp = false
  const slow: TokenStore = {
    ...store,
    async replace(key, version, next) {
      const written = await inner.replace(key, version, next)
      if (!heldUp && 'mark' in next) {
        heldUp = true
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 50_000))
      }
      return written
    },
  }
  const held = openTab(slow, { locks: undefined })
  const other = openTab(inner, { locks: undefined })
  await clock.until(held.handler.add(issue()))
  const token = await clock.until(held.manager.get())
  await clock.until(other.manager.get())
  twitch.id.revoke(token.value)
  const renewing = held.manager.renew(token)
  await clock.advance(1_000)
  const gaveUp = await clock.until(other.manager.renew(token).catch((error) => error))
  expect(gaveUp).toMatchObject({ reason: 'lost-response' })
  const renewed = await clock.until(renewing)
  expect(twitch.id.isAlive(renewed.value)).toBe(true)
  expect(asked('/token')).toBe(1)
  await clock.settle()
  expect((await clock.until(other.manager.get())).value).toBe(renewed.value)
})

test('a mark that is gone before its sign-in is ended for it is judged anew', async () => {
  const { clock, twitch, openTab, issue } = createWorld({ renewalKillsAccessToken: true })
  const inner = memoryStore()
  await clock.until(openTab(inner).handler.add(issue()))
  const record = (await inner.get(KEY)) as TokenRecord
  const mark = { id: 'of a page that is gone', at: clock.now(), attempt: 1 }
  await inner.replace(KEY, record.version, { ...record, version: record.version + 1, mark } as StoredRecord)
  let struck = false
  const store: TokenStore = {
    ...inner,
    name: inner.name,
    async replace(key, version, next) {
      if (!struck && 'ended' in next) {
        // The page is not gone: Twitch told it to come back later, and it takes its mark off just now.
        struck = true
        await inner.replace(KEY, version, { ...record, version: (version ?? 0) + 1 } as StoredRecord)
      }
      return inner.replace(key, version, next)
    },
  }
  const { manager } = openTab(store, { locks: undefined })
  const old = await clock.until(manager.get())
  twitch.id.revoke(record.accessToken)
  const token = await clock.until(manager.renew(old))
  expect(struck).toBe(true)
  expect(twitch.id.isAlive(token.value)).toBe(true)
})

describe('a record that cannot be used', () => {
  async function withRecord(record: Record<string, unknown>) {
    const store = memoryStore()
    await store.replace(KEY, undefined, { version: 7, ...record } as StoredRecord)
    return { ...createWorld(), store }
  }

  test('of a newer version is left alone, and the error says to load that version', async () => {
    const { clock, openTab, store } = await withRecord({ format: 2, clientId: CLIENT_ID, shape: 'unknown here' })
    const { manager } = openTab(store)
    const error = await clock.until(manager.get({ user: ANN.id }).catch((error) => error))
    expect(error).toMatchObject({ code: 'store', reason: 'newer-format' })
    expect(error.message).toContain('written by a newer twitch-keyring')
    expect(await store.get(KEY)).toMatchObject({ version: 7, shape: 'unknown here' })
  })

  test('that is corrupt is reported, nobody is signed in, and a new sign-in goes over it with a higher version', async () => {
    const { clock, openTab, issue, store } = await withRecord({ format: 1, clientId: CLIENT_ID, accessToken: 42 })
    const { handler, manager } = openTab(store)
    const warnings = record<{ message: string }>((listener) => manager.on('warning', listener))
    const error = await clock.until(manager.get({ user: ANN.id }).catch((error) => error))
    expect(error).toMatchObject({ code: 'token_rejected', reason: 'signed-out' })
    expect(warnings[0]?.message).toContain('cannot be read')
    await clock.until(handler.add(issue()))
    expect((await store.get(KEY))?.version).toBeGreaterThan(7)
    expect(await clock.until(manager.get())).toMatchObject({ userId: ANN.id })
  })
})

describe('a strange answer', () => {
  test.each([
    ['a 500 with HTML', { kind: 'html', status: 500 }],
    ['half a body', { kind: 'cut' }],
    ['half a body that claims to be whole', { kind: 'cut', silent: true }],
    ['a 200 that is no token', { kind: 'body', body: '{"ok":true}' }],
    ['a body that never ends', { kind: 'endless' }],
    ['nothing', { kind: 'hang' }],
    ['a status nobody knows', { kind: 'status', status: 418 }],
  ] as const)('%s to the renewal keeps the token, which works on', async (_, fault) => {
    const { clock, twitch, openTab, issue, asked } = createWorld({ renewalKillsAccessToken: false })
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    twitch.faults.add({ host: 'id', path: '/token', fault })
    await clock.advance(4 * HOUR - 60_000)
    expect(asked('/token')).toBe(1)
    expect((await clock.until(manager.get())).value).toBe(token.value)
    expect(manager.status()).toMatchObject({ state: 'degraded' })
  })

  test('a wrong client id is a ConfigurationError, and the token is not lost', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const { handler, manager, store } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    twitch.id.expireAll()
    const body = '{"status":400,"message":"missing client secret"}'
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'status', status: 400, body } })
    const error = await clock.until(manager.renew(token).catch((error) => error))
    expect(error).toMatchObject({ code: 'configuration' })
    expect(error.message).toMatch(/Confidential/)
    expect(await store.get(KEY)).not.toHaveProperty('mark')
    await clock.advance(10 * 60_000)
    expect(manager.status()).toMatchObject({ state: 'ok' })
  })

  test('a refusal of a refresh token whose access token works keeps both, and is tried again later', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    const body = '{"status":400,"message":"Invalid refresh token"}'
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'status', status: 400, body } })
    await clock.advance(3.6 * HOUR)
    expect(manager.status()).toMatchObject({ state: 'degraded' })
    expect((await clock.until(manager.get())).value).toBe(token.value)
    await clock.advance(0.3 * HOUR)
    expect(manager.status()).toMatchObject({ state: 'ok' })
    expect((await clock.until(manager.get())).value).not.toBe(token.value)
  })

  test('a refusal of a refresh token whose access token is dead is one reason to sign in, which survives a reload', async () => {
    const { clock, twitch, openTab, issue } = createWorld()
    const { handler, manager, store } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    const heard = record((listener) => manager.on('needsLogin', listener))
    twitch.id.disconnect('ann', CLIENT_ID)
    const errors = await clock.until(
      Promise.all([1, 2, 3].map(() => manager.renew(token).catch((error: unknown) => error))),
    )
    for (const error of errors)
      expect(error).toMatchObject({ code: 'token_rejected', reason: 'refused', userId: ANN.id })
    expect(heard).toMatchObject([{ userId: ANN.id, login: 'ann', reason: 'refused' }])
    const { manager: reloaded } = openTab(store)
    await clock.until(reloaded.start())
    expect(reloaded.status()).toMatchObject({ state: 'needs-login', reason: 'refused', login: 'ann' })
    expect(await handler.users()).toEqual([])
  })
})

describe('a record that is lost while its renewal is under way', () => {
  async function renewOver(lose: (store: TokenStore) => Promise<unknown>) {
    const { clock, twitch, openTab, issue } = createWorld()
    const { handler, manager, store } = openTab()
    await clock.until(handler.add(issue()))
    const token = await clock.until(manager.get())
    twitch.id.expireAll()
    twitch.faults.add({ host: 'id', path: '/token', fault: { kind: 'none', latency: 1_000 } })
    const renewing = manager.renew(token)
    await clock.advance(500)
    await lose(store)
    return { clock, store, twitch, renewing }
  }

  test('since it cannot be read any more, is written anew: the pair is worth more', async () => {
    const { clock, store, renewing } = await renewOver(async (store) => {
      const version = (await store.get(KEY))?.version ?? 0
      await store.replace(KEY, version, { version: version + 9, deleted: true, lost: 'corrupt' } as StoredRecord)
    })
    const renewed = await clock.until(renewing)
    expect(await store.get(KEY)).toMatchObject({ accessToken: renewed.value })
  })

  test('is not met again by the versions of a sign-in after it', async () => {
    const { issue, openTab, clock } = createWorld()
    const { handler, store } = openTab()
    await clock.until(handler.add(issue()))
    expect((await store.get(KEY))?.version).toBeGreaterThan(1e12)
  })
})
