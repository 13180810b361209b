import { resolvePlatform } from '../internal/platform.ts'
import { type Answer, type RequestOptions, send } from '../internal/request.ts'

/**
 * Sends a form to id.twitch.tv: secrets in the body, and no header of our own, so that a page needs no preflight.
 * `fetch` is called in the same turn.
 */
export function post(
  name: string,
  path: 'device' | 'revoke' | 'token',
  form: Readonly<Record<string, string | undefined>>,
  options: RequestOptions,
): Promise<Answer> {
  const body = new URLSearchParams()
  for (const [key, value] of Object.entries(form)) if (value !== undefined) body.set(key, value)
  return send(name, `${resolvePlatform(options).endpoints.id}/${path}`, { method: 'POST', body }, options)
}
