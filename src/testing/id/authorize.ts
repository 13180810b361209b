import { LOWER_ALPHANUMERIC } from '../random.ts'
import type { FakeUser } from '../world.ts'
import { readScopes } from './answers.ts'
import type { FakeApp } from './apps.ts'
import { idToken, readClaims } from './id-token.ts'
import type { IdState, RequestedClaims } from './state.ts'

const CODE_LIFETIME = 600
const RESPONSE_TYPES = ['token', 'code', 'id_token', 'token id_token', 'code id_token']

/** What the page at `/authorize` asks the user, once the request itself is in order. */
export interface AuthorizeRequest {
  readonly app: FakeApp
  readonly redirectUri: string
  readonly responseType: readonly string[]
  readonly scopes: readonly string[]
  readonly state: string | null
  readonly nonce: string | undefined
  readonly claims: RequestedClaims
}

/** What `/authorize` comes to: a question to the user, a redirect, or an error page that leads nowhere. */
export type AuthorizeOutcome =
  | { readonly kind: 'ask'; readonly request: AuthorizeRequest }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'page'; readonly status: number; readonly message: string }

/** Reads the query of `/authorize`. */
export function readAuthorize(state: IdState, params: URLSearchParams): AuthorizeOutcome {
  const clientId = params.get('client_id')
  if (!clientId) return errorPage('missing client id')
  const app = state.apps.byId(clientId)
  if (app === undefined) return errorPage('invalid client')

  const echo = params.get('state')
  const redirectUri = params.get('redirect_uri')
  const [firstUri] = app.redirectUris
  if (redirectUri === null || !app.redirectUris.includes(redirectUri)) {
    if (firstUri === undefined) return errorPage('Parameter redirect_uri does not match registered URI')
    return refused(firstUri, 'redirect_mismatch', 'Parameter redirect_uri does not match registered URI', echo)
  }
  const responseType = params.get('response_type') ?? ''
  const parts = responseType.split(' ').sort()
  if (!RESPONSE_TYPES.some((known) => known.split(' ').sort().join() === parts.join())) {
    return errorPage(responseType === '' ? 'missing response type' : 'invalid response type')
  }
  const scopes = readScopes(params.get('scope') ?? '')
  if (scopes === undefined) return refused(redirectUri, 'invalid_scope', 'Invalid scope requested', echo)
  const claims = readClaims(params.get('claims'))
  if (claims === undefined) return errorPage('invalid claims')
  const nonce = params.get('nonce') ?? undefined
  return { kind: 'ask', request: { app, redirectUri, responseType: parts, scopes, state: echo, nonce, claims } }
}

/** Where the user's "Cancel" leads: the query, for every response type. */
export function denied(request: AuthorizeRequest): string {
  return addQuery(
    request.redirectUri,
    new URLSearchParams({
      error: 'access_denied',
      error_description: 'The user denied you access',
      ...(request.state === null ? {} : { state: request.state }),
    }),
  )
}

/** Where the user's "Authorize" leads: the fragment, or the query for a code alone. */
export async function allowed(state: IdState, request: AuthorizeRequest, user: FakeUser): Promise<string> {
  const { app, redirectUri, responseType, scopes, nonce, claims } = request
  const wants = (type: string) => responseType.includes(type)
  const answer: Record<string, string> = {}

  if (wants('token')) {
    const mint = { flow: 'implicit', scopes, claims: claims.userinfo } as const
    const minted = state.tokens.mintForUser(app, state.tokens.grantOf(app, user), mint, false)
    if (minted !== undefined) answer['access_token'] = minted.accessToken.value
  }
  if (wants('code')) {
    const code = state.random.string(LOWER_ALPHANUMERIC, 30)
    const expiresAt = state.clock.now() + CODE_LIFETIME * 1000
    state.codes.set(code, { clientId: app.clientId, user, redirectUri, scopes, nonce, claims, expiresAt })
    answer['code'] = code
  }
  if (wants('id_token')) {
    const accessToken = answer['access_token']
    const parts = { clientId: app.clientId, user, scopes, nonce, claims: claims.idToken, accessToken }
    answer['id_token'] = await idToken(state, parts)
  }
  const scope = scopes.join(' ')
  answer['scope'] = state.switches.doubleEncodedScope && !wants('code') ? encodeURIComponent(scope) : scope
  if (request.state !== null) answer['state'] = request.state
  if (wants('token')) answer['token_type'] = 'bearer'

  const query = new URLSearchParams(answer)
  return wants('code') && !wants('id_token') ? addQuery(redirectUri, query) : `${redirectUri}#${query}`
}

function errorPage(message: string): AuthorizeOutcome {
  return { kind: 'page', status: 400, message }
}

function refused(uri: string, error: string, description: string, state: string | null): AuthorizeOutcome {
  const query = new URLSearchParams({ error, error_description: description, ...(state === null ? {} : { state }) })
  return { kind: 'redirect', location: addQuery(uri, query) }
}

function addQuery(uri: string, query: URLSearchParams): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}${query}`
}
