import { resolvePlatform } from '../internal/platform.ts'
import { type Answer, type RequestOptions, send } from '../internal/request.ts'
import { failure } from './refusal.ts'

/**
 * Sends a form to id.twitch.tv: secrets in the body, and no header of our own, so that a page needs no preflight.
 * `fetch` is called in the same turn.
 *
 * @param request What is asked, as the start of a sentence: `Renewing a token`.
 * @param read Makes something of the answer. `undefined`: it says nothing about the token, the code or the user.
 * @throws {TypeError} Something is missing; nothing was sent.
 * @throws {ConfigurationError} The app is set up wrongly.
 * @throws {NetworkError} No usable answer came.
 */
export async function post<Result>(
  request: string,
  path: 'device' | 'revoke' | 'token',
  form: Readonly<Record<string, string | undefined>>,
  options: RequestOptions,
  read: (answer: Answer) => Result | undefined,
): Promise<Result> {
  const body = new URLSearchParams()
  for (const [key, value] of Object.entries(form)) {
    if (!value && !/secret|scopes/.test(key)) throw new TypeError(`The ${key.replaceAll('_', ' ')} is missing.`)
    if (value !== undefined) body.set(key, value)
  }
  const answer = await send(
    request,
    `${resolvePlatform(options).endpoints.id}/${path}`,
    { method: 'POST', body },
    options,
  )
  const result = read(answer)
  if (result === undefined) throw failure(request, answer, options)
  return result
}
