import type { HandlerError } from '../errors.ts'
import type { TokenStore } from '../stores/token-store.ts'
import type { Platform } from '../types.ts'
import type { FindAppToken } from './app-tokens.ts'
import type { Keeper } from './keeper.ts'
import type { Keyring } from './keyring.ts'
import type { TokenSource } from './sources/token-source.ts'

/** Where a handler's tokens rest, and where they come from: what a manager works with. */
export interface Supply {
  readonly keyring: Keyring
  openSource(keeper: Keeper, warn: (problem: unknown) => void): TokenSource
  /** `undefined`: the user's token serves for that as well. */
  readonly findAppToken: FindAppToken | undefined
  /** Why there is no app. */
  readonly noApp?: HandlerError | undefined
}

/** What a manager takes of a handler. */
export interface Supplier {
  readonly platform: Platform
  supply(journal: TokenStore | undefined): Promise<Supply>
}
