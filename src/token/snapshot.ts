import type { Keeper } from './keeper.ts'
import { rejection } from './rejection.ts'
import { NOBODYS, type Snapshot, type Status } from './status.ts'

/** How all sign-ins stand: one status a user, of the token that can do most, and one for each that has ended. */
export function takeSnapshot(keeper: Keeper): Snapshot {
  const { app, platform } = keeper.keyring
  const accounts: Status[] = []
  for (const userId of [...keeper.known.users()].sort()) {
    const kept = keeper.known.ofUser(userId).at(-1)
    if (kept !== undefined) accounts.push(kept.status(platform.now(), app?.clientType === 'public'))
  }
  for (const ended of keeper.known.ended()) {
    if (keeper.known.ofUser(ended.userId ?? '').length > 0) continue
    const { reason, message: why } = rejection(ended)
    accounts.push({ state: 'needs-login', reason, why, userId: ended.userId, login: ended.login, scopes: [] })
  }
  if (accounts.length === 0 && keeper.known.isUnsettled) accounts.push(NOBODYS)
  return { accounts }
}
