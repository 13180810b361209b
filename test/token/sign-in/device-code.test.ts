import { describe, expect, test } from 'vitest'
import { TokenRejectedError } from '../../../src/errors.ts'
import { sleep } from '../../../src/internal/wait.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import type { TokenStore } from '../../../src/stores/token-store.ts'
import type { HttpFault } from '../../../src/testing/index.ts'
import { resumeSignIn, signInWithDeviceCode } from '../../../src/token/index.ts'
import { ANN, BEN, CLIENT_ID, createWorld, record, SCOPES } from '../support.ts'

const MINUTE = 60_000

/** A durable store that takes its time, so that tabs meet in the middle; a `racy` one lets two believe they were first. */
function slowStore(clock: ReturnType<typeof createWorld>['clock'], consistency: 'atomic' | 'racy'): TokenStore {
  const { name, get, replace, keys } = memoryStore()
  const pause = () => sleep(3, clock)
  return {
    name,
    durable: true,
    consistency,
    keys,
    async get(key) {
      await pause()
      return get(key)
    },
    async replace(key, expected, next) {
      await pause()
      if (consistency === 'atomic' || (await get(key))?.version !== expected) return replace(key, expected, next)
      await pause()
      const { version } = (await get(key)) ?? {}
      if (version === undefined || version < next.version) await replace(key, version, next)
      return true
    },
  }
}

