import { ConfigurationError, MissingScopeError, NetworkError, TokenRejectedError, UnsupportedError } from '../errors.ts'
import { Emitter } from '../internal/emitter.ts'
import { asObject } from '../internal/json.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import { resolvePlatform } from '../internal/platform.ts'
import { TIMED_OUT, waitFor } from '../internal/wait.ts'
import { issueToken } from '../token/token.ts'
import type {
  AccessToken,
  AccessTokenRequest,
  AccessTokenSource,
  Platform,
  PlatformOptions,
  WaitOptions,
} from '../types.ts'
import { type ExtensionAuthorization, readAuthorization, type TwitchExtHelper } from './helper.ts'

export interface ExtensionTokenHandlerOptions {
  /** Default: `window.Twitch.ext`, which Twitch's helper script brings. */
  readonly helper?: TwitchExtHelper | undefined
  /** Milliseconds to wait for Twitch to authorize the panel. Default 10,000. */
  readonly timeout?: number | undefined
  readonly platform?: Pick<PlatformOptions, 'now' | 'setTimeout' | 'clearTimeout'> | undefined
}

/** No event holds a token. */
export interface ExtensionTokenEvents {
  /** Twitch authorized the panel, or gave it new tokens. */
  authorized: ExtensionAuthorization
}

/** What Twitch told, and the tokens beside it where no console looks. */
interface Received {
  readonly facts: ExtensionAuthorization
  readonly token: AccessToken
  readonly helix: AccessToken | undefined
  readonly receivedAt: number
}

/**
 * The tokens of a Twitch extension's front end. Twitch gives them to the panel and renews them by itself, some time before an
 * hour is over; this waits for the first and keeps the newest.
 *
 * @example
 * const tokens = new ExtensionTokenHandler()
 * const helix = new HelixClient(tokens)
 * const { channelId } = await tokens.authorization()
 * const { data: [broadcaster] } = await helix.get('/users', { query: { id: channelId } })
 *
 * @see https://dev.twitch.tv/docs/extensions/frontend-api-usage/
 */
export class ExtensionTokenHandler extends Emitter<ExtensionTokenEvents> implements AccessTokenSource {
  readonly #platform: Platform
  readonly #timeout: number
  readonly #waiting = new Set<() => void>()
  #received: Received | undefined

