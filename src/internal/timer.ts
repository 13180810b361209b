import type { Platform } from '../types.ts'

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
    // A longer one, of some 24 days, would ring at once.
    timer = work && setTimeout(work, Math.min(delay, 0x7fffffff))
  }
}