describe('a device code sign-in', () => {
  test('ends with an account when the user agrees, and chat and Helix have a token at once', async () => {
    const { clock, twitch, openTab } = createWorld()
    const { handler, manager } = openTab()
    await clock.until(manager.start())
    const heard = record((listener) => manager.on('signedIn', listener))
    const signIn = await clock.until(signInWithDeviceCode(handler, { scopes: SCOPES }))
    expect(signIn.userCode).toMatch(/^[A-Z]{8}$/)
    expect(signIn.verificationUri).toContain(signIn.userCode)
    expect(signIn.expiresAt).toBe(clock.now() + 1800_000)
    await clock.advance(MINUTE)
    twitch.id.allow(signIn.userCode, ANN.login)
    expect(await clock.until(signIn.completed)).toMatchObject({ id: ANN.id, login: 'ann', scopes: SCOPES })
    await clock.settle()
    expect(heard).toMatchObject([{ userId: ANN.id, login: 'ann', origin: 'here' }])
    expect(await clock.until(manager.get())).toMatchObject({ userId: ANN.id })
  })

  test('polls by the interval that Twitch names, however many tabs wait', async () => {
    const { clock, openTab, asked } = createWorld({ deviceCodeInterval: 5 })
    const store = memoryStore()
    const first = openTab(store)
    await clock.until(signInWithDeviceCode(first.handler, { scopes: SCOPES }))
    for (const { handler } of [openTab(store), openTab(store)]) await clock.until(resumeSignIn(handler))
    await clock.advance(MINUTE)
    expect(asked('/token')).toBeGreaterThanOrEqual(9)
    expect(asked('/token')).toBeLessThanOrEqual(12)
  })

  test('slows down when Twitch asks for it', async () => {
    const { clock, twitch, openTab, asked } = createWorld()
    const { handler } = openTab()
    await clock.until(signInWithDeviceCode(handler, { scopes: SCOPES }))
    const slowDown = { kind: 'status', status: 400, body: '{"status":400,"message":"slow_down"}' } as const
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: slowDown })
    await clock.advance(5_000)
    expect(asked('/token')).toBe(1)
    await clock.advance(9_000)
    expect(asked('/token')).toBe(1)
    await clock.advance(1_500)
    expect(asked('/token')).toBe(2)
  })

  test('goes on after a reload, and in every tab that resumes it', async () => {
    const { clock, twitch, openTab } = createWorld()
    const store = memoryStore()
    const first = await clock.until(signInWithDeviceCode(openTab(store).handler, { scopes: SCOPES }))
    const reloaded = openTab(store)
    const resumed = await clock.until(resumeSignIn(reloaded.handler))
    expect(resumed).toMatchObject({ userCode: first.userCode, expiresAt: first.expiresAt })
    twitch.id.allow(first.userCode, ANN.login)
    const accounts = await clock.until(Promise.all([first.completed, resumed?.completed]))
    expect(accounts.map((account) => account?.id)).toEqual([ANN.id, ANN.id])
    expect(await reloaded.handler.users()).toHaveLength(1)
    expect(await clock.until(resumeSignIn(reloaded.handler))).toBeUndefined()
  })

  test('begun twice at once, as React does, is one sign-in', async () => {
    const { clock, openTab } = createWorld()
    const { handler } = openTab()
    const [one, two] = await clock.until(
      Promise.all([
        signInWithDeviceCode(handler, { scopes: SCOPES }),
        signInWithDeviceCode(handler, { scopes: SCOPES }),
      ]),
    )
    expect(one.userCode).toBe(two.userCode)
  })

  test('ends for all when it is cancelled, and only the waiting when a signal ends it', async () => {
    const { clock, openTab, asked } = createWorld()
    const store = memoryStore()
    const { handler } = openTab(store)
    const controller = new AbortController()
    const one = await clock.until(signInWithDeviceCode(handler, { scopes: SCOPES, signal: controller.signal }))
    const reason = new Error('unmounted')
    controller.abort(reason)
    expect(await clock.until(one.completed.catch((error) => error))).toBe(reason)
    const two = await clock.until(resumeSignIn(openTab(store).handler))
    two?.cancel()
    expect(await clock.until((two?.completed ?? Promise.resolve()).catch((error) => error))).toMatchObject({
      name: 'AbortError',
    })
    await clock.settle()
    expect(await clock.until(resumeSignIn(handler))).toBeUndefined()
    const polls = asked('/token')
    await clock.advance(MINUTE)
    expect(asked('/token')).toBe(polls)
  })

  test('is over when the user says no', async () => {
    const { clock, twitch, openTab } = createWorld()
    const signIn = await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    twitch.id.deny(signIn.userCode)
    const error = await clock.until(signIn.completed.catch((error) => error))
    expect(error).toBeInstanceOf(TokenRejectedError)
    expect(error).toMatchObject({ reason: 'denied' })
  })

  test('stops the moment its code expires, though that is between two polls', async () => {
    const { clock, openTab } = createWorld({ deviceCodeLifetime: 62 })
    const signIn = await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    await expect(clock.until(signIn.completed)).rejects.toMatchObject({ reason: 'code-expired' })
    expect(clock.now()).toBe(signIn.expiresAt)
  })

  test('stops when the code has expired', async () => {
    const { clock, openTab, asked } = createWorld({ deviceCodeLifetime: 60 })
    const signIn = await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    const error = await clock.until(signIn.completed.catch((error) => error))
    expect(error).toMatchObject({ reason: 'code-expired' })
    expect(clock.now()).toBeLessThanOrEqual(signIn.expiresAt + 5_000)
    const polls = asked('/token')
    expect(polls).toBe(11)
    await clock.advance(10 * MINUTE)
    expect(asked('/token')).toBe(polls)
  })

  test('survives being offline', async () => {
    const { clock, twitch, openTab } = createWorld()
    const signIn = await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    const offline = twitch.faults.add({ host: 'id', fault: { kind: 'no-answer' } })
    await clock.advance(2 * MINUTE)
    offline()
    twitch.id.allow(signIn.userCode, ANN.login)
    expect(await clock.until(signIn.completed)).toMatchObject({ id: ANN.id })
  })

  test('tolerates the invalid device code that Twitch sometimes says too early', async () => {
    const { clock, twitch, openTab } = createWorld({ earlyInvalidDeviceCode: 2 })
    const signIn = await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    await clock.advance(MINUTE)
    twitch.id.allow(signIn.userCode, ANN.login)
    expect(await clock.until(signIn.completed)).toMatchObject({ id: ANN.id })
  })

  test('whose answer was lost says so, and not that the user refused', async () => {
    const { clock, twitch, openTab } = createWorld()
    const signIn = await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    twitch.id.allow(signIn.userCode, ANN.login)
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'no-answer', at: 'after' } })
    const error = await clock.until(signIn.completed.catch((error) => error))
    expect(error).toMatchObject({ reason: 'lost-response' })
  })

  test('whose answer takes 25 seconds is completed, and no tab asks meanwhile', async () => {
    const { clock, twitch, openTab, asked } = createWorld()
    const store = memoryStore()
    const signIn = await clock.until(signInWithDeviceCode(openTab(store).handler, { scopes: SCOPES }))
    const other = await clock.until(resumeSignIn(openTab(store).handler))
    twitch.id.allow(signIn.userCode, ANN.login)
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'none', latency: 25_000 } })
    const accounts = await clock.until(Promise.all([signIn.completed, other?.completed]))
    expect(accounts).toMatchObject([{ id: ANN.id }, { id: ANN.id }])
    expect(asked('/token')).toBe(1)
  })

  test('is completed by the pair alone when Twitch cannot say whose it is yet', async () => {
    const { clock, twitch, openTab } = createWorld()
    const signIn = await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    twitch.id.allow(signIn.userCode, ANN.login)
    const silent = twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'no-answer' } })
    await clock.advance(MINUTE)
    silent()
    expect(await clock.until(signIn.completed)).toMatchObject({ id: ANN.id })
  })

  test('that ended its page right after the answer is found by the next page', async () => {
    const { clock, twitch, openTab } = createWorld()
    const store = memoryStore()
    const controller = new AbortController()
    const signIn = await clock.until(
      signInWithDeviceCode(openTab(store).handler, { scopes: SCOPES, signal: controller.signal }),
    )
    twitch.id.allow(signIn.userCode, ANN.login)
    twitch.faults.add({ host: 'id', path: '/validate', times: 1, fault: { kind: 'hang' } })
    await clock.advance(6_000)
    controller.abort()
    const { handler, manager } = openTab(store)
    await clock.until(manager.start())
    await clock.advance(MINUTE)
    expect(await handler.users()).toMatchObject([{ id: ANN.id }])
  })
})

