import { HandlerError } from '../errors.ts'

/**
 * How long a handler's answer is waited for, in milliseconds: a person may take minutes. On Workers no person is asked,
 * and the request that did may be gone.
 */
export function askedFor(): number {
  return globalThis.navigator?.userAgent === 'Cloudflare-Workers' ? 15_000 : 600_000
}

/** The error of a handler that keeps everybody waiting for longer. */
export function noAnswer(method: string): HandlerError {
  return new HandlerError(`The token handler's ${method} does not answer: give it a time limit of its own.`, { method })
}
