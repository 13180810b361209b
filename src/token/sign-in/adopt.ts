import { TokenRejectedError } from '../../errors.ts'
import { revokeToken } from '../../oauth/revoke.ts'
import type { TokenResponse } from '../../oauth/token-response.ts'
import { type Account, accountOf } from '../accounts.ts'
import { adoptPair } from '../adoption.ts'
import { requestOptions } from '../app.ts'
import type { Keyring } from '../keyring.ts'
import { expiryFrom } from '../validation.ts'

export interface AdoptOptions {
  readonly grantId: string
  /** A user id. */
  readonly expectedUser?: string | undefined
}

/**
 * Makes an account of what a sign-in brought.
 *
 * @throws {TokenRejectedError} `wrong-user`: somebody else signed in than was expected. The token is revoked.
 * @throws {NetworkError} Twitch does not say whose it is. The pair is kept, and settled when Twitch answers.
 */
export async function adoptSignIn(keyring: Keyring, tokens: TokenResponse, options: AdoptOptions): Promise<Account> {
  const { access_token: accessToken, refresh_token, scope, expires_in } = tokens
  const expiresAt = expiryFrom(expires_in, keyring.platform.now())
  const pair = { accessToken, refreshToken: refresh_token, scopes: scope, expiresAt }
  const { record } = await orRevoke(keyring, accessToken, () => adoptPair(keyring, pair, options))
  return accountOf(record)
}

export function isWrongUser(error: unknown): boolean {
  return error instanceof TokenRejectedError && error.reason === 'wrong-user'
}

/** Revokes the token when it turns out to be of another user than the one who was expected. */
export async function orRevoke<T>(keyring: Keyring, accessToken: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isWrongUser(error)) await revokeQuietly(keyring, accessToken)
    throw error
  }
}

/** Nobody waits for more than an attempt: what is not stored is lost to everybody. */
export async function revokeQuietly(keyring: Keyring, accessToken: string): Promise<void> {
  const { book, platform } = keyring
  await revokeToken(accessToken, { clientId: book.clientId, ...requestOptions(platform) }).catch(() => {})
}
