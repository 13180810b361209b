import { describe, expect, test } from 'vitest'
import { ANN, createWorld, record } from './support.ts'

const PAIR_IS_KEPT = { name: 'NetworkError', code: 'network' }

function silence({ twitch }: Pick<ReturnType<typeof createWorld>, 'twitch'>) {
  return twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'no-answer' } })
}

/** Somebody signed in while Twitch did not say whose the tokens are. */
async function signInWhileSilent() {
  const world = createWorld()
  const { handler, manager, store } = world.openTab()
  const speak = silence(world)
  const added = handler.add(world.issue()).catch((error: unknown) => error)
  expect(await world.clock.until(added)).toMatchObject(PAIR_IS_KEPT)
  return { ...world, handler, manager, store, speak }
}

describe('a pair of which Twitch has not said yet whose it is', () => {
  test('is no reason to sign in again', async () => {
    const { clock, manager } = await signInWhileSilent()
    await clock.until(manager.start())
    const error = await clock.until(manager.get().catch((error: unknown) => error))
    expect(error).toMatchObject(PAIR_IS_KEPT)
    await expect(clock.until(manager.getForChat(0))).rejects.toMatchObject(PAIR_IS_KEPT)
    expect(manager.status()).toMatchObject({ state: 'degraded' })
  })

  test('is none after a reload either', async () => {
    const { clock, store, openTab } = await signInWhileSilent()
    const { manager } = openTab(store)
    await clock.until(manager.start())
    await expect(clock.until(manager.get())).rejects.toMatchObject(PAIR_IS_KEPT)
    expect(manager.status()).toMatchObject({ state: 'degraded' })
  })

  test('becomes an account by the first who asks once Twitch answers', async () => {
    const { clock, manager, speak, handler } = await signInWhileSilent()
    await clock.until(manager.start())
    const heard = record((listener) => manager.on('signedIn', listener))
    speak()
    expect(await clock.until(manager.get())).toMatchObject({ userId: ANN.id })
    expect(manager.status()).toMatchObject({ state: 'ok', userId: ANN.id })
    expect(heard).toMatchObject([{ userId: ANN.id }])
    expect(await handler.users()).toMatchObject([{ id: ANN.id }])
  })

  test('is asked about again within a minute, where an alarm has to be told when', async () => {
    const { clock, manager, speak } = await signInWhileSilent()
    expect((await clock.until(manager.maintain())) - clock.now()).toBe(60_000)
    speak()
    await clock.advance(60_000)
    await clock.until(manager.maintain())
    expect(manager.status()).toMatchObject({ state: 'ok', userId: ANN.id })
  })

  test('is asked about once by a thousand callers', async () => {
    const { clock, manager, speak, asked } = await signInWhileSilent()
    speak()
    const before = asked('/validate')
    await clock.until(Promise.all(Array.from({ length: 1000 }, () => manager.get())))
    expect(asked('/validate')).toBe(before + 1)
  })

  test('is forgotten when Twitch says that it is dead', async () => {
    const { clock, twitch, manager, speak, store } = await signInWhileSilent()
    await clock.until(manager.start())
    twitch.id.disconnect('ann', 'keyringtest')
    speak()
    await expect(clock.until(manager.get())).rejects.toMatchObject({ name: 'TokenRejectedError' })
    expect(manager.status()).toMatchObject({ state: 'needs-login' })
    expect(await store.keys()).toEqual([])
  })

  test('does not stand in the way of who is signed in', async () => {
    const world = createWorld()
    const { handler, manager } = world.openTab()
    await world.clock.until(handler.add(world.issue('ann')))
    silence(world)
    await world.clock.until(handler.add(world.issue('ben')).catch(() => {}))
    expect(await world.clock.until(manager.get())).toMatchObject({ login: 'ann' })
    expect(manager.getSnapshot().accounts).toMatchObject([{ login: 'ann' }])
  })
})

test.each(['a b', 'a\r\nX-Y: z', 'tök', '', 'oauth:', 'Bearer '])(
  'what is no token (%j) is not written',
  async (text) => {
    const { clock, openTab } = createWorld()
    const { handler, store } = openTab()
    await expect(clock.until(handler.add({ accessToken: text }))).rejects.toBeInstanceOf(TypeError)
    await expect(clock.until(handler.add({ accessToken: 'abc', refreshToken: text }))).rejects.toBeInstanceOf(TypeError)
    expect(await store.keys()).toEqual([])
  },
)
