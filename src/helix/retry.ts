import type { Backoff } from '../internal/backoff.ts'
import type { Answer } from '../internal/request.ts'
import { readRetryAt } from '../internal/retry-after.ts'

/** Attempts of one request at the most, each with a deadline of its own. */
export const ATTEMPTS = 3

export const BACKOFF: Backoff = { first: 500, limit: 5_000 }

/** Longer than a minute makes no sense: the limit is one of a minute, and a clock may be wrong. */
const LONGEST_PAUSE = 60_000

/**
 * How long to hold everything back after a 429.
 *
 * @param name Method and path.
 * @param pause Milliseconds to wait where Twitch's headers cannot be read.
 * @returns Milliseconds, or `undefined` when there is no need: points are left, or it is a limit on subscriptions.
 * @see https://github.com/twitchdev/issues/issues/958
 */
export function readPause(name: string, { headers }: Answer, now: number, pause: number): number | undefined {
  const remaining = headers.get('ratelimit-remaining')
  if (remaining === null ? name === 'POST /eventsub/subscriptions' : Number(remaining) > 0) {
    return undefined
  }
  return Math.min(LONGEST_PAUSE, Math.max(pause, (readRetryAt(headers, now) ?? now) - now))
}
