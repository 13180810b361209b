import type { Account } from '../token/accounts.ts'
import { accountOf } from '../token/accounts.ts'
import { adoptPair } from '../token/adoption.ts'
import type { TokenManagerEvents } from '../token/events.ts'
import { StoredTokenHandler } from '../token/handlers/stored-token-handler.ts'
import { TokenManager } from '../token/manager.ts'
import { signInWithCode } from '../token/sign-in/authorization-code.ts'
import type { PendingRedirect } from '../token/sign-in/pending-redirects.ts'
import type { Status } from '../token/status.ts'
import type { AccessToken, Locks } from '../types.ts'
import { answer, type VaultAnswer } from './answer.ts'
import { Desk } from './desk.ts'
import type { DurableObjectBase, DurableObjectContext } from './durable-object.ts'
import { durableObjectStore } from './durable-object-store.ts'
import type {
  TokenVault,
  TokenVaultOptions,
  VaultCodeSignIn,
  VaultCodeSignInOptions,
  VaultDeviceCode,
  VaultDeviceSignInOptions,
  VaultPair,
  VaultSignInStatus,
  VaultToken,
  VaultTokenRequest,
} from './vault.ts'

/** An alarm that was cut off leaves this one behind. */
const WATCHDOG = 300_000

/** However much is due, the next alarm comes no sooner. */
const SOONEST = 1_000

const EVENTS = Object.keys({
  signedIn: 0,
  signedOut: 0,
  tokenRefreshed: 0,
  tokenValidated: 0,
  needsLogin: 0,
  warning: 0,
  trace: 0,
} satisfies Record<keyof TokenManagerEvents, 0>) as (keyof TokenManagerEvents)[]

interface Opened {
  readonly handler: StoredTokenHandler
  readonly manager: TokenManager
  readonly desk: Desk
  readonly options: TokenVaultOptions
}

/**
 * Makes the class of Durable Objects that keep tokens at the edge, one object per user: the gate and the store in one. It
 * validates and renews by its alarm, whether anybody asks or not. The refresh token never leaves the objects of this
 * class; what goes out are access tokens.
 *
 * @example
 * import { DurableObject } from 'cloudflare:workers'
 *
 * export class TokenVault extends createTokenVault(DurableObject<Env>, (env) => ({
 *   clientId: env.TWITCH_CLIENT_ID,
 *   clientType: 'confidential',
 *   clientSecret: env.TWITCH_CLIENT_SECRET,
 *   vaults: env.VAULTS,
 * })) {}
 *
 * @param base `DurableObject` of `cloudflare:workers`.
 * @param options Called once in the life of an object, when it is first used.
 * @see https://developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects/
 */
