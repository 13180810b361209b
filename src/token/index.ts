export type { Account } from './accounts.ts'
export {
  type Advice,
  type DescribeEnvironmentOptions,
  describeEnvironment,
  type EnvironmentReport,
  type Feature,
  type MissingFeature,
  type Place,
} from './environment.ts'
export type { AccountEvent, TokenManagerEvents } from './events.ts'
export { BaseTokenHandler, type ClientCredentials } from './handlers/base-token-handler.ts'
export { IrcTokenHandler } from './handlers/irc-token-handler.ts'
export { SimpleTokenHandler, type SimpleTokenHandlerOptions } from './handlers/simple-token-handler.ts'
export { StoredTokenHandler, type StoredTokenHandlerOptions, type TokenPair } from './handlers/stored-token-handler.ts'
export type { Origin } from './keeper.ts'
export type { Trace } from './keyring.ts'
export { TokenManager, type TokenManagerOptions } from './manager.ts'
export type { Mark, TokenRecord } from './renewal/record.ts'
export type { RenewalStep } from './renewal/renew.ts'
export {
  type DeviceCodeSignIn,
  type DeviceCodeSignInOptions,
  resumeSignIn,
  signInWithDeviceCode,
} from './sign-in/device-code.ts'
export type { Snapshot, Status, StatusState } from './status.ts'
export { Token } from './token.ts'
