import type { Connection } from './connection.ts'
import type { RateWindow } from './limits.ts'
import type { ChatAuth } from './login.ts'

/** What is to be done again and again, until it works. */
export interface Task {
  /** Instant of the monotonic clock; {@link NEVER}: it is not to be done. */
  dueAt: number
  failures: number
}

/** No instant. */
export const NEVER: number = Number.MAX_VALUE

/**
 * One logical connection that stays up: it is due for a login, comes back after a loss, and moves to a new socket while
 * the old one still lives.
 */
export interface Shard extends Task {
  readonly id: number
  readonly auth: ReturnType<ChatAuth> | undefined
  /** It is logged in, or about to be. */
  isUp: boolean
  /** Instant of the monotonic clock at which it was last dialled. */
  triedAt: number
  /** What it was last lost for. */
  error?: Error | undefined
  /** Logged in, and not about to be closed: channels belong there. */
  home?: Connection | undefined
}

/** What one account has done, over all its connections. */
export interface Account {
  readonly logins: RateWindow
  readonly joins: RateWindow
}
