import { NetworkError } from '../errors.ts'
import { assertVisible, authorization } from '../internal/authorization.ts'
import { backoffDelay } from '../internal/backoff.ts'
import { type HttpPlatform, resolveHttpPlatform } from '../internal/http-platform.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import { send } from '../internal/request.ts'
import { sleep, TIMED_OUT, waitFor } from '../internal/wait.ts'
import type { AccessToken, AccessTokenSource, PlatformOptions, ScopeRequirement } from '../types.ts'
import { createLookUp, type LookUp, type LookUpKey, type LookUps } from './look-up.ts'
import { paginate } from './paginate.ts'
import type { HelixPath, ItemOf, OptionsFor, ResultOf } from './paths.ts'
import { pickToken, planRequest } from './pick.ts'
import { RateLimit } from './rate-limit.ts'
import { encodeBody, encodeQuery, type HelixMethod, type HelixQuery, isTokenRefused, readAnswer } from './request.ts'
import { ATTEMPTS, BACKOFF, readPause } from './retry.ts'

export interface HelixClientOptions {
  readonly platform?: PlatformOptions | undefined
  /** Milliseconds that a request may wait for the rate limit before it fails. Default 30,000. */
  readonly maxWait?: number | undefined
}

export interface HelixRequestOptions {
  readonly query?: HelixQuery | undefined
  /** Whose token: a user id. Left out: whom a parameter names, else the only account there is. */
  readonly user?: string | undefined
  /** What the token must be allowed. Left out: what Twitch's reference says. */
  readonly scopes?: ScopeRequirement | undefined
  /** Left out: what Twitch's reference says. */
  readonly kind?: 'user' | 'app' | undefined
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for each attempt. Default 10,000. */
  readonly timeout?: number | undefined
}

export interface HelixBodyOptions extends HelixRequestOptions {
  /** Sent as JSON. */
  readonly body?: unknown
}

/** Nobody waits longer for what another one asked, in milliseconds: on Workers it may never be answered. */
const SHARE_FOR = 90_000

const OPTIONS: readonly (keyof HelixRequestOptions)[] = ['query', 'user', 'scopes', 'kind', 'signal', 'timeout']

/** For an endpoint that is newer than this library. */
export type HelixNewEndpointOptions<Options = HelixBodyOptions> = Options & { readonly kind: 'user' | 'app' }

export interface LookUpOptions {
  /** Whose token. Left out: any that will do. */
  readonly user?: string | undefined
  /** Ends the wait of this caller only. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks Helix with tokens it gets by itself, and gives Twitch's answers as they are.
 *
 * Every method throws, besides what {@link AccessTokenSource.get} throws:
 *
 * - `TypeError`: there is no such endpoint, or a parameter is missing. Nothing was sent.
 * - `MissingScopeError`: the user must grant more.
 * - `ConfigurationError`: the token is of another client id.
 * - `HelixError`: any other error that Twitch answered, with its `status` and words; on a 429 with `retryAt`.
 * - `NetworkError`: no usable answer came. What can be repeated was asked three times.
 *
 * @see https://dev.twitch.tv/docs/api/reference/
 */
export class HelixClient {
  readonly #tokens: AccessTokenSource
  readonly #endpoint: string
  readonly #platform: HttpPlatform
  readonly #maxWait: number
  readonly #limits = new Map<string, RateLimit>()
  readonly #lookUp: LookUp
  #clientId: string | undefined

  constructor(tokens: AccessTokenSource, options: HelixClientOptions = {}) {
    if (!(tokens as AccessTokenSource | undefined)?.renew) {
      throw new TypeError('HelixClient takes an AccessTokenSource, such as client.tokens.')
    }
    refuseUnknownOptions('HelixClient', options, ['platform', 'maxWait'])
    const { platform, maxWait = 30_000 } = options
    this.#tokens = tokens
    this.#endpoint = (platform?.endpoints?.helix ?? 'https://api.twitch.tv/helix').replace(/\/+$/, '')
    this.#platform = resolveHttpPlatform(platform)
    this.#maxWait = maxWait
    this.#lookUp = createLookUp(this.#platform)
  }

  get<Path extends HelixPath<'GET'>>(
    path: Path,
    ...options: OptionsFor<'GET', Path, HelixRequestOptions>
  ): Promise<ResultOf<'GET', Path>>
  get<Result = unknown>(path: string, options: HelixNewEndpointOptions<HelixRequestOptions>): Promise<Result>
  get(path: string, options?: HelixBodyOptions): Promise<unknown> {
    return this.#request('GET', path, options)
  }

  post<Path extends HelixPath<'POST'>>(
    path: Path,
    ...options: OptionsFor<'POST', Path, HelixBodyOptions>
  ): Promise<ResultOf<'POST', Path>>
  post<Result = unknown>(path: string, options: HelixNewEndpointOptions): Promise<Result>
  post(path: string, options?: HelixBodyOptions): Promise<unknown> {
    return this.#request('POST', path, options)
  }

  put<Path extends HelixPath<'PUT'>>(
    path: Path,
    ...options: OptionsFor<'PUT', Path, HelixBodyOptions>
  ): Promise<ResultOf<'PUT', Path>>
  put<Result = unknown>(path: string, options: HelixNewEndpointOptions): Promise<Result>
  put(path: string, options?: HelixBodyOptions): Promise<unknown> {
    return this.#request('PUT', path, options)
  }

  patch<Path extends HelixPath<'PATCH'>>(
    path: Path,
    ...options: OptionsFor<'PATCH', Path, HelixBodyOptions>
  ): Promise<ResultOf<'PATCH', Path>>
  patch<Result = unknown>(path: string, options: HelixNewEndpointOptions): Promise<Result>
  patch(path: string, options?: HelixBodyOptions): Promise<unknown> {
    return this.#request('PATCH', path, options)
  }

