import { HandlerError } from '../../errors.ts'
import type { TokenStore } from '../../stores/token-store.ts'
import type { ScopeRequirement } from '../../types.ts'
import type { TokenRecord } from '../renewal/record.ts'
import { askedSupply } from '../sources/asked-supply.ts'
import type { Supply } from '../supply.ts'
import type { Token } from '../token.ts'
import { TokenHandler } from './token-handler.ts'

export interface ClientCredentials {
  readonly clientId: string
  /** Left out: a public app, or no refreshing. */
  readonly clientSecret?: string | undefined
}

/**
 * Where tokens come from. Subclass it, and override what you need; what is missing and asked for throws a
 * {@link HandlerError} that names it.
 *
 * The library asks once, validates what it gets, and asks again only when that token died or lacks a scope. It asks
 * outside every lock and deadline: a handler may let a person take minutes.
 */
export abstract class BaseTokenHandler<TClient = unknown> extends TokenHandler<TClient> {
  /**
   * @param user A user id. `undefined`: the only one, or the one you think best.
   * @param scopes What the token is needed for; every element, an inner list means any one of it.
   * @returns `undefined`: nobody is signed in.
   */
  getUserToken(user: string | undefined, scopes: ScopeRequirement): Promise<Token | undefined> {
    void [user, scopes]
    return missing('getUserToken')
  }

  /** The app access token. */
  getClientToken(): Promise<Token> {
    return missing('getClientToken')
  }

  getClientCredentials(): Promise<ClientCredentials> {
    return missing('getClientCredentials')
  }

  /** @returns `undefined`: nobody is signed in. */
  getIrcToken(shardId: number): Promise<Token | undefined> {
    void shardId
    return missing('getIrcToken')
  }

  /**
   * Takes a renewed pair, and makes it durable before anyone sees it: the old refresh token is spent by now.
   *
   * Where it throws, the pair is handed out all the same and offered again later.
   *
   * @param next Plain data, tokens included.
   * @param previous `undefined` when it is offered again after a restart.
   */
  saveUserToken?(userId: string, next: TokenRecord, previous: TokenRecord | undefined): Promise<void>

  /** @internal */
  supply(journal: TokenStore | undefined): Promise<Supply> {
    return askedSupply(this, journal)
  }
}

function missing(method: string): Promise<never> {
  return Promise.reject(
    new HandlerError(`The token handler does not override ${method}, which is needed here.`, { method }),
  )
}
