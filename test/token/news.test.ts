import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { StoredTokenHandler, signInWithDeviceCode, type TokenManager } from '../../src/token/index.ts'
import type { Channel, PlatformOptions } from '../../src/types.ts'
import { ANN, CLIENT_ID, createWorld, record, SCOPES } from './support.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const KEY = `token:${CLIENT_ID}:${ANN.id}`

type World = ReturnType<typeof createWorld>

interface Heard {
  readonly origin: string
}

const events = ['signedIn', 'signedOut', 'tokenRefreshed', 'needsLogin'] as const

/** Every event of a manager that says where it came from, in order. */
function hear(manager: TokenManager, heard: string[] = []): string[] {
  for (const type of events) manager.on(type, ({ origin }: Heard) => heard.push(`${type} ${origin}`))
  return heard
}

type Tab = ReturnType<World['openTab']> & { readonly heard: string[] }

/** Up to four tabs over one store, in each of which Ann is signed in and nothing has been heard yet. */
async function openTabs(world: World, count: number, platform: () => PlatformOptions = world.place.platform) {
  const { clock, openTab, issue } = world
  const store = memoryStore()
  await clock.until(openTab(store).handler.add(issue()))
  const tabs: Tab[] = []
  for (let tab = 0; tab < count; tab += 1) tabs.push({ ...openTab(store, platform()), heard: [] })
  for (const { manager } of tabs) await clock.until(manager.get())
  await clock.settle()
  for (const { manager, heard } of tabs) hear(manager, heard)
  const [one] = tabs as [Tab, Tab, Tab, Tab]
  return { tabs: tabs as [Tab, Tab, Tab, Tab], token: await clock.until(one.manager.get()), store }
}

/** A channel that hands on what it hears in a way of its own. */
function altered(world: World, change: (channel: Channel, name: string) => Partial<Channel>): PlatformOptions {
  const { locks, channel } = world.place
  return {
    locks,
    channel(name) {
      const inner = channel(name)
      const postMessage = (message: unknown) => inner.postMessage(message)
      const addEventListener: Channel['addEventListener'] = (type, listener) => inner.addEventListener(type, listener)
      return { postMessage, addEventListener, close: () => inner.close(), ...change(inner, name) }
    },
  }
}

describe('news of a renewal', () => {
  test('reaches every tab once, and each knows whether it renewed', async () => {
    const world = createWorld()
    const { clock, twitch, asked } = world
    const { tabs, token } = await openTabs(world, 4)
    twitch.id.expireAll()
    await clock.until(tabs[2].manager.renew(token))
    await clock.settle()
    expect(tabs.map(({ heard }) => heard)).toEqual([
      ['tokenRefreshed elsewhere'],
      ['tokenRefreshed elsewhere'],
      ['tokenRefreshed here'],
      ['tokenRefreshed elsewhere'],
    ])
    const values = await clock.until(Promise.all(tabs.map(({ manager }) => manager.get())))
    expect(new Set(values.map(({ value }) => value)).size).toBe(1)
    expect(asked('/token')).toBe(1)
  })

  test('is right about who renewed where all wanted to at once', async () => {
    const world = createWorld()
    const { clock, twitch, asked } = world
    const { tabs, token } = await openTabs(world, 3)
    twitch.id.expireAll()
    await clock.until(Promise.all(tabs.map(({ manager }) => manager.renew(token))))
    await clock.advance(MINUTE)
    expect(tabs.map(({ heard }) => heard).sort()).toEqual([
      ['tokenRefreshed elsewhere'],
      ['tokenRefreshed elsewhere'],
      ['tokenRefreshed here'],
    ])
    expect(asked('/token')).toBe(1)
  })

  test('is told once where a channel delivers everything twice, and late', async () => {
    const world = createWorld()
    const { clock, twitch } = world
    const late = () =>
      altered(world, (inner) => ({
        addEventListener(type, listener) {
          inner.addEventListener(type, (event) => {
            listener(event)
            clock.setTimeout(() => listener(event), 30 * MINUTE)
          })
        },
      }))
    const { tabs, token } = await openTabs(world, 2, late)
    twitch.id.expireAll()
    const second = await clock.until(tabs[0].manager.renew(token))
    await clock.advance(MINUTE)
    twitch.id.expireAll()
    await clock.until(tabs[0].manager.renew(second))
    await clock.advance(HOUR)
    expect(tabs.map(({ heard }) => heard)).toEqual([
      ['tokenRefreshed here', 'tokenRefreshed here'],
      ['tokenRefreshed elsewhere', 'tokenRefreshed elsewhere'],
    ])
  })
})

