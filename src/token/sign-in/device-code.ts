import { NetworkError, TokenRejectedError } from '../../errors.ts'
import { refuseUnknownOptions } from '../../internal/options.ts'
import { sleep } from '../../internal/wait.ts'
import { exchangeDeviceCode, requestDeviceCode } from '../../oauth/device-code.ts'
import type { TokenResponse } from '../../oauth/token-response.ts'
import type { Scope } from '../../types.ts'
import { type Account, accountOf, findGrant } from '../accounts.ts'
import { settlePair } from '../adoption.ts'
import { requestOptions } from '../app.ts'
import type { StoredTokenHandler } from '../handlers/stored-token-handler.ts'
import type { Keyring } from '../keyring.ts'
import { rejection } from '../rejection.ts'
import { Gate } from '../renewal/gate.ts'
import { adoptSignIn, isWrongUser, orRevoke, revokeQuietly } from './adopt.ts'
import { requireClientType } from './require-app.ts'
import { endSignIn, type PendingSignIn, readSignInRecord, type SignInRecord, signInKey } from './sign-in-record.ts'

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

/** An exchange without an answer is given up after this, in milliseconds. */
const EXCHANGE_TIMEOUT = 10_000

/** So many early `invalid device code` are taken for a glitch of Twitch. */
const EARLY_REFUSALS = 2

const SLOWEST = 60_000

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
  if (!Array.isArray(scopes)) throw new TypeError('scopes must be a list of Twitch scopes; it may be empty.')
  requireClientType(
    handler,
    'public',
    'what comes of it could not be renewed without the secret of a confidential one.',
  )
  signal?.throwIfAborted()
  const { keyring } = handler
  const { book, platform } = keyring
  const key = signInKey(book.clientId)
  for (;;) {
    const before = readSignInRecord(await book.store.get(key), key)
    if (before !== undefined && !before.deleted && isUsable(before, options, platform.now())) {
      return follow(keyring, before, signal)
    }
    const request = { clientId: book.clientId, scopes, ...requestOptions(platform), signal }
    const answer = await requestDeviceCode(request)
    const pending: PendingSignIn = {
      format: 1,
      version: (before?.version ?? 0) + 1,
      id: platform.randomId(),
      deviceCode: answer.device_code,
      userCode: answer.user_code,
      verificationUri: answer.verification_uri,
      interval: answer.interval * 1000,
      expiresAt: platform.now() + answer.expires_in * 1000,
      scopes: [...scopes],
      expectedUser,
      refusals: 0,
    }
    if (await book.replace(key, before?.version, pending)) return follow(keyring, pending, signal)
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
  const { keyring } = handler
  const key = signInKey(keyring.book.clientId)
  const record = readSignInRecord(await keyring.book.store.get(key), key)
  if (record === undefined || record.deleted || record.expiresAt <= keyring.platform.now()) return undefined
  return follow(keyring, record, options.signal)
}

function isUsable(record: PendingSignIn, { scopes, expectedUser }: DeviceCodeSignInOptions, now: number): boolean {
  return (
    record.expiresAt - now > SLOWEST &&
    record.expectedUser === expectedUser &&
    [...record.scopes].sort().join() === [...scopes].sort().join()
  )
}

function follow(keyring: Keyring, record: PendingSignIn, signal: AbortSignal | undefined): DeviceCodeSignIn {
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) onAbort()
  const completed = poll(keyring, record, controller.signal).finally(() =>
    signal?.removeEventListener('abort', onAbort),
  )
  completed.catch(() => {}) // whoever does not look at it is not punished
  return {
    userCode: record.userCode,
    verificationUri: record.verificationUri,
    expiresAt: record.expiresAt,
    completed,
    cancel() {
      controller.abort(superseded())
      const { book } = keyring
      endSignIn(book, signInKey(book.clientId), record.id, { reason: 'cancelled' }).catch(() => {})
    },
  }
}

async function poll(keyring: Keyring, { id, interval }: PendingSignIn, signal: AbortSignal): Promise<Account> {
  const { book, platform } = keyring
  const key = signInKey(book.clientId)
  const gate = new Gate(book.store, platform)
  const watch: Watch = { id: undefined, since: 0 }
  let wait = interval
  let heard: (() => void) | undefined
  const end = book.news.listen((change) => {
    if (change.key === key) heard?.()
  })
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        heard = resolve
      })
      await Promise.race([sleep(wait, platform, signal), woken])
      signal.throwIfAborted()
      const record = readSignInRecord(await book.store.get(key), key)
      if (record === undefined || record.id !== id) throw superseded()
      if (record.deleted) return await outcome(keyring, record)
      const early = untilNext(record, platform.now())
      if (early > 0) {
        wait = early
        continue
      }
      try {
        const account = await gate.through(key, () => ask(keyring, key, id, watch))
        if (account !== undefined) return account
        wait = record.interval
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error
        wait = Math.min(SLOWEST, wait * 2)
      }
    }
  } finally {
    end()
  }
}

interface Watch {
  id: string | undefined
  since: number
}

