import { ConfigurationError, HandlerError, MissingScopeError } from '../../errors.ts'
import { refuseUnknownOptions } from '../../internal/options.ts'
import { scopesToRequest } from '../../oauth/scopes.ts'
import type { TokenStore } from '../../stores/token-store.ts'
import type { ClientType, PlatformOptions, Scope, ScopeRequirement } from '../../types.ts'
import { type Account, accountOf, readAccounts, soleUser, tokensOf } from '../accounts.ts'
import { adoptPair } from '../adoption.ts'
import { type App, createApp } from '../app.ts'
import { Keyring } from '../keyring.ts'
import { refuseEventual } from '../refuse-eventual.ts'
import { Gate } from '../renewal/gate.ts'
import type { TokenRecord } from '../renewal/record.ts'
import { requireScopes } from '../require-scopes.ts'
import { requireStore } from '../require-store.ts'
import { requireUserId } from '../require-user-id.ts'
import { savePairOf } from '../save-pair.ts'
import { askedAppToken } from '../sources/asked-app-token.ts'
import { mintedAppToken } from '../sources/minted-app-token.ts'
import { StoredSource } from '../sources/stored-source.ts'
import type { Supply } from '../supply.ts'
import { Token } from '../token.ts'
import { warnOfSecretInPage } from '../warn-of-secret.ts'
import { TokenHandler } from './token-handler.ts'

export interface StoredTokenHandlerOptions<Type extends ClientType = ClientType> {
  /** As shown in Twitch's developer console. It is no secret. */
  readonly clientId: string
  /** How the app is registered at Twitch. It decides which sign-ins exist. */
  readonly clientType: Type
  readonly store: TokenStore
  /** Only of a confidential app, and never in a page: everybody could read it. */
  readonly clientSecret?: Type extends 'confidential' ? string | undefined : undefined
  /** The user id that chats, where several users are signed in. */
  readonly chatUser?: string | undefined
  readonly platform?: PlatformOptions | undefined
}

/** A pair from elsewhere. */
export interface TokenPair {
  readonly accessToken: string
  readonly refreshToken?: string | undefined
}

/** What only a `BaseTokenHandler` is asked. */
const NEVER_ASKED = ['getUserToken', 'getIrcToken', 'getClientCredentials'] as const

/**
 * The handler over a store: it keeps whoever signs in, and renews their tokens for as long as Twitch lets it.
 *
 * A subclass may override `saveUserToken`, to have each renewed pair elsewhere as well, and `getClientToken`, where
 * something else has the app's own token.
 */
export class StoredTokenHandler<Type extends ClientType = ClientType, TClient = unknown> extends TokenHandler<TClient> {
  readonly store: TokenStore
  readonly clientType: Type
  readonly chatUser: string | undefined
  readonly #app: App
  #keyring: Keyring | undefined

  /**
   * @throws {TypeError} An option is unknown or missing.
   * @throws {ConfigurationError} The options contradict each other.
   */
  constructor(options: StoredTokenHandlerOptions<Type>) {
    refuseUnknownOptions('StoredTokenHandler', options, [
      'clientId',
      'clientType',
      'store',
      'clientSecret',
      'chatUser',
      'platform',
    ])
    super(options.platform)
    requireUserId('chatUser', options.chatUser)
    const { clientId, clientType, clientSecret, store, chatUser } = options
    this.#app = createApp({ clientId, clientType, clientSecret })
    requireStore('store', store)
    refuseEventual(store, clientType)
    warnOfSecretInPage(clientSecret)
    this.clientType = clientType
    this.store = store
    this.chatUser = chatUser
    Object.defineProperty(this, 'store', { enumerable: false })
  }

  /** Made when it is needed: by then a subclass has its fields. @internal */
  get keyring(): Keyring {
    const { store, platform } = this
    this.#keyring ??= new Keyring(this.#app, store, platform, new Gate(store, platform), savePairOf(this))
    return this.#keyring
  }

  /**
   * Takes a pair from elsewhere. It is written before anything else happens, and asked after then.
   *
   * @throws {TypeError} It is no pair of tokens.
   * @throws {TokenRejectedError} Twitch does not accept it, or it belongs to another app.
   * @throws {NetworkError} Twitch does not answer. The pair is kept, and becomes an account when Twitch answers.
   * @throws {StoreError} It could not be written.
   */
  async add(pair: TokenPair | Token): Promise<Account> {
    const token = pair instanceof Token ? pair : new Token(pair?.accessToken, pair?.refreshToken)
    const { record } = await adoptPair(this.keyring, {
      accessToken: token.accessToken,
      refreshToken: token.refreshToken,
    })
    return accountOf(record)
  }

  /**
   * Who is signed in.
   *
   * @throws {StoreError}
   */
  async users(): Promise<Account[]> {
    return readAccounts(this.keyring.book)
  }

  /**
   * The `scopes` of a sign-in after which nothing that is granted now is lost, and what is needed is granted as well.
   *
   * @param needed The error that said what is missing, or the scopes themselves.
   * @param user A user id. Left out: the user of the error, else the only account there is.
   * @throws {ConfigurationError} Several users are signed in.
   * @throws {StoreError}
   */
  async scopesToRequest(needed: MissingScopeError | ScopeRequirement, user?: string | undefined): Promise<Scope[]> {
    const isError = needed instanceof MissingScopeError
    if (!isError) requireScopes(needed)
    const { book } = this.keyring
    const userId = user ?? (isError ? needed.userId : undefined) ?? (await soleUser(book))
    const tokens = userId === undefined ? [] : await tokensOf(book, userId)
    const held = tokens.flatMap(({ record }) => record.scopes)
    return scopesToRequest(held, isError ? needed.missing : needed)
  }

  /** Of a subclass that keeps each renewed pair elsewhere as well: as that of a `BaseTokenHandler`. */
  saveUserToken?(userId: string, next: TokenRecord, previous: TokenRecord | undefined): Promise<void>

  /** Of a subclass that has the app access token from elsewhere. Without it, it is minted with the client secret. */
  getClientToken?(): Promise<Token>

  /** @internal */
  async supply(journal: TokenStore | undefined): Promise<Supply> {
    if (journal) throw new ConfigurationError('A StoredTokenHandler brings its store: leave the journal out.')
    for (const method of NEVER_ASKED) {
      if (!(method in this)) continue
      throw new HandlerError(
        `A StoredTokenHandler answers from its store, and ${method} of a subclass is never asked: give pairs to add(), or extend BaseTokenHandler.`,
        { method },
      )
    }
    const { keyring, getClientToken } = this
    return {
      keyring,
      openSource: (keeper) => new StoredSource(keeper, this.chatUser),
      findAppToken: getClientToken
        ? askedAppToken({ getClientToken: getClientToken.bind(this) }, this.#app)
        : mintedAppToken(keyring),
    }
  }
}
