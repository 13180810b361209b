import { ChatError, ConfigurationError, HandlerError, TokenRejectedError } from '../errors.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import type { AccessToken, AccessTokenSource } from '../types.ts'
import type { ChatAuth, Failure } from './login.ts'

export interface WithTokensOptions {
  /** Whether to read anonymously while nobody is signed in. Default false: then there is no chat until somebody is. */
  readonly anonymous?: boolean | undefined
}

/**
 * Logs a reader in with a user's token, asked for before each login. A refused one is renewed once.
 *
 * @example
 * const chat = new ChatReader({ auth: withTokens(client.tokens), channels: ['twitchdev'] })
 */
export function withTokens(tokens: AccessTokenSource, options: WithTokensOptions = {}): ChatAuth {
  refuseUnknownOptions('withTokens', options, ['anonymous'])
  if (typeof tokens?.getForChat !== 'function') {
    throw new TypeError('Chat takes a source of access tokens, such as `client.tokens`, and no token itself.')
  }
  const { anonymous = false } = options
  return (shardId) => {
    let token: AccessToken | undefined
    let refused: AccessToken | undefined
    let renewing: AccessToken | undefined
    return {
      async getToken(signal) {
        renewing = refused
        refused = undefined
        token = await (renewing ? tokens.renew(renewing, { signal }) : tokens.getForChat(shardId, { signal }))
        if (token !== undefined && typeof token.value !== 'string') {
          throw new HandlerError('What chat gets from its source must be an AccessToken.', { method: 'getForChat' })
        }
        if (token !== undefined || anonymous) return token
        const text = 'Chat needs a user who is signed in. To read without one, say `anonymous: true`.'
        throw new TokenRejectedError(text, { reason: 'signed-out' })
      },
      readRefusal(text) {
        const message = `Twitch chat refused the login: "${text}". It takes user access tokens with chat:read.`
        if (/^login authentication failed/i.test(text)) return new ChatError(message, { reason: 'login-failed' })
        return /^(improperly formatted auth|login unsuccessful|invalid nick)/i.test(text)
          ? new ConfigurationError(message)
          : undefined
      },
      mayRetry({ reason }) {
        // A second refusal in a row is not the token's fault.
        if (reason === 'login-failed' && renewing === undefined) refused = token
        return refused !== undefined
      },
      isFinal,
    }
  }
}

/** Time does not mend these; nor a handler that lacks a method, unlike one whose database is away. */
function isFinal({ code, reason, cause }: Failure): boolean {
  if (code === 'handler') return cause === undefined
  return reason === 'login-failed' || /^(token_rejected|missing_scope|unsupported)$/.test(code ?? '')
}