export function createTokenVault<Context extends DurableObjectContext, Env, Instance extends object>(
  base: DurableObjectBase<Context, Env, Instance>,
  options: (env: Env) => TokenVaultOptions,
): new (
  ctx: Context,
  env: Env,
) => Instance & TokenVault {
  const Base = base as unknown as new (ctx: Context, env: Env) => object

  class Vault extends Base implements TokenVault {
    readonly #ctx: Context
    readonly #env: Env
    #opened: Opened | undefined
    #isWatched = false

    constructor(ctx: Context, env: Env) {
      super(ctx, env)
      this.#ctx = ctx
      this.#env = env
    }

    getToken(request: VaultTokenRequest): Promise<VaultAnswer<VaultToken>> {
      return answer(async () => {
        const { manager } = this.#open()
        const token = await manager.get(request)
        if (request.kind !== 'app' && !this.#isWatched) await this.#watch()
        return plain(token)
      })
    }

    renew(refused: VaultToken): Promise<VaultAnswer<VaultToken>> {
      return answer(async () => {
        const { manager } = this.#open()
        if (refused.kind === 'user') await manager.start()
        return plain(await manager.renew(refused))
      })
    }

    status(user?: string): Promise<VaultAnswer<Status>> {
      return answer(async () => {
        const { manager } = this.#open()
        await manager.start()
        return manager.status(user)
      })
    }

    signOut(user?: string): Promise<VaultAnswer<void>> {
      return answer(async () => {
        await this.#open().manager.signOut(user)
      })
    }

    signInWithDeviceCode(options: VaultDeviceSignInOptions): Promise<VaultAnswer<VaultDeviceCode>> {
      return answer(() => this.#open().desk.signInWithDeviceCode(options))
    }

    signInStatus(): Promise<VaultAnswer<VaultSignInStatus>> {
      return answer(() => this.#open().desk.status())
    }

    cancelSignIn(): Promise<VaultAnswer<void>> {
      return answer(() => this.#open().desk.cancel())
    }

    signInWithCode(options: VaultCodeSignInOptions): Promise<VaultAnswer<VaultCodeSignIn>> {
      return answer(async () => {
        const handler = this.#open().handler as StoredTokenHandler<'confidential'>
        // Whoever asks costs nothing but an answer: the browser keeps it.
        const { url, pending } = await signInWithCode(handler, { ...options, keep: false })
        return { url, pending }
      })
    }

    completeSignInWithCode(url: string, pending: PendingRedirect): Promise<VaultAnswer<Account>> {
      return answer(() => this.#open().desk.completeSignInWithCode(url, pending))
    }

    adopt({ accessToken, refreshToken, scopes, expiresAt, grantId, userId }: VaultPair): Promise<VaultAnswer<Account>> {
      return answer(async () => {
        const { handler } = this.#open()
        // Before anything else: what is half done here is gone on with by the alarm.
        await this.#ctx.storage.setAlarm(handler.platform.now() + SOONEST)
        const pair = { accessToken, refreshToken, scopes, expiresAt }
        const { record } = await adoptPair(handler.keyring, pair, { grantId, expectedUser: userId })
        return accountOf(record)
      })
    }

    async clientId(): Promise<string> {
      return this.#open().options.clientId
    }

    /** At least once, and perhaps twice: what is done is not due any more. */
    async alarm(): Promise<void> {
      const { handler, manager, desk, options } = this.#open()
      const { onEvent } = options
      const { storage } = this.#ctx
      const { now } = handler.platform
      await storage.setAlarm(now() + WATCHDOG)
      try {
        let next = await desk.maintain()
        if (next === undefined) {
          next = await manager.maintain()
          if ((await handler.keyring.book.keys()).length === 0) return await storage.deleteAlarm()
        }
        // Alarms know whole milliseconds, and one that comes a little early has nothing to do.
        await storage.setAlarm(Math.ceil(Math.max(next, now() + SOONEST)))
      } catch (error) {
        // The platform would try a few times and then never again; the watchdog goes on.
        onEvent?.('warning', { message: String(error), cause: error })
      }
    }

    #open(): Opened {
      this.#opened ??= open(this.#ctx, options(this.#env))
      return this.#opened
    }

    /** Somebody is signed in here: whatever happened before, there is an alarm. */
    async #watch(): Promise<void> {
      const { storage } = this.#ctx
      if ((await storage.getAlarm()) === null) await storage.setAlarm(this.#open().handler.platform.now() + SOONEST)
      this.#isWatched = true
    }
  }
  return Vault as unknown as new (
    ctx: Context,
    env: Env,
  ) => Instance & TokenVault
}

/** The object is the lock. */
const alone: Locks = { request: (_name, _options, callback) => callback() }

function open(ctx: DurableObjectContext, options: TokenVaultOptions): Opened {
  const { clientId, clientType, clientSecret, platform, onEvent } = options
  const jitter = fractionOf(ctx.id.toString())
  const handler = new StoredTokenHandler({
    clientId,
    clientType,
    clientSecret: clientSecret as undefined,
    store: durableObjectStore(ctx.storage),
    platform: {
      // The same after every eviction, lest an alarm come too early; another in every object, lest all come at once.
      random: () => jitter,
      locks: alone,
      channel: undefined,
      waitUntil: (promise) => ctx.waitUntil(promise),
      ...platform,
    },
  })
  const manager = new TokenManager(handler, { timers: false })
  if (onEvent !== undefined) for (const type of EVENTS) manager.on(type, (event) => onEvent(type, event))
  return { handler, manager, desk: new Desk(handler, ctx, options), options }
}

/** From 0 up to 1, the same for the same text. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}

/** Class instances do not travel. */
function plain({ value, kind, userId, login, scopes, expiresAt }: AccessToken): VaultToken {
  return { value, kind, userId, login, scopes: [...scopes], expiresAt }
}
