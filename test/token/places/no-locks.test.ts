import { expect, test } from 'vitest'
import { memoryStore } from '../../../src/stores/memory.ts'
import type { TokenStore } from '../../../src/stores/token-store.ts'
import { signInWithDeviceCode } from '../../../src/token/index.ts'
import { ANN, createWorld, SCOPES } from '../support.ts'

/** As IndexedDB at `http://absolute`, where there are no Web Locks: contexts queue by a lease in the store. */
function durableStore(): TokenStore {
  const { name, consistency, get, replace, keys } = memoryStore()
  return { name, durable: true, consistency, get, replace, keys }
}

function openTabs() {
  const world = createWorld()
  const store = durableStore()
  const open = () => world.openTab(store, { locks: undefined, channel: world.place.channel })
  return { ...world, store, one: open(), two: open() }
}

test('without Web Locks a sign-in by code works, in two tabs as well', async () => {
  const { clock, twitch, one, two } = openTabs()
  const signIns = [
    await clock.until(signInWithDeviceCode(one.handler, { scopes: SCOPES })),
    await clock.until(signInWithDeviceCode(two.handler, { scopes: SCOPES })),
  ]
  await clock.advance(30_000)
  twitch.id.allow(signIns[0]?.userCode ?? '', ANN.login)
  const accounts = await clock.until(Promise.all(signIns.map(({ completed }) => completed)))
  expect(accounts.map(({ id }) => id)).toEqual([ANN.id, ANN.id])
  expect(await one.handler.users()).toHaveLength(1)
})

test('without Web Locks two tabs renew one token between them, and one of them does the work', async () => {
  const { clock, twitch, issue, one, two, asked } = openTabs()
  await clock.until(one.handler.add(issue()))
  const token = await clock.until(one.manager.get())
  await clock.until(two.manager.get())
  twitch.id.expireAll()
  twitch.latency = 100
  const looks = asked('/validate')
  const renewed = await clock.until(Promise.all([one, two].map(({ manager }) => manager.renew(token))))
  expect(renewed[0]?.value).toBe(renewed[1]?.value)
  expect(asked('/token')).toBe(1)
  expect(asked('/validate')).toBe(looks + 1)
})

test('a lease is given back, and lies beside what it guards', async () => {
  const { clock, twitch, issue, one, store } = openTabs()
  await clock.until(one.handler.add(issue()))
  twitch.id.expireAll()
  await clock.until(one.manager.renew(await clock.until(one.manager.get())))
  expect((await store.keys()).filter((key) => key.includes('lease'))).toEqual([])
})
