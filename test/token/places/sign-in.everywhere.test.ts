import { expect, test } from 'vitest'
import { memoryStore } from '../../../src/stores/memory.ts'
import { createFakeTwitch } from '../../../src/testing/index.ts'
import { StoredTokenHandler, signInWithDeviceCode, TokenManager } from '../../../src/token/index.ts'
import type { PlatformOptions } from '../../../src/types.ts'

const clientId = 'everywhere'

/** Twitch, in the real time of this place: its timers, locks and channels are what is tried here. */
function createTwitch() {
  return createFakeTwitch({
    users: [{ id: '1001', login: 'juniper' }],
    apps: [{ clientId, clientType: 'public' }],
    deviceCodeInterval: 0.01,
  })
}

function open(twitch: ReturnType<typeof createTwitch>, parts: PlatformOptions = {}, store = memoryStore()) {
  const { endpoints, fetch } = twitch.platform
  const platform = { endpoints, fetch, ...parts }
  const handler = new StoredTokenHandler({ clientId, clientType: 'public', store, platform })
  return { handler, manager: new TokenManager(handler), store }
}

test('signs in by a code, renews, and signs out', async () => {
  const twitch = createTwitch()
  const { handler, manager } = open(twitch)
  await manager.start()
  const { userCode, completed } = await signInWithDeviceCode(handler, { scopes: ['chat:read'] })
  twitch.id.allow(userCode, 'juniper')
  expect(await completed).toMatchObject({ login: 'juniper' })
  const old = await manager.get()
  twitch.id.expireAll()
  const renewed = await manager.renew(old)
  expect(twitch.id.isAlive(renewed.value)).toBe(true)
  expect(manager.status()).toMatchObject({ state: 'ok', login: 'juniper' })
  await manager.signOut()
  expect(twitch.id.isAlive(renewed.value)).toBe(false)
  manager.close()
})

test('a renewal that nobody waits for is ended within waitUntil', async () => {
  const twitch = createTwitch()
  const kept: Promise<unknown>[] = []
  const { store, handler, manager } = open(twitch, { waitUntil: (promise) => void kept.push(promise) })
  await handler.add(twitch.id.issue({ clientId, login: 'juniper', scopes: ['chat:read'] }))
  const old = await manager.get()
  twitch.id.expireAll()
  twitch.latency = 20
  const renewing = manager.renew(old)
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
  expect(kept).not.toEqual([])
  await Promise.all(kept)

  const { accessToken } = (await store.get(`token:${clientId}:1001`)) as unknown as { accessToken: string }
  expect(accessToken).not.toBe(old.value)
  expect(accessToken).toBe((await renewing).value)
  manager.close()
})

test('maintain() renews what has expired, and says when to come again', async () => {
  const twitch = createTwitch()
  const { handler, manager } = open(twitch)
  await handler.add(twitch.id.issue({ clientId, login: 'juniper', expiresIn: 60 }))
  await manager.get()
  const soon = await manager.maintain()
  expect(soon).toBeGreaterThan(Date.now())
  expect(soon).toBeLessThan(Date.now() + 60_000)

  const later = open(twitch, { now: () => Date.now() + 3 * 60_000 }, handler.store)
  twitch.id.expireAll()
  await later.manager.maintain()
  const { accessToken } = (await handler.store.get(`token:${clientId}:1001`)) as unknown as { accessToken: string }
  expect(twitch.id.isAlive(accessToken)).toBe(true)
  for (const { manager: one } of [later, { manager }]) one.close()
})
