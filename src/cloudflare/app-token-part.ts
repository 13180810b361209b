import { AppTokens } from '../token/app-tokens.ts'
import { mintedAppToken } from '../token/sources/minted-app-token.ts'
import type { VaultPlace, VaultWork } from './vault-part.ts'

/** The app's own token, which all Workers share: for `parts` of {@link createTokenVault}, with a confidential app. */
export function appTokens({ tokens: { keyring } }: VaultPlace): VaultWork {
  const shared = new AppTokens(keyring.platform, mintedAppToken(keyring))
  return { appToken: (refused) => (refused === undefined ? shared.get() : shared.renew(refused)) }
}
