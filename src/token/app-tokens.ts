import { NetworkError, TokenRejectedError } from '../errors.ts'
import { backoffDelay } from '../internal/backoff.ts'
import { SingleFlight } from '../internal/single-flight.ts'
import { TIMED_OUT } from '../internal/wait.ts'
import { type ValidateResponse, validateToken } from '../oauth/validate.ts'
import type { AccessToken, Platform } from '../types.ts'
import { VALIDATE_EVERY } from './validation.ts'

/** A new one is asked for so long before the end, and up to as much again earlier, so that many Workers do not ask at once. */
const EARLY = 3_600_000

/** Nobody waits longer for what another one asked, in milliseconds: on Workers it may never be answered. */
const SHARE_FOR = 90_000

/** After no answer, while a token is held. Short: nobody says here that the network is back. */
const BACKOFF = { first: 2_000, limit: 30_000 }

/**
 * Finds the app's own token, good by all that is known.
 *
 * @param vouch Asks Twitch about one; `undefined`: it is dead or ends soon. `isOurs`: Twitch gave it to this app, so that
 *   it serves for as long as no answer comes.
 */
export type FindAppToken = (
  vouch: (token: AccessToken, isOurs?: true) => Promise<ValidateResponse | undefined>,
) => Promise<AccessToken>

/** The app's own token: one for all, never one per request, since Twitch lets 50 of them live. */
export class AppTokens {
  readonly #platform: Platform
  readonly #find: FindAppToken
  readonly #flight: SingleFlight<AccessToken>
  #current: AccessToken | undefined
  /** Epoch milliseconds: until then nobody is asked. */
  #askAt = 0
  /** Since the last answer. */
  #failures = 0
  #dead: string | undefined

  constructor(platform: Platform, find: FindAppToken) {
    this.#platform = platform
    this.#find = find
    this.#flight = new SingleFlight(platform, SHARE_FOR)
  }

  /**
   * @throws {ConfigurationError} This app cannot have one.
   * @throws {HandlerError} The handler gives none.
   * @throws {TokenRejectedError} The handler's token is dead, or belongs to another app.
   * @throws {NetworkError} No answer came, and nothing that still works is held.
   */
  async get(): Promise<AccessToken> {
    const current = this.#current
    const early = this.#failures > 0 ? 0 : EARLY
    if (current && this.#platform.now() < this.#askAt && this.#lives(current, early)) return current
    try {
      return await this.#look()
    } catch (error) {
      const held = this.#current
      if (held && this.#lives(held, 0)) return held
      throw error
    }
  }

  async renew(refused: AccessToken): Promise<AccessToken> {
    return this.#current?.value === refused.value ? this.#look() : this.get()
  }

  async #look(): Promise<AccessToken> {
    const { now, random } = this.#platform
    const token = await this.#flight.run('app', async () => {
      this.#askAt = 0
      try {
        const known = this.#current
        const isGood = known && (await this.#vouch(known))
        this.#current = isGood ? known : await this.#find((found, isOurs) => this.#vouch(found, isOurs))
        this.#failures = 0
        this.#askAt = now() + VALIDATE_EVERY
        return this.#current
      } catch (error) {
        this.#failures += 1
        const pause = now() + backoffDelay(this.#failures, random(), BACKOFF)
        const said = error instanceof NetworkError ? Math.min(error.retryAt ?? 0, now() + VALIDATE_EVERY) : 0
        this.#askAt = Math.max(said, pause)
        throw error
      }
    })
    if (token !== TIMED_OUT) return token
    throw new NetworkError('Getting the app token takes too long. Try later.')
  }

  async #vouch(token: AccessToken, isOurs?: true): Promise<ValidateResponse | undefined> {
    if (isOurs) this.#current = token
    if (!this.#lives(token, EARLY)) return undefined
    try {
      return await validateToken(token.value, this.#platform)
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error
      this.#dead = token.value
      return undefined
    }
  }

  /** By all that is known. */
  #lives({ value, expiresAt }: AccessToken, early: number): boolean {
    const { now, random } = this.#platform
    return value !== this.#dead && (expiresAt === undefined || now() < expiresAt - early * (1 + random()))
  }
}
