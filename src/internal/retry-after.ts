/**
 * When the server wants to be asked again, where its headers can be read. In a page they mostly cannot.
 *
 * @returns Epoch milliseconds.
 * @see https://dev.twitch.tv/docs/api/guide/#twitch-rate-limits
 */
export function readRetryAt(headers: Headers, now: number): number | undefined {
  const after = headers.get('retry-after')
  if (after !== null) {
    const at = /^\d{1,9}$/.test(after) ? now + Number(after) * 1000 : Date.parse(after)
    if (!Number.isNaN(at)) return at
  }
  const reset = headers.get('ratelimit-reset')
  return reset !== null && /^\d{1,12}$/.test(reset) ? Number(reset) * 1000 : undefined
}
