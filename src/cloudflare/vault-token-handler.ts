import { ConfigurationError, NetworkError, TokenRejectedError } from '../errors.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import { waitFor } from '../internal/wait.ts'
import { satisfies } from '../oauth/scopes.ts'
import type { Account } from '../token/accounts.ts'
import type { ClientCredentials } from '../token/handlers/base-token-handler.ts'
import { TokenHandler } from '../token/handlers/token-handler.ts'
import { requireUserId } from '../token/require-user-id.ts'
import type { PendingRedirect } from '../token/sign-in/pending-redirects.ts'
import type { Status } from '../token/status.ts'
import { issueToken, Token } from '../token/token.ts'
import type {
  AccessToken,
  AccessTokenRequest,
  AccessTokenSource,
  PlatformOptions,
  Scope,
  ScopeRequirement,
  WaitOptions,
} from '../types.ts'
import { unwrap, type VaultAnswer } from './answer.ts'
import {
  APP_VAULT,
  lentToken,
  signInVault,
  stubOf,
  type TokenVaultNamespace,
  type TokenVaultStub,
  type VaultCodeSignIn,
  type VaultCodeSignInOptions,
  type VaultDeviceCode,
  type VaultDeviceSignInOptions,
  type VaultSignInStatus,
  type VaultToken,
} from './vault.ts'

export interface VaultTokenHandlerOptions {
  /** Left out: a vault is asked. It is no secret. */
  readonly clientId?: string | undefined
  /** The user id that chats. */
  readonly chatUser?: string | undefined
  readonly platform?: PlatformOptions | undefined
}

/** A sign-in on another screen, and how to ask for it later. */
export interface VaultDeviceSignIn extends VaultDeviceCode {
  /** Random. Give it to the browser that began, and to nobody else: it says who signed in. */
  readonly id: string
}

/**
 * The tokens of a {@link TokenVaultNamespace}, in any Worker: a handler for `new Client(handler)`, and an
 * `AccessTokenSource` for `new HelixClient(handler)`, which saves a Worker all that the vault has done already.
 *
 * It shares nothing between requests that could keep one waiting for another.
 */
export class VaultTokenHandler<TClient = unknown> extends TokenHandler<TClient> implements AccessTokenSource {
  readonly chatUser: string | undefined
  readonly #namespace: TokenVaultNamespace
  readonly #given = new Map<string, AccessToken>()
  #clientId: string | undefined

  /** @throws {TypeError} An option is unknown, or it is no namespace. */
  constructor(namespace: TokenVaultNamespace, options: VaultTokenHandlerOptions = {}) {
    refuseUnknownOptions('VaultTokenHandler', options, ['clientId', 'chatUser', 'platform'])
    super(options.platform)
    if (typeof namespace?.idFromName !== 'function') {
      throw new TypeError('A VaultTokenHandler takes the binding of the Durable Objects of createTokenVault.')
    }
    this.#namespace = namespace
    this.#clientId = options.clientId
    this.chatUser = options.chatUser
  }

  async clientId(): Promise<string> {
    this.#clientId ??= await this.#reach(APP_VAULT, (vault) => vault.clientId())
    return this.#clientId
  }

