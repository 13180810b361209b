import { expect, test } from 'vitest'
import { sleep, TIMED_OUT, waitFor } from '../../src/internal/wait.ts'
import { createFakeClock } from '../../src/testing/index.ts'

const never = () => new Promise<never>(() => {})

function setUp() {
  const clock = createFakeClock()
  const controller = new AbortController()
  const reason = new Error('left')
  return { clock, controller, reason, abort: () => controller.abort(reason) }
}

test('a wait ends with what it waits for, with its time, or with its caller', async () => {
  const { clock, controller, reason, abort } = setUp()
  await expect(waitFor(Promise.resolve(1), 100, clock)).resolves.toBe(1)
  await expect(waitFor(Promise.reject(reason), 100, clock)).rejects.toBe(reason)
  expect(await clock.until(waitFor(never(), 100, clock))).toBe(TIMED_OUT)
  const left = [waitFor(never(), 100, clock, controller.signal), waitFor(never(), undefined, clock, controller.signal)]
  abort()
  for (const wait of left) await expect(wait).rejects.toBe(reason)
  await expect(waitFor(Promise.resolve(1), 100, clock, controller.signal)).rejects.toBe(reason)
})

test('a wait without a time is as long as it takes', async () => {
  const { clock } = setUp()
  let settled = false
  let resolve = (_: string) => {}
  const wait = waitFor(new Promise<string>((settle) => (resolve = settle)), undefined, clock).finally(() => {
    settled = true
  })
  await clock.advance(1e9)
  expect(settled).toBe(false)
  resolve('at last')
  await expect(wait).resolves.toBe('at last')
})

test('what fails after the wait is over is nobody’s unhandled rejection', async () => {
  const { clock, controller, abort } = setUp()
  const unhandled: unknown[] = []
  const listen = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', listen)
  let fail = (_: Error) => {}
  const wait = waitFor(new Promise((_, reject) => (fail = reject)), 100, clock, controller.signal).catch(() => {})
  abort()
  await wait
  fail(new Error('too late'))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', listen)
  expect(unhandled).toEqual([])
})

test('a sleep leaves no timer behind when it is ended', async () => {
  const { clock, controller, reason, abort } = setUp()
  const timers = new Set<unknown>()
  const counting = {
    setTimeout: (callback: () => void, delay: number) => {
      const timer = clock.setTimeout(callback, delay)
      timers.add(timer)
      return timer
    },
    clearTimeout: (timer: unknown) => {
      timers.delete(timer)
      clock.clearTimeout(timer)
    },
  }
  const slept = sleep(1_000, counting, controller.signal)
  abort()
  await expect(slept).rejects.toBe(reason)
  expect(timers.size).toBe(0)
})