  /**
   * Listens to the helper from now on: what it tells before anybody listens is lost.
   *
   * @throws {TypeError} An option is unknown.
   * @throws {UnsupportedError} The helper is missing.
   */
  constructor(options: ExtensionTokenHandlerOptions = {}) {
    super({ authorized: true })
    refuseUnknownOptions('ExtensionTokenHandler', options, ['helper', 'timeout', 'platform'])
    const { helper = findHelper(), timeout = 10_000, platform } = options
    if (typeof helper?.onAuthorized !== 'function') {
      throw new UnsupportedError(
        'Twitch.ext is missing: load https://extension-files.twitch.tv/helper/v1/twitch-ext.min.js before this script.',
      )
    }
    this.#timeout = timeout
    this.#platform = resolvePlatform(platform)
    helper.onAuthorized((auth) => this.#receive(auth))
  }

  /**
   * What Twitch told the panel, the newest.
   *
   * @throws {NetworkError} Twitch has not authorized the panel in time.
   */
  async authorization(options: WaitOptions = {}): Promise<ExtensionAuthorization> {
    return (await this.#newest(options.signal)).facts
  }

  /**
   * Whether Twitch has not renewed the tokens in time, as in a panel that a browser put to sleep. What had ended by the
   * viewer's clock when it came is not stale: that clock is fast.
   */
  get isStale(): boolean {
    if (this.#received === undefined) return false
    const { receivedAt, facts } = this.#received
    const { expiresAt } = facts
    return expiresAt !== undefined && expiresAt > receivedAt && expiresAt <= this.#platform.now()
  }

  async clientId(): Promise<string> {
    return (await this.#newest(undefined)).facts.clientId
  }

  /**
   * The token for Helix, which goes as `Authorization: Extension`: for endpoints that take a user's token and need no
   * scope, 30 times a minute.
   *
   * @throws {MissingScopeError} It has no scopes: do it in the extension's backend.
   * @throws {UnsupportedError} There is none here, as in Twitch's mobile app and the developer rig.
   * @throws {ConfigurationError} An app token was asked for, or another user's.
   * @throws {TokenRejectedError} The panel is stale, and Twitch does not renew it.
   * @throws {NetworkError} Twitch has not authorized the panel in time.
   */
  async get(request: AccessTokenRequest = {}): Promise<AccessToken> {
    const { kind = 'user', user, scopes = [], signal } = request
    signal?.throwIfAborted()
    if (kind === 'app') {
      throw new ConfigurationError('The front end of an extension has no app token: ask for it in its backend.')
    }
    if (scopes.length > 0) {
      throw new MissingScopeError(
        "The token of an extension's front end has no scopes: let the user sign in at the extension's backend, and do it there.",
        { missing: scopes },
      )
    }
    const { facts, helix } = await this.#fresh(signal)
    if (helix === undefined) {
      throw new UnsupportedError(
        "Twitch gives this panel no token for Helix, as in its mobile app and the developer rig: ask the extension's backend.",
      )
    }
    if (user !== undefined && user !== facts.userId) {
      throw new ConfigurationError(
        `The panel has a token of its viewer only, not of user ${user}: leave \`user\` out, or do it in the extension's backend.`,
      )
    }
    return helix
  }

  /**
   * The JWT for the extension's own backend, which proves it with `verifyExtensionJwt`.
   *
   * @throws {TokenRejectedError} The panel is stale, and Twitch does not renew it.
   * @throws {NetworkError} Twitch has not authorized the panel in time.
   */
  async getForBackend(options: WaitOptions = {}): Promise<AccessToken> {
    return (await this.#fresh(options.signal)).token
  }

  /** @throws {UnsupportedError} Always: chat takes no token of an extension. */
  async getForChat(): Promise<never> {
    throw new UnsupportedError(
      "Chat takes no token of an extension's front end: read anonymously, or speak from its backend.",
    )
  }

  /**
   * Waits for Twitch to give another token than the one that was refused: nobody else can.
   *
   * @throws {TokenRejectedError} It gives none in time.
   */
  async renew(refused: AccessToken, options: WaitOptions = {}): Promise<AccessToken> {
    const isOther = ({ helix }: Received) => helix !== undefined && helix.value !== refused.value
    const { helix } = await this.#until(isOther, options.signal, stale)
    return helix as AccessToken
  }

  #receive(auth: unknown): void {
    const read = readAuthorization(auth)
    if (read === undefined) return
    const { facts, token, helixToken } = read
    const { userId, expiresAt } = facts
    const issue = (value: string) => issueToken(value, { kind: 'extension', scopes: [], userId, expiresAt })
    this.#received = {
      facts,
      token: issue(token),
      helix: helixToken === undefined ? undefined : issue(helixToken),
      receivedAt: this.#platform.now(),
    }
    for (const wake of [...this.#waiting]) wake()
    this.emit('authorized', facts)
  }

  #newest(signal: AbortSignal | undefined): Promise<Received> {
    return this.#until(() => true, signal, unauthorized)
  }

  #fresh(signal: AbortSignal | undefined): Promise<Received> {
    return this.#until(
      () => !this.isStale,
      signal,
      () => (this.#received === undefined ? unauthorized() : stale()),
    )
  }

  /** What was received last, once it fits. */
  async #until(
    fits: (received: Received) => boolean,
    signal: AbortSignal | undefined,
    failure: () => Error,
  ): Promise<Received> {
    const find = () => (this.#received !== undefined && fits(this.#received) ? this.#received : undefined)
    const found = find()
    if (found !== undefined) return found
    let wake = () => {}
    const received = new Promise<Received>((resolve) => {
      wake = () => {
        const found = find()
        if (found !== undefined) resolve(found)
      }
    })
    this.#waiting.add(wake)
    try {
      const result = await waitFor(received, this.#timeout, this.#platform, signal)
      if (result === TIMED_OUT) throw failure()
      return result
    } finally {
      this.#waiting.delete(wake)
    }
  }
}

function findHelper(): TwitchExtHelper | undefined {
  return asObject(asObject(globalThis)['Twitch'])['ext'] as TwitchExtHelper | undefined
}

function unauthorized(): NetworkError {
  return new NetworkError('Twitch has not authorized this panel yet. Nothing is lost; try later.')
}

function stale(): TokenRejectedError {
  return new TokenRejectedError('The panel is stale: Twitch has not given it new tokens. Reload the page.', {
    reason: 'invalid',
  })
}
