import type { RejectionReason } from '../errors.ts'
import type { Scope } from '../types.ts'

/**
 * How a user's sign-in stands.
 *
 * - `ok`: there is a token, and nothing speaks against it. While timers run, Twitch vouches for it every hour.
 * - `refreshing`: it is being renewed.
 * - `degraded`: it works as far as is known, but Twitch or the store did not answer; it is being tried again. Without a
 *   `login`: somebody signed in, and Twitch has not said yet who.
 * - `needs-login`: the user must sign in.
 */
export type StatusState = 'ok' | 'refreshing' | 'degraded' | 'needs-login'

/** How a user's sign-in stands. Holds no token. */
export interface Status {
  readonly state: StatusState
  /** Why it is not `ok`, in a sentence that can be shown. */
  readonly why?: string | undefined
  /** Why the user must sign in. */
  readonly reason?: RejectionReason | undefined
  readonly userId?: string | undefined
  readonly login?: string | undefined
  readonly scopes: readonly Scope[]
  /** Epoch milliseconds: the end of the access token, which is renewed before. */
  readonly expiresAt?: number | undefined
  /** Epoch milliseconds. */
  readonly validatedAt?: number | undefined
  /** Epoch milliseconds: when the refresh token ends unless it is used. Public apps only. */
  readonly signInAgainBy?: number | undefined
}

/** What to show of all accounts: the same object for as long as nothing has changed. */
export interface Snapshot {
  readonly accounts: readonly Status[]
}

/** What went wrong last, and when to try again. */
export interface Trouble {
  readonly error: unknown
  readonly failures: number
  /** Epoch milliseconds. */
  readonly retryAt: number
}

/** An unused refresh token of a public app ends after this, in milliseconds. */
export const REFRESH_TOKEN_LIFETIME: number = 30 * 24 * 3_600_000

/** Somebody has signed in while Twitch did not answer. */
export const NOBODYS: Status = {
  state: 'degraded',
  why: 'Twitch has not said yet whose the tokens are.',
  scopes: [],
}

export const NOBODY: Status = { state: 'needs-login', reason: 'signed-out', why: 'Nobody is signed in.', scopes: [] }
