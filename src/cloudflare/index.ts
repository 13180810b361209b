export type { VaultAnswer, VaultError } from './answer.ts'
export { appTokens } from './app-token-part.ts'
export {
  type ChatRelay,
  type ChatRelayContext,
  type ChatRelayOptions,
  createChatRelay,
  type RelaySocket,
} from './chat-relay.ts'
export { codeSignIn } from './code-sign-in.ts'
export { deviceCodeSignIn } from './device-code-sign-in.ts'
export type { Called, DurableObjectBase, DurableObjectContext, PlainObject } from './durable-object.ts'
export {
  type DurableObjectStorageLike,
  type DurableObjectStoreOptions,
  durableObjectStore,
} from './durable-object-store.ts'
export { type KeyMetadata, type KeyPage, type KVNamespaceLike, type KVStoreOptions, kvStore } from './kv-store.ts'
export { createTokenVault } from './token-vault.ts'
export type {
  TokenVault,
  TokenVaultNamespace,
  TokenVaultOptions,
  TokenVaultStub,
  VaultCodeSignIn,
  VaultCodeSignInOptions,
  VaultDeviceCode,
  VaultDeviceSignInOptions,
  VaultListener,
  VaultPair,
  VaultSignInStatus,
  VaultToken,
  VaultTokenRequest,
} from './vault.ts'
export type { VaultPart, VaultPlace, VaultWork } from './vault-part.ts'
export { type VaultDeviceSignIn, VaultTokenHandler, type VaultTokenHandlerOptions } from './vault-token-handler.ts'
export type { VaultTokens } from './vault-tokens.ts'
