export type { ExtensionAuthorization, TwitchExtHelper } from './helper.ts'
export {
  type ExtensionJwtClaims,
  type SignExtensionJwtOptions,
  type SignedExtensionClaims,
  signExtensionJwt,
  type VerifyExtensionJwtOptions,
  verifyExtensionJwt,
} from './jwt.ts'
export {
  type ExtensionTokenEvents,
  ExtensionTokenHandler,
  type ExtensionTokenHandlerOptions,
} from './token-handler.ts'
