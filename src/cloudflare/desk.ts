import { NetworkError, TokenRejectedError } from '../errors.ts'
import { asObject } from '../internal/json.ts'
import type { StoredRecord } from '../stores/token-store.ts'
import { type Account, type KeyedRecord, tokensOf } from '../token/accounts.ts'
import { settlePair } from '../token/adoption.ts'
import { discard } from '../token/discard.ts'
import type { StoredTokenHandler } from '../token/handlers/stored-token-handler.ts'
import { completeSignInWithCode } from '../token/sign-in/authorization-code.ts'
import { type DeviceCodeSignIn, resumeSignIn, signInWithDeviceCode } from '../token/sign-in/device-code.ts'
import type { PendingRedirect } from '../token/sign-in/pending-redirects.ts'
import { readSignInRecord, signInKey } from '../token/sign-in/sign-in-record.ts'
import { unwrap } from './answer.ts'
import type { DurableObjectContext } from './durable-object.ts'
import {
  stubOf,
  type TokenVaultOptions,
  type VaultDeviceCode,
  type VaultDeviceSignInOptions,
  type VaultSignInStatus,
} from './vault.ts'

/** A timer in the object asks Twitch more often; this is for the case that the object was taken away. */
const LOOK_AGAIN = 30_000

/** So long a browser may still ask what became of a sign-in, in milliseconds. */
const REMEMBER_FOR = 3_600_000

const KEY = 'desk'

interface DeskRecord extends StoredRecord {
  /** Epoch milliseconds. */
  readonly begunAt: number
  readonly account?: Account | undefined
}

/**
 * Where somebody signs in before it is known who: an object of its own for each sign-in. It hands the tokens to the
 * object of the user, and only that one ever spends a refresh token; handing them over twice does no harm.
 */
export class Desk {
  readonly #handler: StoredTokenHandler
  readonly #ctx: DurableObjectContext
  readonly #options: TokenVaultOptions
  #following: Promise<void> | undefined

  constructor(handler: StoredTokenHandler, ctx: DurableObjectContext, options: TokenVaultOptions) {
    this.#handler = handler
    this.#ctx = ctx
    this.#options = options
  }

