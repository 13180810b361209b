import { ConfigurationError } from '../errors.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import type { Account } from '../token/accounts.ts'
import { accountOf, findGrant } from '../token/accounts.ts'
import { adoptPair } from '../token/adoption.ts'
import { discard } from '../token/discard.ts'
import type { PendingRedirect } from '../token/sign-in/pending-redirects.ts'
import type { Status } from '../token/status.ts'
import type { AccessToken } from '../types.ts'
import { answer, type VaultAnswer } from './answer.ts'
import { type DurableObjectBase, type DurableObjectContext, PlainObject, readArguments } from './durable-object.ts'
import {
  lineOf,
  type TokenVault,
  type TokenVaultOptions,
  type VaultCodeSignIn,
  type VaultCodeSignInOptions,
  type VaultDeviceCode,
  type VaultDeviceSignInOptions,
  type VaultPair,
  type VaultSignInStatus,
  type VaultToken,
  type VaultTokenRequest,
} from './vault.ts'
import type { VaultWork } from './vault-part.ts'
import { VaultTokens } from './vault-tokens.ts'

/** An alarm that was cut off leaves this one behind. */
const WATCHDOG = 300_000

/** However much is due, the next alarm comes no sooner. */
const SOONEST = 1_000

interface Opened {
  readonly tokens: VaultTokens
  readonly parts: readonly VaultWork[]
  readonly options: TokenVaultOptions
}

/**
 * Makes the class of Durable Objects that keep tokens at the edge, one object per user: the gate and the store in one. It
 * validates and renews by its alarm, whether anybody asks or not. The refresh token never leaves the objects of this
 * class; what goes out are access tokens.
 *
 * @example
 * import { appTokens, codeSignIn, createTokenVault } from 'twitch-keyring/cloudflare'
 *
 * export class TokenVault extends createTokenVault<Env>((env) => ({
 *   clientId: env.TWITCH_CLIENT_ID,
 *   clientType: 'confidential',
 *   clientSecret: env.TWITCH_CLIENT_SECRET,
 *   vaults: env.VAULTS,
 *   parts: [codeSignIn, appTokens],
 * })) {}
 *
 * @param options Called once in the life of an object, when it is first used.
 * @throws {TypeError} It is given something else.
 * @see https://developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects/
 */
export function createTokenVault<Env, Context extends DurableObjectContext = DurableObjectContext>(
  options: (env: Env) => TokenVaultOptions,
): new (
  ctx: Context,
  env: Env,
) => PlainObject<Env, Context> & TokenVault
/**
 * The same on a class of yours, or for a bundler that does not know the condition `workerd`.
 *
 * @param base `DurableObject` of `cloudflare:workers`, or a class that extends it.
 */
export function createTokenVault<Context extends DurableObjectContext, Env, Instance extends object>(
  base: DurableObjectBase<Context, Env, Instance>,
  options: (env: Env) => TokenVaultOptions,
): new (
  ctx: Context,
  env: Env,
) => Instance & TokenVault
export function createTokenVault(...given: readonly unknown[]): unknown {
  return makeTokenVault(PlainObject, given)
}

