import { NetworkError, TokenRejectedError } from '../errors.ts'
import { asObject } from '../internal/json.ts'
import type { StoredRecord } from '../stores/token-store.ts'
import { type Account, type KeyedRecord, tokensOf } from '../token/accounts.ts'
import { settlePair } from '../token/adoption.ts'
import { discard } from '../token/discard.ts'
import type { StoredTokenHandler } from '../token/handlers/stored-token-handler.ts'
import { revokeQuietly } from '../token/revoke-quietly.ts'
import { unwrap } from './answer.ts'
import { stubOf } from './vault.ts'
import type { VaultPlace } from './vault-part.ts'

/** A timer in the object asks Twitch more often; this is for the case that the object was taken away. */
export const LOOK_AGAIN = 30_000

/** So long a browser may still ask what became of a sign-in, and so long its tokens wait to be taken, in milliseconds. */
export const REMEMBER_FOR = 3_600_000

const KEY = 'desk'

export interface DeskRecord extends StoredRecord {
  /** Epoch milliseconds. */
  readonly begunAt: number
  /** Of a redirect: what is spent when an account has come of it. */
  readonly code?: string | undefined
  readonly account?: Account | undefined
  /** Why nobody signed in, though somebody has agreed. */
  readonly failed?: { readonly reason: string; readonly why: string } | undefined
}

/**
 * Where somebody signs in before it is known who: an object of its own for each sign-in. It hands the tokens to the
 * object of the user, and only that one ever spends a refresh token; handing them over twice does no harm.
 */
export class Desk {
  readonly #place: VaultPlace
  #turn: Promise<unknown> = Promise.resolve()

  constructor(place: VaultPlace) {
    this.#place = place
  }

  /** The alarm is there before anything can go wrong. */
  async begin(code?: string): Promise<void> {
    const { book, platform } = this.#place.tokens.keyring
    const desk = await book.store.get(KEY)
    const now = platform.now()
    const record: DeskRecord = { version: (desk?.version ?? 0) + 1, begunAt: now, code }
    await book.store.replace(KEY, desk?.version, record)
    await this.#place.ctx.storage.setAlarm(now + LOOK_AGAIN)
  }

  async read(): Promise<DeskRecord | undefined> {
    const found = await this.#place.tokens.keyring.book.store.get(KEY)
    return found === undefined || typeof asObject(found)['begunAt'] !== 'number' ? undefined : (found as DeskRecord)
  }

  /**
   * @param isWaiting Whether somebody is still to agree.
   * @returns Epoch milliseconds of what is due next; `undefined`: this object is no desk, or none any more.
   */
  async maintain(isWaiting: () => Promise<boolean>): Promise<number | undefined> {
    const desk = await this.read()
    if (desk === undefined) return undefined
    const { book, platform } = this.#place.tokens.keyring
    const now = platform.now()
    const end = desk.begunAt + REMEMBER_FOR
    if (now >= end && desk.failed === undefined && (await book.keys()).length > 0) {
      await this.end('not-saved', 'The tokens could not be handed over within an hour: sign in again.')
      return now + LOOK_AGAIN
    }
    await this.handOver()
    if ((await isWaiting()) || (now < end && (await book.keys()).length > 0)) return now + LOOK_AGAIN
    if (now < end) return end
    await this.#place.ctx.storage.deleteAll()
    return undefined
  }

  /** All that was signed in here and is not in its user's object yet. */
  handOver(): Promise<void> {
    return this.#alone(() => this.#handOver())
  }

  /** Gives up what is still here. Whoever is in their own vault by now stays there. */
  end(reason: string, why: string): Promise<void> {
    return this.#alone(async () => {
      await this.#fail(reason, why)
      await this.#handOver()
    })
  }

  /** One after the other, so that nothing is given up that is being taken. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  async #handOver(): Promise<void> {
    const { keyring } = this.#place.tokens
    const { book } = keyring
    for (const key of await book.keys()) {
      try {
        if ((await this.read())?.failed !== undefined) {
          await this.#giveUp(key)
          continue
        }
        const settled = await this.#settled(key)
        if (settled !== undefined) await this.#give(settled)
      } catch (error) {
        if (error instanceof TokenRejectedError) {
          await this.#fail(error.reason, error.message)
          await discard(book, key)
        } else if (!(error instanceof NetworkError)) throw error
      }
    }
  }

  async #giveUp(key: string): Promise<void> {
    const { options, tokens } = this.#place
    const { keyring } = tokens
    const record = await keyring.book.read(key)
    const { grantId, userId } = record
    // Theirs may have it already, and go on with it by itself.
    if (grantId !== undefined && userId !== undefined)
      unwrap(await calling(() => stubOf(options.vaults, userId).disown(grantId)))
    const given = await discard(keyring.book, key)
    if (given !== undefined) await revokeQuietly(keyring, given.accessToken)
  }

  async #fail(reason: string, why: string): Promise<void> {
    const begunAt = this.#place.tokens.keyring.platform.now() // remembered from now on
    await this.#note(({ account }) => (account === undefined ? { begunAt, failed: { reason, why } } : undefined))
  }

  async #note(news: (desk: DeskRecord) => Partial<DeskRecord> | undefined): Promise<void> {
    const { store } = this.#place.tokens.keyring.book
    for (;;) {
      const desk = await this.read()
      const fields = desk && news(desk)
      if (!fields) return
      const next: DeskRecord = { ...desk, ...fields, version: desk.version + 1 }
      if (await store.replace(KEY, desk.version, next)) return
    }
  }

  async #settled(key: string): Promise<KeyedRecord | undefined> {
    const { keyring } = this.#place.tokens
    const { book } = keyring
    if (book.isProvisional(key)) return settlePair(keyring, key)
    const [, , userId = ''] = key.split(':')
    return (await tokensOf(book, userId)).find((token) => token.key === key)
  }

  async #give({ key, record }: KeyedRecord): Promise<void> {
    const { options, tokens } = this.#place
    const { book } = tokens.keyring
    const { accessToken, refreshToken, grantId, userId = '', scopes, expiresAt } = record
    const pair = { accessToken, refreshToken, grantId, userId, scopes, expiresAt }
    const account = unwrap(await calling(() => stubOf(options.vaults, userId).adopt(pair)))
    await this.#note(() => ({ account }))
    await discard(book, key)
  }
}

/** What sign-in functions take of a handler. */
export function handlerOf({ options, tokens: { keyring } }: VaultPlace): StoredTokenHandler<never> {
  const { clientType } = options
  return { keyring, clientType, store: keyring.book.store, platform: keyring.platform } as StoredTokenHandler<never>
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
