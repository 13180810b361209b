import { revokeToken } from '../oauth/revoke.ts'
import type { Keyring } from './keyring.ts'

/** Nobody waits for more than an attempt: what is not stored is lost to everybody. */
export async function revokeQuietly(
  { book, platform }: Pick<Keyring, 'book' | 'platform'>,
  accessToken: string,
): Promise<void> {
  await revokeToken(accessToken, { clientId: book.clientId, ...platform }).catch(() => {})
}
