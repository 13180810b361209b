import type { Random } from '../random.ts'
import type { FakeUser, World } from '../world.ts'
import type { AppDirectory } from './apps.ts'
import type { DeviceRequest } from './device.ts'
import type { Tokens } from './grants.ts'
import type { Keys } from './keys.ts'
import type { IdSwitches } from './switches.ts'

/** An authorization code on its way. */
export interface CodeEntry {
  readonly clientId: string
  readonly user: FakeUser
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly nonce: string | undefined
  readonly claims: RequestedClaims
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** The names in the `claims` parameter. */
export interface RequestedClaims {
  readonly idToken: readonly string[]
  readonly userinfo: readonly string[]
}

/** All that id.twitch.tv knows. */
export interface IdState extends Pick<World, 'clock' | 'users'> {
  readonly random: Random
  readonly switches: IdSwitches
  readonly apps: AppDirectory
  readonly tokens: Tokens
  readonly keys: Keys
  /** The endpoint, and the issuer of id_tokens. */
  readonly issuer: string
  readonly verificationUri: string
  readonly deviceCodes: Map<string, DeviceRequest>
  readonly userCodes: Map<string, DeviceRequest>
  readonly codes: Map<string, CodeEntry>
}
