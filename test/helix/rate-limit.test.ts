import { describe, expect, it } from 'vitest'
import { RateLimit } from '../../src/helix/rate-limit.ts'
import { resolvePlatform } from '../../src/internal/platform.ts'
import { rejection } from '../oauth/stub.ts'

/** A clock that stands until it is told to go on; 60 requests a minute, so one a second. */
function setUp() {
  let now = 0
  let looks = 0
  let timers: { at: number; callback: () => void; owner: string }[] = []
  let owner = ''
  const platform = resolvePlatform({
    now: () => 1_000_000 + now,
    monotonic() {
      looks += 1
      return now
    },
    setTimeout(callback, delay) {
      const timer = { at: now + delay, callback, owner }
      timers.push(timer)
      return timer
    },
    clearTimeout(timer) {
      timers = timers.filter((other) => other !== timer)
    },
  })
  const limit = new RateLimit(60, platform)
  const take = (patience: number, signal?: AbortSignal) => limit.line(patience, signal)()
  const takeAll = async () => {
    for (let i = 0; i < 60; i += 1) await take(0)
  }
  const advance = async (ms: number) => {
    now += ms
    const due = timers.filter(({ at }) => at <= now)
    timers = timers.filter((timer) => !due.includes(timer))
    for (const timer of due) {
      owner = timer.owner
      timer.callback()
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  /** On Workers a timer belongs to the request that set it, and goes with it. */
  const begin = (request: string) => {
    owner = request
  }
  const end = (request: string) => {
    timers = timers.filter((timer) => timer.owner !== request)
  }
  return { limit, take, takeAll, advance, begin, end, timers: () => timers.length, looks: () => looks }
}

describe('RateLimit', () => {
  it('lets a minute of requests go at once, and one more each second', async () => {
    const { take, takeAll, advance } = setUp()
    await takeAll()
    expect(await rejection(take(999))).toMatchObject({ name: 'HelixError', status: 429, retryAt: 1_001_000 })
    await advance(1_000)
    await take(0)
  })

  it('lets those who wait go in order', async () => {
    const { take, takeAll, advance } = setUp()
    await takeAll()
    const gone: string[] = []
    for (const name of ['a', 'b', 'c']) void take(10_000).then(() => gone.push(name))
    await advance(1_000)
    expect(gone).toEqual(['a'])
    await advance(2_000)
    expect(gone).toEqual(['a', 'b', 'c'])
  })

  it('lets those go whose requests live on, when another one is gone with its timers', async () => {
    const { take, takeAll, advance, begin, end } = setUp()
    await takeAll()
    const gone: string[] = []
    for (const name of ['a', 'b', 'c']) {
      begin(name)
      void take(10_000).then(() => gone.push(name))
    }
    end('c')
    await advance(1_000)
    end('a')
    await advance(1_000)
    expect(gone).toEqual(['a', 'b'])
  })

  it('lets nobody overtake those who wait', async () => {
    const { take, takeAll, advance } = setUp()
    await takeAll()
    void take(10_000)
    void take(10_000)
    await advance(1_000)
    expect(await rejection(take(0))).toMatchObject({ status: 429 })
  })

  it('lets nobody overtake one whose timer is late', async () => {
    const { take, takeAll, advance, begin, end } = setUp()
    await takeAll()
    const gone: string[] = []
    begin('a')
    void take(10_000).then(() => gone.push('a'))
    end('a')
    await advance(1_000)
    begin('b')
    void take(10_000).then(() => gone.push('b'))
    await advance(0)
    expect(gone).toEqual(['a'])
    await advance(1_000)
    expect(gone).toEqual(['a', 'b'])
  })

  it('counts nothing for a caller who has given up already', async () => {
    const { take, takeAll } = setUp()
    await expect(take(0, AbortSignal.abort('enough'))).rejects.toBe('enough')
    await takeAll()
  })

  it('refuses a wait that the queue makes too long', async () => {
    const { take, takeAll } = setUp()
    await takeAll()
    void take(2_000)
    void take(2_000)
    expect(await rejection(take(2_000))).toMatchObject({ retryAt: 1_003_000 })
  })

  it('lets a caller give up, who then holds up nobody', async () => {
    const { take, takeAll, advance, timers } = setUp()
    await takeAll()
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const first = take(10_000, controller.signal)
    let gone = false
    void take(10_000).then(() => (gone = true))
    controller.abort(reason)
    await expect(first).rejects.toBe(reason)
    await advance(1_000)
    expect(gone).toBe(true)
    expect(timers()).toBe(0)
  })

  it('holds everything back when it is told to', async () => {
    const { limit, take, advance } = setUp()
    limit.block(5_000)
    expect(await rejection(take(4_999))).toMatchObject({ retryAt: 1_005_000 })
    await advance(5_000)
    for (let i = 0; i < 5; i += 1) await take(0)
    expect(await rejection(take(999))).toMatchObject({ retryAt: 1_006_000 })
  })

  it('keeps the place of one who must ask again', async () => {
    const { limit, take, advance } = setUp()
    const gone: string[] = []
    const early = limit.line(10_000)
    await early()
    limit.block(3_000)
    for (const name of ['b', 'c']) void take(10_000).then(() => gone.push(name))
    void early().then(() => gone.push('a'))
    await advance(5_000)
    expect(gone).toEqual(['a', 'b', 'c'])
  })

  it('bounds the wait of one request, however often it must ask', async () => {
    const { limit, advance } = setUp()
    const turn = limit.line(5_000)
    limit.block(3_000)
    const first = turn()
    await advance(3_000)
    await first
    limit.block(3_000)
    expect(await rejection(turn())).toMatchObject({ status: 429 })
  })

  it('ends every wait when it is closed', async () => {
    const { limit, take, takeAll, timers } = setUp()
    await takeAll()
    const waits = [rejection(take(5_000)), rejection(take(5_000))]
    limit.close()
    for (const error of await Promise.all(waits)) expect(error).toMatchObject({ name: 'AbortError' })
    expect(timers()).toBe(0)
  })

  it('ends the wait of those who would now wait too long', async () => {
    const { limit, take, takeAll } = setUp()
    await takeAll()
    const waiting = take(2_000)
    limit.block(30_000)
    expect(await rejection(waiting)).toMatchObject({ name: 'HelixError', status: 429, retryAt: 1_030_000 })
  })

  it('learns from headers that fewer are left, and how many there are', async () => {
    const { limit, take } = setUp()
    limit.learn(new Headers({ 'Ratelimit-Limit': '120', 'Ratelimit-Remaining': '0' }))
    expect(await rejection(take(499))).toMatchObject({ retryAt: 1_000_500 })
  })

  it('lets as many go as the headers say are left', async () => {
    const { limit, take } = setUp()
    limit.learn(new Headers({ 'Ratelimit-Remaining': '3' }))
    for (let i = 0; i < 3; i += 1) await take(0)
    expect(await rejection(take(999))).toMatchObject({ retryAt: 1_001_000 })
  })

  it('reads the limit once: it stays the same, and headers are slow to read', async () => {
    const { limit, take } = setUp()
    const read: string[] = []
    class Watched extends Headers {
      override get(name: string) {
        read.push(name)
        return super.get(name)
      }
    }
    for (const max of ['120', '240']) limit.learn(new Watched({ 'Ratelimit-Limit': max, 'Ratelimit-Remaining': '0' }))
    expect(read).toEqual(['ratelimit-remaining', 'ratelimit-limit', 'ratelimit-remaining'])
    expect(await rejection(take(499))).toMatchObject({ retryAt: 1_000_500 })
  })

  it('believes no header that makes no sense', async () => {
    const { limit, take } = setUp()
    limit.learn(new Headers({ 'Ratelimit-Limit': '-1', 'Ratelimit-Remaining': 'many' }))
    await take(0)
    limit.learn(new Headers({ 'Ratelimit-Limit': '0', 'Ratelimit-Remaining': '1' }))
    await take(0)
    expect(await rejection(take(999))).toMatchObject({ retryAt: 1_001_000 })
  })

  it.each([
    ['the client is closed', (limit: RateLimit) => limit.close()],
    ['all are aborted', (_: RateLimit, controller: AbortController) => controller.abort()],
  ])('looks at the clock a few times for each of many who wait when %s', async (_what, end) => {
    const { limit, take, takeAll, looks } = setUp()
    await takeAll()
    const controller = new AbortController()
    const waits = Array.from({ length: 300 }, () => rejection(take(600_000, controller.signal)))
    await new Promise((resolve) => setImmediate(resolve))
    const before = looks()
    end(limit, controller)
    await Promise.all(waits)
    expect(looks() - before).toBeLessThan(10 * 300)
  })
})
