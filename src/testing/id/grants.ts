import { LOWER_ALPHANUMERIC, type Random } from '../random.ts'
import type { Clock, FakeUser } from '../world.ts'
import type { FakeApp } from './apps.ts'
import type { Flow, IdSwitches } from './switches.ts'

/** Why a grant ended. */
export type GrantEnd = 'disconnected' | 'password-changed' | 'refresh-token-reused'

/** What a user allowed an app: all access and refresh tokens of the two, from every sign-in on every machine. */
export interface Grant {
  readonly app: FakeApp
  readonly clientId: string
  readonly user: FakeUser
  readonly accessTokens: Set<AccessTokenEntry>
  readonly refreshTokens: Set<RefreshTokenEntry>
  ended: { readonly reason: GrantEnd; readonly at: number } | undefined
}

export interface AccessTokenEntry {
  readonly value: string
  readonly clientId: string
  /** `undefined`: an app token. */
  readonly grant: Grant | undefined
  readonly scopes: readonly string[]
  readonly flow: Flow
  /** Epoch milliseconds. */
  readonly issuedAt: number
  /** Epoch milliseconds; `undefined`: never. */
  expiresAt: number | undefined
  /** Killed before it expired. */
  dead: boolean
  /** What the sign-in asked `/userinfo` to tell. */
  readonly claims: readonly string[]
}

export interface RefreshTokenEntry {
  readonly value: string
  readonly grant: Grant
  readonly scopes: readonly string[]
  readonly flow: Flow
  readonly claims: readonly string[]
  /** One use only. */
  readonly oneUse: boolean
  lastUsedAt: number
  /** When a one-use token was spent. */
  spentAt: number | undefined
  /** How often it reached `/token`. */
  spends: number
  dead: boolean
  /** The youngest access token that came with it. */
  accessToken: AccessTokenEntry
}

/** A pair, or an access token alone. */
export interface Minted {
  readonly accessToken: AccessTokenEntry
  readonly refreshToken: RefreshTokenEntry | undefined
  /** Seconds; 0 is for ever. */
  readonly expiresIn: number
}

export interface Mint {
  readonly flow: Flow
  readonly scopes: readonly string[]
  readonly claims?: readonly string[] | undefined
  readonly lifetime?: number | undefined
  /** The tokens themselves, where they are not to be made up. */
  readonly accessToken?: string | undefined
  readonly refreshToken?: string | undefined
}

/** Every token there ever was, and the rules of their life. */
export interface Tokens {
  readonly access: ReadonlyMap<string, AccessTokenEntry>
  readonly refresh: ReadonlyMap<string, RefreshTokenEntry>
  readonly grants: readonly Grant[]
  isAlive(token: AccessTokenEntry): boolean
  /** Whether a refresh token would be honoured. */
  mayRenew(token: RefreshTokenEntry): boolean
  /** The living grant, or a new one. */
  grantOf(app: FakeApp, user: FakeUser): Grant
  /** @returns `undefined` when the user has too many living access tokens, and the rule is `'fail'`. */
  mintForUser(app: FakeApp, grant: Grant, mint: Mint, refresh?: boolean): Minted | undefined
  /** Spends a refresh token that may be spent. `undefined` as above. */
  renew(spent: RefreshTokenEntry): Minted | undefined
  mintForApp(app: FakeApp, lifetime?: number): Minted
  kill(token: AccessTokenEntry): void
  end(grant: Grant, reason: GrantEnd): void
}

export interface TokensOptions {
  readonly clock: Clock
  readonly random: Random
  readonly switches: IdSwitches
  readonly onDeath: (accessToken: string) => void
}

