import { refuseUnknownOptions } from '../../internal/options.ts'
import { requestDeviceCode } from '../../oauth/device-code.ts'
import type { Scope } from '../../types.ts'
import type { Account } from '../accounts.ts'
import type { StoredTokenHandler } from '../handlers/stored-token-handler.ts'
import { requireScopes } from '../require-scopes.ts'
import { requireUserId } from '../require-user-id.ts'
import { followSignIn } from './follow-sign-in.ts'
import { requireClientType } from './require-app.ts'
import { type PendingSignIn, readSignIn, writeSignIn } from './sign-in-record.ts'

export interface DeviceCodeSignInOptions {
  /** What to ask the user for. */
  readonly scopes: readonly Scope[]
  /** A user id. Anybody else who signs in is refused, and the token revoked. */
  readonly expectedUser?: string | undefined
  /** Ends the waiting here: `completed` rejects with its reason. The sign-in goes on, and can be resumed. */
  readonly signal?: AbortSignal | undefined
}

/** A sign-in that waits for the user to agree on another screen. */
export interface DeviceCodeSignIn {
  /** To be shown to the user, and to nobody else: whoever enters it first signs in. */
  readonly userCode: string
  /** Where the user agrees; it holds the code already. */
  readonly verificationUri: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /**
   * Resolves when the user has agreed and the account is stored.
   *
   * Rejects with a `TokenRejectedError` (`denied`, `code-expired`, `lost-response`, `wrong-user`), a `ConfigurationError`, a
   * `StoreError`, or the reason it was cancelled for. Being offline only delays it.
   */
  readonly completed: Promise<Account>
  /** Ends it here and in every tab. */
  cancel(): void
}

/** One that waits for so little longer, in milliseconds, is not shown again. */
const TOO_LATE = 60_000

/**
 * Signs a user in on another screen: for places where Twitch's login page does not open, such as OBS.
 *
 * The sign-in is kept in the store: after a reload {@link resumeSignIn} goes on with it, several tabs share it, and one
 * of them asks Twitch at a time. One that waits already, for the same scopes, is gone on with.
 *
 * @param handler Of a public app: a confidential one cannot renew what comes of this without its secret.
 * @throws {ConfigurationError} The app is of the wrong type, or its client id or a scope is wrong.
 * @throws {NetworkError} No answer came.
 * @throws {StoreError} It could not be kept.
 * @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#device-code-grant-flow
 */
export async function signInWithDeviceCode(
  handler: StoredTokenHandler<'public'>,
  options: DeviceCodeSignInOptions,
): Promise<DeviceCodeSignIn> {
  refuseUnknownOptions('signInWithDeviceCode', options, ['scopes', 'expectedUser', 'signal'])
  const { scopes, expectedUser, signal } = options
  requireScopes(scopes)
  requireUserId('expectedUser', expectedUser)
  requireClientType(handler, 'public', 'A confidential one cannot renew without its secret.')
  const { keyring } = handler
  const { book, platform } = keyring
  for (;;) {
    const before = await readSignIn(book)
    if (
      before &&
      !before.deleted &&
      before.expiresAt - platform.now() > TOO_LATE &&
      before.expectedUser === expectedUser &&
      String(before.scopes) === String(scopes)
    ) {
      return followSignIn(keyring, before, signal)
    }
    const response = await requestDeviceCode({
      clientId: book.clientId,
      scopes,
      ...platform,
      signal,
    })
    const pending = await writeSignIn<PendingSignIn>(book, before, {
      ...response,
      id: platform.randomId(),
      expiresAt: platform.now() + response.expires_in * 1000,
      scopes,
      expectedUser,
      refusals: 0,
    })
    if (pending) return followSignIn(keyring, pending, signal)
  }
}

/**
 * Goes on with a sign-in that was begun before a reload, or in another tab.
 *
 * @returns `undefined`: none is waiting.
 * @throws {StoreError}
 */
export async function resumeSignIn(
  handler: StoredTokenHandler<'public'>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<DeviceCodeSignIn | undefined> {
  refuseUnknownOptions('resumeSignIn', options, ['signal'])
  const { keyring } = handler
  const { book, platform } = keyring
  const record = await readSignIn(book)
  if (!record || record.deleted || record.expiresAt <= platform.now()) return undefined
  return followSignIn(keyring, record, options.signal)
}
