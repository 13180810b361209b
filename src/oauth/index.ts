export type { RequestOptions } from '../internal/request.ts'
export { type ExchangeCodeOptions, exchangeCode } from './authorization-code.ts'
export { type AuthorizeOptions, authorizeUrl, type ResponseType } from './authorize.ts'
export { type Callback, readCallback, withoutCallback } from './callback.ts'
export { type AppTokenOptions, requestAppToken } from './client-credentials.ts'
export {
  type DeviceCodeOptions,
  type DeviceCodeResponse,
  type DeviceCodeState,
  exchangeDeviceCode,
  requestDeviceCode,
} from './device-code.ts'
export { type IdTokenClaims, type VerifyIdTokenOptions, verifyIdToken } from './id-token.ts'
export { type RefreshTokenOptions, refreshToken } from './refresh.ts'
export { type RevokeTokenOptions, revokeToken } from './revoke.ts'
export { missingScopes, readScopes, satisfies, scopesToRequest } from './scopes.ts'
export type { TokenResponse } from './token-response.ts'
export { type ValidateResponse, validateToken } from './validate.ts'
