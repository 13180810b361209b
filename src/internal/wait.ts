import type { Platform } from '../types.ts'

type Timers = Pick<Platform, 'setTimeout' | 'clearTimeout'>

/** What a bounded wait came to when the promise had not settled in time. */
export const TIMED_OUT: unique symbol = Symbol('timed out')

/**
 * Waits for a promise, and ends nothing but the wait.
 *
 * @param ms `undefined`: as long as it takes.
 * @throws `signal.reason` once the signal is aborted, or what the promise rejects with.
 */
export function waitFor<T>(
  promise: Promise<T>,
  ms: undefined,
  timers: Timers,
  signal?: AbortSignal | undefined,
): Promise<T>
export function waitFor<T>(
  promise: Promise<T>,
  ms: number,
  timers: Timers,
  signal?: AbortSignal | undefined,
): Promise<T | typeof TIMED_OUT>
export function waitFor<T>(
  promise: Promise<T>,
  ms: number | undefined,
  { setTimeout, clearTimeout }: Timers,
  signal?: AbortSignal | undefined,
): Promise<T | typeof TIMED_OUT> {
  return new Promise((resolve, reject) => {
    const end =
      <Value>(settle: (value: Value) => void) =>
      (value: Value) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        settle(value)
      }
    const onAbort = () => end(reject)(signal?.reason)
    const timer = ms === undefined ? undefined : setTimeout(() => end(resolve)(TIMED_OUT), ms)
    signal?.addEventListener('abort', onAbort)
    // Also after an abort: what a promise rejects with must not go unhandled.
    promise.then(end(resolve), end(reject))
    if (signal?.aborted) onAbort()
  })
}

/** @throws `signal.reason` once the signal is aborted. */
export async function sleep(ms: number, timers: Timers, signal?: AbortSignal | undefined): Promise<void> {
  await waitFor(new Promise(() => {}), ms, timers, signal)
}
