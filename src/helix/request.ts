import { ConfigurationError, HelixError, MissingScopeError, NetworkError } from '../errors.ts'
import { asObject, asString } from '../internal/json.ts'
import type { Answer } from '../internal/request.ts'
import { readRetryAt } from '../internal/retry-after.ts'
import type { AccessToken, Scope } from '../types.ts'

export type HelixMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A list repeats its parameter; `undefined` leaves it out. */
export type HelixQuery = Readonly<Record<string, HelixQueryValue | readonly HelixQueryValue[] | undefined>>

export type HelixQueryValue = string | number | boolean

/** @throws {TypeError} A parameter is none that an address can hold. */
export function encodeQuery(query: HelixQuery = {}): string {
  let search = ''
  const add = (name: string, value: HelixQueryValue) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new TypeError(`The parameter \`${name}\` must be a string, a number, a boolean or a list of these.`)
    }
    search += `${search && '&'}${encode(name)}=${encode(`${value}`)}`
  }
  for (const name of Object.keys(query)) {
    const value = query[name]
    if (Array.isArray(value)) for (const item of value) add(name, item)
    else if (value !== undefined) add(name, value as HelixQueryValue)
  }
  return search
}

/** As `URLSearchParams` does it, which takes much longer: half a character becomes the sign for one that cannot be read. */
function encode(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'))
  }
}

/** @throws {TypeError} JSON cannot hold it. */
export function encodeBody(body: unknown): string {
  const text = JSON.stringify(body) as string | undefined
  if (text === undefined) throw new TypeError('The body must be something that JSON can hold.')
  return text
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
  if (status >= 200 && status < 300) {
    if (body !== undefined || text === '') return body as T
    if (headers.get('content-type')?.startsWith('text/calendar')) return text as T
    throw new NetworkError(`${name}: the answer is no JSON. Something else than Twitch answered; try later.`, {
      status,
    })
  }
  throw readError(name, answer, token, now, pause)
}

function readError(
  name: string,
  { status, headers, body, text }: Answer,
  token: AccessToken | undefined,
  now: number,
  pause: number | undefined,
): Error {
  const message = messageOf(body)
  if (status >= 500 || (body === undefined && text !== '')) {
    return new NetworkError(`${name} failed with HTTP ${status}${message && `: ${message}`}. Try later.`, {
      status,
      retryAt: readRetryAt(headers, now),
    })
  }
  if (status === 401) {
    const missing = readMissingScope(message)
    if (missing.length > 0) return new MissingScopeError(`${name}: ${message}`, { missing, userId: token?.userId })
    if (/client[ -]id and oauth token do not match/i.test(message)) {
      return new ConfigurationError(`${name}: the token was given to another client id than the one that is set.`)
    }
  }
  return new HelixError(message || `${name} failed with HTTP ${status}.`, {
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
