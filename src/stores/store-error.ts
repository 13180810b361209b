import { StoreError } from '../errors.ts'
import { asObject, asString } from '../internal/json.ts'

const QUOTA = ['QuotaExceededError', 'NS_ERROR_DOM_QUOTA_REACHED']

/**
 * What a storage of the platform threw, as an error that says what to do.
 *
 * @param medium How a person calls the storage.
 * @param otherwise The reason, where the name of the cause does not tell.
 */
export function toStoreError(
  medium: string,
  cause: unknown,
  otherwise: 'unavailable' | 'failed' = 'failed',
): StoreError {
  if (cause instanceof StoreError) return cause
  const name = asString(asObject(cause)['name']) ?? 'no reason given'
  if (QUOTA.includes(name)) {
    return new StoreError(`${medium} is full: free some space, of this site or on the disk.`, {
      reason: 'quota',
      cause,
    })
  }
  if (otherwise === 'unavailable' || name === 'SecurityError') return unavailable(medium, cause)
  return new StoreError(`${medium} failed (${name}): try again.`, { reason: 'failed', cause })
}

export function unavailable(medium: string, cause?: unknown): StoreError {
  return new StoreError(
    `${medium} cannot be used here: let this site store data; a sandboxed frame needs allow-same-origin.`,
    { reason: 'unavailable', cause },
  )
}
