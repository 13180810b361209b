import type { BaseTokenHandler } from './handlers/base-token-handler.ts'
import type { SavePair } from './renewal/commits.ts'

/** @returns `undefined`: the handler keeps nothing itself. */
export function savePairOf(handler: BaseTokenHandler): SavePair | undefined {
  if (handler.saveUserToken === undefined) return undefined
  return async (next, previous) => {
    if (next.userId === undefined) throw new TypeError('Nobody knows yet whose token this is.')
    await handler.saveUserToken?.(next.userId, next, previous)
  }
}
