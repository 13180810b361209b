import type { Platform } from '../types.ts'

type Timers = Pick<Platform, 'setTimeout' | 'clearTimeout'>

/** @throws `signal.reason` once the signal is aborted. */
export function sleep(ms: number, timers: Timers, signal?: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      timers.clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = timers.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** What a bounded wait came to when the promise had not settled in time. */
export const TIMED_OUT: unique symbol = Symbol('timed out')

/**
 * Waits for a promise, but not for ever, and ends nothing but the wait.
 *
 * @throws `signal.reason` once the signal is aborted, or what the promise rejects with.
 */
export function waitFor<T>(
  promise: Promise<T>,
  ms: number,
  timers: Timers,
  signal?: AbortSignal | undefined,
): Promise<T | typeof TIMED_OUT> {
  return new Promise((resolve, reject) => {
    const end = () => {
      timers.clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const onAbort = () => {
      end()
      reject(signal?.reason)
    }
    const timer = timers.setTimeout(() => {
      end()
      resolve(TIMED_OUT)
    }, ms)
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    promise.then(
      (value) => {
        end()
        resolve(value)
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
  })
}

/**
 * Waits for a promise, and ends nothing but the wait.
 *
 * @throws `signal.reason` once the signal is aborted, or what the promise rejects with.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    // Also after an abort: what a promise rejects with must not go unhandled.
    promise.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
