import { HandlerError } from '../../errors.ts'
import { refuseUnknownOptions } from '../../internal/options.ts'
import type { PlatformOptions } from '../../types.ts'
import { Token } from '../token.ts'
import { BaseTokenHandler } from './base-token-handler.ts'

/** A token for chat, and nothing else. */
export class IrcTokenHandler extends BaseTokenHandler {
  readonly #token: Token

  /** @throws {TypeError} It is no token. */
  constructor(accessToken: string, options: { readonly platform?: PlatformOptions | undefined } = {}) {
    refuseUnknownOptions('IrcTokenHandler', options, ['platform'])
    super(options.platform)
    this.#token = new Token(accessToken)
  }

  override async getIrcToken(): Promise<Token> {
    return this.#token
  }

  override getClientCredentials(): Promise<never> {
    return Promise.reject(
      new HandlerError('An IrcTokenHandler serves chat only: use a SimpleTokenHandler for anything else.', {
        method: 'getClientCredentials',
      }),
    )
  }
}
