import { appTokens, codeSignIn, deviceCodeSignIn, type TokenVaultOptions } from '../../src/cloudflare/index.ts'
import { createFakeClock, createFakeTwitch, type FakeTwitchOptions, realClock } from '../../src/testing/index.ts'
import type { ClientType, PlatformOptions, Scope } from '../../src/types.ts'

export const CLIENT_ID = 'vaulttest'
export const SECRET = 'confidentialsecret'
export const ANN = { id: '1001', login: 'ann' } as const
export const BEN = { id: '1002', login: 'ben' } as const
export const SCOPES = ['chat:read', 'chat:edit'] as const satisfies readonly Scope[]

type Options = Omit<TokenVaultOptions, 'vaults'>

const shared = globalThis as { vaultOptions?: () => Options }

/** What the vaults of the test Worker are made with: the test says it. */
export function vaultOptions(): Options {
  if (shared.vaultOptions === undefined) throw new Error('No test has made a Twitch yet.')
  return shared.vaultOptions()
}

interface WorldOptions {
  readonly clientType?: ClientType
  readonly platform?: PlatformOptions
  readonly parts?: Options['parts']
}

/**
 * A Twitch whose time stands still until a test moves it, and the vaults that talk to it. It is far in the future, so that
 * no alarm rings by itself.
 */
export function createVaultWorld(options: FakeTwitchOptions & WorldOptions = {}) {
  const clock = createFakeClock({ startAt: Date.UTC(2100, 0, 1) })
  const world = createWorld({ clock, ...options })
  return { clock, ...world }
}

/** The same in the time of this machine, for what polls: a timer of one object is no business of another. */
export function createRealVaultWorld(options: WorldOptions = {}) {
  let offset = 0
  const clock = { ...realClock, now: () => Date.now() + offset }
  const world = createWorld({ clock, deviceCodeInterval: 0.01, ...options })
  return {
    ...world,
    jump: (ms: number) => {
      offset += ms
    },
  }
}

function createWorld(options: FakeTwitchOptions & WorldOptions) {
  const { clientType = 'public', platform, parts = [deviceCodeSignIn, codeSignIn, appTokens], ...rest } = options
  const clientSecret = clientType === 'public' ? undefined : SECRET
  const twitch = createFakeTwitch({
    users: [ANN, BEN],
    apps: [{ clientId: CLIENT_ID, clientType, clientSecret, redirectUris: ['https://worker.example/callback'] }],
    accessTokenLifetime: 14_400,
    ...rest,
  })
  const events: { type: string; event: unknown }[] = []
  const { random: _, ...machine } = twitch.platform
  shared.vaultOptions = () => ({
    clientId: CLIENT_ID,
    clientType,
    clientSecret,
    parts,
    onEvent: (type, event) => void events.push({ type, event }),
    platform: { ...machine, ...platform },
  })
  return {
    twitch,
    events,
    issue: (login: string = ANN.login, scopes: readonly Scope[] = SCOPES) =>
      twitch.id.issue({ clientId: CLIENT_ID, login, scopes }),
    /** How often each request reached Twitch. */
    asked: (path: string): number =>
      twitch.requests.filter((entry) => entry.host === 'id' && entry.path === path).length,
  }
}
