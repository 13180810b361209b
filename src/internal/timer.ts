import type { Platform } from '../types.ts'

/** Milliseconds, some 24 days: a longer timer would ring at once. */
export const LONGEST_TIMER = 0x7fffffff

/**
 * A timer that is set again and again.
 *
 * @returns Sets it: what was to come does not. Without arguments nothing does.
 */
export function createTimer({
  setTimeout,
  clearTimeout,
}: Pick<Platform, 'setTimeout' | 'clearTimeout'>): (work?: () => void, delay?: number) => void {
  let timer: unknown
  return (work, delay = 0) => {
    clearTimeout(timer)
    timer = work && setTimeout(work, Math.min(delay, LONGEST_TIMER))
  }
}
