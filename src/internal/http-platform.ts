import type { Platform, PlatformOptions } from '../types.ts'
import { LONGEST_TIMER } from './timer.ts'

/** What requests take from the place they run in. */
export type HttpPlatform = Pick<Platform, 'fetch' | 'now' | 'monotonic' | 'setTimeout' | 'clearTimeout' | 'random'>

/** As `resolvePlatform` does it, for this part alone: who only makes requests pays for no more. */
export function resolveHttpPlatform(options: PlatformOptions = {}): HttpPlatform {
  const {
    fetch = (url, init) => globalThis.fetch(url, init),
    now = () => Date.now(),
    monotonic = () => performance.now(),
    setTimeout = (callback, delay) => globalThis.setTimeout(callback, Math.min(delay, LONGEST_TIMER)),
    clearTimeout = (timer) => globalThis.clearTimeout(timer as number),
    random = () => Math.random(),
  } = options
  return { fetch, now, monotonic, setTimeout, clearTimeout, random }
}
