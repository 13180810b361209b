import { TokenRejectedError } from '../../errors.ts'
import { SingleFlight } from '../../internal/single-flight.ts'
import { TIMED_OUT } from '../../internal/wait.ts'
import type { ScopeRequirement } from '../../types.ts'
import { type KeyedRecord, soleOf, tokensOf } from '../accounts.ts'
import { settlePair, unsettled } from '../adoption.ts'
import type { Keeper } from '../keeper.ts'
import type { KeptToken } from '../kept-token.ts'
import { rejection } from '../rejection.ts'
import { choose, type TokenSource } from './token-source.ts'

/** Nobody waits longer for another's reading of the store, in milliseconds. */
const READ_FOR = 15_000

/** Tokens that rest in a store: whoever signed in is there. */
export class StoredSource implements TokenSource {
  readonly #keeper: Keeper
  readonly #chatUser: string | undefined
  readonly #reading: SingleFlight<void>
  readonly #settling: SingleFlight<KeyedRecord>
  #isLoaded = false

  constructor(keeper: Keeper, chatUser: string | undefined) {
    this.#keeper = keeper
    this.#chatUser = chatUser
    const { platform } = keeper.keyring
    this.#reading = new SingleFlight(platform, READ_FOR)
    this.#settling = new SingleFlight(platform, READ_FOR)
  }

  /** Reads all accounts of the store, once. */
  async load(): Promise<void> {
    if (this.#isLoaded) return
    // On Workers the request that began it may be gone; reading twice does no harm.
    if ((await this.#reading.run('all', () => this.#load())) === TIMED_OUT) await this.#load()
  }

  async #load(): Promise<void> {
    const { book } = this.#keeper.keyring
    for (const key of await book.keys()) await this.#keeper.known.load(key)
    this.#isLoaded = true
  }

  /** @throws {NetworkError} Twitch does not answer yet. */
  async settle(): Promise<boolean> {
    const { keyring, known } = this.#keeper
    const keys = [...known.nobodys()]
    let failure: unknown
    for (const key of keys) {
      const work = this.#settling.run(key, () => settlePair(keyring, key))
      const settled = await work.catch((error: unknown) => {
        if (!(error instanceof TokenRejectedError)) failure = error
      })
      if (settled === TIMED_OUT) failure = unsettled()
      else if (settled) await known.load(settled.key, 'here')
      await known.load(key)
    }
    if (failure !== undefined) {
      known.noteUnsettled()
      throw failure
    }
    return keys.length > 0
  }

  known(user: string | undefined, scopes: ScopeRequirement | undefined): KeptToken | undefined {
    const [sole, ...more] = user === undefined ? this.#keeper.known.users() : [user]
    // Which user is the only one is known after all were read.
    if (sole === undefined || more.length > 0 || (user === undefined && !this.#isLoaded)) return undefined
    return choose(this.#keeper.known.ofUser(sole), scopes)
  }

  async obtain(user: string | undefined, scopes: ScopeRequirement): Promise<KeptToken | undefined> {
    const kept =
      (await this.#find(user, scopes)) ?? ((await this.settle()) ? await this.#find(user, scopes) : undefined)
    if (kept !== undefined) return kept
    const ended = [...this.#keeper.known.ended()].find(({ userId }) => user === undefined || userId === user)
    if (user === undefined && ended === undefined) return undefined
    throw rejection(ended ?? { ended: 'signed-out', userId: user })
  }

  async obtainForChat(): Promise<KeptToken | undefined> {
    try {
      return await this.obtain(this.#chatUser, ['chat:read'])
    } catch (error) {
      if (error instanceof TokenRejectedError && error.reason === 'signed-out') return undefined
      throw error
    }
  }

  /** One user may have several tokens, and one of them may live on. */
  async instead(
    { record: { userId = '' } }: KeptToken,
    _: TokenRejectedError,
    scopes: ScopeRequirement | undefined,
  ): Promise<KeptToken | undefined> {
    const other = choose(this.#keeper.known.ofUser(userId), scopes)
    return other?.rejected === undefined ? other : undefined
  }

  async #find(user: string | undefined, scopes: ScopeRequirement): Promise<KeptToken | undefined> {
    const { known, keyring } = this.#keeper
    const userId = user ?? (await this.#soleUser())
    if (userId !== undefined && known.ofUser(userId).length === 0) {
      const { book } = keyring
      // Once all were read, what was not among them is news.
      const origin = this.#isLoaded ? 'elsewhere' : undefined
      await known.load(book.key(userId), origin)
      for (const { key } of await tokensOf(book, userId)) await known.load(key, origin)
    }
    return choose(known.ofUser(userId ?? ''), scopes)
  }

  /** @throws {ConfigurationError} There are several. */
  async #soleUser(): Promise<string | undefined> {
    await this.load()
    return soleOf(this.#keeper.known.records())
  }
}