  delete<Path extends HelixPath<'DELETE'>>(
    path: Path,
    ...options: OptionsFor<'DELETE', Path, HelixBodyOptions>
  ): Promise<ResultOf<'DELETE', Path>>
  delete<Result = unknown>(path: string, options: HelixNewEndpointOptions): Promise<Result>
  delete(path: string, options?: HelixBodyOptions): Promise<unknown> {
    return this.#request('DELETE', path, options)
  }

  /**
   * The items of a list, page after page, for `for await`. Pages may overlap and be empty; `query.first` is their size.
   */
  paginate<Path extends HelixPath<'GET'>>(
    path: Path,
    ...options: OptionsFor<'GET', Path, HelixRequestOptions>
  ): AsyncGenerator<ItemOf<Path>, void, undefined>
  paginate(path: string, options: HelixRequestOptions = {}): AsyncGenerator<unknown, void, undefined> {
    return paginate((after, signal) => this.#request('GET', path, { ...options, signal }, after), options.signal)
  }

  /**
   * One user, stream, channel or game. Those that are looked up in the same turn share requests of a hundred.
   *
   * @returns `undefined` when there is none: no such user, or a stream that is off.
   */
  async lookUp<Kind extends keyof LookUps>(
    kind: Kind,
    key: LookUpKey,
    options: LookUpOptions = {},
  ): Promise<LookUps[Kind] | undefined> {
    refuseUnknownOptions('lookUp', options, ['user', 'signal'])
    const { user, signal } = options
    signal?.throwIfAborted()
    const found = this.#lookUp(kind, key, user, (path, query) => this.#request('GET', path, { user, query }))
    const item = await waitFor(found, SHARE_FOR, this.#platform, signal)
    if (item !== TIMED_OUT) return item as LookUps[Kind] | undefined
    throw new NetworkError('The look-up got no answer. Nothing is lost; try later.')
  }

  /** Ends the wait of all whom the rate limit holds back, with an `AbortError`. What was sent goes on. */
  close(): void {
    for (const limit of this.#limits.values()) limit.close()
  }

  async #request(method: HelixMethod, path: string, options: HelixBodyOptions = {}, after?: string): Promise<unknown> {
    const name = `${method} ${path}`
    refuseUnknownOptions(name, options, method === 'GET' ? OPTIONS : ['body', ...OPTIONS])
    const { body, signal, timeout } = options
    const query = after === undefined ? options.query : { ...options.query, after }
    let search = encodeQuery(query)
    const plan = planRequest(method, path, options)
    const content = body === undefined ? null : encodeBody(body)
    signal?.throwIfAborted()

    let token = plan.token === 'none' ? undefined : await pickToken(this.#tokens, plan, signal)
    if (token !== undefined) this.#clientId ??= await this.#tokens.clientId()
    if (plan.as && token?.userId) search = encodeQuery({ ...query, [plan.as]: token.userId })
    const url = `${this.#endpoint}${path}${search && `?${search}`}`
    // One by one: a spread takes much longer.
    const { fetch, setTimeout, clearTimeout, now, random } = this.#platform
    const limit = this.#limitOf(path, token)
    const myTurn = limit.line(this.#maxWait, signal)
    const attempt = () => {
      const headers = headersOf(token, this.#clientId, content !== null)
      return send(name, url, { method, headers, body: content }, { fetch, setTimeout, clearTimeout, signal, timeout })
    }

    for (let failures = 0, pauses = 0, renewed = false; ; ) {
      await myTurn()
      const again = plan.idempotent && failures < ATTEMPTS - 1
      const answer = await attempt().catch((error: unknown) => {
        if (!again || !(error instanceof NetworkError)) throw error
      })
      if (answer === undefined || (answer.status >= 500 && again)) {
        await sleep(backoffDelay(++failures, random(), BACKOFF), this.#platform, signal)
        continue
      }
      limit.learn(answer.headers)
      if (token !== undefined && !renewed && isTokenRefused(answer)) {
        renewed = true
        token = await this.#tokens.renew(token, { signal })
        continue
      }
      const pause =
        answer.status === 429 ? readPause(name, answer, now(), backoffDelay(pauses + 1, random(), BACKOFF)) : undefined
      if (pause === undefined || ++pauses > ATTEMPTS) return readAnswer(name, answer, token, now(), pause)
      limit.block(pause)
    }
  }

  /**
   * Twitch counts by app, and by app and user; what extensions do, by viewer, of whom a panel has one, named or not; chat
   * messages for themselves.
   */
  #limitOf(path: string, token: AccessToken | undefined): RateLimit {
    const isPanel = token?.kind === 'extension'
    const key = `${token?.kind}${isPanel || token?.userId}${path === '/chat/messages'}`
    const limit = this.#limits.get(key) ?? new RateLimit(isPanel ? 30 : 800, this.#platform)
    this.#limits.set(key, limit)
    return limit
  }
}

/** Nothing but these: the preflight would refuse it. */
function headersOf(token: AccessToken | undefined, clientId: string | undefined, hasBody: boolean): HeadersInit {
  const headers: Record<string, string> = {}
  if (token !== undefined && clientId !== undefined) {
    assertVisible('The client id', clientId)
    headers['Authorization'] = authorization(token.kind === 'extension' ? 'Extension' : 'Bearer', token.value)
    headers['Client-Id'] = clientId
  }
  if (hasBody) headers['Content-Type'] = 'application/json'
  return headers
}
