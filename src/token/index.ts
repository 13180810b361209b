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
export type { TokenHandler } from './handlers/token-handler.ts'
export type { Trace } from './keyring.ts'
export type { Origin } from './known-tokens.ts'
export { TokenManager, type TokenManagerOptions } from './manager.ts'
export type { Mark, TokenRecord } from './renewal/record.ts'
export type { RenewalStep } from './renewal/steps.ts'
export {
  type CodeSignIn,
  type CodeSignInOptions,
  type CompleteCodeSignInOptions,
  completeSignInWithCode,
  signInWithCode,
} from './sign-in/authorization-code.ts'
export type { RedirectOptions } from './sign-in/begin-redirect.ts'
export { type CompleteSignInOptions, completeSignIn } from './sign-in/complete-sign-in.ts'
export {
  type DeviceCodeSignIn,
  type DeviceCodeSignInOptions,
  resumeSignIn,
  signInWithDeviceCode,
} from './sign-in/device-code.ts'
export type { SignedInAccount, VerifyIdToken } from './sign-in/finish-redirect.ts'
export { type ImplicitSignInOptions, type SignInWindow, signInWithImplicit } from './sign-in/implicit.ts'
export type { PendingRedirect } from './sign-in/pending-redirects.ts'
export { popup } from './sign-in/popup.ts'
export { type StreamSafeOptions, type StreamSafeSignIn, streamSafe } from './sign-in/stream-safe.ts'
export type { Snapshot, Status, StatusState } from './status.ts'
export { Token } from './token.ts'