  async signInWithDeviceCode(options: VaultDeviceSignInOptions): Promise<VaultDeviceCode> {
    await this.#begin()
    const signIn = await signInWithDeviceCode(this.#handler as StoredTokenHandler<'public'>, options)
    this.#follow(signIn)
    const { userCode, verificationUri, expiresAt } = signIn
    return { userCode, verificationUri, expiresAt }
  }

  async completeSignInWithCode(url: string, pending: PendingRedirect): Promise<Account> {
    await this.#begin()
    const handler = this.#handler as StoredTokenHandler<'confidential'>
    const { verifyIdToken } = this.#options
    const account = await completeSignInWithCode(handler, url, { pending, verifyIdToken })
    await this.#handOver()
    return account
  }

  async status(): Promise<VaultSignInStatus> {
    const desk = await this.#read()
    if (desk === undefined) return { state: 'unknown' }
    if (desk.account !== undefined) return { state: 'signed-in', account: desk.account }
    const { keyring, store } = this.#handler
    const key = signInKey(keyring.book.clientId)
    const record = readSignInRecord(await store.get(key), key)
    if (record === undefined) return { state: 'unknown' }
    if (record.deleted) {
      const { reason, userId } = record
      // They have agreed, and their tokens are on the way.
      if (userId !== undefined) return { state: 'pending', userCode: '', verificationUri: '', expiresAt: desk.begunAt }
      return { state: 'failed', reason: reason ?? 'cancelled', why: WHY[reason ?? 'cancelled'] }
    }
    await this.#resume()
    const { userCode, verificationUri, expiresAt } = record
    return { state: 'pending', userCode, verificationUri, expiresAt }
  }

  async cancel(): Promise<void> {
    const signIn = await resumeSignIn(this.#handler as StoredTokenHandler<'public'>)
    signIn?.cancel()
  }

  /** @returns Epoch milliseconds of what is due next; `undefined`: this object is no desk, or none any more. */
  async maintain(): Promise<number | undefined> {
    const desk = await this.#read()
    if (desk === undefined) return undefined
    const now = this.#handler.platform.now()
    await this.#handOver()
    const isWaiting = await this.#resume()
    if (isWaiting || (await this.#handler.keyring.book.keys()).length > 0) return now + LOOK_AGAIN
    const end = desk.begunAt + REMEMBER_FOR
    if (now < end) return end
    await this.#ctx.storage.deleteAll()
    return undefined
  }

  /** The alarm is there before anything can go wrong. */
  async #begin(): Promise<void> {
    const { store, platform } = this.#handler
    const desk = await store.get(KEY)
    const now = platform.now()
    const record: DeskRecord = { version: (desk?.version ?? 0) + 1, begunAt: now }
    await store.replace(KEY, desk?.version, record)
    await this.#ctx.storage.setAlarm(now + LOOK_AGAIN)
  }

  async #read(): Promise<DeskRecord | undefined> {
    const found = await this.#handler.store.get(KEY)
    return found === undefined || typeof asObject(found)['begunAt'] !== 'number' ? undefined : (found as DeskRecord)
  }

  /** @returns Whether somebody is still to agree. */
  async #resume(): Promise<boolean> {
    if (this.#following !== undefined) return true
    const signIn = await resumeSignIn(this.#handler as StoredTokenHandler<'public'>)
    if (signIn === undefined) return false
    this.#follow(signIn)
    return true
  }

  #follow({ completed }: DeviceCodeSignIn): void {
    this.#following ??= completed
      .then(() => this.#handOver())
      .catch(() => {}) // the status says what went wrong, and the alarm looks again
      .finally(() => {
        this.#following = undefined
      })
    this.#ctx.waitUntil(this.#following)
  }

  /** All that was signed in here and is not in its user's object yet. */
  async #handOver(): Promise<void> {
    const { keyring } = this.#handler
    const { book } = keyring
    for (const key of await book.keys()) {
      try {
        const settled = await this.#settled(key)
        if (settled !== undefined) await this.#give(settled)
      } catch (error) {
        if (error instanceof TokenRejectedError) await discard(book, key)
        else if (!(error instanceof NetworkError)) throw error
      }
    }
  }

  async #settled(key: string): Promise<KeyedRecord | undefined> {
    const { keyring } = this.#handler
    const { book } = keyring
    if (book.isProvisional(key)) return settlePair(keyring, key)
    const [, , userId = ''] = key.split(':')
    return (await tokensOf(book, userId)).find((token) => token.key === key)
  }

  async #give({ key, record }: KeyedRecord): Promise<void> {
    const { keyring, store } = this.#handler
    const { accessToken, refreshToken, grantId, userId = '', scopes, expiresAt } = record
    const pair = { accessToken, refreshToken, grantId, userId, scopes, expiresAt }
    const account = unwrap(await calling(() => stubOf(this.#options.vaults, userId).adopt(pair)))
    const desk = await this.#read()
    if (desk !== undefined)
      await store.replace(KEY, desk.version, { ...desk, version: desk.version + 1, account } as DeskRecord)
    await discard(keyring.book, key)
  }
}

/** @throws {NetworkError} The object could not be reached, or ended in the middle. */
async function calling<T>(call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw new NetworkError('The vault of the user did not answer. The tokens are kept, and handed over later.', {
      cause,
    })
  }
}

const WHY = {
  cancelled: 'The sign-in was cancelled, or another one was begun.',
  denied: 'The user did not agree. Begin again to ask once more.',
  'code-expired': 'The code was not used in time. Begin again for a new one.',
  'wrong-user': 'Somebody else signed in than was expected. Begin again, as the user who was meant.',
  'lost-response': "The user agreed, but Twitch's answer was lost on the way. Begin again.",
}
