import { ConfigurationError, TokenRejectedError } from '../../errors.ts'
import type { Callback } from '../../oauth/callback.ts'
import type { IdTokenClaims, VerifyIdTokenOptions } from '../../oauth/id-token.ts'
import { readConfigurationProblem } from '../../oauth/refusal.ts'
import type { TokenResponse } from '../../oauth/token-response.ts'
import type { Account } from '../accounts.ts'
import type { Keyring } from '../keyring.ts'
import { revokeQuietly } from '../revoke-quietly.ts'
import { adoptSignIn } from './adopt.ts'
import type { PendingRedirect } from './pending-redirects.ts'

/** Who signed in on Twitch's own page. */
export interface SignedInAccount extends Account {
  /** What the id token says, once it is proven: where `openid` was asked for, and `verifyIdToken` given. */
  readonly claims?: IdTokenClaims | undefined
}

/** `verifyIdToken` of this library. It is given and not taken, so that only who wants it pays for jose. */
export type VerifyIdToken = (idToken: string, options: VerifyIdTokenOptions) => Promise<IdTokenClaims>

/**
 * Makes an account of the tokens that a redirect led to, after the id token has been proven.
 *
 * @throws {TokenRejectedError | NetworkError | StoreError | UnsupportedError}
 */
export async function finishRedirect(
  keyring: Keyring,
  pending: PendingRedirect,
  tokens: TokenResponse,
  verifyIdToken: VerifyIdToken | undefined,
): Promise<SignedInAccount> {
  const { nonce, expectedUser, state } = pending
  const { access_token: accessToken, id_token } = tokens
  let claims: IdTokenClaims | undefined
  if (verifyIdToken !== undefined && nonce !== undefined) {
    try {
      if (id_token === undefined) throw unproven('Twitch sent no id token')
      const { book, platform } = keyring
      const options = { clientId: book.clientId, nonce, accessToken, ...platform }
      claims = await verifyIdToken(id_token, options)
      if (expectedUser !== undefined && claims.sub !== expectedUser) throw wrongUser(claims.sub, expectedUser)
    } catch (error) {
      if (error instanceof TokenRejectedError) await revokeQuietly(keyring, accessToken)
      throw error
    }
  }
  const account = await adoptSignIn(keyring, tokens, { grantId: state, expectedUser: expectedUser ?? claims?.sub })
  return claims === undefined ? account : { ...account, claims }
}

function unproven(why: string): TokenRejectedError {
  return new TokenRejectedError(`Nobody can tell for sure who signed in (${why}): sign in again.`, {
    reason: 'invalid',
  })
}

function wrongUser(userId: string, expectedUser: string): TokenRejectedError {
  return new TokenRejectedError(`User ${userId} signed in, but user ${expectedUser} was expected.`, {
    reason: 'wrong-user',
    userId: expectedUser,
  })
}

/** What Twitch said in the place of tokens. Its words may be anybody's: an address can be made up. */
export function refusedRedirect({ error }: Extract<Callback, { type: 'error' }>): Error {
  const advice = readConfigurationProblem(error)
  if (advice !== undefined) return new ConfigurationError(advice)
  const isRefusal = error === 'access_denied'
  return new TokenRejectedError(
    isRefusal
      ? 'The user did not agree. Begin again to ask once more.'
      : 'Twitch did not let the user sign in: begin again.',
    { reason: 'denied' },
  )
}