describe('tabs that follow one device code sign-in', () => {
  /** A page that ends in the middle: what it has sent it never hears of. */
  async function beginAndEndIn(path: '/token' | '/validate') {
    const world = createWorld()
    const { clock, twitch, openTab } = world
    const store = memoryStore()
    const closed = new AbortController()
    const { signal } = closed
    const begun = await clock.until(signInWithDeviceCode(openTab(store).handler, { scopes: SCOPES, signal }))
    twitch.faults.add({ host: 'id', path, times: 1, fault: { kind: 'hang' } })
    return {
      ...world,
      store,
      begun,
      async end() {
        await clock.advance(6_000)
        closed.abort()
      },
      outcome: (promise: Promise<unknown> | undefined) =>
        clock.until((promise ?? Promise.resolve()).catch((error: unknown) => error)),
    }
  }

  test('go on when the one that asks ends in the middle, and not while its request may be under way', async () => {
    const { clock, twitch, store, openTab, asked, begun, end, outcome } = await beginAndEndIn('/token')
    const other = await clock.until(resumeSignIn(openTab(store).handler))
    await end()
    expect(asked('/token')).toBe(1)
    twitch.id.allow(begun.userCode, ANN.login)
    await clock.advance(38_000)
    expect(asked('/token')).toBe(1)
    expect(await outcome(other?.completed)).toMatchObject({ id: ANN.id })
    expect(asked('/token')).toBe(2)
  })

  test('take up at once what one that ended in the middle has left behind', async () => {
    const { clock, twitch, store, openTab, begun, end, outcome } = await beginAndEndIn('/validate')
    twitch.id.allow(begun.userCode, ANN.login)
    await end()
    const { handler } = openTab(store)
    const resumed = await clock.until(resumeSignIn(handler))
    const before = clock.now()
    expect(await outcome(resumed?.completed)).toMatchObject({ id: ANN.id })
    expect(clock.now() - before).toBeLessThan(1_000)
    expect(await clock.until(resumeSignIn(handler))).toBeUndefined()
  })

  test('learn of its end at once', async () => {
    const { clock, twitch, store, openTab, begun, outcome } = await beginAndEndIn('/validate')
    await clock.advance(2_000)
    const other = await clock.until(resumeSignIn(openTab(store).handler))
    twitch.id.deny(begun.userCode)
    expect(await outcome(begun.completed)).toMatchObject({ reason: 'denied' })
    const before = clock.now()
    expect(await outcome(other?.completed)).toMatchObject({ reason: 'denied' })
    expect(clock.now() - before).toBeLessThan(1_000)
  })

  test.each([
    ['with locks and channels', {}, 'atomic'],
    ['without channels', { channel: undefined }, 'atomic'],
    ['without locks, by a lease', { locks: undefined }, 'atomic'],
    ['in a store that two may write at once', {}, 'racy'],
  ] as const)('ask one at a time, %s', async (_, missing, consistency) => {
    const { clock, twitch, place, openTab, asked } = createWorld({ deviceCodeInterval: 5, slowDown: true })
    const store = slowStore(clock, consistency)
    const open = () => openTab(store, { ...place.platform(), ...missing }).handler
    twitch.latency = 300
    const begun = await clock.until(signInWithDeviceCode(open(), { scopes: SCOPES }))
    const others = await clock.until(Promise.all([open(), open()].map((handler) => resumeSignIn(handler))))
    await clock.advance(2_000)
    others.push(await clock.until(resumeSignIn(open())))
    await clock.advance(MINUTE)
    expect(asked('/token')).toBeGreaterThanOrEqual(9)
    expect(asked('/token')).toBeLessThanOrEqual(13)
    const times = twitch.requests.filter(({ path }) => path === '/token').map(({ at }) => at)
    for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(5_000)
    twitch.id.allow(begun.userCode, ANN.login)
    const accounts = await clock.until(Promise.all([begun, ...others].map((signIn) => signIn?.completed)))
    expect(accounts.map((account) => account?.id)).toEqual([ANN.id, ANN.id, ANN.id, ANN.id])
  })

  test('ask no sooner because a message lies', async () => {
    const { clock, place, openTab, asked } = createWorld()
    const store = memoryStore()
    await clock.until(signInWithDeviceCode(openTab(store).handler, { scopes: SCOPES }))
    const liar = place.channel(`twitch-keyring:${store.name}`)
    for (let second = 0; second < 60; second += 1) {
      liar.postMessage({ key: `sign-in:${CLIENT_ID}`, version: 1 })
      await clock.advance(1_000)
    }
    expect(asked('/token')).toBeLessThanOrEqual(12)
  })

  test('begin another one when none that waits asks for the same, and let go of the old one', async () => {
    const { clock, store, openTab, begun, outcome } = await beginAndEndIn('/validate')
    const other = await clock.until(signInWithDeviceCode(openTab(store).handler, { scopes: [] }))
    expect(other.userCode).not.toBe(begun.userCode)
    expect(await outcome(begun.completed)).toMatchObject({ name: 'AbortError' })
  })
})

