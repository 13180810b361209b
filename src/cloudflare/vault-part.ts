import type { Account } from '../token/accounts.ts'
import type { PendingRedirect } from '../token/sign-in/pending-redirects.ts'
import type { AccessToken } from '../types.ts'
import type { DurableObjectContext } from './durable-object.ts'
import type {
  TokenVaultOptions,
  VaultCodeSignIn,
  VaultCodeSignInOptions,
  VaultDeviceCode,
  VaultDeviceSignInOptions,
  VaultSignInStatus,
} from './vault.ts'
import type { VaultTokens } from './vault-tokens.ts'

/** The object that a part is of. */
export interface VaultPlace {
  readonly ctx: DurableObjectContext
  readonly options: TokenVaultOptions
  readonly tokens: VaultTokens
}

/** What an object does beside keeping a user's tokens. */
export interface VaultWork {
  /** @returns Epoch milliseconds of what is due next; `undefined`: this object is for something else. */
  maintain?(): Promise<number | undefined>
  appToken?(refused: AccessToken | undefined): Promise<AccessToken>
  signInWithDeviceCode?(options: VaultDeviceSignInOptions): Promise<VaultDeviceCode>
  signInStatus?(): Promise<VaultSignInStatus>
  cancelSignIn?(): Promise<void>
  signInWithCode?(options: VaultCodeSignInOptions): Promise<VaultCodeSignIn>
  completeSignInWithCode?(url: string, pending: PendingRedirect): Promise<Account>
}

/**
 * Something that a vault can do, and that only who wants it pays for: `codeSignIn`, `deviceCodeSignIn` and `appTokens` of
 * `twitch-keyring/cloudflare`.
 */
export type VaultPart = (place: VaultPlace) => VaultWork
