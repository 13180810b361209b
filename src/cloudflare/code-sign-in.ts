import { completeSignInWithCode, signInWithCode } from '../token/sign-in/authorization-code.ts'
import { Desk, handlerOf } from './desk.ts'
import type { VaultPlace, VaultWork } from './vault-part.ts'

/** Sign-in on Twitch's own page, with a confidential app and its secret: for `parts` of {@link createTokenVault}. */
export function codeSignIn(place: VaultPlace): VaultWork {
  const desk = new Desk(place)
  const handler = handlerOf(place)
  const { verifyIdToken } = place.options
  return {
    maintain: () => desk.maintain(async () => false),

    async signInWithCode(options) {
      // Whoever asks costs nothing but an answer: the browser keeps it.
      const { url, pending } = await signInWithCode(handler, { ...options, keep: false })
      return { url, pending }
    },

    async completeSignInWithCode(url, pending) {
      await desk.begin()
      const account = await completeSignInWithCode(handler, url, { pending, verifyIdToken })
      await desk.handOver()
      return account
    },
  }
}
