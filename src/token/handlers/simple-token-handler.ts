import { refuseUnknownOptions } from '../../internal/options.ts'
import type { TokenStore } from '../../stores/token-store.ts'
import type { PlatformOptions } from '../../types.ts'
import { type App, appOf } from '../app.ts'
import type { Supply } from '../supply.ts'
import { Token } from '../token.ts'
import { warnOfSecretInPage } from '../warn-of-secret.ts'
import { BaseTokenHandler, type ClientCredentials } from './base-token-handler.ts'

export interface SimpleTokenHandlerOptions {
  /** Of a public app it can be spent once, and what replaces it is lost with the page: use `StoredTokenHandler` there. */
  readonly refreshToken?: string | undefined
  /** The app access token. Left out: the user's token serves for everything. */
  readonly clientToken?: string | undefined
  /** Never in a page: everybody could read it. */
  readonly clientSecret?: string | undefined
  readonly platform?: PlatformOptions | undefined
}

/** One token for anything and everything. */
export class SimpleTokenHandler extends BaseTokenHandler {
  readonly #app: App
  readonly #token: Token
  readonly #clientToken: Token | undefined

  /**
   * @param accessToken A user's.
   * @throws {TypeError} An argument is no token or client id, or an option is unknown.
   */
  constructor(accessToken: string, clientId: string, options: SimpleTokenHandlerOptions = {}) {
    refuseUnknownOptions('SimpleTokenHandler', options, ['refreshToken', 'clientToken', 'clientSecret', 'platform'])
    super(options.platform)
    warnOfSecretInPage(options.clientSecret)
    this.#app = appOf({ clientId, clientSecret: options.clientSecret })
    this.#token = new Token(accessToken, options.refreshToken)
    this.#clientToken = options.clientToken === undefined ? undefined : new Token(options.clientToken)
  }

  override async getUserToken(): Promise<Token> {
    return this.#token
  }

  override async getClientToken(): Promise<Token> {
    return this.#clientToken ?? this.#token
  }

  override async getClientCredentials(): Promise<ClientCredentials> {
    return this.#app
  }

  override async getIrcToken(): Promise<Token> {
    return this.#token
  }

  /** @internal */
  override async supply(journal: TokenStore | undefined): Promise<Supply> {
    const supply = await super.supply(journal)
    const hasAppToken = this.#clientToken || this.getClientToken !== SimpleTokenHandler.prototype.getClientToken
    return hasAppToken ? supply : { ...supply, findAppToken: undefined }
  }
}
