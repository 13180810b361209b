import { tokensOf } from './accounts.ts'
import { discard } from './discard.ts'
import type { Keeper } from './keeper.ts'
import { revokeQuietly } from './revoke-quietly.ts'

/**
 * Forgets all tokens of a user, and revokes them. It waits for no lock: a renewal that is under way finds the tombstone.
 *
 * @throws {StoreError} It could not be written: the user is still signed in.
 */
export async function signOutUser(keeper: Keeper, userId: string): Promise<void> {
  const { keyring } = keeper
  const { book, commits } = keyring
  const keys = new Set([book.key(userId), ...(await tokensOf(book, userId)).map(({ key }) => key)])
  for (const kept of keeper.known.ofUser(userId)) keys.add(kept.key)
  for (const key of keys) {
    const held = commits.unsaved(key) ?? keeper.known.find(key)?.record
    const discarded = await discard(book, key)
    commits.forget(key)
    await keeper.known.load(key, 'here')
    const { accessToken } = held ?? discarded ?? {}
    if (accessToken !== undefined) await revokeQuietly(keyring, accessToken)
  }
}
