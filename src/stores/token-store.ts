/**
 * One thing that a store keeps: plain JSON data under a version.
 *
 * A store reads nothing but these two fields; the rest is the owner's.
 */
export interface StoredRecord {
  /** Only grows, and never restarts, deletions included. */
  readonly version: number
  /** A tombstone: what was here is deleted, and its version lives on. */
  readonly deleted?: true | undefined
}

/**
 * What a store promises when several contexts (tabs, docks, Workers) use it at once.
 *
 * - `atomic`: `replace` is compare-and-set across all contexts that share the store.
 * - `locked`: the same under a lock that they share. `replace` takes it by itself, holds it until the write is over, and
 *   writes nothing without it.
 * - `racy`: not even then; good enough for one context at a time.
 * - `eventual`: reads may be a minute old. One-use refresh tokens are refused here.
 */
export type StoreConsistency = 'atomic' | 'locked' | 'racy' | 'eventual'

/** Where tokens rest. Knows nothing of Twitch. */
export interface TokenStore {
  /** Part of every lock and channel name: two stores that share their data share their name. */
  readonly name: string
  /** Survives a restart. */
  readonly durable: boolean
  readonly consistency: StoreConsistency
  /**
   * @returns The record, tombstones included, as a copy that the caller may keep. What cannot be read any more was set
   * aside, and a tombstone with `lost` and a version of its own stands in its place: old writers lose against it.
   * @throws {StoreError}
   */
  get(key: string): Promise<StoredRecord | undefined>
  /**
   * Writes `next` if the record still has `expectedVersion` (`undefined`: if there is none yet), durably.
   *
   * Deleting is writing a tombstone. `next.version` must be above `expectedVersion`. Takes `next` as it is at the call.
   *
   * @returns `false`: someone else was first, and nothing was written.
   * @throws {RangeError} `next.version` does not grow.
   * @throws {StoreError} It is not known to be written.
   */
  replace(key: string, expectedVersion: number | undefined, next: StoredRecord): Promise<boolean>
  /**
   * @returns The keys of all records, without tombstones, in no order.
   * @throws {StoreError}
   */
  keys(): Promise<string[]>
}
