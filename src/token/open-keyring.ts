import { HandlerError } from '../errors.ts'
import { memoryStore } from '../stores/memory.ts'
import type { TokenStore } from '../stores/token-store.ts'
import { createApp } from './app.ts'
import type { BaseTokenHandler } from './handlers/base-token-handler.ts'
import { Keyring } from './keyring.ts'
import { refuseEventual } from './refuse-eventual.ts'

/**
 * The keyring that a handler brings, or one over the journal.
 *
 * @throws {ConfigurationError} The journal may answer with a spent refresh token of a public app.
 * @throws {HandlerError} `getClientCredentials` threw. Where it is missing, nothing can be renewed, and that is all.
 */
export async function openKeyring(handler: BaseTokenHandler, journal: TokenStore | undefined): Promise<Keyring> {
  if (handler.keyring !== undefined) return handler.keyring
  const app = await handler.getClientCredentials().then(createApp, (error: unknown) => {
    if (error instanceof HandlerError) return undefined
    throw error
  })
  const { saveUserToken } = handler
  const store = journal ?? memoryStore()
  refuseEventual(store, app?.clientType)
  return new Keyring(
    app,
    store,
    handler.platform,
    saveUserToken &&
      (async (next, previous) => {
        if (next.userId === undefined) throw new TypeError('Nobody knows yet whose token this is.')
        await saveUserToken.call(handler, next.userId, next, previous)
      }),
  )
}
