import { act, createElement, StrictMode, useEffect, useState, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Client } from '../../src/client.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { type DeviceCodeSignIn, resumeSignIn, signInWithDeviceCode } from '../../src/token/index.ts'
import { ANN, createWorld, SCOPES } from './support.ts'

const MINUTE = 60_000

type World = ReturnType<typeof createWorld>

/** What React complains of: an unstable snapshot, an update outside of `act`, an error in an effect. */
const complaint = vi.spyOn(console, 'error')

const endings: (() => Promise<void>)[] = []

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  complaint.mockReset()
})

afterEach(async () => {
  for (const end of endings.splice(0)) await end()
  vi.unstubAllGlobals()
  expect(complaint.mock.calls).toEqual([])
})

/** As an app would be mounted, with everything done twice. */
async function mount({ clock }: World, component: () => unknown) {
  const root = createRoot(document.createElement('div'))
  const unmount = () => act(async () => root.unmount())
  endings.push(unmount)
  await act(async () => root.render(createElement(StrictMode, null, createElement(component))))
  return {
    advance: (ms: number) => act(() => clock.advance(ms)),
    until: <T>(work: () => Promise<T>) => act(() => clock.until(work())),
    unmount,
  }
}

function open(world: World, store = memoryStore()) {
  const { handler } = world.openTab(store)
  return { handler, client: new Client(handler), store }
}

test('useSyncExternalStore follows a Client through sign-in, renewal and sign-out', async () => {
  const world = createWorld()
  const { client, handler } = open(world)
  const shown: string[] = []
  const { advance, until } = await mount(world, () => {
    const { accounts } = useSyncExternalStore(client.subscribe, client.getSnapshot)
    const states = accounts.map(({ login, state }) => `${login} ${state}`).join()
    if (shown.at(-1) !== states) shown.push(states)
    return states
  })
  await until(() => client.start())
  await until(() => handler.add(world.issue()))
  const token = await until(() => client.tokens.get())
  world.twitch.id.expireAll()
  await until(() => client.tokens.renew(token))
  await until(() => client.signOut(ANN.id))
  await advance(MINUTE)
  expect(shown).toEqual(['', 'ann ok', 'ann refreshing', 'ann ok', ''])
})

test('useSyncExternalStore renders nothing anew while nothing changes', async () => {
  const world = createWorld()
  const { client, handler } = open(world)
  let renders = 0
  const { advance, until } = await mount(world, () => {
    renders += 1
    return useSyncExternalStore(client.subscribe, client.getSnapshot).accounts.length
  })
  await until(() => handler.add(world.issue()))
  await until(() => client.start())
  await advance(MINUTE)
  renders = 0
  for (let call = 0; call < 10; call += 1) await until(() => client.tokens.get())
  await advance(5 * MINUTE)
  expect(renders).toBe(0)
})

test('an unmounted component is not called any more', async () => {
  const world = createWorld()
  const { client, handler } = open(world)
  let calls = 0
  const subscribe = (listener: () => void) =>
    client.subscribe(() => {
      calls += 1
      listener()
    })
  const { until, unmount } = await mount(
    world,
    () => useSyncExternalStore(subscribe, client.getSnapshot).accounts.length,
  )
  await until(() => client.start())
  expect(calls).toBe(1)
  await unmount()
  await world.clock.until(handler.add(world.issue()))
  expect(calls).toBe(1)
})

/** Begins a sign-in when it is shown, and leaves it when it is not, unless its author forgot to. */
function signInScreen({ handler, client }: ReturnType<typeof open>, cleansUp = true) {
  const signIns: DeviceCodeSignIn[] = []
  const failures: unknown[] = []
  function Screen() {
    const [code, setCode] = useState('')
    const { accounts } = useSyncExternalStore(client.subscribe, client.getSnapshot)
    useEffect(() => {
      const controller = new AbortController()
      signInWithDeviceCode(handler, { scopes: SCOPES, signal: controller.signal }).then(
        (signIn) => {
          signIns.push(signIn)
          setCode(signIn.userCode)
        },
        (error: unknown) => failures.push(error),
      )
      return cleansUp ? () => controller.abort() : undefined
    }, [])
    return accounts[0]?.login ?? code
  }
  return { Screen, signIns, failures }
}

test.each([
  ['cleans up', true],
  ['does not clean up', false],
])('a device code sign-in that begins in an effect which runs twice, and %s, is one sign-in', async (_, cleansUp) => {
  const world = createWorld()
  const { twitch, asked } = world
  const app = open(world)
  const { Screen, signIns, failures } = signInScreen(app, cleansUp)
  const { advance, until } = await mount(world, Screen)
  await until(() => app.client.start())
  await advance(MINUTE)
  expect(signIns.length + failures.length).toBe(2)
  expect(new Set(signIns.map(({ userCode }) => userCode)).size).toBe(1)
  for (const failure of failures) expect(failure).toMatchObject({ name: 'AbortError' })

  const [waiting] = signIns.slice(-1)
  twitch.id.allow(waiting?.userCode ?? '', ANN.login)
  for (const { completed } of cleansUp ? signIns.slice(-1) : signIns) {
    expect(await until(() => completed)).toMatchObject({ id: ANN.id })
  }
  await advance(MINUTE)
  expect(app.client.status()).toMatchObject({ state: 'ok', login: 'ann' })
  expect(await app.handler.users()).toHaveLength(1)
  const exchanges = asked('/token')
  await advance(MINUTE)
  expect(asked('/token')).toBe(exchanges)
})

test('a sign-in survives the screen that began it, and the next one goes on with it', async () => {
  const world = createWorld()
  const { clock, twitch, asked } = world
  const app = open(world)
  const first = signInScreen(app)
  const { advance, unmount } = await mount(world, first.Screen)
  await advance(MINUTE)
  await unmount()
  const polls = asked('/token')
  await clock.advance(MINUTE)
  expect(asked('/token')).toBe(polls)

  const second = signInScreen(app)
  const { until } = await mount(world, second.Screen)
  const [code, again] = [first, second].map(({ signIns }) => signIns.at(-1)?.userCode)
  expect(again).toBe(code)
  twitch.id.allow(code ?? '', ANN.login)
  expect(await until(() => second.signIns.at(-1)?.completed ?? Promise.reject())).toMatchObject({ id: ANN.id })
  expect(await clock.until(resumeSignIn(app.handler))).toBeUndefined()
})
