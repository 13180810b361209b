import type { ClientType } from '../../types.ts'
import { check, listOf, needed, oneOf, type Shape, text } from '../shape.ts'

/** An app to be, as registered in Twitch's developer console. */
export interface FakeAppOptions {
  readonly clientId: string
  readonly clientType: ClientType
  /** Confidential apps only. */
  readonly clientSecret?: string | undefined
  /** Compared byte for byte. */
  readonly redirectUris?: readonly string[] | undefined
  /** As the consent page names it. Default: the client id. */
  readonly name?: string | undefined
}

const APP: Shape<FakeAppOptions> = {
  clientId: needed(text),
  clientType: needed(oneOf('public', 'confidential')),
  clientSecret: text,
  redirectUris: listOf(text),
  name: text,
}

export interface FakeApp {
  readonly clientId: string
  readonly clientType: ClientType
  readonly clientSecret: string | undefined
  readonly redirectUris: readonly string[]
  readonly name: string
}

export interface AppDirectory {
  byId(clientId: string): FakeApp | undefined
  all(): readonly FakeApp[]
  /** @throws {TypeError} The client id is taken, the secret does not fit the client type, or an app has no such thing. */
  add(app: FakeAppOptions): FakeApp
}

export function createAppDirectory(): AppDirectory {
  const apps = new Map<string, FakeApp>()
  return {
    byId: (clientId) => apps.get(clientId),
    all: () => [...apps.values()],
    add(options) {
      check('An app', options, APP)
      const { clientId, clientType, clientSecret, redirectUris = [], name = clientId } = options
      if (apps.has(clientId)) throw new TypeError(`There is an app ${clientId} already.`)
      if ((clientType === 'confidential') !== (clientSecret !== undefined)) {
        throw new TypeError('A confidential app has a clientSecret, a public one has none.')
      }
      const app: FakeApp = { clientId, clientType, clientSecret, redirectUris, name }
      apps.set(clientId, app)
      return app
    },
  }
}
