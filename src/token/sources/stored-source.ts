import { SingleFlight } from '../../internal/single-flight.ts'
import { TIMED_OUT, waitFor } from '../../internal/wait.ts'
import type { ScopeRequirement } from '../../types.ts'
import { severalUsers, tokensOf } from '../accounts.ts'
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
  #isLoaded = false

  constructor(keeper: Keeper, chatUser: string | undefined) {
    this.#keeper = keeper
    this.#chatUser = chatUser
    this.#reading = new SingleFlight({ monotonic: keeper.keyring.platform.monotonic, limit: READ_FOR })
  }

  /** Reads all accounts of the store, once. */
  async load(): Promise<void> {
    if (this.#isLoaded) return
    const shared = this.#reading.run('all', () => this.#load())
    // On Workers the request that began it may be gone; reading twice does no harm.
    if ((await waitFor(shared, READ_FOR, this.#keeper.keyring.platform)) === TIMED_OUT) await this.#load()
  }

  async #load(): Promise<void> {
    const { book } = this.#keeper.keyring
    for (const key of await book.keys()) if (!book.isProvisional(key)) await this.#keeper.known.load(key)
    this.#isLoaded = true
  }

  known(user: string | undefined, scopes: ScopeRequirement | undefined): KeptToken | undefined {
    const [sole, ...more] = user === undefined ? this.#keeper.known.users() : [user]
    // Which user is the only one is known after all were read.
    if (sole === undefined || more.length > 0 || (user === undefined && !this.#isLoaded)) return undefined
    return choose(this.#keeper.known.ofUser(sole), scopes)
  }

  async obtain(user: string | undefined, scopes: ScopeRequirement): Promise<KeptToken | undefined> {
    const userId = user ?? (await this.#soleUser())
    if (userId === undefined) return undefined
    if (this.#keeper.known.ofUser(userId).length === 0) {
      const { book } = this.#keeper.keyring
      // Once all were read, what was not among them is news.
      const origin = this.#isLoaded ? 'elsewhere' : undefined
      await this.#keeper.known.load(book.key(userId), origin)
      for (const { key } of await tokensOf(book, userId)) await this.#keeper.known.load(key, origin)
    }
    const kept = choose(this.#keeper.known.ofUser(userId), scopes)
    if (kept !== undefined) return kept
    const ended = [...this.#keeper.known.ended()].find((ended) => ended.userId === userId)
    throw rejection(ended ?? { ended: 'signed-out', userId })
  }

  async obtainForChat(): Promise<KeptToken | undefined> {
    return this.obtain(this.#chatUser, ['chat:read'])
  }

  /** The store was read before the token was given up. */
  async instead(): Promise<undefined> {}

  async #soleUser(): Promise<string | undefined> {
    await this.load()
    const users = this.#keeper.known.users()
    if (users.length > 1) {
      throw severalUsers(users.map((id) => ({ id, login: this.#keeper.known.ofUser(id)[0]?.record.login ?? '' })))
    }
    const [ended] = this.#keeper.known.ended()
    if (users.length === 0 && ended !== undefined) throw rejection(ended)
    return users[0]
  }
}
