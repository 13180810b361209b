export {
  type HelixBodyOptions,
  HelixClient,
  type HelixClientOptions,
  type HelixNewEndpointOptions,
  type HelixRequestOptions,
  type LookUpOptions,
} from './client.ts'
export { ENDPOINTS, type Endpoint } from './endpoints.ts'
export type { LookUpKey, LookUps } from './look-up.ts'
export type { HelixPath, ItemOf, OptionsFor, ResultOf } from './paths.ts'
export type { HelixMethod, HelixQuery, HelixQueryValue } from './request.ts'
export type * from './results.ts'