/** @param Default What objects extend when nothing else is given. */
export function makeTokenVault(Default: unknown, given: readonly unknown[]): never {
  const [Base, options] = readArguments('createTokenVault', Default, given)

  class Vault extends Base implements TokenVault {
    readonly #ctx: DurableObjectContext
    readonly #env: unknown
    #opened: Opened | undefined
    #isWatched = false
    /** What `lend` has said last, and of which token. */
    #line = ''
    #lent: AccessToken | undefined

    constructor(ctx: DurableObjectContext, env: unknown) {
      super(ctx, env)
      this.#ctx = ctx
      this.#env = env
    }

    getToken(request: VaultTokenRequest): Promise<VaultAnswer<VaultToken>> {
      if (request.kind === 'app') return this.#appToken(undefined)
      return answer(async () => {
        const token = await this.#open().tokens.get(request)
        if (!this.#isWatched) await this.#watch()
        return plain(token)
      })
    }

    lend(): string {
      const token = this.#isWatched ? this.#open().tokens.known() : undefined
      if (token !== this.#lent) {
        this.#lent = token
        this.#line = token === undefined ? '' : lineOf(token)
      }
      return this.#line
    }

    renew(refused: VaultToken): Promise<VaultAnswer<VaultToken>> {
      if (refused.kind === 'app') return this.#appToken(refused)
      return answer(async () => plain(await this.#open().tokens.renew(refused)))
    }

    status(user?: string): Promise<VaultAnswer<Status>> {
      return answer(() => this.#open().tokens.status(user))
    }

    signOut(user?: string): Promise<VaultAnswer<void>> {
      return answer(() => this.#open().tokens.signOut(user))
    }

    signInWithDeviceCode(options: VaultDeviceSignInOptions): Promise<VaultAnswer<VaultDeviceCode>> {
      return answer(() => this.#part('signInWithDeviceCode')(options))
    }

    signInStatus(): Promise<VaultAnswer<VaultSignInStatus>> {
      return answer(() => this.#part('signInStatus')())
    }

    cancelSignIn(): Promise<VaultAnswer<void>> {
      return answer(() => this.#part('cancelSignIn')())
    }

    signInWithCode(options: VaultCodeSignInOptions): Promise<VaultAnswer<VaultCodeSignIn>> {
      return answer(() => this.#part('signInWithCode')(options))
    }

    completeSignInWithCode(url: string, pending: PendingRedirect): Promise<VaultAnswer<Account>> {
      return answer(() => this.#part('completeSignInWithCode')(url, pending))
    }

    adopt({ accessToken, refreshToken, scopes, expiresAt, grantId, userId }: VaultPair): Promise<VaultAnswer<Account>> {
      return answer(async () => {
        const { keyring } = this.#open().tokens
        // Before anything else: what is half done here is gone on with by the alarm.
        await this.#ctx.storage.setAlarm(keyring.platform.now() + SOONEST)
        const pair = { accessToken, refreshToken, scopes, expiresAt }
        const { record } = await adoptPair(keyring, pair, { grantId, expectedUser: userId })
        return accountOf(record)
      })
    }

    disown(grantId: string): Promise<VaultAnswer<void>> {
      return answer(async () => {
        const { book } = this.#open().tokens.keyring
        const found = await findGrant(book, grantId)
        if (found !== undefined && book.isProvisional(found.key)) await discard(book, found.key)
      })
    }

    async clientId(): Promise<string> {
      return this.#open().options.clientId
    }

    /** At least once, and perhaps twice: what is done is not due any more. */
    async alarm(): Promise<void> {
      const { tokens, parts, options } = this.#open()
      const { storage } = this.#ctx
      const { platform } = tokens.keyring
      await storage.setAlarm(platform.now() + WATCHDOG)
      try {
        let next: number | undefined
        for (const part of parts) {
          const at = await part.maintain?.()
          if (at !== undefined) next = Math.min(at, next ?? at)
        }
        if (next === undefined) {
          next = await tokens.maintain()
          if (!tokens.isKeeping) {
            this.#isWatched = false
            return await storage.deleteAlarm()
          }
        }
        // Alarms know whole milliseconds, and one that comes a little early has nothing to do.
        await storage.setAlarm(Math.ceil(Math.max(next, platform.now() + SOONEST)))
      } catch (error) {
        // The platform would try a few times and then never again; the watchdog goes on.
        options.onEvent?.('warning', { message: String(error), cause: error })
      }
    }

    #open(): Opened {
      this.#opened ??= open(this.#ctx, options(this.#env) as TokenVaultOptions)
      return this.#opened
    }

    #part<Name extends keyof VaultWork>(name: Name): NonNullable<VaultWork[Name]> {
      const part = this.#open().parts.find((part) => name in part)?.[name]
      if (part !== undefined) return part
      throw new ConfigurationError(
        `This vault has no ${name}: list what has it (codeSignIn, deviceCodeSignIn, appTokens) as one of its \`parts\`.`,
      )
    }

    #appToken(refused: AccessToken | undefined): Promise<VaultAnswer<VaultToken>> {
      return answer(async () => plain(await this.#part('appToken')(refused)))
    }

    /** Somebody is signed in here: whatever happened before, there is an alarm. */
    async #watch(): Promise<void> {
      const { storage } = this.#ctx
      if ((await storage.getAlarm()) === null)
        await storage.setAlarm(this.#open().tokens.keyring.platform.now() + SOONEST)
      this.#isWatched = true
    }
  }
  return Vault as never
}

/** @throws {TypeError} An option is unknown, or the binding is missing. */
function open(ctx: DurableObjectContext, options: TokenVaultOptions): Opened {
  refuseUnknownOptions('createTokenVault', options, [
    'clientId',
    'clientType',
    'clientSecret',
    'vaults',
    'parts',
    'verifyIdToken',
    'onEvent',
    'platform',
  ])
  if (typeof options.vaults?.idFromName !== 'function') throw new TypeError('vaults must be the binding of this class.')
  const tokens = new VaultTokens(ctx, options)
  return { tokens, options, parts: (options.parts ?? []).map((part) => part({ ctx, options, tokens })) }
}

/** Class instances do not travel. */
function plain({ value, kind, userId, login, scopes, expiresAt }: AccessToken): VaultToken {
  return { value, kind, userId, login, scopes: [...scopes], expiresAt }
}
