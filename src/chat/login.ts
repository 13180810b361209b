import { ChatError, ConfigurationError } from '../errors.ts'

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

/**
 * What a NOTICE before the login means.
 *
 * @returns `'refused'`: the token is dead, or lacks `chat:read`. An error: no other token of this kind would do.
 */
export function readRefusal(text: string): 'refused' | ConfigurationError | ChatError | undefined {
  if (/^login authentication failed/i.test(text)) return 'refused'
  if (/^(improperly formatted auth|login unsuccessful|invalid nick)/i.test(text))
    return new ConfigurationError(
      `Twitch chat refused the login: "${text}". It takes user access tokens with chat:read.`,
    )
  return /^error logging in/i.test(text)
    ? new ChatError(`Twitch chat refused the login: "${text}".`, { reason: 'login-failed' })
    : undefined
}
