import type { TokenStore } from '../stores/token-store.ts'

/** @throws {TypeError} */
export function requireStore(name: string, store: TokenStore): void {
  if (typeof store?.replace !== 'function') {
    throw new TypeError(`${name} must be a TokenStore, such as indexedDBStore() from twitch-keyring/stores.`)
  }
}
