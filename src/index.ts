export * from './chat/index.ts'
export { Client, type ClientOptions } from './client.ts'
export {
  type AnyTwitchKeyringError,
  ChatError,
  type ChatErrorReason,
  ConfigurationError,
  HandlerError,
  HelixError,
  MissingScopeError,
  NetworkError,
  type RejectionReason,
  StoreError,
  TokenRejectedError,
  TwitchKeyringError,
  UnsupportedError,
} from './errors.ts'
export * from './helix/index.ts'
export type { EventsOptions, ListenOptions } from './internal/emitter.ts'
export * from './oauth/index.ts'
export * from './stores/index.ts'
export * from './token/index.ts'
export type {
  AccessToken,
  AccessTokenRequest,
  AccessTokenSource,
  Channel,
  ClientType,
  Endpoints,
  LegacyScope,
  Locks,
  Platform,
  PlatformOptions,
  Scope,
  ScopeRequirement,
  WaitOptions,
} from './types.ts'
