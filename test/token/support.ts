import { memoryStore } from '../../src/stores/memory.ts'
import type { TokenStore } from '../../src/stores/token-store.ts'
import { createFakeClock, createFakeTwitch, type FakeTwitch, type FakeTwitchOptions } from '../../src/testing/index.ts'
import { StoredTokenHandler, TokenManager } from '../../src/token/index.ts'
import type { Channel, ClientType, Locks, PlatformOptions, Scope } from '../../src/types.ts'

export const CLIENT_ID = 'keyringtest'
export const SECRET = 's3cret0of7the4app2in8all3tests'
export const ANN = { id: '1001', login: 'ann' } as const
export const BEN = { id: '1002', login: 'ben' } as const
export const SCOPES = ['chat:read', 'chat:edit'] as const satisfies readonly Scope[]

/** A Twitch whose time stands still until a test moves it. */
export function createWorld(options: FakeTwitchOptions & { readonly clientType?: ClientType } = {}) {
  const { clientType = 'public', ...rest } = options
  const clock = createFakeClock()
  const twitch = createFakeTwitch({
    clock,
    users: [ANN, BEN],
    apps: [{ clientId: CLIENT_ID, clientType, clientSecret: clientType === 'public' ? undefined : SECRET }],
    accessTokenLifetime: 14_400,
    ...rest,
  })
  const place = createPlace()
  return { clock, twitch, place, ...tabMaker(twitch, clientType, place.platform) }
}

function tabMaker(twitch: FakeTwitch, clientType: ClientType, place: () => PlatformOptions) {
  return {
    /** A page of its own over a store that others may share. */
    openTab(store: TokenStore = memoryStore(), platform: PlatformOptions = place()) {
      const handler = new StoredTokenHandler({
        clientId: CLIENT_ID,
        // Most tests are about public apps; what only those may do is for the types to say.
        clientType: clientType as 'public',
        clientSecret: (clientType === 'public' ? undefined : SECRET) as undefined,
        store,
        platform: { ...twitch.platform, ...platform },
      })
      return { handler, manager: new TokenManager(handler), store }
    },
    issue(login: string = ANN.login, scopes: readonly Scope[] = SCOPES) {
      return twitch.id.issue({ clientId: CLIENT_ID, login, scopes })
    },
    /** How often each request reached Twitch. */
    asked(path: string): number {
      return twitch.requests.filter((entry) => entry.host === 'id' && entry.path === path).length
    },
  }
}

/** Locks and channels that the tabs of one origin share, without a browser. */
export function createPlace() {
  const queues = new Map<string, Promise<unknown>>()
  const channels = new Map<string, Set<(data: unknown) => void>>()
  const locks: Locks = {
    request(name, { signal }, callback) {
      return new Promise((resolve, reject) => {
        const before = queues.get(name) ?? Promise.resolve()
        const run = before.then(async () => {
          if (signal?.aborted) return
          try {
            resolve(await callback())
          } catch (error) {
            reject(error)
          }
        })
        queues.set(name, run)
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
    },
  }
  function channel(name: string): Channel {
    const all = channels.get(name) ?? new Set()
    channels.set(name, all)
    const own = new Set<(data: unknown) => void>()
    return {
      postMessage(message) {
        const data = structuredClone(message)
        for (const listener of all) if (!own.has(listener)) queueMicrotask(() => all.has(listener) && listener(data))
      },
      addEventListener(_type, listener) {
        const deliver = (data: unknown) => listener({ data })
        own.add(deliver)
        all.add(deliver)
      },
      close() {
        for (const listener of own) all.delete(listener)
      },
    }
  }
  return { platform: (): PlatformOptions => ({ locks, channel }), locks, channel }
}

/** What a listener heard, in order. */
export function record<Event>(subscribe: (listener: (event: Event) => void) => unknown): Event[] {
  const heard: Event[] = []
  subscribe((event) => heard.push(event))
  return heard
}
