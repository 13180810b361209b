export type { RequestOptions } from '../internal/request.ts'
export {
  type DeviceCodeAnswer,
  type DeviceCodeOptions,
  type DeviceCodeRefusal,
  type DeviceCodeResponse,
  exchangeDeviceCode,
  requestDeviceCode,
} from './device-code.ts'
export { type RefreshTokenOptions, refreshToken } from './refresh.ts'
export { type RevokeTokenOptions, revokeToken } from './revoke.ts'
export { missingScopes, readScopes, satisfies, scopesToRequest } from './scopes.ts'
export type { TokenResponse } from './token-response.ts'
export { type ValidateResponse, validateToken } from './validate.ts'
