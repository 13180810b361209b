import { NetworkError, UnsupportedError } from '../errors.ts'
import { asObject, asString } from '../internal/json.ts'
import type { AccessToken, AccessTokenSource, ScopeRequirement } from '../types.ts'
import { ENDPOINTS, type Endpoint } from './endpoints.ts'
import type { HelixMethod, HelixQuery } from './request.ts'

/** What a caller says of a request. */
export interface Wish {
  readonly query?: HelixQuery | undefined
  readonly body?: unknown
  readonly user?: string | undefined
  readonly scopes?: ScopeRequirement | undefined
  readonly kind?: 'user' | 'app' | undefined
}

/** What a request needs. */
export interface Plan {
  readonly token: 'user' | 'app' | 'any' | 'none'
  readonly user: string | undefined
  readonly scopes: ScopeRequirement | undefined
  /** The parameter that is missing, and must be the id of the token's user. */
  readonly as: string | undefined
  /** Whether doing it twice comes to the same as once. */
  readonly idempotent: boolean
}

const TABLE: Readonly<Record<HelixMethod, Readonly<Record<string, Endpoint>>>> = ENDPOINTS

/**
 * Looks up what the request needs; what the caller says counts more than the table.
 *
 * @throws {TypeError} There is no such endpoint, or a parameter is missing.
 * @throws {UnsupportedError} It takes a JWT of an extension's backend.
 */
export function planRequest(method: HelixMethod, path: string, wish: Wish): Plan {
  const { query = {}, body, user, scopes, kind } = wish
  const endpoint = TABLE[method][path]
  if (!/^(\/[\w-]+)+$/.test(path) || (endpoint ?? kind) === undefined) {
    throw new TypeError(
      `Helix has no ${method} ${path}. Give the path as in Twitch's reference, parameters as \`query\`; a new endpoint needs \`kind\`.`,
    )
  }
  const { token = 'user', as, asBody, needs = [], oneOf, scopes: needed, once } = endpoint ?? {}
  if (token === 'jwt' && kind === undefined) {
    throw new UnsupportedError(`${method} ${path} takes a JWT of an extension's backend, no access token.`)
  }
  // An empty list is an empty text, too.
  const isLeftOut = (name: string) => String(query[name] ?? '') === ''
  const lacks = needs.find(isLeftOut) ?? (oneOf?.every(isLeftOut) ? oneOf.join('` or `') : undefined)
  if (lacks !== undefined) throw new TypeError(`${method} ${path} needs \`${lacks}\` in \`query\`.`)
  const owner = as ? query[as] : asBody && asObject(body)[asBody]
  // Twitch takes a user's token for a WebSocket, and the app's for webhooks and conduits.
  const byTransport = asObject(asObject(body)['transport'])['method'] === 'websocket' ? 'user' : 'app'
  const taken = token === 'transport' ? byTransport : (token as Exclude<typeof token, 'jwt' | 'transport'>)
  // `/users` without a parameter is about the token's user.
  const isChosen = user !== undefined || scopes?.length || (path === '/users' && ['id', 'login'].every(isLeftOut))
  return {
    token: kind ?? (taken === 'any' && isChosen ? 'user' : taken),
    user: user ?? (typeof owner === 'number' ? `${owner}` : asString(owner) || undefined),
    scopes: scopes ?? needed,
    as: as && isLeftOut(as) ? as : undefined,
    idempotent: method !== 'POST' && once === undefined && (method !== 'PATCH' || endpoint !== undefined),
  }
}

/**
 * Gets the token for it: the user's, or the app's where that does as well, no user's is to be had, and the caller named nobody.
 *
 * @throws What {@link AccessTokenSource.get} throws.
 */
export async function pickToken(
  tokens: AccessTokenSource,
  { token, user, scopes }: Plan,
  signal: AbortSignal | undefined,
): Promise<AccessToken> {
  const getApp = () => tokens.get({ kind: 'app', signal })
  if (token === 'app') return getApp()
  const isFinal = (error: unknown) => error instanceof NetworkError || signal?.aborted
  try {
    return await tokens.get({ kind: 'user', user, scopes, signal })
  } catch (error) {
    if (token !== 'any' || isFinal(error)) throw error
    try {
      return await getApp()
    } catch (second) {
      throw isFinal(second) ? second : error
    }
  }
}
