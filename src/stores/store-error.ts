import { StoreError } from '../errors.ts'

/**
 * What a storage of the platform threw, as an error that says what to do.
 *
 * @param medium How a person calls the storage.
 * @param reason The reason, where the cause does not tell.
 */
export function toStoreError(
  medium: string,
  cause: unknown,
  reason: 'unavailable' | 'quota' | 'failed' = 'failed',
): StoreError {
  if (cause instanceof StoreError) return cause
  // `QuotaExceededError`, Firefox's `NS_ERROR_DOM_QUOTA_REACHED`, and what extensions say in words.
  if (/quota/i.test(String(cause))) reason = 'quota'
  if (/SecurityError/.test(String(cause))) reason = 'unavailable'
  return new StoreError(`${medium} ${advice[reason]}.`, { reason, cause })
}

const advice = {
  failed: 'failed: try again',
  quota: 'is full: free some space, of this site or on the disk',
  unavailable: 'cannot be used here: let this site store data; a sandboxed frame needs allow-same-origin',
}
