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

export interface LoginOptions {
  /** The bare access token; `undefined`: anonymous. */
  readonly token: string | undefined
  readonly nick: string
  /** Whether JOIN and PART of others are wanted. */
  readonly membership: boolean
}

/**
 * The lines that log in. USER and CAP END mean nothing to Twitch, but other IRC servers wait for them.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#connecting-to-the-twitch-irc-server
 */
export function loginLines({ token, nick, membership }: LoginOptions): readonly string[] {
  return [
    `CAP REQ :twitch.tv/tags twitch.tv/commands${membership ? ' twitch.tv/membership' : ''}`,
    ...(token === undefined ? [] : [`PASS oauth:${token}`]),
    `NICK ${nick}`,
    `USER ${nick} 0 * :${nick}`,
    'CAP END',
  ]
}

/** A name under which Twitch lets anybody read. */
export function anonymousNick(random: number): string {
  return `justinfan${Math.floor(10_000 + random * 90_000)}`
}
