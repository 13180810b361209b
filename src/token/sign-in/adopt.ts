import type { TokenResponse } from '../../oauth/token-response.ts'
import { type Account, accountOf } from '../accounts.ts'
import { type AdoptOptions, adoptPair } from '../adoption.ts'
import type { Keyring } from '../keyring.ts'
import { expiryFrom } from '../validation.ts'

/**
 * Makes an account of what a sign-in brought.
 *
 * @throws {TokenRejectedError} `wrong-user`: somebody else signed in than was expected. The token is revoked.
 * @throws {NetworkError} Twitch does not say whose it is. The pair is kept, and settled when Twitch answers.
 */
export async function adoptSignIn(keyring: Keyring, tokens: TokenResponse, options: AdoptOptions): Promise<Account> {
  const pair = {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    scopes: tokens.scope,
    expiresAt: expiryFrom(tokens.expires_in, keyring.platform.now()),
  }
  return accountOf((await adoptPair(keyring, pair, options)).record)
}
