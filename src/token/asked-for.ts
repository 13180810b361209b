/**
 * How long a handler's answer is waited for, in milliseconds: a person may take minutes. On Workers no person is asked,
 * and the request that did may be gone.
 */
export function askedFor(): number {
  return globalThis.navigator?.userAgent === 'Cloudflare-Workers' ? 15_000 : 600_000
}
