// @ts-check

/** What a route throws to end with this answer. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * @param {unknown} body
 * @param {{ status?: number, headers?: Record<string, string> }} [options]
 */
export function json(body, { status = 200, headers = {} } = {}) {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
}

/** @param {unknown} error What went wrong, for whoever asked: no secret is in any message of the library. */
export function errorAnswer(error) {
  if (error instanceof Refusal) return json({ error: error.message }, { status: error.status })
  const { name, message } = error instanceof Error ? error : new Error('unknown')
  if (name === 'TokenRejectedError') return json({ error: message }, { status: 401 })
  if (name === 'MissingScopeError') return json({ error: message }, { status: 403 })
  if (name === 'NetworkError') return json({ error: message }, { status: 503, headers: { 'retry-after': '5' } })
  console.error(name, message)
  return json({ error: 'Something is wrong here.' }, { status: 500 })
}

/**
 * Lets pages of other origins read an answer: those of the list, byte for byte, and nobody else.
 *
 * @param {Request} request
 * @param {string} origins
 * @returns {Record<string, string>}
 */
export function corsHeaders(request, origins) {
  const origin = request.headers.get('origin')
  if (origin === null || !origins.split(' ').includes(origin)) return { vary: 'origin' }
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  }
}
