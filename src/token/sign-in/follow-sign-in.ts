import { NetworkError, type RejectionReason, TokenRejectedError } from '../../errors.ts'
import { TIMED_OUT, waitFor } from '../../internal/wait.ts'
import { type DeviceCodeState, exchangeDeviceCode } from '../../oauth/device-code.ts'
import type { TokenResponse } from '../../oauth/token-response.ts'
import { type Account, accountOf, findGrant } from '../accounts.ts'
import { settlePair } from '../adoption.ts'
import { requestOptions } from '../app.ts'
import type { Keyring } from '../keyring.ts'
import { rejection } from '../rejection.ts'
import { revokeQuietly } from '../revoke-quietly.ts'
import { adoptSignIn } from './adopt.ts'
import type { DeviceCodeSignIn } from './device-code.ts'
import { endSignIn, type PendingSignIn, readPending, readSignIn, signInKey, writeSignIn } from './sign-in-record.ts'

/** How long to wait when no answer came, in milliseconds: longer than any exchange may take. */
const UNANSWERED_WAIT = 20_000

const ENDS: Partial<Record<DeviceCodeState, RejectionReason>> = {
  access_denied: 'denied',
  expired_token: 'code-expired',
  invalid_device_code: 'code-expired',
}

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
  let isCancelled = false
  let wake: (() => void) | undefined
  /** The version that was there at the last look, unless something was heard since. */
  let seen: number | undefined

  async function follow(): Promise<Account> {
    for (;;) {
      const news = new Promise<void>((resolve) => {
        wake = resolve
      })
      const found = await look().catch(waitOrThrow)
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
    if (isCancelled || record?.id !== id) throw superseded()
    // Perhaps from a tab that ended in the middle.
    const grant = await findGrant(book, id)
    if (grant) return accountOf((await settlePair(keyring, grant.key)).record)
    if (record.deleted) {
      throw record.ended === 'cancelled' ? superseded() : rejection({ ended: record.ended ?? 'signed-out' })
    }
    if (record.version !== seen) {
      seen = record.version
      return record.unanswered ? UNANSWERED_WAIT : Math.min(record.interval * 1000, record.expiresAt - platform.now())
    }
    if (record.expiresAt <= platform.now()) throw rejection({ ended: 'code-expired' })
    return (await gate.through(key, () => ask(record))) ?? 0
  }

  /** One exchange. The next look finds what came of it, here or in another tab. */
  async function ask(record: PendingSignIn): Promise<Account | undefined> {
    const asked = await writeSignIn<PendingSignIn>(book, record, { ...record, unanswered: true })
    if (!asked) return undefined
    const answer = await exchangeDeviceCode(record.device_code, {
      clientId: book.clientId,
      scopes: record.scopes,
      ...requestOptions(platform),
    })
    if (typeof answer !== 'string') return take(answer)
    const isUnknown = answer === 'invalid_device_code'
    const isGlitch = isUnknown && record.refusals < EARLY_REFUSALS
    // Of an earlier exchange nobody knows the answer: it was that one which brought the tokens.
    const ended = isUnknown && record.unanswered ? 'lost-response' : isGlitch ? undefined : ENDS[answer]
    if (ended) {
      await endSignIn(book, id, ended)
    } else {
      await writeSignIn<PendingSignIn>(book, asked, {
        ...asked,
        unanswered: false,
        interval: record.interval + (answer === 'slow_down' ? 5 : 0),
        refusals: record.refusals + (isGlitch ? 1 : 0),
      })
    }
    return undefined
  }

  async function take(tokens: TokenResponse): Promise<Account | undefined> {
    const record = await readPending(book, id)
    if (record) return adoptSignIn(keyring, tokens, { grantId: id, expectedUser: record.expectedUser })
    // It was cancelled while the answer was on its way.
    await revokeQuietly(keyring, tokens.access_token)
    return undefined
  }

  async function waitOrThrow(error: unknown): Promise<number> {
    if (error instanceof NetworkError) return UNANSWERED_WAIT
    if (error instanceof TokenRejectedError) await endSignIn(book, id, error.reason)
    throw error
  }

  const end = book.news.listen((change) => {
    if (change.key === key) wake?.()
  })
  const completed = follow().finally(end)
  completed.catch(() => {}) // whoever does not look at it is not punished
  return {
    userCode: pending.user_code,
    verificationUri: pending.verification_uri,
    expiresAt: pending.expiresAt,
    completed,
    cancel() {
      isCancelled = true
      endSignIn(book, id, 'cancelled').catch(() => {})
    },
  }
}

export function superseded(): DOMException {
  return new DOMException('The sign-in was cancelled, or another was begun.', 'AbortError')
}
