import { HandlerError, MissingScopeError, NetworkError, TokenRejectedError } from '../errors.ts'
import { Emitter, report } from '../internal/emitter.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import { untilAborted } from '../internal/wait.ts'
import { revokeToken } from '../oauth/revoke.ts'
import { missingScopes } from '../oauth/scopes.ts'
import { memoryStore } from '../stores/memory.ts'
import type { TokenStore } from '../stores/token-store.ts'
import type { AccessToken, AccessTokenRequest, AccessTokenSource, ScopeRequirement, WaitOptions } from '../types.ts'
import { discard, settlePair, tokensOf } from './accounts.ts'
import { createApp, requestOptions } from './app.ts'
import { AppTokens } from './app-tokens.ts'
import { keeperNews, type TokenManagerEvents } from './events.ts'
import type { BaseTokenHandler } from './handlers/base-token-handler.ts'
import { Keeper } from './keeper.ts'
import type { KeptToken } from './kept-token.ts'
import { Keyring } from './keyring.ts'
import { rejection } from './renewal/renew.ts'
import { Schedule } from './schedule.ts'
import { AskedSource } from './sources/asked-source.ts'
import { StoredSource } from './sources/stored-source.ts'
import type { TokenSource } from './sources/token-source.ts'
import { NOBODY, type Snapshot, type Status } from './status.ts'
import { VALIDATE_EVERY } from './validation.ts'

export interface TokenManagerOptions {
  /**
   * For a handler of your own: where marks and pairs that it has not saved yet rest. Without one they end with the page.
   *
   * Default: `memoryStore()`. A `StoredTokenHandler` brings its store.
   */
  readonly journal?: TokenStore | undefined
}

/** A token that was validated so recently, perhaps by the page before a reload, need not be validated at start. */
const RECENTLY = 60_000

/** How often the store is looked through for what no news told of, in milliseconds. */
const READ_EVERY = 60_000

/** How often a pair is written again that the store did not take: well before others give up on it, in milliseconds. */
const SAVE_EVERY = 2_000

/** So few known tokens are read again even where a channel tells of changes: some deliver nothing. */
const READ_ANYWAY = 50

/** So many tokens are worked on at once: a Worker may have six connections. */
const AT_ONCE = 6

interface Opened {
  readonly keyring: Keyring
  readonly keeper: Keeper
  readonly source: TokenSource
  readonly appTokens: AppTokens
}

