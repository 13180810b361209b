import { ConfigurationError } from '../../errors.ts'
import type { ClientType } from '../../types.ts'
import { isPage } from '../environment/place.ts'
import type { StoredTokenHandler } from '../handlers/stored-token-handler.ts'

/** @throws {ConfigurationError} The app is registered as another type than this sign-in takes. */
export function requireClientType(handler: StoredTokenHandler, wanted: ClientType, why: string): void {
  if (handler.clientType === wanted) return
  throw new ConfigurationError(
    `clientType must be '${wanted}' here: register such an app at https://dev.twitch.tv/console/apps. ${why}`,
  )
}

/** @throws {ConfigurationError} There is a client secret where everybody can read it. */
export function refuseSecretInPage(clientSecret: string | undefined): void {
  if (clientSecret === undefined || !isPage()) return
  throw new ConfigurationError(
    'A client secret in a page or a browser extension can be read by everybody who has it: make a new one at https://dev.twitch.tv/console/apps and keep it in a Worker or on a server. A page signs in with signInWithDeviceCode and an app of client type Public.',
  )
}