test('a sign-out in the middle of a renewal is the other tab’s', async () => {
  const world = createWorld()
  const { clock, twitch } = world
  const { tabs, token } = await openTabs(world, 2)
  twitch.id.expireAll()
  twitch.faults.add({ host: 'id', path: '/token', fault: { kind: 'none', latency: 5_000 } })
  const renewing = tabs[0].manager.renew(token).catch((error: unknown) => error)
  await clock.advance(1_000)
  await clock.until(tabs[1].manager.signOut(ANN.id))
  expect(await clock.until(renewing)).toMatchObject({ reason: 'signed-out' })
  await clock.advance(MINUTE)
  expect(tabs.map(({ heard }) => heard)).toEqual([['signedOut elsewhere'], ['signedOut here']])
})

describe.each([
  ['there is no BroadcastChannel', () => undefined],
  [
    'BroadcastChannel cannot be opened',
    () => () => {
      throw new DOMException('The origin is opaque.', 'SecurityError')
    },
  ],
  ['BroadcastChannel delivers nothing', () => () => ({ postMessage() {}, addEventListener() {}, close() {} })],
])('where %s', (_, channel) => {
  const setUp = (world: World) => openTabs(world, 2, () => ({ locks: world.place.locks, channel: channel() }))

  test('a renewal of another tab is noticed within a minute, once', async () => {
    const world = createWorld()
    const { clock, twitch } = world
    const { tabs, token } = await setUp(world)
    twitch.id.expireAll()
    const renewed = await clock.until(tabs[0].manager.renew(token))
    await clock.advance(2 * MINUTE)
    expect(tabs.map(({ heard }) => heard)).toEqual([['tokenRefreshed here'], ['tokenRefreshed elsewhere']])
    expect((await clock.until(tabs[1].manager.get())).value).toBe(renewed.value)
  })

  test('whoever is refused with a token that another tab has renewed gets the new one, and spends none', async () => {
    const world = createWorld()
    const { clock, twitch, asked } = world
    const { tabs, token } = await setUp(world)
    twitch.id.expireAll()
    const renewed = await clock.until(tabs[0].manager.renew(token))
    expect((await clock.until(tabs[1].manager.renew(token))).value).toBe(renewed.value)
    expect(tabs[1].heard).toEqual(['tokenRefreshed elsewhere'])
    expect(asked('/token')).toBe(1)
  })

  test('a sign-out and a sign-in of another tab are noticed within a minute', async () => {
    const world = createWorld()
    const { clock, issue } = world
    const { tabs } = await setUp(world)
    await clock.until(tabs[0].manager.signOut(ANN.id))
    await clock.advance(2 * MINUTE)
    expect(tabs[1].manager.status()).toMatchObject({ state: 'needs-login', reason: 'signed-out' })
    await clock.until(tabs[0].handler.add(issue()))
    await clock.advance(2 * MINUTE)
    expect(tabs[1].manager.status()).toMatchObject({ state: 'ok' })
    expect(tabs[1].heard).toEqual(['signedOut elsewhere', 'signedIn elsewhere'])
  })
})

test('a channel that breaks costs no renewal, and another one is opened', async () => {
  const world = createWorld()
  const { clock, twitch } = world
  let breaks = false
  const brittle = () =>
    altered(world, (inner) => ({
      postMessage(message) {
        if (!breaks) return inner.postMessage(message)
        inner.close()
        throw new DOMException('The channel is closed.', 'InvalidStateError')
      },
    }))
  const { tabs, token } = await openTabs(world, 2, brittle)
  twitch.id.expireAll()
  breaks = true
  const renewed = await clock.until(tabs[0].manager.renew(token))
  expect(tabs[0].manager.status()).toMatchObject({ state: 'ok' })
  breaks = false
  await clock.advance(2 * MINUTE)
  twitch.id.expireAll()
  await clock.until(tabs[1].manager.renew(renewed))
  await clock.settle()
  expect(tabs[0].heard).toEqual(['tokenRefreshed here', 'tokenRefreshed elsewhere'])
})

test('where there is no channel, nobody is overlooked among many users', async () => {
  const users = Array.from({ length: 60 }, (_, index) => ({ id: `${2000 + index}`, login: `user${index}` }))
  const { clock, openTab, issue, place } = createWorld({ users })
  const store = memoryStore()
  const open = () => openTab(store, { locks: place.locks, channel: undefined })
  const [one, two] = [open(), open()]
  for (const { login } of users) await clock.until(one.handler.add(issue(login)))
  for (const { manager } of [one, two]) await clock.until(manager.start())
  const heard = hear(two.manager)
  await clock.until(one.manager.signOut('2059'))
  await clock.advance(2 * MINUTE)
  expect(heard).toEqual(['signedOut elsewhere'])
})