/** Keeps the tokens of a handler good, and hands them out. */
export class TokenManager extends Emitter<TokenManagerEvents> implements AccessTokenSource {
  readonly #handler: BaseTokenHandler
  readonly #journal: TokenStore | undefined
  readonly #schedule: Schedule
  readonly #subscribers = new Set<() => void>()
  readonly #endings: (() => void)[] = []
  #opening: Promise<Opened> | undefined
  #opened: Opened | undefined
  #started: Promise<void> | undefined
  #snapshot: Snapshot | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(handler: BaseTokenHandler, options: TokenManagerOptions = {}) {
    super()
    refuseUnknownOptions('TokenManager', options, ['journal'])
    this.#handler = handler
    this.#journal = options.journal
    this.#schedule = new Schedule(handler.platform, (because) => this.#work(because))
    this.subscribe = this.subscribe.bind(this)
    this.getSnapshot = this.getSnapshot.bind(this)
  }

  async clientId(): Promise<string> {
    const { app } = (await this.#open()).keyring
    // The handler is asked again for the sake of its error.
    return app?.clientId ?? (await this.#handler.getClientCredentials()).clientId
  }

  /** Reads the store, validates what it holds, listens to other tabs, and works when work is due. `get` does so too. */
  start(): Promise<void> {
    if (this.#closed) return Promise.reject(new TypeError('This TokenManager is closed.'))
    this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = undefined
      throw error
    })
    return this.#started
  }

  #startSoon(): void {
    if (!this.#closed) this.start().catch((error: unknown) => this.#warn(error))
  }

  /** Ends timers and listening. A renewal that is under way still reaches the store. */
  close(): void {
    this.#closed = true
    this.#schedule.stop()
    for (const end of this.#endings.splice(0)) end()
  }

  async get(request: AccessTokenRequest = {}): Promise<AccessToken> {
    const { kind = 'user', user, scopes, signal } = request
    signal?.throwIfAborted()
    if (kind === 'app') return this.#bounded((await this.#open()).appTokens.get(), signal)
    const known = this.#opened?.source.known(user, scopes)
    const now = this.#handler.platform.now()
    if (known?.isGood(now) && known.can(scopes)) {
      const renewAt = known.renewAt()
      if (renewAt !== undefined && now >= renewAt) this.#schedule.poke()
      return known.issued
    }
    this.#startSoon()
    return this.#bounded(
      this.#goodFrom(({ source }) => source.obtain(user, scopes ?? []), scopes),
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
      this.#goodFrom(({ source }) => source.obtainForChat(shardId), ['chat:read']),
      signal,
    )
  }

  renew(refused: AccessToken, options: WaitOptions = {}): Promise<AccessToken> {
    const { signal } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    const opened = this.#opened
    // A thousand callers may come at once: each promise counts.
    const work = opened ? this.#renew(opened, refused) : this.#open().then((opened) => this.#renew(opened, refused))
    return this.#bounded(work, signal)
  }

  /** How a user's sign-in stands; of the only user when none is named. Known after `start`. */
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
    if (this.#snapshot !== undefined) return this.#snapshot
    const accounts: Status[] = []
    if (this.#opened !== undefined) {
      const { keeper, keyring } = this.#opened
      const now = this.#handler.platform.now()
      const oneUse = keyring.app?.clientType === 'public'
      for (const userId of keeper.users()) {
        const [kept] = keeper.ofUser(userId).slice(-1)
        if (kept !== undefined) accounts.push(kept.status(now, oneUse))
      }
      for (const ended of keeper.ended()) {
        if (keeper.ofUser(ended.userId ?? '').length > 0) continue
        const { reason, message: why } = rejection(ended)
        accounts.push({ state: 'needs-login', reason, why, userId: ended.userId, login: ended.login, scopes: [] })
      }
    }
    this.#snapshot = { accounts }
    return this.#snapshot
  }

  /**
   * Forgets a user, everywhere, and revokes the access token. It waits for no renewal, and wins over it. A public app's
   * refresh token lives on at Twitch, unused, for 30 days.
   *
   * @param user A user id. Left out: the only account there is.
   * @throws {StoreError} It could not be written: the user is still signed in.
   */
  async signOut(user?: string | undefined): Promise<void> {
    const { keeper, keyring, source } = await this.#open()
    const { book, renewal, platform } = keyring
    const userId =
      user ?? source.known(undefined, undefined)?.record.userId ?? (await source.obtain(undefined, []))?.record.userId
    if (userId === undefined) return
    const keys = new Set([book.key(userId), ...(await tokensOf(book, userId)).map(({ key }) => key)])
    for (const kept of keeper.ofUser(userId)) keys.add(kept.key)
    for (const key of keys) {
      const held = renewal.unsaved(key) ?? keeper.find(key)?.record
      const discarded = await discard(book, key)
      renewal.forget(key)
      await keeper.load(key, 'here')
      const { accessToken } = held ?? discarded ?? {}
      if (accessToken === undefined) continue
      await revokeToken(accessToken, { clientId: book.clientId, ...requestOptions(platform) }).catch(() => {})
    }
  }

  /**
   * Does what is due: for alarms, cron, and places where timers do not run.
   *
   * @returns Epoch milliseconds: call again then.
   */
  async maintain(): Promise<number> {
    const { keeper, keyring } = await this.#open()
    const { monotonic } = keyring.platform
    if (this.#handler.keyring !== undefined && monotonic() - this.#readAt >= READ_EVERY) await this.#readStore()
    const queue = [...keeper.kept()]
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let kept = queue.shift(); kept !== undefined; kept = queue.shift()) await this.#keep(kept)
    })
    await Promise.all(workers)
    const now = keyring.platform.now()
    let next = now + VALIDATE_EVERY
    for (const kept of keeper.kept()) {
      const isUnsaved = keyring.renewal.unsaved(kept.key) !== undefined
      next = Math.min(next, isUnsaved ? now + SAVE_EVERY : kept.dueAt(now))
    }
    return next
  }

  async #open(): Promise<Opened> {
    this.#opening ??= this.#doOpen().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #doOpen(): Promise<Opened> {
    const handler = this.#handler
    const keyring = handler.keyring ?? (await this.#openJournal())
    const keeper = new Keeper(
      keyring,
      keeperNews({
        emit: (type, event) => this.emit(type, event),
        changed: () => this.#changed(),
      }),
    )
    const source = handler.keyring ? new StoredSource(keeper, handler.chatUser) : new AskedSource(keeper, handler)
    this.#opened = { keyring, keeper, source, appTokens: new AppTokens(handler, keyring) }
    this.#endings.push(keyring.onTrace((trace) => this.emit('trace', trace)))
    return this.#opened
  }

  async #openJournal(): Promise<Keyring> {
    const handler = this.#handler
    const { saveUserToken } = handler
    const app = await handler.getClientCredentials().then(createApp, (error: unknown) => {
      if (error instanceof HandlerError) return undefined
      throw error
    })
    return new Keyring(
      app,
      this.#journal ?? memoryStore(),
      handler.platform,
      saveUserToken &&
        (async (next, previous) => {
          if (next.userId === undefined) throw new TypeError('Nobody knows yet whose token this is.')
          await saveUserToken.call(handler, next.userId, next, previous)
        }),
    )
  }

  async #start(): Promise<void> {
    const { keeper, keyring } = await this.#open()
    const { book, platform } = keyring
    if (keyring.app?.clientType === 'public' && book.store.consistency === 'racy') {
      this.#warn(
        `The store "${book.store.name}" cannot compare and set: two pages may spend one refresh token. Use indexedDBStore() where it works.`,
      )
    }
    this.#endings.push(
      book.news.listen(({ key }, origin) => {
        if (!key.startsWith(`token:${book.clientId}:`) || keeper.find(key)?.renewing) return
        keeper.load(key, origin).catch((error: unknown) => this.#warn(error))
      }),
    )
    if (this.#handler.keyring !== undefined) {
      await this.#readStore()
      this.#changed()
      const now = platform.now()
      for (const kept of keeper.kept()) {
        if (now - (kept.validatedAt ?? 0) < RECENTLY && kept.isVouched(now)) continue
        this.#keep(kept, now - RECENTLY).catch((error: unknown) => this.#warn(error))
      }
    }
    if (!this.#closed) this.#schedule.start()
  }

  /** Accounts, and pairs that a page left behind before it knew whose they are. */
  async #readStore(): Promise<void> {
    const { keeper, keyring, source } = await this.#open()
    this.#readAt = keyring.platform.monotonic()
    const known = new Set([...keeper.kept()].map(({ key }) => key))
    if (source instanceof StoredSource) await source.load()
    const readKnown = !keyring.book.news.isOpen || known.size <= READ_ANYWAY
    // Who was signed out elsewhere is not listed any more.
    for (const key of new Set([...(await keyring.book.keys()), ...known])) {
      if (keyring.book.isProvisional(key)) {
        await settlePair(keyring, key).catch((error: unknown) => {
          if (!(error instanceof TokenRejectedError)) this.#warn(error)
        })
      } else if (keeper.find(key) === undefined || (readKnown && known.has(key) && !keeper.find(key)?.renewing)) {
        await keeper.load(key, 'elsewhere')
      }
    }
  }

  async #work(because: 'due' | 'online' | 'visible'): Promise<number> {
    if (because === 'online') for (const kept of this.#opened?.keeper.kept() ?? []) kept.trouble = undefined
    try {
      return await this.maintain()
    } catch (error) {
      this.#warn(error)
      return this.#handler.platform.now() + 30_000
    }
  }

  /** Does what is due for one token. What goes wrong is the token's trouble, and is told there. */
  async #keep(kept: KeptToken, since?: number): Promise<void> {
    const { keeper, keyring } = await this.#open()
    const now = keyring.platform.now()
    if (kept.rejected !== undefined) return
    await keeper.keepSafe(kept).catch((error: unknown) => this.#warn(error))
    if (kept.trouble !== undefined && now < kept.trouble.retryAt) return
    try {
      if (kept.mustRenew(now)) await keeper.renew(kept, 'refused')
      else if (now >= (kept.renewAt() ?? Number.POSITIVE_INFINITY)) await keeper.renew(kept, 'aging')
      else if (since !== undefined || now >= kept.validateAt(now)) {
        const validation = await keeper.check(kept, undefined, since)
        if (validation?.alive === false) await keeper.renew(kept, 'refused', validation)
      }
    } catch (error) {
      if (!(error instanceof NetworkError || error instanceof TokenRejectedError)) this.#warn(error)
    }
  }

  /** A good token from the source; when what it gave turns out dead, the source may have another one, once. */
  async #goodFrom(
    obtain: (opened: Opened) => Promise<KeptToken | undefined>,
    scopes: ScopeRequirement | undefined,
  ): Promise<AccessToken | undefined> {
    const opened = await this.#open()
    const kept = await obtain(opened)
    if (kept === undefined) return undefined
    try {
      return this.#hand(await opened.keeper.good(kept), scopes)
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error
      const other = await opened.source.instead(kept, error)
      if (other === undefined) throw error
      return this.#hand(await opened.keeper.good(other), scopes)
    }
  }

  async #renew({ keeper, source, appTokens }: Opened, refused: AccessToken): Promise<AccessToken> {
    if (refused.kind === 'app') return appTokens.renew(refused)
    const mine = keeper.ofUser(refused.userId ?? '')
    const kept =
      mine.find(({ record }) => record.accessToken === refused.value) ??
      mine.find((other) => other.can(refused.scopes)) ??
      mine[0]
    if (kept === undefined) {
      const ended = [...keeper.ended()].find(({ userId }) => userId === refused.userId)
      throw rejection(ended ?? { ended: 'signed-out', userId: refused.userId })
    }
    try {
      if (kept.record.accessToken !== refused.value) return (await keeper.good(kept)).issued
      return (await keeper.renew(kept, 'refused')).issued
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error
      const other = await source.instead(kept, error)
      if (other === undefined) throw error
      return (await keeper.good(other)).issued
    }
  }

  /** @throws {MissingScopeError} */
  #hand(kept: KeptToken, scopes: ScopeRequirement | undefined): AccessToken {
    if (kept.can(scopes)) return kept.issued
    const missing = missingScopes(kept.record.scopes, scopes ?? [])
    const names = missing.map((element) => (typeof element === 'string' ? element : element.join(' or '))).join(', ')
    throw new MissingScopeError(
      `${kept.record.login ?? 'The user'} has not granted ${names}: sign in again and ask for it.`,
      {
        missing,
        userId: kept.record.userId,
      },
    )
  }

  /** A caller's abort ends its wait, and nothing else. */
  #bounded<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return signal === undefined ? work : untilAborted(work, signal)
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
