import { HandlerError, TokenRejectedError } from '../../errors.ts'
import type { App } from '../app.ts'
import type { FindAppToken } from '../app-tokens.ts'
import type { BaseTokenHandler } from '../handlers/base-token-handler.ts'
import { issueToken } from '../token.ts'

/** Of a handler that has app tokens by itself. */
export function askedAppToken(handler: Pick<BaseTokenHandler, 'getClientToken'>, app: App | undefined): FindAppToken {
  return async (vouch) => {
    const given = await handler.getClientToken()
    if (typeof given?.accessToken !== 'string') {
      throw new HandlerError("The token handler's getClientToken must give a Token.", { method: 'getClientToken' })
    }
    const token = issueToken(given.accessToken, { kind: 'app', scopes: [] })
    const answer = await vouch(token)
    if (answer === undefined) {
      throw new TokenRejectedError('The app token that the handler gives is dead: give another one.', {
        reason: 'invalid',
      })
    }
    if (app !== undefined && answer.client_id !== app.clientId) {
      throw new TokenRejectedError('The app token that the handler gives belongs to another app.', {
        reason: 'wrong-app',
      })
    }
    return token
  }
}
