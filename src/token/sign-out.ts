import { slotsOf } from './accounts.ts'
import { discard } from './discard.ts'
import type { Keeper } from './keeper.ts'
import { revokeQuietly } from './revoke-quietly.ts'

/**
 * Forgets all tokens of a user, and revokes them. It waits for no lock: a renewal that is under way finds the tombstone.
 *
 * @throws {StoreError} It could not be written: the user is still signed in.
 */
export async function signOutUser(keeper: Keeper, userId: string): Promise<void> {
  const { keyring, known } = keeper
  const { book, commits } = keyring
  const revoked = new Set<string>()
  for (const key of await keysOf(keeper, userId)) {
    const held = commits.unsaved(key) ?? known.find(key)?.record
    const discarded = await discard(book, key)
    commits.forget(key)
    await known.load(key, 'here')
    const { accessToken } = held ?? discarded ?? {}
    if (accessToken !== undefined) revoked.add(accessToken)
  }
  await Promise.all([...revoked].map((accessToken) => revokeQuietly(keyring, accessToken)))
}

/** Every record of a user: living, ended, and on its way to where it belongs. */
async function keysOf({ keyring: { book }, known }: Keeper, userId: string): Promise<Set<string>> {
  const keys = new Set<string>()
  for (const key of await book.keys())
    if (book.isProvisional(key) && (await book.read(key)).userId === userId) keys.add(key)
  for await (const { key } of slotsOf(book, userId)) keys.add(key)
  for (const { key } of known.ofUser(userId)) keys.add(key)
  return keys
}
