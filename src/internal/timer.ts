import type { Platform } from '../types.ts'

/**
 * A timer that is set again and again.
 *
 * @returns Sets it: what was to come does not. Without arguments nothing does.
 */
export function createTimer({
  setTimeout,
  clearTimeout,
}: Pick<Platform, 'setTimeout' | 'clearTimeout'>): (delay?: number, work?: () => void) => void {
  let timer: unknown
  return (delay = 0, work) => {
    clearTimeout(timer)
    if (work !== undefined) timer = setTimeout(work, delay)
  }
}