  async get(request: AccessTokenRequest = {}): Promise<AccessToken> {
    const { kind = 'user', user, scopes, signal } = request
    const name = kind === 'app' ? APP_VAULT : requireUser(user)
    if (kind === 'user') {
      const lent = lentToken(await this.#reach(name, (vault) => vault.lend(), signal))
      if (lent !== undefined && lent.userId === user && can(lent, scopes)) return issue(lent)
    }
    return issue(await this.#ask(name, (vault) => vault.getToken({ kind, user, scopes }), signal))
  }

  async getForChat(_shardId: number, options: WaitOptions = {}): Promise<AccessToken | undefined> {
    try {
      return await this.get({ user: this.chatUser, scopes: ['chat:read'], signal: options.signal })
    } catch (error) {
      if (error instanceof TokenRejectedError && error.reason === 'signed-out') return undefined
      throw error
    }
  }

  async renew(refused: AccessToken, options: WaitOptions = {}): Promise<AccessToken> {
    const { value, kind, userId, login, scopes, expiresAt } = refused
    const name = kind === 'app' ? APP_VAULT : requireUser(userId)
    const plain: VaultToken = { value, kind, userId, login, scopes: [...scopes], expiresAt }
    return issue(await this.#ask(name, (vault) => vault.renew(plain), options.signal))
  }

  /** How a user's sign-in stands. */
  async status(user: string): Promise<Status> {
    return this.#ask(requireUser(user), (vault) => vault.status(user))
  }

  /** Forgets a user, and revokes the access token. */
  async signOut(user: string): Promise<void> {
    this.#given.delete(user)
    return this.#ask(requireUser(user), (vault) => vault.signOut(user))
  }

  /** Begins a sign-in on another screen, with a public app. {@link signInStatus} says what becomes of it. */
  async signInWithDeviceCode(options: VaultDeviceSignInOptions): Promise<VaultDeviceSignIn> {
    const id = this.platform.randomId()
    const code = await this.#ask(signInVault(id), (vault) =>
      vault.signInWithDeviceCode({ scopes: [...options.scopes], expectedUser: options.expectedUser }),
    )
    return { ...code, id }
  }

  signInStatus(id: string): Promise<VaultSignInStatus> {
    return this.#ask(signInVault(id), (vault) => vault.signInStatus())
  }

  cancelSignIn(id: string): Promise<void> {
    return this.#ask(signInVault(id), (vault) => vault.cancelSignIn())
  }

  /** Begins a sign-in on Twitch's own page, with a confidential app. Nothing is stored but what you give the browser. */
  signInWithCode(options: VaultCodeSignInOptions): Promise<VaultCodeSignIn> {
    return this.#ask(APP_VAULT, (vault) => vault.signInWithCode(options))
  }

  /**
   * Goes on with it where the browser comes back to.
   *
   * @param url The whole address of the request.
   * @param pending What this browser was given, from its cookie.
   */
  completeSignInWithCode(url: string | URL, pending: PendingRedirect): Promise<Account> {
    return this.#ask(signInVault(pending.state), (vault) => vault.completeSignInWithCode(String(url), pending))
  }

  /** This, and the following, is what a `Client` asks. */
  async getUserToken(user: string | undefined, scopes: ScopeRequirement): Promise<Token> {
    const userId = requireUser(user ?? this.chatUser)
    const before = this.#given.get(userId)
    // Asked again for what was given already: it was refused.
    const isRefused = before !== undefined && satisfies(before.scopes, scopes)
    const token = await (isRefused ? this.renew(before) : this.get({ user: userId, scopes }))
    this.#given.set(userId, token)
    return new Token(token.value)
  }

  getIrcToken(): Promise<Token> {
    return this.getUserToken(this.chatUser, ['chat:read'])
  }

  async getClientToken(): Promise<Token> {
    return new Token((await this.get({ kind: 'app' })).value)
  }

  async getClientCredentials(): Promise<ClientCredentials> {
    return { clientId: await this.clientId() }
  }

  async #ask<T>(
    name: string,
    call: (vault: TokenVaultStub) => PromiseLike<VaultAnswer<T>>,
    signal?: AbortSignal | undefined,
  ): Promise<T> {
    return unwrap(await this.#reach(name, call, signal))
  }

  /**
   * Waits without a timer of its own: no wait in a vault is endless, and the call of an object that ends is an error.
   *
   * @throws {NetworkError} The vault did not answer. Nothing is lost.
   */
  async #reach<T>(
    name: string,
    call: (vault: TokenVaultStub) => PromiseLike<T>,
    signal?: AbortSignal | undefined,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted()
      try {
        // After an error a stub stays broken.
        const asked = call(stubOf(this.#namespace, name))
        return await (signal === undefined ? asked : waitFor(Promise.resolve(asked), undefined, this.platform, signal))
      } catch (error) {
        if (signal?.aborted || error instanceof TypeError || error instanceof RangeError) throw error
        // A deploy, an eviction, a lost machine: the object is started anew by the next call.
        const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean }
        if (attempt === 1 && retryable && !overloaded) continue
        throw new NetworkError('The vault did not answer. Nothing is lost; try again.', { cause: error })
      }
    }
  }
}

function issue({ value, ...facts }: VaultToken): AccessToken {
  return issueToken(value, facts)
}

/** Most have the very scopes that are asked for, and need no look at which scope covers which. */
function can({ scopes }: VaultToken, requirement: ScopeRequirement = []): boolean {
  return requirement.every((scope) => scopes.includes(scope as Scope)) || satisfies(scopes, requirement)
}

/**
 * @throws {TypeError} It is something else, such as the name of a vault that is no user's.
 * @throws {ConfigurationError} Nobody is named.
 */
function requireUser(user: string | undefined): string {
  requireUserId('user', user)
  if (user !== undefined) return user
  throw new ConfigurationError('A vault keeps the tokens of one user: say whose token you need, by user id.')
}
