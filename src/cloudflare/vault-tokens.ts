import { resolvePlatform } from '../internal/platform.ts'
import { createApp } from '../token/app.ts'
import { type TokenManagerEvents, tokenNews } from '../token/events.ts'
import { handOut, renewRefused } from '../token/hand-out.ts'
import { Keeper } from '../token/keeper.ts'
import { Keyring } from '../token/keyring.ts'
import { rejection } from '../token/rejection.ts'
import type { Gate } from '../token/renewal/gate.ts'
import { signOutUser } from '../token/sign-out.ts'
import { takeSnapshot } from '../token/snapshot.ts'
import { StoredSource } from '../token/sources/stored-source.ts'
import { NOBODY, type Status } from '../token/status.ts'
import { Upkeep } from '../token/upkeep.ts'
import type { AccessToken } from '../types.ts'
import type { DurableObjectContext } from './durable-object.ts'
import { storeIn } from './durable-object-store.ts'
import type { TokenVaultOptions, VaultTokenRequest } from './vault.ts'

/** The object is the lock. */
const alone: Pick<Gate, 'through'> = { through: (_key, work) => work() }

/** The tokens of one user, in the one object that has them: what a `TokenManager` does where there are no pages and no timers. */
export class VaultTokens {
  readonly keyring: Keyring
  readonly #keeper: Keeper
  readonly #source: StoredSource
  readonly #upkeep: Upkeep

  constructor(ctx: DurableObjectContext, { onEvent, platform, ...app }: TokenVaultOptions) {
    const emit = <Type extends keyof TokenManagerEvents>(type: Type, event: TokenManagerEvents[Type]) =>
      onEvent?.(type, event)
    const jitter = fractionOf(ctx.id.toString())
    this.keyring = new Keyring(
      createApp(app),
      storeIn(ctx.storage),
      resolvePlatform({
        // The same after every eviction, lest an alarm come too early; another in every object, lest all come at once.
        random: () => jitter,
        channel: undefined,
        waitUntil: (promise) => ctx.waitUntil(promise),
        ...platform,
      }),
      alone,
    )
    const news = tokenNews({ emit, changed() {} })
    this.#keeper = new Keeper(this.keyring, news)
    this.#source = new StoredSource(this.#keeper, undefined)
    this.#upkeep = new Upkeep(this.#keeper, this.#source, news.warning)
    this.keyring.listen({ trace: (trace) => emit('trace', trace), warn: news.warning })
    const { book } = this.keyring
    book.news.listen(({ key }) => {
      if (!key.startsWith(book.key('')) || this.#keeper.known.find(key)?.renewing) return
      void this.#keeper.known.notice(key, 'here')
    })
  }

  /** A token that is good by all that is known here. Nobody is asked. */
  known(): AccessToken | undefined {
    const kept = this.#source.known(undefined, undefined)
    return kept?.isGood(this.keyring.platform.now()) ? kept.issued : undefined
  }

  /** Whether there is anything that time does something to. Of a sign-in that ended only the reason is left. */
  get isKeeping(): boolean {
    const { known } = this.#keeper
    return known.nobodys().size > 0 || [...known.all()].some(({ rejected }) => rejected === undefined)
  }

  async get({ user, scopes = [] }: VaultTokenRequest): Promise<AccessToken> {
    await this.#source.load()
    const kept = await this.#source.obtain(user, scopes)
    if (kept === undefined) throw rejection({ ended: 'signed-out', userId: user })
    return handOut(this.#keeper, this.#source, kept, scopes)
  }

  /** The token that was refused, renewed; or what is there in its place already. */
  async renew(refused: AccessToken): Promise<AccessToken> {
    await this.#source.load()
    return renewRefused(this.#keeper, this.#source, refused)
  }

  async status(user: string | undefined): Promise<Status> {
    await this.#source.load()
    const { accounts } = takeSnapshot(this.#keeper)
    return accounts.find(({ userId }) => user === undefined || userId === user) ?? NOBODY
  }

  async signOut(user: string | undefined): Promise<void> {
    await this.#source.load()
    const userId = user ?? this.#keeper.known.sole()
    if (userId !== undefined) await signOutUser(this.#keeper, userId)
  }

  /** @returns Epoch milliseconds of what is due next. */
  maintain(): Promise<number> {
    return this.#upkeep.work()
  }
}

/** From 0 up to 1, the same for the same text. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}
