import { amount, callback, check, number, type Shape } from './shape.ts'

/** The time a fake Twitch lives in. A {@link FakeClock}, or {@link realClock}. */
export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number
  /** A clock that never jumps, in milliseconds since any moment. */
  monotonic(): number
  setTimeout(callback: () => void, delay: number): unknown
  clearTimeout(timer: unknown): void
  /** Makes time wait for work that this clock does not drive, such as WebCrypto. */
  hold?(work: PromiseLike<unknown>): void
}

/** A clock that moves only when it is told to. */
export interface FakeClock extends Clock {
  /**
   * Lets `ms` milliseconds pass: every timer that falls due runs at its own instant, in order, and all promises settle
   * before the next one runs. Calls that overlap run one after the other.
   *
   * @throws What a timer's callback throws, or a `RangeError` when the timers of one instant never end, or `ms` is no number.
   */
  advance(ms: number): Promise<void>
  /**
   * Runs timer after timer until the promise has settled, and answers with it. Time stops where it settled.
   *
   * @param limit Milliseconds that may pass at the most. Default one day.
   * @throws What the promise rejects with, or an `Error` when nothing is left to run or the limit is reached. A `TypeError` where
   *   there is no promise.
   */
  until<T>(promise: PromiseLike<T>, limit?: number): Promise<T>
  /** Lets promises settle; no time passes. */
  settle(): Promise<void>
  /**
   * Sets the wall clock forward, or back with a negative number. No timer runs and `monotonic()` stays.
   *
   * @throws {RangeError} It is no number.
   */
  jump(ms: number): void
  hold(work: PromiseLike<unknown>): void
  /** How many timers wait. */
  readonly pending: number
}

export interface FakeClockOptions {
  /** Epoch milliseconds. Default 2026-01-01T00:00:00Z. */
  readonly startAt?: number | undefined
  /** Lets all promises settle. Default: one task of the event loop. */
  readonly settle?: (() => Promise<void>) | undefined
  /**
   * Milliseconds of the machine's own time that `until` gives to work that no timer drives, such as IndexedDB or
   * WebCrypto, once no timer is left. Default 10,000.
   */
  readonly patience?: number | undefined
}

const OPTIONS: Shape<FakeClockOptions> = { startAt: number, settle: callback, patience: amount }

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** Browsers and Node take a longer delay, or one that is no number, as none at all. */
const LONGEST_DELAY = 2 ** 31 - 1
const ONE_DAY = 86_400_000
/** So many timers at one instant are taken for an endless loop. */
const TIMERS_AT_ONCE = 100_000

/**
 * A clock for tests.
 *
 * As on real platforms a delay above 2,147,483,647 ms (24.8 days) counts as 0.
 *
 * @throws {TypeError} There is no such option, or it must be another kind of thing.
 */
export function createFakeClock(options: FakeClockOptions = {}): FakeClock {
  check('createFakeClock()', options, OPTIONS)
  const { startAt = Date.UTC(2026, 0, 1), settle: drain = nextTask, patience = 10_000 } = options

  let elapsed = 0
  let offset = startAt
  let order = 0
  let atThisInstant = 0
  /** The next one last. */
  const timers: Timer[] = []
  const held = new Set<PromiseLike<unknown>>()
  let turn: Promise<unknown> = Promise.resolve()

  async function settle(): Promise<void> {
    await drain()
    while (held.size > 0) {
      await Promise.allSettled(held)
      await drain()
    }
  }

  function runNext(): void {
    const timer = timers.pop() as Timer
    if (timer.at > elapsed) atThisInstant = 0
    else if (++atThisInstant > TIMERS_AT_ONCE) throw new RangeError(`${TIMERS_AT_ONCE} timers ran at one instant.`)
    elapsed = Math.max(elapsed, timer.at)
    timer.callback()
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  async function advance(ms: number): Promise<void> {
    await settle()
    const end = elapsed + ms
    for (let next = timers.at(-1); next !== undefined && next.at <= end; next = timers.at(-1)) {
      runNext()
      await settle()
    }
    elapsed = end
    atThisInstant = 0
  }

  async function until<T>(promise: PromiseLike<T>, limit: number): Promise<T> {
    let settled = false
    const mark = () => {
      settled = true
    }
    promise.then(mark, mark)
    const end = elapsed + limit
    let idleSince: number | undefined
    await settle()
    while (!settled) {
      const next = timers.at(-1)
      if (next === undefined) {
        idleSince ??= performance.now()
        if (performance.now() - idleSince > patience)
          throw new Error('The promise waits for something that no timer will bring.')
        await settle()
        continue
      }
      idleSince = undefined
      if (next.at > end) throw new Error(`The promise has not settled within ${limit} ms.`)
      runNext()
      await settle()
    }
    return promise
  }

  return {
    now: () => offset + elapsed,
    monotonic: () => elapsed,
    setTimeout(callback, delay) {
      const at = elapsed + (delay >= 0 && delay <= LONGEST_DELAY ? delay : 0)
      const timer: Timer = { at, order: order++, callback }
      timers.splice(placeOf(timers, timer), 0, timer)
      return timer
    },
    clearTimeout(timer) {
      if (timer === undefined || timer === null) return
      const place = placeOf(timers, timer as Timer)
      if (timers[place] === timer) timers.splice(place, 1)
    },
    advance: (ms) => {
      if (!amount.fits(ms) || ms === Number.POSITIVE_INFINITY)
        return Promise.reject(new RangeError('advance() takes a number of milliseconds that is not negative.'))
      return inTurn(() => advance(ms))
    },
    until: (promise, limit = ONE_DAY) => {
      if (typeof (promise as PromiseLike<unknown> | undefined)?.then !== 'function')
        return Promise.reject(new TypeError('until() takes a promise: call the function, and give what it returns.'))
      return inTurn(() => until(promise, limit))
    },
    settle: () => inTurn(settle),
    jump(ms) {
      if (!number.fits(ms)) throw new RangeError('jump() takes a number of milliseconds.')
      offset += ms
    },
    hold(work) {
      held.add(work)
      const release = () => held.delete(work)
      work.then(release, release)
    },
    get pending() {
      return timers.length
    },
  }
}

/** The time of the machine. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, delay) => globalThis.setTimeout(callback, delay),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number | undefined),
}

/** Where the timer stands, or belongs, in a list that ends with the next one. */
function placeOf(timers: readonly Timer[], timer: Timer): number {
  let low = 0
  let high = timers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = timers[middle] as Timer
    if (other.at > timer.at || (other.at === timer.at && other.order > timer.order)) low = middle + 1
    else high = middle
  }
  return low
}

/** Every promise that can settle has settled when a new task starts. */
function nextTask(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown }
  if (setImmediate !== undefined) return new Promise((resolve) => setImmediate(resolve))
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
