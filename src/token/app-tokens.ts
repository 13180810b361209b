import { NetworkError, TokenRejectedError } from '../errors.ts'
import { SingleFlight } from '../internal/single-flight.ts'
import { TIMED_OUT } from '../internal/wait.ts'
import { type ValidateResponse, validateToken } from '../oauth/validate.ts'
import type { AccessToken, Platform } from '../types.ts'
import { requestOptions } from './app.ts'
import { VALIDATE_EVERY } from './validation.ts'

/** A new one is asked for so long before the end, and up to as much again earlier, so that many Workers do not ask at once. */
const EARLY = 3_600_000

/** Nobody waits longer for what another one asked, in milliseconds: on Workers it may never be answered. */
const SHARE_FOR = 90_000

/** Finds the app's own token, good by all that is known. @param vouch Asks Twitch about one; `undefined`: it is dead or ends soon. */
export type FindAppToken = (
  vouch: (token: AccessToken) => Promise<ValidateResponse | undefined>,
) => Promise<AccessToken>

/** The app's own token: one for all, never one per request, since Twitch lets 50 of them live. */
export class AppTokens {
  readonly #platform: Platform
  readonly #find: FindAppToken
  readonly #flight: SingleFlight<AccessToken>
  #current: AccessToken | undefined
  /** Epoch milliseconds. */
  #validatedAt = Number.NEGATIVE_INFINITY
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
   * @throws {NetworkError} No answer came.
   */
  async get(): Promise<AccessToken> {
    const now = this.#platform.now()
    if (this.#current && this.#isGood(this.#current) && now < this.#validatedAt + VALIDATE_EVERY) return this.#current
    const token = await this.#flight.run('app', async () => {
      const known = this.#current
      const token = known && (await this.#vouch(known)) ? known : await this.#find((found) => this.#vouch(found))
      this.#current = token
      this.#validatedAt = this.#platform.now()
      return token
    })
    if (token !== TIMED_OUT) return token
    throw new NetworkError('Getting the app token takes too long. Try later.')
  }

  async renew(refused: AccessToken): Promise<AccessToken> {
    if (this.#current?.value === refused.value) this.#validatedAt = Number.NEGATIVE_INFINITY
    return this.get()
  }

  async #vouch(token: AccessToken): Promise<ValidateResponse | undefined> {
    if (token.value === this.#dead || !this.#isGood(token)) return undefined
    try {
      return await validateToken(token.value, requestOptions(this.#platform))
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error
      this.#dead = token.value
      return undefined
    }
  }

  #isGood({ expiresAt }: AccessToken): boolean {
    const { now, random } = this.#platform
    return expiresAt === undefined || now() < expiresAt - EARLY * (1 + random())
  }
}
