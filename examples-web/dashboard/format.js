// @ts-check
// How the dashboard writes numbers and times.

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** @param {number} at Epoch milliseconds. */
export function ago(at) {
  const minutes = (Date.now() - at) / 60_000
  if (minutes < 60) return relative.format(-Math.floor(minutes), 'minute')
  if (minutes < 60 * 24) return relative.format(-Math.floor(minutes / 60), 'hour')
  return relative.format(-Math.floor(minutes / 60 / 24), 'day')
}

/** @param {number} number */
export const count = (number) => number.toLocaleString('en')

/** @param {number} milliseconds How long a stream has been on. */
export function uptime(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000))
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