/** One exchange, by one tab. @returns `undefined`: go on waiting. */
async function ask(keyring: Keyring, key: string, id: string, watch: Watch): Promise<Account | undefined> {
  const { book, platform } = keyring
  const record = readSignInRecord(await book.store.get(key), key)
  if (record === undefined || record.deleted || record.id !== id) return undefined
  const now = platform.now()
  if (untilNext(record, now) > 0) return undefined
  const settled = await settleGrant(keyring, key, id)
  if (settled !== undefined) return settled
  if (record.expiresAt <= now) return fail(keyring, key, id, 'code-expired')

  const { exchange } = record
  if (exchange !== undefined && exchange !== watch.id) {
    watch.id = exchange
    watch.since = platform.monotonic()
  }
  // Another tab's exchange may still be under way.
  if (exchange !== undefined && platform.monotonic() - watch.since < EXCHANGE_TIMEOUT + 5_000) return undefined

  const marked: PendingSignIn = {
    ...record,
    version: record.version + 1,
    polledAt: now,
    exchange: platform.randomId(),
    unanswered: exchange !== undefined || record.unanswered ? true : undefined,
  }
  if (!(await book.replace(key, record.version, marked))) return undefined
  watch.id = marked.exchange
  watch.since = platform.monotonic()

  const answer = await exchangeDeviceCode(record.deviceCode, {
    clientId: book.clientId,
    scopes: record.scopes,
    ...requestOptions(platform),
    timeout: EXCHANGE_TIMEOUT,
  })
  if (answer.state === 'tokens') return take(keyring, key, id, answer.tokens)
  const isUnknown = answer.state === 'invalid_device_code'
  if (isUnknown && marked.unanswered) return fail(keyring, key, id, 'lost-response')
  const isGlitch = isUnknown && record.refusals < EARLY_REFUSALS
  if (answer.state === 'access_denied') return fail(keyring, key, id, 'denied')
  if (answer.state === 'expired_token' || (isUnknown && !isGlitch)) return fail(keyring, key, id, 'code-expired')
  const { exchange: _, ...answered } = marked
  const next: PendingSignIn = {
    ...answered,
    version: marked.version + 1,
    polledAt: platform.now(),
    interval: record.interval + (answer.state === 'slow_down' ? 5_000 : 0),
    refusals: record.refusals + (isGlitch ? 1 : 0),
  }
  await book.replace(key, marked.version, next)
  return undefined
}

async function take(keyring: Keyring, key: string, id: string, tokens: TokenResponse): Promise<Account> {
  const { book } = keyring
  const record = readSignInRecord(await book.store.get(key), key)
  if (record?.deleted || record?.id !== id) {
    // It was cancelled while the answer was on its way.
    await revokeQuietly(keyring, tokens.access_token)
    throw superseded()
  }
  const account = await refusing(keyring, key, id, () =>
    adoptSignIn(keyring, tokens, { grantId: id, expectedUser: record.expectedUser }),
  )
  await endSignIn(book, key, id, { userId: account.id })
  return account
}

/** A tab that ended in the middle may have left the pair behind. */
async function settleGrant(keyring: Keyring, key: string, id: string): Promise<Account | undefined> {
  const { book } = keyring
  const left = await findGrant(book, id)
  if (left === undefined) return undefined
  const settle = async () => {
    if (!book.isProvisional(left.key)) return left
    return orRevoke(keyring, left.record.accessToken, () => settlePair(keyring, left.key))
  }
  const { record } = await refusing(keyring, key, id, settle)
  await endSignIn(book, key, id, { userId: record.userId })
  return accountOf(record)
}

/** Ends the sign-in when somebody else signed in than was expected. */
async function refusing<T>(keyring: Keyring, key: string, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isWrongUser(error)) await endSignIn(keyring.book, key, id, { reason: 'wrong-user' })
    throw error
  }
}

async function fail(
  keyring: Keyring,
  key: string,
  id: string,
  reason: Exclude<Failure, 'wrong-user'>,
): Promise<Account> {
  const settled = await settleGrant(keyring, key, id)
  if (settled !== undefined) return settled
  await endSignIn(keyring.book, key, id, { reason })
  throw failed(reason)
}

type Failure = 'denied' | 'code-expired' | 'lost-response' | 'wrong-user'

/** What another tab made of it. */
async function outcome(keyring: Keyring, { id, reason }: Extract<SignInRecord, { deleted: true }>): Promise<Account> {
  const found = await findGrant(keyring.book, id)
  if (found?.record.userId !== undefined) return accountOf(found.record)
  if (reason === undefined || reason === 'cancelled') throw superseded()
  throw failed(reason)
}

function failed(reason: Failure): TokenRejectedError {
  if (reason !== 'lost-response') return rejection({ ended: reason })
  return new TokenRejectedError("The user agreed, but Twitch's answer was lost on the way. Begin again.", { reason })
}

function superseded(): DOMException {
  return new DOMException('The sign-in was cancelled, or another one was begun.', 'AbortError')
}

/** Milliseconds until the next exchange may leave, by whichever tab. */
function untilNext({ polledAt = Number.NEGATIVE_INFINITY, interval }: PendingSignIn, now: number): number {
  const ago = now - polledAt
  return ago < 0 ? 0 : Math.max(0, interval - ago)
}
