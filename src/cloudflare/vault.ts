import type { Account } from '../token/accounts.ts'
import type { TokenManagerEvents } from '../token/events.ts'
import type { VerifyIdToken } from '../token/sign-in/finish-redirect.ts'
import type { PendingRedirect } from '../token/sign-in/pending-redirects.ts'
import type { Status } from '../token/status.ts'
import type { AccessToken, ClientType, PlatformOptions, Scope, ScopeRequirement } from '../types.ts'
import type { VaultAnswer } from './answer.ts'
import type { Called } from './durable-object.ts'
import type { VaultPart } from './vault-part.ts'

export interface TokenVaultOptions {
  /** As shown in Twitch's developer console. It is no secret. */
  readonly clientId: string
  /** How the app is registered at Twitch. It decides which sign-ins exist. */
  readonly clientType: ClientType
  /** Only of a confidential app: from a secret binding. */
  readonly clientSecret?: string | undefined
  /** The namespace of this very class: what a sign-in brings goes to the object of whoever signed in. */
  readonly vaults: TokenVaultNamespace
  /**
   * What these objects do beside keeping users' tokens good: `codeSignIn` or `deviceCodeSignIn`, and `appTokens`. Only what is
   * listed is in the Worker. Default: nothing.
   */
  readonly parts?: readonly VaultPart[] | undefined
  /** To prove the id token of `openid`: `verifyIdToken` of `twitch-keyring/oauth`. */
  readonly verifyIdToken?: VerifyIdToken | undefined
  /** Hears of all that happens to tokens in this object. No event holds one. */
  readonly onEvent?: VaultListener | undefined
  readonly platform?: PlatformOptions | undefined
}

export type VaultListener = <Type extends keyof TokenManagerEvents>(type: Type, event: TokenManagerEvents[Type]) => void

/** The binding of the Durable Objects that {@link createTokenVault} makes the class of. */
export interface TokenVaultNamespace {
  idFromName(name: string): unknown
  get(id: never): TokenVaultStub
}

/** What goes out of a vault: an access token that lives for hours, as plain data. */
export type VaultToken = { readonly [Part in keyof AccessToken]: AccessToken[Part] }

export interface VaultTokenRequest {
  readonly kind?: 'user' | 'app' | undefined
  /** A user id. */
  readonly user?: string | undefined
  readonly scopes?: ScopeRequirement | undefined
}

/** A pair on its way from the object where its user signed in to the user's own. */
export interface VaultPair {
  readonly grantId: string
  readonly userId: string
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  readonly scopes: readonly Scope[]
  /** Epoch milliseconds. */
  readonly expiresAt?: number | undefined
}

export interface VaultDeviceSignInOptions {
  readonly scopes: readonly Scope[]
  /** A user id. Anybody else who signs in is refused. */
  readonly expectedUser?: string | undefined
}

/** A code to be shown to the user, and to nobody else. */
export interface VaultDeviceCode {
  readonly userCode: string
  readonly verificationUri: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/**
 * - `pending`: the user has not agreed yet; the code is there to be shown again. Once they have, and until their own vault has
 *   taken their tokens, there is none: `userCode` is empty.
 * - `signed-in`: their tokens are in their own vault.
 * - `failed`: `why` is a sentence that can be shown.
 * - `unknown`: there is no such sign-in, or it has been over for an hour.
 */
export type VaultSignInStatus =
  | ({ readonly state: 'pending' } & VaultDeviceCode)
  | { readonly state: 'signed-in'; readonly account: Account }
  | { readonly state: 'failed'; readonly reason: string; readonly why: string }
  | { readonly state: 'unknown' }

export interface VaultCodeSignInOptions {
  readonly scopes: readonly Scope[]
  /** One of those registered for the app, byte for byte. */
  readonly redirectUri: string
  readonly forceVerify?: boolean | undefined
  /** A user id. Anybody else who signs in is refused. */
  readonly expectedUser?: string | undefined
}

export interface VaultCodeSignIn {
  /** Redirect the browser there. */
  readonly url: string
  /** Plain data: give it to this browser in a cookie that is signed, `HttpOnly`, `Secure` and `SameSite=Lax`. */
  readonly pending: PendingRedirect
}

/** What a vault does when a Worker calls it. `VaultTokenHandler` calls it for you. */
export interface TokenVault {
  getToken(request: VaultTokenRequest): Promise<VaultAnswer<VaultToken>>
  /**
   * What `VaultTokenHandler` asks first, since a line of text travels faster than an object: {@link lentToken} reads it.
   * Empty: there is no token that is good without asking anybody, and `getToken` finds one or says why there is none.
   */
  lend(): string | Promise<string>
  /** Answers with the current token when that is another one already; else validates, then renews once. */
  renew(refused: VaultToken): Promise<VaultAnswer<VaultToken>>
  status(user?: string): Promise<VaultAnswer<Status>>
  signOut(user?: string): Promise<VaultAnswer<void>>
  signInWithDeviceCode(options: VaultDeviceSignInOptions): Promise<VaultAnswer<VaultDeviceCode>>
  signInStatus(): Promise<VaultAnswer<VaultSignInStatus>>
  cancelSignIn(): Promise<VaultAnswer<void>>
  signInWithCode(options: VaultCodeSignInOptions): Promise<VaultAnswer<VaultCodeSignIn>>
  completeSignInWithCode(url: string, pending: PendingRedirect): Promise<VaultAnswer<Account>>
  /** For vaults among each other. */
  adopt(pair: VaultPair): Promise<VaultAnswer<Account>>
  /** For vaults among each other: forgets a pair that was to be adopted and is not yet. */
  disown(grantId: string): Promise<VaultAnswer<void>>
  clientId(): Promise<string>
  alarm(): Promise<void>
}

/** A vault as its namespace gives it. */
export type TokenVaultStub = {
  readonly [Method in Exclude<keyof TokenVault, 'alarm'>]: (
    ...parameters: Parameters<TokenVault[Method]>
  ) => Called<Awaited<ReturnType<TokenVault[Method]>>>
}

/** Where the app's own token is kept. No user has such an id. */
export const APP_VAULT = 'app'

export function signInVault(id: string): string {
  return `sign-in:${id}`
}

export function stubOf(namespace: TokenVaultNamespace, name: string): TokenVaultStub {
  return namespace.get(namespace.idFromName(name) as never)
}

export function lineOf({ value, userId, login, expiresAt, scopes }: AccessToken): string {
  return [value, userId, login, expiresAt, ...scopes].join(' ')
}

/** @returns What {@link lineOf} has put into a line; `undefined`: there was none. */
export function lentToken(line: string): VaultToken | undefined {
  if (line === '') return undefined
  const [value = '', userId, login, expiresAt, ...scopes] = line.split(' ')
  return { value, kind: 'user', userId, login, scopes: scopes as Scope[], expiresAt: Number(expiresAt) || undefined }
}
