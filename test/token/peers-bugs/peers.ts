import { RefreshingAuthProvider, StaticAuthProvider } from '@twurple/auth'
import { vi } from 'vitest'
import { memoryStore } from '../../../src/stores/memory.ts'
import { BaseTokenHandler, StoredTokenHandler, Token, TokenManager } from '../../../src/token/index.ts'
import type { AccessToken, PlatformOptions, Scope } from '../../../src/types.ts'
import { ANN, CLIENT_ID } from '../support.ts'
import type { World } from './source.ts'

/** A pair as an app has kept it. */
export interface KeptPair {
  readonly accessToken: string
  readonly refreshToken: string
  readonly scopes?: readonly Scope[] | undefined
  /** Epoch milliseconds. */
  readonly obtainedAt: number
}

/** What the facts ask of a library. Tokens are bare values. */
export interface Peer {
  add(pair: KeptPair): Promise<unknown>
  /** Every one of these scopes is needed. */
  get(scopes?: readonly Scope[], user?: string): Promise<string>
  /** Twitch answered 401 to this one. */
  renew(refused: string): Promise<string>
}

export interface PeerOptions {
  readonly clientSecret?: string | undefined
  /** Told of every renewed pair. */
  readonly save?: ((refreshToken: string) => Promise<void>) | undefined
  readonly platform?: PlatformOptions | undefined
}

export type CreatePeer = (world: World, options?: PeerOptions) => Peer

const LIFETIME = 14_400

export function ours({ twitch, place }: World, { clientSecret, save, platform: parts }: PeerOptions = {}): Peer {
  const platform = { ...twitch.platform, ...place.platform(), ...parts }
  const clientType = clientSecret === undefined ? 'public' : 'confidential'
  const handler = new StoredTokenHandler({
    clientId: CLIENT_ID,
    clientType,
    clientSecret,
    store: memoryStore(),
    platform,
  })
  let kept: Token | undefined
  class Saving extends BaseTokenHandler {
    override async getUserToken() {
      return kept
    }

    override async getClientCredentials() {
      return { clientId: CLIENT_ID, clientSecret }
    }

    // Not `async`: what `save` throws at once is thrown at once.
    override saveUserToken(_userId: string, { refreshToken = '' }: { readonly refreshToken?: string | undefined }) {
      return save?.(refreshToken) ?? Promise.resolve()
    }
  }
  const manager = new TokenManager(save === undefined ? handler : new Saving(platform))
  const handedOut = new Map<string, AccessToken>()
  function note(token: AccessToken): string {
    handedOut.set(token.value, token)
    return token.value
  }
  return {
    async add({ accessToken, refreshToken }) {
      kept = new Token(accessToken, refreshToken)
      if (save === undefined) await handler.add(kept)
    },
    get: async (scopes, user) => note(await manager.get({ scopes, user })),
    renew: async (refused) => note(await manager.renew(handedOut.get(refused) as AccessToken)),
  }
}

/** Its `fetch` and its clock are those of the world. */
export function twurple({ clock, twitch }: World, { clientSecret, save }: PeerOptions = {}): Peer {
  const auth = new RefreshingAuthProvider({
    clientId: CLIENT_ID,
    ...(clientSecret !== undefined && { clientSecret }),
  })
  auth.onRefresh((_userId, { refreshToken }) => save?.(refreshToken ?? ''))
  function withinWorld<T>(work: () => Promise<T>): Promise<T> {
    vi.stubGlobal('fetch', twitch.fetch)
    vi.setSystemTime(clock.now())
    return work()
  }
  return {
    add: ({ accessToken, refreshToken, scopes, obtainedAt }) =>
      withinWorld(async () => {
        const token = { accessToken, refreshToken, expiresIn: LIFETIME, obtainmentTimestamp: obtainedAt }
        if (scopes === undefined) auth.addUser(ANN.id, token as never)
        else await auth.addUserForToken({ ...token, scope: [...scopes] })
      }),
    get: (scopes, user = ANN.id) =>
      withinWorld(async () => {
        const token = await auth.getAccessTokenForUser(user, scopes === undefined ? undefined : [...scopes])
        return token?.accessToken ?? ''
      }),
    renew: () => withinWorld(async () => (await auth.refreshAccessTokenForUser(ANN.id)).accessToken),
  }
}

/** The provider that cannot renew: it takes whatever token it is given. */
export function twurpleStatic({ clock, twitch }: World): Peer {
  let auth: StaticAuthProvider | undefined
  async function get(scopes?: readonly Scope[], user: string = ANN.id) {
    vi.stubGlobal('fetch', twitch.fetch)
    vi.setSystemTime(clock.now())
    return (await auth?.getAccessTokenForUser(user, scopes === undefined ? undefined : [...scopes]))?.accessToken ?? ''
  }
  return {
    async add({ accessToken }) {
      auth = new StaticAuthProvider(CLIENT_ID, accessToken)
    },
    get,
    renew: () => get(),
  }
}
