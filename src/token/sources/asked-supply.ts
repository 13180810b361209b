import { HandlerError } from '../../errors.ts'
import { memoryStore } from '../../stores/memory.ts'
import type { TokenStore } from '../../stores/token-store.ts'
import { appOf } from '../app.ts'
import type { BaseTokenHandler } from '../handlers/base-token-handler.ts'
import { Keyring } from '../keyring.ts'
import { refuseEventual } from '../refuse-eventual.ts'
import { Gate } from '../renewal/gate.ts'
import { savePairOf } from '../save-pair.ts'
import type { Supply } from '../supply.ts'
import { askedAppToken } from './asked-app-token.ts'
import { AskedSource } from './asked-source.ts'

/**
 * What a handler gives that knows no more than what it is asked.
 *
 * @param journal Where marks rest, and pairs that the handler has not saved yet. Left out: in memory.
 * @throws {ConfigurationError} The journal may answer with a spent refresh token of a public app.
 * @throws Whatever `getClientCredentials` throws. Where it is not overridden, nothing can be renewed, and that is all.
 */
export async function askedSupply(handler: BaseTokenHandler, journal: TokenStore = memoryStore()): Promise<Supply> {
  let noApp: HandlerError | undefined
  const app = await handler.getClientCredentials().then(appOf, (error: unknown) => {
    if (!(error instanceof HandlerError)) throw error
    noApp = error
    return undefined
  })
  refuseEventual(journal, app?.clientType)
  return {
    keyring: new Keyring(app, journal, handler.platform, new Gate(journal, handler.platform), savePairOf(handler)),
    openSource: (keeper, warn) => new AskedSource(keeper, handler, warn),
    findAppToken: askedAppToken(handler, app),
    noApp,
  }
}
