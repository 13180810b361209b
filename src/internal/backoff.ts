export interface Backoff {
  /** Milliseconds before the second attempt. */
  readonly first: number
  /** Milliseconds at the most. */
  readonly limit: number
}

/**
 * How long to wait after a failed attempt: twice as long each time, between half and the whole of it by chance, so that
 * many clients do not come back at once.
 *
 * @param failures Failed attempts so far, from 1.
 * @param random From 0 up to 1.
 * @returns Milliseconds.
 */
export function backoffDelay(failures: number, random: number, { first, limit }: Backoff): number {
  const whole = Math.min(limit, first * 2 ** Math.min(failures - 1, 30))
  return Math.round(whole / 2 + (whole / 2) * random)
}
