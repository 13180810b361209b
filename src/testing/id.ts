import { type Answer, type Call, json } from './http.ts'
import { createAppDirectory, type FakeApp, type FakeAppOptions } from './id/apps.ts'
import { authorizePage } from './id/consent-page.ts'
import { type DeviceRequest, device } from './id/device.ts'
import { type AccessTokenEntry, createTokens, type Grant, type RefreshTokenEntry } from './id/grants.ts'
import { createHands } from './id/hands.ts'
import { createKeys } from './id/keys.ts'
import { discovery, keys, userinfo } from './id/openid.ts'
import { revoke } from './id/revoke.ts'
import type { IdState } from './id/state.ts'
import type { IdSwitches } from './id/switches.ts'
import { token } from './id/token.ts'
import { validate } from './id/validate.ts'
import type { Random } from './random.ts'
import type { FakeUser, TokenOwner, World } from './world.ts'

export type { FakeApp, FakeAppOptions } from './id/apps.ts'
export type { DeviceRequest } from './id/device.ts'
export type { AccessTokenEntry, Grant, GrantEnd, RefreshTokenEntry } from './id/grants.ts'
export type { Flow, IdSwitches } from './id/switches.ts'

/** What {@link FakeId.issue} makes. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds; 0 is for ever. */
  readonly expiresIn: number
}

export interface IssueOptions {
  readonly clientId: string
  readonly login: string
  /** Default: none. */
  readonly scopes?: readonly string[] | undefined
  /** Seconds. Default: as the switches say. */
  readonly expiresIn?: number | undefined
  /** Default: a new one. */
  readonly accessToken?: string | undefined
  /** Default: a new one. */
  readonly refreshToken?: string | undefined
}

/** What a user does at `/authorize`. */
export interface Consent {
  /** Who is logged in. */
  readonly login: string
  /** Default `true`. */
  readonly consent?: boolean | undefined
}

/** The hands on id.twitch.tv: what users and Twitch do there, and a look into its books. */
export interface FakeId {
  /** How it behaves where Twitch is undocumented; may be changed at any time. */
  readonly switches: IdSwitches
  /** @throws {TypeError} The client id is taken, the secret does not fit the client type, or an app has no such thing. */
  addApp(app: FakeAppOptions): FakeApp
  /**
   * The user opens the verification URI and allows the app.
   *
   * @throws {TypeError} No such code waits, or no such user.
   */
  allow(userCode: string, login: string): void
  /** The user cancels. Twitch documents no answer for this; here polls get `access_denied`. */
  deny(userCode: string): void
  /**
   * The user opens an authorize URL.
   *
   * @returns Where Twitch redirects to.
   * @throws {TypeError} Twitch shows an error page instead, or there is no such user.
   */
  authorize(url: string | URL, consent: Consent): Promise<string>
  /**
   * A pair as if the user had signed in.
   *
   * @throws {TypeError} There is no such app, user or option.
   */
  issue(options: IssueOptions): IssuedTokens
  /** An app token, as by client credentials. */
  issueAppToken(clientId: string): { readonly accessToken: string; readonly expiresIn: number }
  /** Lets one access token expire now. */
  expire(accessToken: string): void
  /** Lets all access tokens expire now. Refresh tokens stay. */
  expireAll(): void
  /** Twitch revokes one access token. */
  revoke(accessToken: string): void
  /** The user clicks "Disconnect": all access and refresh tokens of that app die. */
  disconnect(login: string, clientId: string): void
  /** All tokens of the user die. */
  changePassword(login: string): void
  /** A new signing key with a new `kid`; the old one is gone. */
  rotateKeys(): void
  /** Every grant there was, ended ones too. */
  grants(): readonly Readonly<Grant>[]
  accessToken(value: string): Readonly<AccessTokenEntry> | undefined
  refreshToken(value: string): Readonly<RefreshTokenEntry> | undefined
  refreshTokens(): readonly Readonly<RefreshTokenEntry>[]
  /** Whether Twitch would honour this access token, or this refresh token, now. */
  isAlive(value: string): boolean
  /** How often this refresh token reached `/token`. */
  spends(refreshToken: string): number
  /** Who waits, or waited, with this user code. */
  deviceRequest(userCode: string): Readonly<DeviceRequest> | undefined
  deviceRequests(): readonly Readonly<DeviceRequest>[]
}

/** id.twitch.tv: its hands, its HTTP side, and what the other servers ask of it. */
export interface IdServer {
  readonly hands: FakeId
  answer(call: Call): Answer | Promise<Answer>
  /** Whether a living grant of the user for the client has the scope. */
  hasGranted(clientId: string, user: FakeUser, scope: string): boolean
  tokenOwner(accessToken: string): TokenOwner | undefined
}

export interface IdServerOptions {
  readonly random: Random
  readonly switches: IdSwitches
  readonly apps: readonly FakeAppOptions[]
  readonly issuer: string
  readonly verificationUri: string
  readonly onDeath: (accessToken: string) => void
}

export function createIdServer(world: World, options: IdServerOptions): IdServer {
  const { random, switches, issuer, verificationUri, onDeath } = options
  const { clock, users } = world
  const tokens = createTokens({ clock, random, switches, onDeath })
  const apps = createAppDirectory()
  for (const app of options.apps) apps.add(app)
  const state: IdState = {
    clock,
    users,
    random,
    switches,
    apps,
    tokens,
    keys: createKeys(),
    issuer,
    verificationUri,
    deviceCodes: new Map(),
    userCodes: new Map(),
    codes: new Map(),
  }

  /** WebCrypto takes its own time: a fake clock must not run away meanwhile. */
  function held<T>(work: Promise<T>): Promise<T> {
    clock.hold?.(work)
    return work
  }

  return {
    hands: createHands(state, held),
    answer(call) {
      const answer = route(state, call)
      return answer instanceof Promise ? held(answer) : answer
    },
    hasGranted: (clientId, user, scope) =>
      tokens.grants.some(
        (grant) =>
          grant.ended === undefined &&
          grant.clientId === clientId &&
          grant.user === user &&
          [...grant.accessTokens, ...grant.refreshTokens].some(({ scopes }) => scopes.includes(scope)),
      ),
    tokenOwner(value) {
      const entry = tokens.access.get(value)
      if (entry === undefined || !tokens.isAlive(entry)) return undefined
      return { user: entry.grant?.user, clientId: entry.clientId, scopes: entry.scopes }
    },
  }
}

function route(state: IdState, call: Call): Answer | Promise<Answer> {
  switch (`${call.method} ${call.path}`) {
    case 'POST /token':
      return token(state, call)
    case 'GET /validate':
      return validate(state, call)
    case 'POST /device':
      return device(state, call)
    case 'POST /revoke':
      return revoke(state, call)
    case 'GET /authorize':
      return authorizePage(state, call)
    case 'GET /userinfo':
      return userinfo(state, call)
    case 'GET /keys':
      return keys(state)
    case 'GET /.well-known/openid-configuration':
      return discovery(state)
    default:
      return json(404, { error: 'Not Found', status: 404, message: '' })
  }
}
