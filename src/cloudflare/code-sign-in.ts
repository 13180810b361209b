import { parseAddress, readCallback } from '../oauth/callback.ts'
import { type Account, accountOf } from '../token/accounts.ts'
import { unsettled } from '../token/adoption.ts'
import { isLiving } from '../token/record-book.ts'
import { completeSignInWithCode, signInWithCode } from '../token/sign-in/authorization-code.ts'
import { type PendingRedirect, unknownState } from '../token/sign-in/pending-redirects.ts'
import { Desk, handlerOf } from './desk.ts'
import type { VaultPlace, VaultWork } from './vault-part.ts'

/**
 * A handler whose call ended with the object asks again at once. Whoever comes later, with what a browser still has of an
 * old sign-in, is let in by nothing. In milliseconds.
 */
const ASKED_AGAIN_WITHIN = 60_000

/** Sign-in on Twitch's own page, with a confidential app and its secret: for `parts` of {@link createTokenVault}. */
export function codeSignIn(place: VaultPlace): VaultWork {
  const desk = new Desk(place)
  const handler = handlerOf(place)
  const { book, platform } = handler.keyring
  const { verifyIdToken } = place.options
  let turn: Promise<unknown> = Promise.resolve()

  /**
   * Who has signed in here.
   *
   * @returns `undefined`: nobody yet.
   * @throws {NetworkError} Somebody has, and nobody can tell yet who.
   */
  async function found(): Promise<Account | undefined> {
    await desk.handOver()
    const [key] = await book.keys()
    if (key === undefined) return (await desk.read())?.account
    const record = await book.read(key)
    if (book.isProvisional(key) || !isLiving(record)) throw unsettled()
    return accountOf(record)
  }

  async function complete(url: string, pending: PendingRedirect): Promise<Account> {
    const callback = readCallback(parseAddress(url, 'http://localhost'))
    if (callback?.type === 'code' && callback.state === pending.state) {
      const known = await desk.read()
      const account = known && (await found())
      if (account) {
        const age = platform.now() - known.begunAt
        if (known.code === callback.code && age < ASKED_AGAIN_WITHIN) return account
        throw unknownState()
      }
      await desk.begin(callback.code)
    }
    const account = await completeSignInWithCode(handler, url, { pending, verifyIdToken })
    await desk.handOver()
    return account
  }

  return {
    maintain: () => desk.maintain(async () => false),

    async signInWithCode(options) {
      // Whoever asks costs nothing but an answer: the browser keeps it.
      const { url, pending } = await signInWithCode(handler, { ...options, keep: false })
      return { url, pending }
    },

    completeSignInWithCode(url, pending) {
      // A code is good for once: whoever comes with the same one meanwhile gets what came of it.
      const done = turn.then(() => complete(url, pending))
      turn = done.catch(() => {})
      return done
    },
  }
}
