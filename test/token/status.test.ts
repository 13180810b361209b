import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Client } from '../../src/client.ts'
import type { Snapshot, TokenManager } from '../../src/token/index.ts'
import { ANN, BEN, createWorld, SCOPES } from './support.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Ann is signed in. */
async function signedIn(options?: Parameters<typeof createWorld>[0]) {
  const world = createWorld(options)
  const tab = world.openTab()
  await world.clock.until(tab.handler.add(world.issue()))
  const token = await world.clock.until(tab.manager.get())
  return { ...world, ...tab, token }
}

/** Every state a manager went through, as a subscriber sees it. */
function watchStates(manager: TokenManager): string[] {
  const states = [manager.status().state as string]
  manager.subscribe(() => {
    const { state } = manager.status()
    if (state !== states.at(-1)) states.push(state)
  })
  return states
}

describe('a status', () => {
  test('before anybody signs in says that nobody has', async () => {
    const { clock, openTab } = createWorld()
    const { manager } = openTab()
    await clock.until(manager.start())
    expect(manager.status()).toEqual({
      state: 'needs-login',
      reason: 'signed-out',
      why: 'Nobody is signed in.',
      scopes: [],
    })
    expect(manager.getSnapshot()).toEqual({ accounts: [] })
  })

  test('of a good token says whose it is, what it can, and until when', async () => {
    const { clock, manager } = await signedIn()
    expect(manager.status()).toMatchObject({
      state: 'ok',
      userId: ANN.id,
      login: 'ann',
      scopes: SCOPES,
      expiresAt: clock.now() + 4 * HOUR,
      validatedAt: clock.now(),
      signInAgainBy: clock.now() + 30 * DAY,
    })
    expect(manager.status(ANN.id)).toBe(manager.status())
  })

  test('of a confidential app names no day to sign in again', async () => {
    const { manager } = await signedIn({ clientType: 'confidential' })
    expect(manager.status()).toMatchObject({ state: 'ok', signInAgainBy: undefined })
  })

  test('of a user whom nobody knows is not that of another', async () => {
    const { manager } = await signedIn()
    expect(manager.status(BEN.id)).toMatchObject({ state: 'needs-login', scopes: [] })
  })

  test('goes from ok over refreshing to ok, and the day to sign in again moves on', async () => {
    const { clock, twitch, manager, token } = await signedIn()
    const states = watchStates(manager)
    const before = manager.status().signInAgainBy ?? 0
    await clock.advance(HOUR / 2)
    twitch.id.expireAll()
    await clock.until(manager.renew(token))
    expect(states).toEqual(['ok', 'refreshing', 'ok'])
    expect(manager.status().signInAgainBy).toBeGreaterThanOrEqual(before + HOUR / 2)
  })

  test('is degraded while Twitch does not answer, says so, and is ok again by itself', async () => {
    const { clock, twitch, manager } = await signedIn()
    const states = watchStates(manager)
    const back = twitch.faults.add({ host: 'id', fault: { kind: 'no-answer' } })
    await clock.advance(HOUR)
    expect(manager.status()).toMatchObject({ state: 'degraded', userId: ANN.id, why: expect.stringMatching(/\.$/) })
    back()
    await clock.advance(10 * MINUTE)
    expect(states).toEqual(['ok', 'degraded', 'ok'])
    expect(manager.status().why).toBeUndefined()
  })

  test('is refreshing no longer than the renewal, also when that gets no answer', async () => {
    const { clock, twitch, manager } = await signedIn()
    const states = watchStates(manager)
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'status', status: 429 } })
    await clock.advance(4 * HOUR)
    expect(states).toEqual(['ok', 'refreshing', 'degraded', 'refreshing', 'ok'])
  })

  test('says why a sign-in has ended, and whose', async () => {
    const { clock, twitch, manager, token } = await signedIn()
    const states = watchStates(manager)
    twitch.id.changePassword('ann')
    await clock.until(manager.renew(token).catch(() => {}))
    expect(states).toEqual(['ok', 'refreshing', 'needs-login'])
    expect(manager.status()).toMatchObject({ reason: 'refused', userId: ANN.id, login: 'ann' })
    expect(manager.status().why).toContain('Let ann sign in again.')
  })

  test('holds no token', async () => {
    const { manager, token, twitch } = await signedIn()
    const text = JSON.stringify(manager.getSnapshot())
    for (const secret of [token.value, ...twitch.id.refreshTokens().map(({ value }) => value)]) {
      expect(text).not.toContain(secret)
    }
  })
})

