import { RefreshingAuthProvider } from '@twurple/auth'
import { afterEach, expect, test, vi } from 'vitest'
import { memoryStore } from '../../../src/stores/memory.ts'
import type { TokenStore } from '../../../src/stores/token-store.ts'
import { StoredTokenHandler, TokenManager } from '../../../src/token/index.ts'
import type { PlatformOptions } from '../../../src/types.ts'
import { ANN, CLIENT_ID, createWorld, SCOPES, SECRET } from '../support.ts'
import { Isolate } from './isolate.ts'

const HOUR = 3_600_000

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A manager that lives as long as the isolate, with a token that has expired. */
async function createWorker(
  parts: (isolate: Isolate) => PlatformOptions = () => ({}),
  storeOf: (isolate: Isolate, store: TokenStore) => TokenStore = (_, store) => store,
) {
  const world = createWorld()
  const { clock, twitch, openTab, issue } = world
  const inner = memoryStore()
  const before = openTab(inner)
  await clock.until(before.handler.add(issue()))
  before.manager.close()
  await clock.advance(5 * HOUR)
  const isolate = new Isolate(twitch.platform)
  const platform = { ...isolate.platform, ...parts(isolate) }
  const store = storeOf(isolate, inner)
  const handler = new StoredTokenHandler({ clientId: CLIENT_ID, clientType: 'public', store, platform })
  return { ...world, isolate, manager: new TokenManager(handler) }
}

/** What a promise came to, if anything. */
function watch(promise: Promise<unknown>) {
  const seen = { state: 'waiting' as 'waiting' | 'resolved' | 'rejected', value: undefined as unknown }
  promise.then(
    (value) => Object.assign(seen, { state: 'resolved', value }),
    (value: unknown) => Object.assign(seen, { state: 'rejected', value }),
  )
  return seen
}

test('a request that went away in the middle of a renewal holds no later one for ever', async () => {
  const { clock, twitch, isolate, manager } = await createWorker()
  twitch.faults.add({ host: 'id', times: 1, fault: { kind: 'none', latency: 1_000 } })
  const leave = isolate.begin()
  void manager.get().catch(() => {})
  await clock.settle()
  leave()

  isolate.begin()
  const shared = watch(manager.get())
  await clock.advance(2 * 60_000)
  expect(shared).toMatchObject({ state: 'rejected', value: { code: 'network' } })

  isolate.begin()
  expect(twitch.id.isAlive((await clock.until(manager.get())).value)).toBe(true)
})

test('a request that went away is waited for where the platform can wait', async () => {
  const { clock, twitch, isolate, manager, asked } = await createWorker(({ waitUntil }) => ({ waitUntil }))
  twitch.faults.add({ host: 'id', fault: { kind: 'none', latency: 1_000 } })
  const leave = isolate.begin()
  void manager.get().catch(() => {})
  await clock.settle()
  leave()

  isolate.begin()
  const shared = watch(manager.get())
  await clock.advance(10_000)
  expect(shared).toMatchObject({ state: 'resolved', value: { userId: ANN.id } })
  expect(asked('/token')).toBe(1)
})

test('a request that went away while it read the store holds no later one for ever', async () => {
  const { clock, twitch, isolate, manager } = await createWorker(undefined, (isolate, store) =>
    isolate.store(store, 100),
  )
  const leave = isolate.begin()
  void manager.get().catch(() => {})
  await clock.advance(50)
  leave()

  isolate.begin()
  const shared = watch(manager.get())
  await clock.advance(2 * 60_000)
  expect(shared.state).not.toBe('waiting')

  isolate.begin()
  expect(twitch.id.isAlive((await clock.until(manager.get())).value)).toBe(true)
})

test('a request that went away while it asked for the app token holds no later one for ever', async () => {
  const { clock, twitch } = createWorld({ clientType: 'confidential' })
  const isolate = new Isolate(twitch.platform)
  const handler = new StoredTokenHandler({
    clientId: CLIENT_ID,
    clientType: 'confidential',
    clientSecret: SECRET,
    store: memoryStore(),
    platform: isolate.platform,
  })
  const manager = new TokenManager(handler)
  twitch.faults.add({ host: 'id', times: 1, fault: { kind: 'none', latency: 1_000 } })
  const leave = isolate.begin()
  void manager.get({ kind: 'app' }).catch(() => {})
  await clock.settle()
  leave()

  isolate.begin()
  const shared = watch(manager.get({ kind: 'app' }))
  await clock.advance(2 * 60_000)
  expect(shared).toMatchObject({ state: 'rejected', value: { code: 'network' } })

  isolate.begin()
  expect(twitch.id.isAlive((await clock.until(manager.get({ kind: 'app' }))).value)).toBe(true)
})

test('who names nobody is not given the first user’s token while the second one is being read', async () => {
  const { clock, openTab, issue, twitch } = createWorld()
  const inner = memoryStore()
  const before = openTab(inner)
  for (const login of ['ann', 'ben']) await clock.until(before.handler.add(issue(login)))
  before.manager.close()
  const isolate = new Isolate(twitch.platform)
  const { manager } = openTab(isolate.store(inner, 100), isolate.platform)
  const first = watch(manager.get())
  for (let step = 0; step < 20; step += 1) {
    const asked = watch(manager.get())
    await clock.advance(50)
    expect(asked.state).not.toBe('resolved')
  }
  expect(first).toMatchObject({ state: 'rejected', value: { code: 'configuration' } })
})

test('with @twurple/auth 8.2 every later request waits for ever', async () => {
  const { clock, twitch, issue } = createWorld({ cors: false })
  const isolate = new Isolate(twitch.platform)
  vi.useFakeTimers({ toFake: ['Date'], now: clock.now() })
  vi.stubGlobal('fetch', isolate.platform.fetch)
  const auth = new RefreshingAuthProvider({ clientId: CLIENT_ID })
  const { accessToken, refreshToken } = issue()
  const obtainmentTimestamp = clock.now() - 5 * HOUR
  auth.addUser(ANN.id, { accessToken, refreshToken, scope: [...SCOPES], expiresIn: 14_400, obtainmentTimestamp })
  twitch.faults.add({ host: 'id', times: 1, fault: { kind: 'none', latency: 1_000 } })
  const leave = isolate.begin()
  void auth.getAccessTokenForUser(ANN.id).catch(() => {})
  await clock.settle()
  leave()

  for (let request = 0; request < 3; request += 1) {
    isolate.begin()
    const shared = watch(auth.getAccessTokenForUser(ANN.id))
    await clock.advance(24 * HOUR)
    expect(shared.state).toBe('waiting')
  }
})
