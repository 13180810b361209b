import type * as Keyring from '../../../src/index.ts'
import type { Endpoints } from '../../../src/types.ts'

/** What the steps leave for each other in the place where they run. */
interface Here {
  readonly TwitchKeyring: typeof Keyring
  handler: Keyring.StoredTokenHandler<'public'>
  manager: Keyring.TokenManager
  completed: Promise<Keyring.Account>
  token: Keyring.AccessToken
  origins: string[]
}

export interface App {
  readonly clientId: string
  readonly endpoints: Endpoints
}

// Each step is sent to the place as text: it must stand alone.

/** Opens the best store that works here, and whoever is signed in there. */
export async function open({ clientId, endpoints }: App) {
  const here = globalThis as unknown as Here
  const { openStore, StoredTokenHandler, TokenManager, describeEnvironment } = here.TwitchKeyring
  const store = await openStore()
  here.handler = new StoredTokenHandler({ clientId, clientType: 'public', store, platform: { endpoints } })
  here.manager = new TokenManager(here.handler)
  here.origins = []
  here.manager.on('tokenRefreshed', ({ origin }) => here.origins.push(origin))
  await here.manager.start()
  // Ten times the patience: a machine that is busy lacks nothing.
  const patient = { setTimeout: (callback: () => void, delay: number) => setTimeout(callback, 10 * delay) }
  const { place, missing, signIn, store: advised } = await describeEnvironment({ platform: patient })
  return {
    place,
    missing: missing.map(({ feature }) => feature),
    advice: [signIn.use, advised.use],
    store: store.name,
    durable: store.durable,
    lost: store.lost,
    state: here.manager.status().state,
  }
}

/** @returns What the user types at Twitch. */
export async function beginSignIn(): Promise<string> {
  const here = globalThis as unknown as Here
  const scopes: Keyring.Scope[] = ['chat:read', 'chat:edit']
  const { userCode, completed } = await here.TwitchKeyring.signInWithDeviceCode(here.handler, { scopes })
  here.completed = completed
  return userCode
}

export async function endSignIn(): Promise<string> {
  const here = globalThis as unknown as Here
  return (await here.completed).login
}

export async function take(): Promise<void> {
  const here = globalThis as unknown as Here
  here.token = await here.manager.get()
}

/** Twitch has refused the token that was taken: gets the next one. */
export async function renew() {
  const { manager, origins, token } = globalThis as unknown as Here
  const next = await manager.renew(token)
  return { renewed: next.value !== token.value, origins, state: manager.status().state }
}
