import type { Mark, TokenRecord } from './record.ts'

/** A refresh request is given up after this, in milliseconds. */
export const POST_TIMEOUT = 30_000

/** A mark that stood unchanged for so long belongs to no request that is still under way. */
export const MARK_STANDS_FOR: number = POST_TIMEOUT + 5_000

/** A request leaves at most this long after its mark was made: a thawed page never sends late. */
export const MARK_FRESH_FOR = 5_000

/** A 401 earlier than this before the end of a token's life means that something killed it. */
const WELL_BEFORE = 60_000

/**
 * What became of the request that left this mark.
 *
 * - `wait`: it may still be under way.
 * - `not-spent`: it never arrived. Take the mark off, and go on.
 * - `live-on`: nobody can tell; the access token still works, so use that.
 * - `spent`: the refresh token was spent and the answer was lost. Sending it again would end the user's other sign-ins.
 * - `ambiguous`: nobody can tell, and nothing is left to lose by sending.
 */
export type MarkVerdict = 'wait' | 'not-spent' | 'live-on' | 'spent' | 'ambiguous'

export interface MarkEvidence {
  readonly record: TokenRecord & { readonly mark: Mark }
  /** Twitch has just vouched for the access token, or refused it. */
  readonly alive: boolean
  /** Whether a renewal is known to kill the old access token. */
  readonly oldDies: boolean | undefined
  /** How long this mark has been watched standing unchanged, in milliseconds. */
  readonly stoodFor: number
  /** Epoch milliseconds. */
  readonly now: number
}

export function judgeMark({ record, alive, oldDies, stoodFor, now }: MarkEvidence): MarkVerdict {
  if (alive && oldDies !== true) return 'live-on'
  if (stoodFor < MARK_STANDS_FOR) return 'wait'
  if (alive) return 'not-spent'
  const { mark, obtainedAt, expiresAt } = record
  const believable = obtainedAt <= mark.at && mark.at <= now
  if (believable && (expiresAt === undefined || now < expiresAt - WELL_BEFORE)) return 'spent'
  return 'ambiguous'
}