describe.each(['TokenManager', 'Client'] as const)('subscribe and getSnapshot of a %s', (kind) => {
  async function open() {
    const world = await signedIn()
    const client = new Client(world.handler)
    await world.clock.until(client.start())
    const { manager } = world
    return {
      ...world,
      manager: kind === 'Client' ? client.tokens : manager,
      subject: kind === 'Client' ? client : manager,
    }
  }

  test('work when they are taken off it', async () => {
    const { clock, twitch, manager, token, subject } = await open()
    const { subscribe, getSnapshot } = subject
    const before = getSnapshot()
    let calls = 0
    const end = subscribe(() => calls++)
    twitch.id.expireAll()
    await clock.until(manager.renew(token))
    expect(calls).toBeGreaterThan(0)
    expect(getSnapshot()).not.toBe(before)
    end()
    calls = 0
    await clock.until(manager.signOut())
    expect(calls).toBe(0)
  })

  test('are the same functions each time', async () => {
    const { subject } = await open()
    expect(subject.subscribe).toBe(subject.subscribe)
    expect(subject.getSnapshot).toBe(subject.getSnapshot)
  })

  test('give the same object while nothing changes, whoever asks and however often a token is taken', async () => {
    const { clock, manager, subject } = await open()
    await clock.advance(MINUTE)
    const snapshot = subject.getSnapshot()
    const [account] = snapshot.accounts
    for (let call = 0; call < 100; call += 1) {
      await clock.until(manager.get())
      subject.status()
      subject.subscribe(() => {})()
    }
    await clock.advance(5 * MINUTE)
    expect(subject.getSnapshot()).toBe(snapshot)
    expect(subject.getSnapshot().accounts[0]).toBe(account)
  })

  test('never give another object without a call in between', async () => {
    const { clock, twitch, handler, issue, manager, subject } = await open()
    let seen: Snapshot = subject.getSnapshot()
    let called = false
    subject.subscribe(() => {
      called = true
    })
    const look = () => {
      const now = subject.getSnapshot()
      expect(now === seen || called).toBe(true)
      seen = now
      called = false
    }
    const steps: (() => unknown)[] = [
      () => manager.get(),
      () => twitch.id.expireAll(),
      async () => manager.renew(await manager.get()),
      () => handler.add(issue('ben')),
      () => twitch.faults.add({ host: 'id', fault: { kind: 'no-answer' } }),
      () => clock.advance(2 * HOUR),
      () => twitch.faults.clear(),
      () => clock.advance(3 * HOUR),
      () => manager.signOut(BEN.id),
      () => manager.signOut(ANN.id),
    ]
    for (const step of steps) {
      const work = step()
      if (work instanceof Promise) await clock.until(Promise.race([work.catch(() => {}), clock.settle()]))
      for (let minute = 0; minute < 10; minute += 1) {
        look()
        await clock.advance(MINUTE)
      }
    }
    expect(seen.accounts).toEqual([])
  })
})

describe('a subscriber', () => {
  const reported = vi.fn<(error: unknown) => void>()

  beforeEach(() => {
    reported.mockClear()
    vi.stubGlobal('reportError', reported)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test('that throws is reported, and stops neither another one nor a renewal', async () => {
    const { clock, twitch, manager, token } = await signedIn()
    const mistake = new Error('the page has a mistake')
    manager.subscribe(() => {
      throw mistake
    })
    const states = watchStates(manager)
    twitch.id.expireAll()
    const renewed = await clock.until(manager.renew(token))
    expect(twitch.id.isAlive(renewed.value)).toBe(true)
    expect(states).toEqual(['ok', 'refreshing', 'ok'])
    expect(reported).toHaveBeenCalledWith(mistake)
  })

  test('that subscribes twice ends each by itself', async () => {
    const { clock, manager } = await signedIn()
    let calls = 0
    const listener = () => calls++
    const end = manager.subscribe(listener)
    manager.subscribe(listener)
    end()
    await clock.until(manager.signOut())
    expect(calls).toBeGreaterThan(0)
  })

  test('that ends another while it is called keeps it from being called', async () => {
    const { clock, manager } = await signedIn()
    const ends: (() => void)[] = []
    let calls = 0
    manager.subscribe(() => ends.map((end) => end()))
    ends.push(manager.subscribe(() => calls++))
    await clock.until(manager.signOut())
    expect(calls).toBe(0)
  })
})
