import { isBlank, isLiving, type RecordBook } from './record-book.ts'
import { type AccountRecord, endRecord, isEnded, spentBy, type TokenRecord } from './renewal/record.ts'

/**
 * Leaves a tombstone, whatever else happens to the record meanwhile.
 *
 * @returns What was there; `undefined`: nothing that lived.
 */
export async function discard(book: RecordBook, key: string): Promise<TokenRecord | undefined> {
  for (;;) {
    const record = await book.read(key)
    if (isBlank(record) || record.deleted) return undefined
    // Before it goes, so that nobody who adds it again comes in between.
    const remember = book.isProvisional(key) ? undefined : () => rememberSpent(book, record).then(() => true)
    const remembered = await remember?.().catch(() => false)
    if (!(await book.replace(key, record.version, endRecord(record, 'signed-out')))) continue
    // A sign-out waits for nothing, but the store that just failed may work again.
    if (remembered === false) await remember?.().catch(() => {})
    return isLiving(record) ? record : undefined
  }
}

/**
 * Keeps in mind, without the tokens themselves, what was spent for a record that goes: a page that adds its first pair
 * whenever it loads would otherwise send it again, and end the grant.
 */
export async function rememberSpent(book: RecordBook, record: AccountRecord): Promise<void> {
  const { spent = [], clientId } = record
  for (const token of isEnded(record) || record.mark === undefined ? spent : spentBy(record)) {
    const key = book.provisionalKey(token)
    for (;;) {
      const found = await book.read(key)
      if (found.unrenewable) break
      const version = book.versionAfter(found.version)
      const next: AccountRecord = isLiving(found)
        ? { ...found, version, refreshToken: undefined, mark: undefined, unrenewable: true }
        : { format: 1, version, deleted: true, clientId, ended: 'signed-out', unrenewable: true }
      if (await book.replace(key, found.version, next)) break
    }
  }
}
