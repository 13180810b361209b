export { type HelixBodyOptions, HelixClient, type HelixClientOptions, type HelixRequestOptions } from './client.ts'
export type { HelixMethod, HelixQuery } from './request.ts'
