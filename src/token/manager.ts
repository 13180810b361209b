import type { HandlerError } from '../errors.ts'
import { Emitter, report } from '../internal/emitter.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import { TIMED_OUT, waitFor } from '../internal/wait.ts'
import type { TokenStore } from '../stores/token-store.ts'
import type { AccessToken, AccessTokenRequest, AccessTokenSource, ScopeRequirement, WaitOptions } from '../types.ts'
import { AppTokens } from './app-tokens.ts'
import { askedFor, noAnswer } from './asked-for.ts'
import { TOKEN_EVENTS, type TokenManagerEvents, tokenNews } from './events.ts'
import { handOut, renewRefused } from './hand-out.ts'
import type { TokenHandler } from './handlers/token-handler.ts'
import { Keeper } from './keeper.ts'
import type { KeptToken } from './kept-token.ts'
import type { Keyring } from './keyring.ts'
import { rejection } from './rejection.ts'
import { requireRequest } from './require-request.ts'
import { requireStore } from './require-store.ts'
import { requireUserId } from './require-user-id.ts'
import { Schedule } from './schedule.ts'
import { signOutUser } from './sign-out.ts'
import { takeSnapshot } from './snapshot.ts'
import type { TokenSource } from './sources/token-source.ts'
import { NOBODY, type Snapshot, type Status } from './status.ts'
import type { Supplier } from './supply.ts'
import { Upkeep } from './upkeep.ts'

export interface TokenManagerOptions {
  /**
   * For a handler of your own: where marks and pairs that it has not saved yet rest. Without one they end with the page.
   *
   * Default: `memoryStore()`. A `StoredTokenHandler` brings its store, and refuses one. Of a public app it must not be `eventual`, such as `kvStore`:
   * `start` and `get` then throw a `ConfigurationError`.
   */
  readonly journal?: TokenStore | undefined
  /**
   * `false`: nothing is done but on demand, and by {@link TokenManager.maintain} when you call it. For Durable Objects and
   * Workers, where a timer lives no longer than a request, or keeps alive what should rest. Default `true`.
   */
  readonly timers?: boolean | undefined
}

/** After upkeep failed as a whole, in milliseconds. */
const WORK_AGAIN_AFTER = 30_000

/** Nobody waits longer for a start that another request began, in milliseconds. */
const START_FOR = 15_000

interface Opened {
  readonly keyring: Keyring
  readonly keeper: Keeper
  readonly source: TokenSource
  readonly upkeep: Upkeep
  /** `undefined`: the user's token serves for that as well. */
  readonly appTokens: AppTokens | undefined
  readonly noApp: HandlerError | undefined
}

/** Keeps the tokens of a handler good, and hands them out. */
export class TokenManager extends Emitter<TokenManagerEvents> implements AccessTokenSource {
  readonly #handler: Supplier
  readonly #journal: TokenStore | undefined
  readonly #hasTimers: boolean
  readonly #schedule: Schedule
  readonly #subscribers = new Set<() => void>()
  readonly #endings: (() => void)[] = []
  #opening: Promise<Opened> | undefined
  #opened: Opened | undefined
  #started: Promise<void> | undefined
  #snapshot: Snapshot | undefined
  #closed = false

  constructor(handler: TokenHandler, options: TokenManagerOptions = {}) {
    super(TOKEN_EVENTS)
    if (!isSupplier(handler)) throw new TypeError('It takes a token handler, such as a StoredTokenHandler.')
    refuseUnknownOptions('TokenManager', options, ['journal', 'timers'])
    if (options.journal !== undefined) requireStore('journal', options.journal)
    this.#handler = handler
    this.#journal = options.journal
    this.#hasTimers = options.timers ?? true
    this.#schedule = new Schedule(handler.platform, (because) => this.#work(because))
    this.subscribe = this.subscribe.bind(this)
    this.getSnapshot = this.getSnapshot.bind(this)
  }

  async clientId(): Promise<string> {
    const { keyring, noApp } = await this.#open()
    if (keyring.app === undefined) throw noApp
    return keyring.app.clientId
  }

