import { describe, expect, it } from 'vitest'
import { createFakeClock, createFakeTwitch } from '../../src/testing/index.ts'

describe('advance', () => {
  it('runs timers in the order of their instants, and those of one instant in the order they were set', async () => {
    const clock = createFakeClock({ startAt: 1000 })
    const ran: string[] = []
    const note = (name: string) => () => ran.push(`${name}@${clock.now()}`)
    clock.setTimeout(note('c'), 30)
    clock.setTimeout(note('a'), 10)
    clock.setTimeout(note('b'), 10)
    clock.setTimeout(note('late'), 41)
    await clock.advance(40)
    expect(ran).toEqual(['a@1010', 'b@1010', 'c@1030'])
    expect([clock.now(), clock.monotonic(), clock.pending]).toEqual([1040, 40, 1])
  })

  it('lets promises settle between two timers, and runs the timers they set', async () => {
    const clock = createFakeClock()
    const ran: number[] = []
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms))
    const loop = async () => {
      for (;;) {
        await sleep(10)
        for (let i = 0; i < 50; i++) await null
        ran.push(clock.monotonic())
      }
    }
    void loop()
    await clock.advance(35)
    expect(ran).toEqual([10, 20, 30])
  })

  it('lets the body of an answer be read in the instant in which it arrived', async () => {
    const clock = createFakeClock()
    const { fetch } = createFakeTwitch({ clock, latency: 5 })
    let read: string | undefined
    void fetch('https://id.twitch.tv/oauth2/validate')
      .then((response) => response.json())
      .then(({ status }) => {
        read = `${status} @${clock.monotonic()}`
      })
    for (let at = 1; at <= 10; at++) clock.setTimeout(() => {}, at)
    await clock.advance(10)
    expect(read).toBe('401 @5')
  })

  it('forgets a timer that was cleared, even by one of the same instant', async () => {
    const clock = createFakeClock()
    const ran: string[] = []
    clock.setTimeout(() => clock.clearTimeout(second), 5)
    const second = clock.setTimeout(() => ran.push('second'), 5)
    clock.clearTimeout(undefined)
    clock.clearTimeout(clock.setTimeout(() => ran.push('third'), 1))
    await clock.advance(5)
    clock.clearTimeout(second)
    expect(ran).toEqual([])
  })

  it.each([Number.NaN, -1, 2 ** 31, Number.POSITIVE_INFINITY])(
    'takes a delay of %s as none, as real timers do',
    async (delay) => {
      const clock = createFakeClock()
      let ran = false
      clock.setTimeout(() => {
        ran = true
      }, delay)
      expect(ran).toBe(false)
      await clock.advance(0)
      expect(ran).toBe(true)
    },
  )

  it('lets calls that overlap run one after the other', async () => {
    const clock = createFakeClock()
    await Promise.all([clock.advance(5), clock.advance(7)])
    expect(clock.monotonic()).toBe(12)
  })

  it('rejects with what a timer throws, and goes on afterwards', async () => {
    const clock = createFakeClock()
    clock.setTimeout(() => {
      throw new Error('broken')
    }, 1)
    await expect(clock.advance(5)).rejects.toThrow('broken')
    await clock.advance(4)
    expect(clock.monotonic()).toBe(5)
  })

  it('gives up on timers that never end', async () => {
    const clock = createFakeClock({ settle: async () => {} })
    const again = () => void clock.setTimeout(again, 0)
    again()
    await expect(clock.advance(1)).rejects.toThrow(RangeError)
  })

  it('does not go back', async () => {
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5' as never])
      await expect(createFakeClock().advance(ms)).rejects.toThrow(RangeError)
  })
})

it('until wants a promise, not what would make one', async () => {
  const clock = createFakeClock()
  for (const slip of [undefined, () => Promise.resolve()])
    await expect(clock.until(slip as never)).rejects.toThrow('until() takes a promise: call the function,')
})

it('jump refuses what is no number', () => {
  const clock = createFakeClock({ startAt: 5 })
  for (const ms of [Number.NaN, '5' as never]) expect(() => clock.jump(ms)).toThrow(RangeError)
  expect(clock.now()).toBe(5)
})

it('jump moves the wall clock, and neither timers nor the monotonic clock', async () => {
  const clock = createFakeClock({ startAt: 1_000_000 })
  const ran: number[] = []
  clock.setTimeout(() => ran.push(clock.monotonic()), 100)
  clock.jump(-5000)
  expect([clock.now(), clock.monotonic()]).toEqual([995_000, 0])
  await clock.advance(99)
  expect(ran).toEqual([])
  await clock.advance(1)
  expect([ran, clock.now()]).toEqual([[100], 995_100])
})

describe('until', () => {
  it('stops where the promise settled', async () => {
    const clock = createFakeClock()
    const answer = new Promise((resolve) => clock.setTimeout(() => resolve('yes'), 1500))
    clock.setTimeout(() => {}, 3000)
    await expect(clock.until(answer)).resolves.toBe('yes')
    expect([clock.monotonic(), clock.pending]).toEqual([1500, 1])
  })

  it('rejects with what the promise rejects with', async () => {
    const clock = createFakeClock()
    const answer = new Promise((_, reject) => clock.setTimeout(() => reject(new RangeError('no')), 5))
    await expect(clock.until(answer)).rejects.toThrow('no')
  })

  it('says so when nothing is left that could settle it', async () => {
    await expect(createFakeClock({ patience: 0 }).until(new Promise(() => {}))).rejects.toThrow(/no timer/)
  })

  it('has patience with work that no timer drives, however many tasks it takes', async () => {
    let tasks = 0
    let finish = (_: string) => {}
    const work = new Promise((resolve) => {
      finish = resolve
    })
    const clock = createFakeClock({
      settle: async () => {
        tasks += 1
        if (tasks === 5000) finish('done')
      },
    })
    await expect(clock.until(work)).resolves.toBe('done')
  })

  it('says so when it takes too long', async () => {
    const clock = createFakeClock()
    const tick = () => void clock.setTimeout(tick, 1000)
    tick()
    await expect(clock.until(new Promise(() => {}), 5000)).rejects.toThrow('5000 ms')
  })
})

it('waits for work that it does not drive', async () => {
  const clock = createFakeClock()
  let done = false
  const digest = crypto.subtle.digest('SHA-256', new Uint8Array(1_000_000)).then(() => {
    done = true
  })
  clock.hold?.(digest)
  await clock.advance(1)
  expect(done).toBe(true)
})
