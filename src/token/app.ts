import { ConfigurationError } from '../errors.ts'
import type { ClientType } from '../types.ts'
import type { ClientCredentials } from './handlers/base-token-handler.ts'
import { keepSecret, secretOf } from './token.ts'

/** The app as it is registered at Twitch. Its secret is not enumerable. */
export interface App {
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly clientType: ClientType
}

/** @throws {ConfigurationError} The client type and the secret do not fit. */
export function createApp({
  clientId,
  clientSecret,
  clientType,
}: {
  readonly clientId: string
  readonly clientType: ClientType
  readonly clientSecret?: string | undefined
}): App {
  if (typeof clientId !== 'string' || clientId === '') {
    throw new TypeError('clientId must be the client id of an app: register one at https://dev.twitch.tv/console/apps.')
  }
  if (clientType !== 'public' && clientType !== 'confidential') {
    throw new TypeError("clientType must be 'public' or 'confidential', as the app is registered at Twitch.")
  }
  if (clientType === 'public' && clientSecret !== undefined) {
    throw new ConfigurationError(
      'A public app has no client secret: leave it out, or register the app as Confidential.',
    )
  }
  const app = {
    clientId,
    clientType,
    get clientSecret(): string | undefined {
      return secretOf(app)
    },
  }
  Object.defineProperty(app, 'clientSecret', { enumerable: false })
  if (clientSecret !== undefined) keepSecret(app, clientSecret)
  return app
}

/** The app of a handler that says no client type: whoever has a secret is confidential. */
export function appOf({ clientId, clientSecret }: ClientCredentials): App {
  return createApp({ clientId, clientSecret, clientType: clientSecret === undefined ? 'public' : 'confidential' })
}