test('a device code sign-in that is cancelled while the store takes nothing is over here at least', async () => {
  const { clock, openTab, asked } = createWorld()
  const store = memoryStore()
  const inner = store.replace
  const signIn = await clock.until(signInWithDeviceCode(openTab(store).handler, { scopes: SCOPES }))
  store.replace = async () => {
    throw new Error('no room')
  }
  signIn.cancel()
  await clock.settle()
  store.replace = inner
  expect(await clock.until(signIn.completed.catch((error) => error))).toMatchObject({ name: 'AbortError' })
  expect(asked('/token')).toBe(0)
})

describe('an exchange without an answer', () => {
  test('is not followed by another one at once', async () => {
    const { clock, twitch, openTab, asked } = createWorld()
    await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    twitch.faults.add({ host: 'id', path: '/token', fault: { kind: 'no-answer' } })
    await clock.advance(2 * MINUTE)
    expect(asked('/token')).toBeGreaterThanOrEqual(4)
    expect(asked('/token')).toBeLessThanOrEqual(7)
  })

  test('is followed by another one in 20 seconds, from where it is known to be over', async () => {
    const { clock, twitch, openTab, asked } = createWorld()
    await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'no-answer' } })
    await clock.advance(24_500)
    expect(asked('/token')).toBe(1)
    await clock.advance(1_000)
    expect(asked('/token')).toBe(2)
  })

  test('has lost nothing once Twitch says that it still waits for the user', async () => {
    const { clock, twitch, openTab } = createWorld()
    const signIn = await clock.until(signInWithDeviceCode(openTab().handler, { scopes: SCOPES }))
    const answer = (fault: HttpFault) => twitch.faults.add({ host: 'id', path: '/token', times: 1, fault })
    answer({ kind: 'no-answer' })
    await clock.advance(MINUTE)
    answer({ kind: 'status', status: 400, body: '{"status":400,"message":"invalid device code"}' })
    await clock.advance(MINUTE)
    twitch.id.allow(signIn.userCode, ANN.login)
    expect(await clock.until(signIn.completed)).toMatchObject({ id: ANN.id })
  })

  test('that comes after the sign-in was cancelled signs nobody in, and its token is revoked', async () => {
    const { clock, twitch, openTab, asked } = createWorld()
    const { handler } = openTab()
    const signIn = await clock.until(signInWithDeviceCode(handler, { scopes: SCOPES }))
    twitch.id.allow(signIn.userCode, ANN.login)
    twitch.latency = 3_000
    await clock.advance(5_500)
    signIn.cancel()
    await clock.advance(MINUTE)
    expect(asked('/token')).toBe(1)
    expect(asked('/revoke')).toBe(1)
    expect(await handler.users()).toEqual([])
    await expect(signIn.completed).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('a device code sign-in that ends while an exchange hangs', () => {
  async function beginAndHang() {
    const world = createWorld()
    const { clock, twitch } = world
    const controller = new AbortController()
    const { handler } = world.openTab()
    const options = { scopes: SCOPES, signal: controller.signal }
    const signIn = await clock.until(signInWithDeviceCode(handler, options))
    twitch.faults.add({ host: 'id', path: '/token', times: 1, fault: { kind: 'none', latency: 20_000 } })
    await clock.advance(5_500)
    const ended = async () => {
      const at = clock.now()
      const reason = await clock.until(signIn.completed.catch((error: unknown) => error))
      return { reason, after: clock.now() - at }
    }
    return { ...world, handler, signIn, controller, ended }
  }

  test('is over here the moment it is aborted, and what the exchange brings is kept', async () => {
    const { clock, twitch, handler, signIn, controller, ended } = await beginAndHang()
    twitch.id.allow(signIn.userCode, ANN.login)
    const reason = new Error('unmounted')
    controller.abort(reason)
    expect(await ended()).toEqual({ reason, after: 0 })
    await clock.advance(MINUTE)
    expect(await handler.users()).toMatchObject([{ id: ANN.id }])
  })

  test('is over here the moment it is cancelled, and asks for nothing more', async () => {
    const { clock, signIn, asked, ended } = await beginAndHang()
    signIn.cancel()
    expect(await ended()).toMatchObject({ reason: { name: 'AbortError' }, after: 0 })
    await clock.advance(MINUTE)
    expect(asked('/token')).toBe(1)
  })
})

describe('a device code sign-in that expects somebody', () => {
  async function begin(options: Parameters<typeof createWorld>[0] = {}) {
    const world = createWorld(options)
    const store = memoryStore()
    const { handler } = world.openTab(store)
    const signIn = await world.clock.until(signInWithDeviceCode(handler, { scopes: SCOPES, expectedUser: ANN.id }))
    const outcome = () => world.clock.until(signIn.completed.catch((error) => error))
    const revoked = () => world.twitch.requests.filter(({ path }) => path === '/revoke')
    return { ...world, store, handler, signIn, outcome, revoked }
  }

  test('takes them', async () => {
    const { twitch, signIn, outcome } = await begin()
    twitch.id.allow(signIn.userCode, ANN.login)
    expect(await outcome()).toMatchObject({ id: ANN.id })
  })

  test('refuses somebody else in every tab, and revokes the token', async () => {
    const { clock, twitch, store, openTab, handler, signIn, outcome, revoked } = await begin()
    const other = await clock.until(resumeSignIn(openTab(store).handler))
    twitch.id.allow(signIn.userCode, BEN.login)
    const elsewhere = other?.completed.catch((error) => error)
    for (const error of [await outcome(), await clock.until(elsewhere ?? Promise.resolve())]) {
      expect(error).toMatchObject({ name: 'TokenRejectedError', reason: 'wrong-user' })
    }
    expect(await handler.users()).toEqual([])
    expect(revoked()).toMatchObject([{ status: 200 }])
    expect(await clock.until(resumeSignIn(handler))).toBeUndefined()
  })

  test('refuses somebody else after a reload in the middle, whoever finds out', async () => {
    const { clock, twitch, store, openTab, handler, signIn, revoked } = await begin()
    const silent = twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'no-answer' } })
    twitch.id.allow(signIn.userCode, BEN.login)
    await clock.advance(10_000)
    silent()
    const again = await clock.until(resumeSignIn(openTab(store).handler))
    const error = await clock.until((again?.completed ?? Promise.resolve()).catch((error) => error))
    expect(error).toMatchObject({ reason: 'wrong-user' })
    expect(await handler.users()).toEqual([])
    expect(revoked().length).toBeGreaterThanOrEqual(1)
  })

  test('leaves alone whom it did not expect, and who is signed in already', async () => {
    const { clock, twitch, handler, signIn, issue, outcome } = await begin()
    const pair = issue(BEN.login)
    await clock.until(handler.add(pair))
    twitch.id.allow(signIn.userCode, BEN.login)
    expect(await outcome()).toMatchObject({ reason: 'wrong-user' })
    expect(await handler.users()).toMatchObject([{ id: BEN.id }])
    expect(twitch.id.isAlive(pair.accessToken)).toBe(true)
  })

  test('has somebody else refused and revoked by a page that only tidies up', async () => {
    const { clock, twitch, store, openTab, signIn, revoked } = await begin()
    const silent = twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'no-answer' } })
    twitch.id.allow(signIn.userCode, BEN.login)
    await clock.advance(5_500)
    silent()
    const { handler, manager } = openTab(store)
    await clock.until(manager.start())
    await clock.advance(1_000)
    expect(await handler.users()).toEqual([])
    expect(revoked()).toMatchObject([{ status: 200 }])
  })

  test('goes on only with one that expects the same', async () => {
    const { clock, handler, signIn } = await begin()
    const same = await clock.until(signInWithDeviceCode(handler, { scopes: SCOPES, expectedUser: ANN.id }))
    expect(same.userCode).toBe(signIn.userCode)
    const other = await clock.until(signInWithDeviceCode(handler, { scopes: SCOPES }))
    expect(other.userCode).not.toBe(signIn.userCode)
  })
})

describe('bad input', () => {
  test.each([
    [{ scopes: 'chat:read' }, /scopes must be a list/],
    [{ scopes: SCOPES, expectedUser: 'ann' }, /expectedUser must be a user id/],
  ])('%j is a TypeError that says what is expected', async (options, message) => {
    const error = await signInWithDeviceCode(createWorld().openTab().handler, options as never).catch((error) => error)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(message)
  })

  test('an unknown option is a TypeError that lists the known ones', async () => {
    const { openTab } = createWorld()
    const options = { scope: SCOPES } as never
    await expect(signInWithDeviceCode(openTab().handler, options)).rejects.toThrow(
      /no option "scope".*scopes, expectedUser, signal/,
    )
  })
})
