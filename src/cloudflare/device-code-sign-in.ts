import { rejection } from '../token/rejection.ts'
import { type DeviceCodeSignIn, resumeSignIn, signInWithDeviceCode } from '../token/sign-in/device-code.ts'
import { superseded } from '../token/sign-in/follow-sign-in.ts'
import { readSignIn } from '../token/sign-in/sign-in-record.ts'
import { Desk, handlerOf, REMEMBER_FOR } from './desk.ts'
import type { VaultPlace, VaultWork } from './vault-part.ts'

/** Sign-in on another screen, with a public app: for `parts` of {@link createTokenVault}. */
export function deviceCodeSignIn(place: VaultPlace): VaultWork {
  const desk = new Desk(place)
  const handler = handlerOf(place)
  let following: Promise<void> | undefined

  function follow({ completed }: DeviceCodeSignIn): void {
    following ??= completed
      .then(() => desk.handOver())
      .catch(() => {}) // the status says what went wrong, and the alarm looks again
      .finally(() => {
        following = undefined
      })
    place.ctx.waitUntil(following)
  }

  /** @returns Whether somebody is still to agree. */
  async function resume(): Promise<boolean> {
    if (following !== undefined) return true
    const signIn = await resumeSignIn(handler)
    if (signIn !== undefined) follow(signIn)
    return signIn !== undefined
  }

  return {
    maintain: () => desk.maintain(resume),

    async signInWithDeviceCode(options) {
      await desk.begin()
      const signIn = await signInWithDeviceCode(handler, options)
      follow(signIn)
      const { userCode, verificationUri, expiresAt } = signIn
      return { userCode, verificationUri, expiresAt }
    },

    async signInStatus() {
      const known = await desk.read()
      if (known === undefined) return { state: 'unknown' }
      const { account, failed, begunAt } = known
      if (account !== undefined) return { state: 'signed-in', account }
      if (failed !== undefined) return { state: 'failed', ...failed }
      const record = await readSignIn(handler.keyring.book)
      if (record?.id === undefined) return { state: 'unknown' }
      if (record.deleted) {
        const { ended } = record
        // They have agreed, and their tokens are on the way.
        if (ended === undefined)
          return { state: 'pending', userCode: '', verificationUri: '', expiresAt: begunAt + REMEMBER_FOR }
        const why = (ended === 'cancelled' ? superseded() : rejection({ ended })).message
        return { state: 'failed', reason: ended, why }
      }
      await resume()
      const { user_code: userCode, verification_uri: verificationUri, expiresAt } = record
      return { state: 'pending', userCode, verificationUri, expiresAt }
    },

    async cancelSignIn() {
      const signIn = await resumeSignIn(handler)
      signIn?.cancel()
      await desk.end('cancelled', superseded().message)
    },
  }
}
