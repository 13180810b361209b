import { memoryStore } from '../../../src/stores/memory.ts'
import type { TokenStore } from '../../../src/stores/token-store.ts'
import type { FakeTwitchOptions } from '../../../src/testing/index.ts'
import { StoredTokenHandler, TokenManager } from '../../../src/token/index.ts'
import { ANN, BEN, CLIENT_ID, createWorld, SECRET } from '../support.ts'

export const PAGE = 'https://dashboard.example/signed-in?tab=1'
export const CALLBACK = 'https://worker.example/callback'

/** A Twitch with a confidential app that signs in by redirects. */
export function createRedirectWorld(options: FakeTwitchOptions = {}) {
  const app = { clientId: CLIENT_ID, clientType: 'confidential', clientSecret: SECRET } as const
  const world = createWorld({
    users: [ANN, BEN],
    apps: [{ ...app, redirectUris: [PAGE, CALLBACK] }],
    ...options,
  })
  const { clock, twitch, place } = world
  return {
    clock,
    twitch,
    open(store: TokenStore = memoryStore(), clientSecret?: string) {
      const handler = new StoredTokenHandler({
        clientId: CLIENT_ID,
        clientType: 'confidential',
        clientSecret,
        store,
        platform: { ...twitch.platform, ...place.platform() },
      })
      return { handler, manager: new TokenManager(handler), store }
    },
    /** What becomes of a promise, while time goes by. */
    outcome: (promise: Promise<unknown>) => clock.until(promise.catch((error: unknown) => error)),
  }
}

/** The globals of a page that can be navigated. */
export function createPage(href: string) {
  const page = {
    history: {
      state: { kept: true },
      replaced: [] as string[],
      replaceState(_state: unknown, _unused: string, url: string) {
        page.history.replaced.push(url)
        page.location.href = url
      },
    },
    location: {
      href,
      origin: new URL(href).origin,
      left: [] as string[],
      assign(url: string) {
        page.location.left.push(url)
      },
    },
  }
  return page
}