  /**
   * Reads the store, validates what it holds, listens to other tabs, and works when work is due. `get` does so too, unless
   * it was closed.
   */
  async start(): Promise<void> {
    this.#closed = false
    for (;;) {
      const begun = this.#started
      if (begun === undefined) return this.#begin()
      if ((await waitFor(begun, START_FOR, this.#handler.platform)) !== TIMED_OUT) return
      // On Workers the request that began it may be gone.
      if (this.#started === begun) this.#started = undefined
    }
  }

  #begin(): Promise<void> {
    const begun = this.#start().catch((error: unknown) => {
      if (this.#started === begun) this.#started = undefined
      throw error
    })
    this.#started = begun
    this.#handler.platform.waitUntil?.(begun.catch(() => {}))
    return begun
  }

  #startSoon(): void {
    if (!this.#closed && this.#hasTimers) this.start().catch((error: unknown) => this.#warn(error))
  }

  /**
   * Ends timers, listening and loops over events, until `start()` is called again. A renewal that is under way still
   * reaches the store.
   */
  close(): void {
    this.#closed = true
    this.#started = undefined
    this.endEvents()
    this.#schedule.stop()
    for (const end of this.#endings.splice(0)) end()
  }

  async get(request: AccessTokenRequest = {}): Promise<AccessToken> {
    const { kind = 'user', user, scopes = [], signal } = request
    requireRequest(request)
    signal?.throwIfAborted()
    const appTokens = kind === 'app' ? (await this.#open()).appTokens : undefined
    if (appTokens) return this.#bounded(appTokens.get(), signal)
    const known = this.#opened?.source.known(user, scopes)
    const now = this.#handler.platform.now()
    if (known?.isGood(now) && known.can(scopes)) {
      const renewAt = known.renewAt()
      if (renewAt !== undefined && now >= renewAt) this.#schedule.poke()
      return known.issued
    }
    this.#startSoon()
    return this.#bounded(
      this.#good((source) => source.obtain(user, scopes), scopes),
      signal,
    ).then((issued) => {
      if (issued !== undefined) return issued
      throw rejection({ ended: 'signed-out', userId: user })
    })
  }

  async getForChat(shardId: number, options: WaitOptions = {}): Promise<AccessToken | undefined> {
    const { signal } = options
    signal?.throwIfAborted()
    this.#startSoon()
    return this.#bounded(
      this.#good((source) => source.obtainForChat(shardId), ['chat:read']),
      signal,
    )
  }

  renew(refused: AccessToken, options: WaitOptions = {}): Promise<AccessToken> {
    const { signal } = options
    if (typeof refused?.value !== 'string')
      return Promise.reject(new TypeError('renew() takes the token that was refused.'))
    if (signal?.aborted) return Promise.reject(signal.reason)
    const opened = this.#opened
    // A thousand callers may come at once: each promise counts.
    const work = opened ? this.#renew(opened, refused) : this.#open().then((opened) => this.#renew(opened, refused))
    return this.#bounded(work, signal)
  }

  /**
   * How a user's sign-in stands. Known after `start`.
   *
   * @param user A user id. Left out: the only account there is, or the first of several; {@link getSnapshot} has all.
   */
  status(user?: string | undefined): Status {
    const { accounts } = this.getSnapshot()
    const found = user === undefined ? accounts[0] : accounts.find(({ userId }) => userId === user)
    return found ?? NOBODY
  }

  /** Calls back whenever {@link getSnapshot} gives another object. Bound: it fits React's `useSyncExternalStore`. */
  subscribe(listener: () => void): () => void {
    const call = () => listener()
    this.#subscribers.add(call)
    return () => this.#subscribers.delete(call)
  }

  /** How all sign-ins stand: the same object for as long as nothing has changed. Bound. */
  getSnapshot(): Snapshot {
    this.#snapshot ??= this.#opened === undefined ? { accounts: [] } : takeSnapshot(this.#opened.keeper)
    return this.#snapshot
  }

  /**
   * Forgets a user, everywhere, and revokes the access token. It waits for no renewal, and wins over it. A public app's
   * refresh token lives on at Twitch, unused, for 30 days. A handler of your own is asked again by the next `get`.
   *
   * @param user A user id. Left out: the only account there is.
   * @throws {TypeError} It is no user id.
   * @throws {StoreError} It could not be written: the user is still signed in.
   */
  async signOut(user?: string | undefined): Promise<void> {
    requireUserId('user', user)
    const { keeper, source } = await this.#open()
    await source.load?.()
    const known = user ?? source.known(undefined, undefined)?.record.userId ?? keeper.known.sole()
    const userId = known ?? (await source.obtain(undefined, []))?.record.userId
    if (userId !== undefined) await signOutUser(keeper, userId)
  }

  /**
   * Does what is due: for alarms, cron, and places where timers do not run.
   *
   * @returns Epoch milliseconds: call again then.
   */
  async maintain(): Promise<number> {
    return (await this.#open()).upkeep.work()
  }

  async #open(): Promise<Opened> {
    const opened = this.#opened ?? (await this.#openOnce())
    this.#listen(opened)
    return opened
  }

  /** @throws {HandlerError} The handler does not answer. */
  async #openOnce(): Promise<Opened> {
    const limit = askedFor()
    // The request that began it may be gone: then the handler is asked for its app once more.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const opening = this.#opening ?? this.#doOpen()
      this.#opening = opening
      const forget = () => {
        if (this.#opening === opening) this.#opening = undefined
      }
      opening.catch(forget)
      const opened = await waitFor(opening, limit, this.#handler.platform)
      if (opened !== TIMED_OUT) return opened
      forget()
    }
    throw noAnswer('getClientCredentials')
  }

  async #doOpen(): Promise<Opened> {
    const handler = this.#handler
    const { keyring, openSource, findAppToken, noApp } = await handler.supply(this.#journal)
    if (this.#opened !== undefined) return this.#opened
    const keeper = new Keeper(
      keyring,
      tokenNews({
        emit: (type, event) => this.emit(type, event),
        changed: () => this.#changed(),
      }),
    )
    const warn = (problem: unknown) => this.#warn(problem)
    const source = openSource(keeper, warn)
    const upkeep = new Upkeep(keeper, source, warn)
    const appTokens = findAppToken && new AppTokens(keyring.platform, findAppToken)
    this.#opened = { keyring, keeper, source, upkeep, appTokens, noApp }
    return this.#opened
  }

  /** Once, until it is closed: also who never starts hears of what is done elsewhere. */
  #listen({ keeper, keyring }: Opened): void {
    if (this.#closed || this.#endings.length > 0) return
    const { book } = keyring
    this.#endings.push(
      keyring.listen({ trace: (trace) => this.emit('trace', trace), warn: (problem) => this.#warn(problem) }),
      book.news.listen(({ key }, origin) => {
        if (!key.startsWith(`token:${book.clientId}:`) || keeper.known.find(key)?.renewing) return
        void keeper.known.notice(key, origin)
      }),
    )
  }

  async #start(): Promise<void> {
    const { keyring, upkeep } = await this.#open()
    const { book } = keyring
    if (keyring.app?.clientType === 'public' && book.store.consistency === 'racy') {
      this.#warn(
        `The store "${book.store.name}" cannot compare and set: two pages may spend one refresh token. Use indexedDBStore() where it works.`,
      )
    }
    await upkeep.read()
    this.#changed()
    if (this.#closed || !this.#hasTimers) return
    upkeep.begin().catch((error: unknown) => this.#warn(error))
    this.#schedule.start()
  }

  async #work(because: 'due' | 'online' | 'visible'): Promise<number> {
    if (because === 'online') for (const kept of this.#opened?.keeper.known.all() ?? []) kept.trouble = undefined
    try {
      return await this.maintain()
    } catch (error) {
      this.#warn(error)
      return this.#handler.platform.now() + WORK_AGAIN_AFTER
    }
  }

  async #good(
    obtain: (source: TokenSource) => Promise<KeptToken | undefined>,
    scopes: ScopeRequirement | undefined,
  ): Promise<AccessToken | undefined> {
    const { keeper, source } = await this.#open()
    const kept = await obtain(source)
    return kept && handOut(keeper, source, kept, scopes)
  }

  #renew({ keeper, source, appTokens }: Opened, refused: AccessToken): Promise<AccessToken> {
    return appTokens && refused.kind === 'app' ? appTokens.renew(refused) : renewRefused(keeper, source, refused)
  }

  /** A caller's abort ends its wait, and nothing else. */
  #bounded<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return signal === undefined ? work : waitFor(work, undefined, this.#handler.platform, signal)
  }

  #changed(): void {
    this.#snapshot = undefined
    this.#schedule.poke()
    for (const call of [...this.#subscribers]) {
      try {
        if (this.#subscribers.has(call)) call()
      } catch (error) {
        report(error)
      }
    }
  }

  #warn(problem: unknown): void {
    this.emit('warning', { message: problem instanceof Error ? problem.message : String(problem), cause: problem })
  }
}

function isSupplier(handler: TokenHandler | Supplier): handler is Supplier {
  return typeof (handler as Supplier | undefined)?.supply === 'function' && typeof handler.platform === 'object'
}
