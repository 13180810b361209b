import type { Host } from './faults.ts'

interface CorsRules {
  readonly methods: readonly string[]
  readonly headers: readonly string[]
}

const RULES: Record<Exclude<Host, 'irc'>, CorsRules> = {
  // `Client-Id` makes the preflight fail: https://github.com/mitchwadair/tesjs/issues/95
  id: { methods: ['GET', 'POST'], headers: ['Authorization', 'Content-Type'] },
  helix: {
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    headers: [
      'Accept',
      'Accept-Language',
      'Authorization',
      'Client-Id',
      'Twitch-Api-Token',
      'X-Forwarded-Proto',
      'X-Requested-With',
      'X-Csrf-Token',
      'Content-Type',
      'X-Device-Id',
      'X-Twitch-Vhscf',
      'X-Forwarded-Ip',
    ],
  },
  cdn: { methods: ['GET'], headers: [] },
}

/** @see https://fetch.spec.whatwg.org/#cors-safelisted-method */
const SAFE_METHODS = ['GET', 'HEAD', 'POST']
/** @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const SAFE_REQUEST_HEADERS = ['accept', 'accept-language', 'content-language']
const SAFE_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']
/** @see https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name */
const SAFE_RESPONSE_HEADERS = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]

/** What every answer carries, so that a page may read it. */
export function corsHeaders(exposed: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = { 'access-control-allow-origin': '*' }
  if (exposed.length > 0) headers['access-control-expose-headers'] = exposed.join(', ')
  return headers
}

/** The answer to an OPTIONS request. */
export function preflightHeaders(host: Exclude<Host, 'irc'>): Record<string, string> {
  const { methods, headers } = RULES[host]
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': headers.join(', '),
    'access-control-max-age': '600',
  }
}

/** Whether a page's request gets past its preflight, or needs none. */
export function passesPreflight(
  host: Exclude<Host, 'irc'>,
  method: string,
  headers: Readonly<Record<string, string>>,
): boolean {
  const rules = RULES[host]
  if (!SAFE_METHODS.includes(method) && !rules.methods.includes(method)) return false
  for (const name in headers) {
    if (SAFE_REQUEST_HEADERS.includes(name)) continue
    if (name === 'content-type' && isSafeContentType(headers[name])) continue
    if (!rules.headers.some((allowed) => allowed.toLowerCase() === name)) return false
  }
  return true
}

/** Whether a page's script may read this header of an answer. */
export function isReadable(header: string, exposed: readonly string[]): boolean {
  return SAFE_RESPONSE_HEADERS.includes(header) || exposed.some((name) => name.toLowerCase() === header)
}

function isSafeContentType(value: string | undefined): boolean {
  const essence = value?.split(';')[0]?.trim().toLowerCase() ?? ''
  return SAFE_CONTENT_TYPES.includes(essence)
}
