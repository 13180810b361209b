import { NetworkError, TokenRejectedError } from '../errors.ts'
import { asObject } from '../internal/json.ts'
import type { StoredRecord } from '../stores/token-store.ts'
import { type Account, type KeyedRecord, tokensOf } from '../token/accounts.ts'
import { settlePair } from '../token/adoption.ts'
import { discard } from '../token/discard.ts'
import type { StoredTokenHandler } from '../token/handlers/stored-token-handler.ts'
import { unwrap } from './answer.ts'
import { stubOf } from './vault.ts'
import type { VaultPlace } from './vault-part.ts'

/** A timer in the object asks Twitch more often; this is for the case that the object was taken away. */
export const LOOK_AGAIN = 30_000

/** So long a browser may still ask what became of a sign-in, in milliseconds. */
const REMEMBER_FOR = 3_600_000

const KEY = 'desk'

export interface DeskRecord extends StoredRecord {
  /** Epoch milliseconds. */
  readonly begunAt: number
  readonly account?: Account | undefined
}

/**
 * Where somebody signs in before it is known who: an object of its own for each sign-in. It hands the tokens to the
 * object of the user, and only that one ever spends a refresh token; handing them over twice does no harm.
 */
export class Desk {
  readonly #place: VaultPlace

  constructor(place: VaultPlace) {
    this.#place = place
  }

  /** The alarm is there before anything can go wrong. */
  async begin(): Promise<void> {
    const { book, platform } = this.#place.tokens.keyring
    const desk = await book.store.get(KEY)
    const now = platform.now()
    const record: DeskRecord = { version: (desk?.version ?? 0) + 1, begunAt: now }
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
    await this.handOver()
    if ((await isWaiting()) || (await book.keys()).length > 0) return now + LOOK_AGAIN
    const end = desk.begunAt + REMEMBER_FOR
    if (now < end) return end
    await this.#place.ctx.storage.deleteAll()
    return undefined
  }

  /** All that was signed in here and is not in its user's object yet. */
  async handOver(): Promise<void> {
    const { book } = this.#place.tokens.keyring
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
    const desk = await this.read()
    if (desk !== undefined)
      await book.store.replace(KEY, desk.version, { ...desk, version: desk.version + 1, account } as DeskRecord)
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
