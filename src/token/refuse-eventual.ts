import { ConfigurationError } from '../errors.ts'
import type { TokenStore } from '../stores/token-store.ts'
import type { ClientType } from '../types.ts'

/** @throws {ConfigurationError} The store may answer with a refresh token that is spent, and the app's can be spent once. */
export function refuseEventual(store: TokenStore, clientType: ClientType | undefined): void {
  if (clientType !== 'public' || store.consistency !== 'eventual') return
  throw new ConfigurationError(
    `The refresh tokens of a public app can be spent once, and the store "${store.name}" may answer with a spent one. Use a store that can compare and set, such as a Durable Object.`,
  )
}
