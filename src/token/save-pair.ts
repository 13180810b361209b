import { HandlerError } from '../errors.ts'
import type { BaseTokenHandler } from './handlers/base-token-handler.ts'
import type { SavePair } from './renewal/commits.ts'

/** @returns `undefined`: the handler keeps nothing itself. */
export function savePairOf(handler: Pick<BaseTokenHandler, 'saveUserToken'>): SavePair | undefined {
  if (handler.saveUserToken === undefined) return undefined
  return async (next, previous) => {
    try {
      if (next.userId === undefined) throw new TypeError('Nobody knows yet whose token this is.')
      await handler.saveUserToken?.(next.userId, next, previous)
    } catch (cause) {
      throw new HandlerError("The token handler's saveUserToken threw: see the cause. It is called again later.", {
        method: 'saveUserToken',
        cause,
      })
    }
  }
}
