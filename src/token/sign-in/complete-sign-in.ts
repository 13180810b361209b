import { TokenRejectedError } from '../../errors.ts'
import { refuseUnknownOptions } from '../../internal/options.ts'
import { type Callback, readCallback, withoutCallback } from '../../oauth/callback.ts'
import type { StoredTokenHandler } from '../handlers/stored-token-handler.ts'
import type { Keyring } from '../keyring.ts'
import { finishRedirect, refusedRedirect, type SignedInAccount, type VerifyIdToken } from './finish-redirect.ts'
import { findPending, takePending, unknownState } from './pending-redirects.ts'
import { answerOpener } from './popup.ts'

export interface CompleteSignInOptions {
  /** To prove the id token of `openid`: `verifyIdToken` of this library. */
  readonly verifyIdToken?: VerifyIdToken | undefined
}

/** Effects that run twice, as React's do, share what the first one found in the address. */
const underWay = new WeakMap<Keyring, Promise<SignedInAccount | undefined>>()

/**
 * Goes on with a sign-in where Twitch sends the browser back to. Call it whenever the page at `redirectUri` loads, before
 * anything else, and as often as you like.
 *
 * First of all it takes Twitch's answer out of the address bar and the history. In a popup it hands the answer to the
 * page that opened it, which closes the popup; if that page ends before it is done, the popup goes on by itself.
 *
 * @returns Who signed in; `undefined`: the address is no answer of Twitch, or another page goes on with it.
 * @throws {TokenRejectedError} `denied`, `wrong-user`, or `code-expired` when the answer is to no question of this page.
 * @throws {ConfigurationError} The redirect URI is not registered.
 * @throws {NetworkError} Twitch does not say who it is. The token is kept, and becomes an account when Twitch answers.
 * @throws {StoreError}
 */
export function completeSignIn(
  handler: StoredTokenHandler<'confidential'>,
  options: CompleteSignInOptions = {},
): Promise<SignedInAccount | undefined> {
  const address = globalThis.location?.href
  const callback = address === undefined ? undefined : readCallback(address)
  if (address !== undefined && callback !== undefined) {
    globalThis.history.replaceState(globalThis.history.state, '', withoutCallback(address))
  }
  const { keyring } = handler
  const before = underWay.get(keyring)
  if (address === undefined || callback === undefined) return before ?? Promise.resolve(undefined)
  const work = complete(keyring, address, callback, options).finally(() => {
    if (underWay.get(keyring) === work) underWay.delete(keyring)
  })
  underWay.set(keyring, work)
  return work
}

async function complete(
  keyring: Keyring,
  address: string,
  callback: Callback,
  options: CompleteSignInOptions,
): Promise<SignedInAccount | undefined> {
  refuseUnknownOptions('completeSignIn', options, ['verifyIdToken'])
  if (await answerOpener(address, keyring.platform)) return undefined
  return finishCallback(keyring, callback, { verifyIdToken: options.verifyIdToken })
}

export interface FinishOptions extends CompleteSignInOptions {
  /** The only state that will do. Left out: any that is in the store. */
  readonly state?: string | undefined
}

/** What Twitch brought, once it is known that it was asked for. */
export async function finishCallback(
  keyring: Keyring,
  callback: Callback,
  { state, verifyIdToken }: FinishOptions,
): Promise<SignedInAccount> {
  // Twitch may send this one back without a state, and to another page than it was asked to.
  if (callback.type === 'error' && callback.error === 'redirect_mismatch') throw refusedRedirect(callback)
  if (state !== undefined && callback.state !== state) throw unknownState()
  const pending = await findPending(keyring, callback.state)
  try {
    switch (callback.type) {
      case 'error':
        throw refusedRedirect(callback)
      case 'token':
        return await finishRedirect(keyring, pending, callback, verifyIdToken)
      default:
        throw new TokenRejectedError('Twitch sent no access token: begin again.', { reason: 'invalid' })
    }
  } finally {
    // Not before: if this page ends meanwhile, a popup still has the answer, and goes on with it.
    await takePending(keyring, pending.state).catch(() => {})
  }
}
