import type { ClientType } from '../../types.ts'

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

export interface FakeApp {
  readonly clientId: string
  readonly clientType: ClientType
  readonly clientSecret: string | undefined
  readonly redirectUris: readonly string[]
  readonly name: string
}

export interface AppDirectory {
  byId(clientId: string): FakeApp | undefined
  /** @throws {TypeError} The client id is taken, or the secret does not fit the client type. */
  add(app: FakeAppOptions): FakeApp
}

export function createAppDirectory(): AppDirectory {
  const apps = new Map<string, FakeApp>()
  return {
    byId: (clientId) => apps.get(clientId),
    add({ clientId, clientType, clientSecret, redirectUris = [], name = clientId }) {
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