test('another app in the same store is none of our business', async () => {
  const world = createWorld()
  const { clock, twitch, place } = world
  const { tabs, store } = await openTabs(world, 1)
  twitch.id.addApp({ clientId: 'otherapp', clientType: 'public' })
  const platform = { ...twitch.platform, ...place.platform() }
  const other = new StoredTokenHandler({ clientId: 'otherapp', clientType: 'public', store, platform })
  const pair = twitch.id.issue({ clientId: 'otherapp', login: 'ben', scopes: SCOPES })
  await clock.until(other.add(pair))
  await clock.advance(2 * MINUTE)
  expect(tabs[0].heard).toEqual([])
  expect(tabs[0].manager.getSnapshot().accounts).toMatchObject([{ userId: ANN.id }])
})

describe('a message', () => {
  test('says which record has changed to which version, and holds no token', async () => {
    const world = createWorld()
    const { clock, twitch } = world
    const said: unknown[] = []
    const spied = () =>
      altered(world, (inner) => ({
        postMessage(message) {
          said.push(message)
          inner.postMessage(message)
        },
      }))
    const { tabs, token } = await openTabs(world, 2, spied)
    twitch.id.expireAll()
    await clock.until(tabs[0].manager.renew(token))
    await clock.until(tabs[0].manager.signOut(ANN.id))
    const signIn = await clock.until(signInWithDeviceCode(tabs[0].handler, { scopes: SCOPES }))
    twitch.id.allow(signIn.userCode, ANN.login)
    await clock.until(signIn.completed)
    await clock.advance(2 * HOUR)

    expect(said.length).toBeGreaterThan(10)
    for (const message of said) expect(message).toEqual({ key: expect.any(String), version: expect.any(Number) })
    const secrets = [
      ...twitch.id.refreshTokens().map(({ value }) => value),
      ...twitch.id.grants().flatMap(({ accessTokens }) => [...accessTokens].map(({ value }) => value)),
      ...twitch.id.deviceRequests().map(({ deviceCode }) => deviceCode),
    ]
    expect(secrets.length).toBeGreaterThanOrEqual(5)
    const text = JSON.stringify(said)
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  test.each([
    null,
    undefined,
    0,
    'token',
    [],
    {},
    { key: KEY },
    { key: KEY, version: '9' },
    { key: 7, version: 7 },
    { key: KEY, version: 1e9 },
    { key: KEY, version: Number.NaN },
    { key: `token:${CLIENT_ID}:__proto__`, version: 1 },
    { key: `token:${CLIENT_ID}:?nothing`, version: 1 },
    { key: `sign-in:${CLIENT_ID}`, version: 1 },
    { key: 'token:someone-else:1001', version: 1 },
    { key: KEY, version: 1, accessToken: 'forged', deleted: true },
    { type: 'auth', session: { access_token: 'forged' } },
  ])('that is none, or a lie, changes nothing: %j', async (garbage) => {
    const world = createWorld()
    const { clock, twitch, place } = world
    const { tabs, token, store } = await openTabs(world, 1)
    const warnings = record((listener) => tabs[0].manager.on('warning', listener))
    const snapshot = tabs[0].manager.getSnapshot()
    const requests = twitch.requests.length
    place.channel(`twitch-keyring:${store.name}`).postMessage(garbage)
    await clock.advance(10)
    expect(tabs[0].heard).toEqual([])
    expect(warnings).toEqual([])
    expect(tabs[0].manager.getSnapshot()).toBe(snapshot)
    expect((await clock.until(tabs[0].manager.get())).value).toBe(token.value)
    expect(twitch.requests.length).toBe(requests)
  })
})

describe('a channel', () => {
  /** How many are open. */
  function count(world: World) {
    const open = { now: 0 }
    const platform = () =>
      altered(world, (inner) => {
        open.now += 1
        return {
          close() {
            open.now -= 1
            inner.close()
          },
        }
      })
    return { open, platform }
  }

  test('is open from start to close, and nothing is heard afterwards', async () => {
    const world = createWorld()
    const { clock, twitch } = world
    const { open, platform } = count(world)
    const { tabs, token } = await openTabs(world, 2, platform)
    expect(open.now).toBe(2)
    tabs[1].manager.close()
    expect(open.now).toBe(1)
    twitch.id.expireAll()
    await clock.until(tabs[0].manager.renew(token))
    await clock.advance(2 * MINUTE)
    expect(tabs[1].heard).toEqual([])
    tabs[0].manager.close()
    expect(open.now).toBe(0)
  })

  test('is closed again where somebody only tells something', async () => {
    const world = createWorld()
    const { clock, openTab, issue } = world
    const { open, platform } = count(world)
    const { handler } = openTab(memoryStore(), platform())
    await clock.until(handler.add(issue()))
    expect(open.now).toBe(0)
  })
})
