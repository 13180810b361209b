import { NetworkError, type RejectionReason, TokenRejectedError } from '../../errors.ts'
import { TIMED_OUT, waitFor } from '../../internal/wait.ts'
import { exchangeDeviceCode } from '../../oauth/device-code.ts'
import { type Account, accountOf, findGrant } from '../accounts.ts'
import { settlePair } from '../adoption.ts'
import type { Keyring } from '../keyring.ts'
import { rejection } from '../rejection.ts'
import { POST_TIMEOUT } from '../renewal/mark.ts'
import { revokeQuietly } from '../revoke-quietly.ts'
import { adoptSignIn } from './adopt.ts'
import type { DeviceCodeSignIn } from './device-code.ts'
import { endSignIn, type PendingSignIn, readSignIn, signInKey, writeSignIn } from './sign-in-record.ts'

/** How long to wait after an exchange that may still be under way, in milliseconds. */
const UNANSWERED_WAIT = POST_TIMEOUT + 10_000

/** How long to wait when it was one's own, and no answer came, in milliseconds. */
const RETRY_AFTER = 20_000

/** So many early `invalid device code` are taken for a glitch of Twitch. */
const EARLY_REFUSALS = 2

/**
 * Sees a sign-in through, beside other tabs that do the same: whoever finds that nobody has done anything for long enough
 * asks Twitch, and all look at what became of it.
 */
export function followSignIn(
  keyring: Keyring,
  pending: PendingSignIn,
  signal: AbortSignal | undefined,
): DeviceCodeSignIn {
  const { book, gate, platform } = keyring
  const { id } = pending
  const key = signInKey(book)
  const cancelled = new AbortController()
  let wake: (() => void) | undefined
  /** The version that was there at the last look, unless something was heard since. */
  let seen: number | undefined
  /** The version under which the last exchange left from here: it is over whenever anybody looks again. */
  let sent: number | undefined

  async function follow(): Promise<Account> {
    for (;;) {
      const news = new Promise<void>((resolve) => {
        wake = resolve
      })
      const found = await look().catch(async (error: unknown) => {
        if (error instanceof NetworkError) return RETRY_AFTER
        if (error instanceof TokenRejectedError) await endSignIn(book, id, error.reason)
        throw error
      })
      if (typeof found !== 'number') {
        await endSignIn(book, id)
        return found
      }
      if ((await waitFor(news, found, platform, signal)) !== TIMED_OUT) seen = undefined
    }
  }

  /** @returns Who signed in, or how long to wait before the next look. */
  async function look(): Promise<Account | number> {
    const record = await readSignIn(book)
    if (cancelled.signal.aborted || record?.id !== id || record.ended === 'cancelled') throw superseded()
    // Perhaps from a tab that ended in the middle.
    const grant = await findGrant(book, id)
    if (grant) return accountOf((await settlePair(keyring, grant.key)).record)
    if (record.deleted) throw rejection({ ended: record.ended })
    if (record.version !== seen) {
      seen = record.version
      if (record.unanswered) return seen === sent ? RETRY_AFTER : UNANSWERED_WAIT
      return Math.min(record.interval * 1000, record.expiresAt - platform.now())
    }
    if (record.expiresAt <= platform.now()) throw rejection({ ended: 'code-expired' })
    return (await gate.through(key, () => ask(record))) ?? 0
  }

  /** One exchange. The next look finds what came of it, here or in another tab. */
  async function ask(record: PendingSignIn): Promise<Account | undefined> {
    const asked = await writeSignIn<PendingSignIn>(book, record, { ...record, unanswered: true })
    if (!asked) return undefined
    sent = asked.version
    const answer = await exchangeDeviceCode(record.device_code, {
      clientId: book.clientId,
      scopes: record.scopes,
      timeout: POST_TIMEOUT,
      ...platform,
    })
    if (typeof answer !== 'string') {
      const now = await readSignIn(book)
      if (now?.id === id && !now.deleted) {
        return adoptSignIn(keyring, answer, { grantId: id, expectedUser: now.expectedUser })
      }
      // It was cancelled while the answer was on its way.
      await revokeQuietly(keyring, answer.access_token)
      return undefined
    }
    let { interval, refusals } = record
    let ended: RejectionReason | undefined
    if (answer === 'slow_down') interval += 5
    if (answer === 'access_denied') ended = 'denied'
    if (answer === 'expired_token') ended = 'code-expired'
    if (answer === 'invalid_device_code') {
      refusals += 1
      // Of an earlier exchange nobody knows the answer: it was that one which brought the tokens.
      if (record.unanswered) ended = 'lost-response'
      else if (refusals > EARLY_REFUSALS) ended = 'code-expired'
    }
    if (ended) await endSignIn(book, id, ended)
    else await writeSignIn<PendingSignIn>(book, asked, { ...asked, unanswered: false, interval, refusals })
    return undefined
  }

  const end = book.news.listen((change) => {
    if (change.key === key) wake?.()
  })
  const uncancelled = waitFor(follow().finally(end), undefined, platform, cancelled.signal)
  const completed = waitFor(uncancelled, undefined, platform, signal)
  completed.catch(() => {}) // whoever does not look at it is not punished
  return {
    userCode: pending.user_code,
    verificationUri: pending.verification_uri,
    expiresAt: pending.expiresAt,
    completed,
    cancel() {
      cancelled.abort(superseded())
      endSignIn(book, id, 'cancelled').catch(() => {})
    },
  }
}

export function superseded(): DOMException {
  return new DOMException('This sign-in was cancelled or replaced.', 'AbortError')
}
