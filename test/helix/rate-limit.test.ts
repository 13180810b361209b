import { describe, expect, it } from 'vitest'
import { RateLimit } from '../../src/helix/rate-limit.ts'
import { resolvePlatform } from '../../src/internal/platform.ts'
import { rejection } from '../oauth/stub.ts'

/** A clock that stands until it is told to go on; 60 requests a minute, so one a second. */
function setUp() {
  let now = 0
  let timers: { at: number; callback: () => void }[] = []
  const platform = resolvePlatform({
    now: () => 1_000_000 + now,
    monotonic: () => now,
    setTimeout(callback, delay) {
      const timer = { at: now + delay, callback }
      timers.push(timer)
      return timer
    },
    clearTimeout(timer) {
      timers = timers.filter((other) => other !== timer)
    },
  })
  const limit = new RateLimit(60, platform)
  const takeAll = () => {
    for (let i = 0; i < 60; i += 1) expect(limit.take(0)).toBeUndefined()
  }
  const advance = async (ms: number) => {
    now += ms
    const due = timers.filter(({ at }) => at <= now)
    timers = timers.filter((timer) => !due.includes(timer))
    for (const { callback } of due) callback()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { limit, takeAll, advance, timers: () => timers.length }
}

describe('RateLimit', () => {
  it('lets a minute of requests go at once, and one more each second', async () => {
    const { limit, takeAll, advance } = setUp()
    takeAll()
    expect(() => limit.take(999)).toThrow(
      expect.objectContaining({ name: 'HelixError', status: 429, retryAt: 1_001_000 }),
    )
    await advance(1_000)
    expect(limit.take(0)).toBeUndefined()
  })

  it('lets those who wait go in order', async () => {
    const { limit, takeAll, advance } = setUp()
    takeAll()
    const gone: string[] = []
    for (const name of ['a', 'b', 'c']) void limit.take(10_000)?.then(() => gone.push(name))
    await advance(1_000)
    expect(gone).toEqual(['a'])
    await advance(2_000)
    expect(gone).toEqual(['a', 'b', 'c'])
  })

  it('lets nobody overtake those who wait', async () => {
    const { limit, takeAll, advance } = setUp()
    takeAll()
    void limit.take(10_000)
    void limit.take(10_000)
    await advance(1_000)
    expect(() => limit.take(0)).toThrow()
  })

  it('refuses a wait that the queue makes too long', async () => {
    const { limit, takeAll } = setUp()
    takeAll()
    void limit.take(2_000)
    void limit.take(2_000)
    expect(() => limit.take(2_000)).toThrow(expect.objectContaining({ retryAt: 1_003_000 }))
  })

  it('lets a caller give up, who then holds up nobody', async () => {
    const { limit, takeAll, advance, timers } = setUp()
    takeAll()
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const first = limit.take(10_000, controller.signal) as Promise<void>
    let gone = false
    void limit.take(10_000)?.then(() => (gone = true))
    controller.abort(reason)
    await expect(first).rejects.toBe(reason)
    await advance(1_000)
    expect(gone).toBe(true)
    expect(timers()).toBe(0)
  })

  it('holds everything back when it is told to', async () => {
    const { limit, advance } = setUp()
    limit.block(5_000)
    expect(() => limit.take(4_999)).toThrow(expect.objectContaining({ retryAt: 1_005_000 }))
    await advance(5_000)
    expect(limit.take(0)).toBeUndefined()
  })

  it('ends the wait of those who would now wait too long', async () => {
    const { limit, takeAll } = setUp()
    takeAll()
    const waiting = limit.take(2_000) as Promise<void>
    limit.block(30_000)
    expect(await rejection(waiting)).toMatchObject({ name: 'HelixError', status: 429, retryAt: 1_030_000 })
  })

  it('learns from headers that fewer are left, and how many there are', async () => {
    const { limit } = setUp()
    limit.learn(new Headers({ 'Ratelimit-Limit': '120', 'Ratelimit-Remaining': '0' }))
    expect(() => limit.take(499)).toThrow(expect.objectContaining({ retryAt: 1_000_500 }))
  })

  it('believes no header that makes no sense', () => {
    const { limit } = setUp()
    limit.learn(new Headers({ 'Ratelimit-Limit': '-1', 'Ratelimit-Remaining': 'many' }))
    expect(limit.take(0)).toBeUndefined()
  })
})
