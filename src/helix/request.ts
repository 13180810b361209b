import { ConfigurationError, HelixError, MissingScopeError, NetworkError } from '../errors.ts'
import { asObject, asString } from '../internal/json.ts'
import type { Answer } from '../internal/request.ts'
import { readRetryAt } from '../internal/retry-after.ts'
import type { AccessToken, Scope } from '../types.ts'

export type HelixMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A list repeats its parameter; `undefined` leaves it out. */
export type HelixQuery = Readonly<Record<string, HelixQueryValue | readonly HelixQueryValue[] | undefined>>

export type HelixQueryValue = string | number | boolean

/** @throws {TypeError} It is no plain object, or a parameter is none that an address can hold. */
export function encodeQuery(query: HelixQuery = {}): string {
  assertPlain('query', query)
  let search = ''
  for (const name of Object.keys(query)) {
    const given = query[name]
    for (const value of Array.isArray(given) ? given : given === undefined ? [] : [given]) {
      if (typeof value !== 'string' && typeof value !== 'boolean' && !Number.isFinite(value)) {
        throw new TypeError(`\`${name}\` must be a string, a number, a boolean or a list of these.`)
      }
      search += `${search && '&'}${encode(name)}=${encode(`${value}`)}`
    }
  }
  return search
}

/** As `URLSearchParams` does it, which takes much longer: half a character becomes the sign for one that cannot be read. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'))
}

/** @throws {TypeError} It is no plain object or list, or JSON cannot hold it. */
export function encodeBody(body: unknown): string {
  if (!Array.isArray(body)) assertPlain('body', body)
  return JSON.stringify(body)
}

/** Forms, maps and promises would be sent as if they were empty. */
function assertPlain(name: string, value: unknown): void {
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw new TypeError(`\`${name}\` must be a plain object, such as { id: [1, 2] }.`)
  }
}

function messageOf(body: unknown): string {
  return asString(asObject(body)['message']) ?? ''
}

/** Whether the token itself is dead: the one 401 that renewing helps against. */
export function isTokenRefused({ status, body }: Answer): boolean {
  return status === 401 && /^\s*invalid oauth token\s*$/i.test(messageOf(body))
}

/**
 * The body of a good answer, as sent; text where it is no JSON (a calendar), `undefined` where it is empty.
 *
 * @param pause Milliseconds that a rate limit lasts.
 * @throws {MissingScopeError | ConfigurationError | HelixError | NetworkError}
 */
export function readAnswer<T>(
  name: string,
  answer: Answer,
  token: AccessToken | undefined,
  now: number,
  pause: number | undefined,
): T {
  const { status, headers, body, text } = answer
  const isGood = status < 300
  const isJson = body !== undefined || text === ''
  if (isGood && isJson) return body as T
  if (isGood && headers.get('content-type')?.startsWith('text/calendar')) return text as T
  const message = messageOf(body)
  if (!isJson || status >= 500) {
    const what = isGood
      ? ': the answer is no JSON. Something else than Twitch answered; try later.'
      : ` failed with HTTP ${status}${message && `: ${message}`}. Try later.`
    throw new NetworkError(name + what, { status, retryAt: readRetryAt(headers, now) })
  }
  if (status === 401) {
    const missing = readMissingScope(message)
    if (missing.length > 0) throw new MissingScopeError(`${name}: ${message}`, { missing, userId: token?.userId })
    if (/client[ -]id and oauth token do not match/i.test(message)) {
      throw new ConfigurationError(`${name}: the token was given to another client id than the one that is set.`)
    }
  }
  throw new HelixError(message || `${name} failed with HTTP ${status}.`, {
    status,
    reason: status === 401 && WRONG_USER.test(message) ? 'wrong-user' : undefined,
    retryAt: pause === undefined ? undefined : now + pause,
  })
}

/** @see https://dev.twitch.tv/docs/api/reference/ The parameters that must be the id of the token's user. */
const WRONG_USER = /must match the user id|incorrect user auth|missing user oauth/i

/** The scopes that Twitch names; with `or` between them any one is enough. */
export function readMissingScope(message: string): (Scope | Scope[])[] {
  if (!/^missing scope|requires the .+ scope/i.test(message)) return []
  const scopes = (message.match(/[a-z_]+(?::[a-z_]+)+/g) ?? []) as Scope[]
  return scopes.length > 1 && / or /i.test(message) ? [scopes] : scopes
}
