import { assertVisible, authorization } from '../internal/authorization.ts'
import { resolvePlatform } from '../internal/platform.ts'
import { type Answer, send } from '../internal/request.ts'
import type { AccessToken, AccessTokenSource, Platform, PlatformOptions, ScopeRequirement } from '../types.ts'
import { buildUrl, encodeBody, type HelixMethod, type HelixQuery, isTokenRefused, readAnswer } from './request.ts'

export interface HelixClientOptions {
  readonly platform?: PlatformOptions | undefined
}

export interface HelixRequestOptions {
  readonly query?: HelixQuery | undefined
  /** Whose token: a user id. Left out: the only account there is. */
  readonly user?: string | undefined
  /** What the token must be allowed. Left out: whatever it is allowed. */
  readonly scopes?: ScopeRequirement | undefined
  /** Default `"user"`. */
  readonly kind?: 'user' | 'app' | undefined
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for each attempt. Default 10,000. */
  readonly timeout?: number | undefined
}

export interface HelixBodyOptions extends HelixRequestOptions {
  /** Sent as JSON. */
  readonly body?: unknown
}

/**
 * Asks Helix with tokens it gets by itself, and gives Twitch's answers as they are.
 *
 * Every method throws, besides what {@link AccessTokenSource.get} throws: `MissingScopeError`, `ConfigurationError`,
 * `HelixError` for any other answered error, and `NetworkError` where no usable answer came.
 *
 * @see https://dev.twitch.tv/docs/api/reference/
 */
export class HelixClient {
  readonly #tokens: AccessTokenSource
  readonly #platform: Platform

  constructor(tokens: AccessTokenSource, options: HelixClientOptions = {}) {
    this.#tokens = tokens
    this.#platform = resolvePlatform(options.platform)
  }

  get<T = unknown>(path: string, options: HelixRequestOptions = {}): Promise<T> {
    return this.#request('GET', path, options)
  }

  post<T = unknown>(path: string, options: HelixBodyOptions = {}): Promise<T> {
    return this.#request('POST', path, options)
  }

  put<T = unknown>(path: string, options: HelixBodyOptions = {}): Promise<T> {
    return this.#request('PUT', path, options)
  }

  patch<T = unknown>(path: string, options: HelixBodyOptions = {}): Promise<T> {
    return this.#request('PATCH', path, options)
  }

  delete<T = unknown>(path: string, options: HelixBodyOptions = {}): Promise<T> {
    return this.#request('DELETE', path, options)
  }

  async #request<T>(method: HelixMethod, path: string, options: HelixBodyOptions): Promise<T> {
    const { query, body, user, scopes, kind, signal, timeout } = options
    const url = buildUrl(this.#platform.endpoints.helix, path, query)
    const content = body === undefined ? undefined : encodeBody(body)
    const name = `${method} ${path}`
    signal?.throwIfAborted()

    const clientId = await this.#tokens.clientId()
    assertVisible('The client id', clientId)
    const attempt = (token: AccessToken): Promise<Answer> => {
      // Nothing else: the preflight would refuse it.
      const headers: Record<string, string> = {
        Authorization: authorization(token.kind === 'extension' ? 'Extension' : 'Bearer', token.value),
        'Client-Id': clientId,
      }
      if (content !== undefined) headers['Content-Type'] = 'application/json'
      return send(
        name,
        url,
        { method, headers, ...(content !== undefined && { body: content }) },
        {
          fetch: this.#platform.fetch,
          setTimeout: this.#platform.setTimeout,
          clearTimeout: this.#platform.clearTimeout,
          signal,
          timeout,
        },
      )
    }

    let token = await this.#tokens.get({ kind, user, scopes, signal })
    let answer = await attempt(token)
    if (isTokenRefused(answer)) {
      token = await this.#tokens.renew(token, { signal })
      answer = await attempt(token)
    }
    return readAnswer<T>(name, answer, token, this.#platform.now())
  }
}