export function createTokens({ clock, random, switches, onDeath }: TokensOptions): Tokens {
  const access = new Map<string, AccessTokenEntry>()
  const refresh = new Map<string, RefreshTokenEntry>()
  const grants: Grant[] = []
  const living = new Map<string, Grant>()

  function isAlive(token: AccessTokenEntry): boolean {
    return !token.dead && (token.expiresAt === undefined || token.expiresAt > clock.now())
  }

  function lifetimeOf(flow: Flow): number {
    const set = switches.accessTokenLifetime
    const seconds = typeof set === 'number' ? set : set?.[flow]
    if (seconds !== undefined) return seconds
    if (flow === 'implicit') return random.integer(5_100_000, 5_550_000)
    if (flow === 'app') return random.integer(4_900_000, 5_184_000)
    return random.integer(13_000, 15_500)
  }

  function mintAccess(clientId: string, grant: Grant | undefined, mint: Mint): [AccessTokenEntry, number] {
    const { flow, scopes, claims = [], lifetime = lifetimeOf(flow) } = mint
    const value = mint.accessToken ?? random.string(LOWER_ALPHANUMERIC, 30)
    const issuedAt = clock.now()
    const token: AccessTokenEntry = {
      value,
      clientId,
      grant,
      scopes,
      flow,
      issuedAt,
      expiresAt: lifetime === 0 ? undefined : issuedAt + lifetime * 1000,
      dead: false,
      claims,
    }
    access.set(token.value, token)
    grant?.accessTokens.add(token)
    return [token, lifetime]
  }

  function mintRefresh(
    app: FakeApp,
    grant: Grant,
    accessToken: AccessTokenEntry,
    value = random.string(LOWER_ALPHANUMERIC, 50),
  ): RefreshTokenEntry {
    const { scopes, flow, claims } = accessToken
    const token: RefreshTokenEntry = {
      value,
      grant,
      scopes,
      flow,
      claims,
      oneUse: app.clientType === 'public' || switches.rotateConfidential,
      lastUsedAt: clock.now(),
      spentAt: undefined,
      spends: 0,
      dead: false,
      accessToken,
    }
    refresh.set(token.value, token)
    grant.refreshTokens.add(token)
    return token
  }

  function kill(token: AccessTokenEntry): void {
    if (token.dead) return
    const wasAlive = isAlive(token)
    token.dead = true
    token.grant?.accessTokens.delete(token)
    if (wasAlive) onDeath(token.value)
  }

  /** Makes room for one more, or says that there is none. */
  function makeRoom(grant: Grant): boolean {
    if (grant.accessTokens.size < switches.accessTokenLimit) return true
    for (const token of grant.accessTokens) if (!isAlive(token)) grant.accessTokens.delete(token)
    if (grant.accessTokens.size < switches.accessTokenLimit) return true
    if (switches.accessTokenLimitRule === 'fail') return false
    for (const oldest of grant.accessTokens) {
      kill(oldest)
      break
    }
    return true
  }

  return {
    access,
    refresh,
    grants,
    isAlive,
    kill,
    mayRenew({ dead, spentAt, grant, lastUsedAt }) {
      if (dead || spentAt !== undefined) return false
      return grant.app.clientType !== 'public' || clock.now() - lastUsedAt < switches.refreshTokenIdle * 1000
    },
    grantOf(app, user) {
      const key = `${app.clientId} ${user.id}`
      const existing = living.get(key)
      if (existing !== undefined && existing.ended === undefined) return existing
      const grant: Grant = {
        app,
        clientId: app.clientId,
        user,
        accessTokens: new Set(),
        refreshTokens: new Set(),
        ended: undefined,
      }
      grants.push(grant)
      living.set(key, grant)
      return grant
    },
    mintForUser(app, grant, mint, withRefresh = true) {
      if (!makeRoom(grant)) return undefined
      const [accessToken, expiresIn] = mintAccess(app.clientId, grant, mint)
      const refreshToken = withRefresh ? mintRefresh(app, grant, accessToken, mint.refreshToken) : undefined
      return { accessToken, refreshToken, expiresIn }
    },
    renew(spent) {
      const { grant } = spent
      const { app } = grant
      const old = spent.accessToken
      const killsOld = switches.renewalKillsAccessToken ?? app.clientType === 'public'
      if (!(killsOld && isAlive(old)) && !makeRoom(grant)) return undefined
      if (killsOld) kill(old)
      const { flow, scopes, claims } = spent
      const [accessToken, expiresIn] = mintAccess(app.clientId, grant, { flow, scopes, claims })
      spent.lastUsedAt = clock.now()
      if (!spent.oneUse) {
        spent.accessToken = accessToken
        return { accessToken, refreshToken: spent, expiresIn }
      }
      spent.spentAt = clock.now()
      return { accessToken, refreshToken: mintRefresh(app, grant, accessToken), expiresIn }
    },
    mintForApp(app, lifetime) {
      const [accessToken, expiresIn] = mintAccess(app.clientId, undefined, { flow: 'app', scopes: [], lifetime })
      return { accessToken, refreshToken: undefined, expiresIn }
    },
    end(grant, reason) {
      if (grant.ended !== undefined) return
      grant.ended = { reason, at: clock.now() }
      for (const token of grant.refreshTokens) token.dead = true
      for (const token of grant.accessTokens) kill(token)
    },
  }
}
