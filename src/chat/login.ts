import type { AccessToken } from '../types.ts'

/** Any error, as one of this library may be. */
export type Failure = Error & {
  readonly code?: string
  readonly reason?: string
  readonly retryAt?: number | undefined
}

/** With what a connection logs in. Without one it does so as nobody. */
export type ChatAuth = (shardId: number) => {
  /** Asked before each login. @returns `undefined`: as nobody. */
  getToken(signal: AbortSignal): Promise<AccessToken | undefined>
  /** What a NOTICE before the welcome says. @returns What it ends the login with, if it does. */
  readRefusal(text: string): Error | undefined
  /** A login failed. @returns Whether to log in again at once. */
  mayRetry(error: Failure): boolean
  /** Whether no later login can be any better. */
  isFinal(error: Failure): boolean
}
