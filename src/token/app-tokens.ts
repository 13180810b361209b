import { ConfigurationError, HandlerError, NetworkError, TokenRejectedError } from '../errors.ts'
import { asNumber, asObject, asString } from '../internal/json.ts'
import { SingleFlight } from '../internal/single-flight.ts'
import { TIMED_OUT, waitFor } from '../internal/wait.ts'
import { requestAppToken } from '../oauth/client-credentials.ts'
import { type ValidateResponse, validateToken } from '../oauth/validate.ts'
import type { StoredRecord } from '../stores/token-store.ts'
import type { AccessToken } from '../types.ts'
import { requestOptions } from './app.ts'
import type { Keyring } from './keyring.ts'
import { issueToken, type Token } from './token.ts'
import { expiryFrom, VALIDATE_EVERY } from './validation.ts'

/** A new one is asked for so long before the end, and up to as much again earlier, so that many Workers do not ask at once. */
const EARLY = 3_600_000

/** Nobody waits longer for what another one asked, in milliseconds: on Workers it may never be answered. */
const SHARE_FOR = 90_000

interface AppTokenRecord extends StoredRecord {
  readonly format: 1
  readonly accessToken: string
  /** Epoch milliseconds. `undefined`: never, or unknown. */
  readonly expiresAt?: number | undefined
}

/** The app's own token: one for all who share a store, never one per request, since Twitch lets 50 of them live. */
export class AppTokens {
  readonly #keyring: Keyring
  readonly #askHandler: (() => Promise<Token>) | undefined
  readonly #flight: SingleFlight<AccessToken>
  #current: { readonly token: AccessToken; readonly validatedAt: number } | undefined
  #dead: string | undefined

  /** @param askHandler Of a handler that has them by itself. Left out: they are minted with the app's secret, and stored. */
  constructor(keyring: Keyring, askHandler?: (() => Promise<Token>) | undefined) {
    this.#keyring = keyring
    this.#askHandler = askHandler
    this.#flight = new SingleFlight({ ...keyring.platform, limit: SHARE_FOR })
  }

  /**
   * @throws {ConfigurationError} This app cannot have one.
   * @throws {HandlerError} The handler gives none.
   * @throws {TokenRejectedError} The handler's token is dead, or belongs to another app.
   * @throws {NetworkError} No answer came.
   */
  async get(): Promise<AccessToken> {
    const now = this.#keyring.platform.now()
    const current = this.#current
    if (current !== undefined && this.#isGood(current.token, now) && now - current.validatedAt < VALIDATE_EVERY) {
      return current.token
    }
    const shared = this.#flight.run('app', () => this.#find())
    const token = await waitFor(shared, SHARE_FOR, this.#keyring.platform)
    if (token !== TIMED_OUT) return token
    throw new NetworkError('Getting the app token takes too long. Try later.')
  }

  async renew(refused: AccessToken): Promise<AccessToken> {
    if (this.#current?.token.value === refused.value) this.#current = undefined
    return this.get()
  }

  async #find(): Promise<AccessToken> {
    if (this.#askHandler !== undefined) return this.#ask(this.#askHandler)
    const { app, book, platform } = this.#keyring
    const key = `app:${book.clientId}`
    for (;;) {
      const stored = await book.store.get(key)
      const record = readAppTokenRecord(stored)
      if (record !== undefined && record.accessToken !== this.#dead) {
        const token = issueToken(record.accessToken, { kind: 'app', scopes: [], expiresAt: record.expiresAt })
        if (this.#isGood(token, platform.now()) && (await this.#vouch(token)) !== undefined) return token
      }
      if (app?.clientSecret === undefined) {
        throw new ConfigurationError(
          "Only a confidential app with its client secret can have an app token: register one for your server, or use a user's token.",
        )
      }
      const { clientId, clientSecret } = app
      const answer = await requestAppToken({ clientId, clientSecret, ...requestOptions(platform) })
      const expiresAt = expiryFrom(answer.expires_in, platform.now())
      const version = (stored?.version ?? 0) + 1
      const next: AppTokenRecord = { version, format: 1, accessToken: answer.access_token, expiresAt }
      if (!(await book.store.replace(key, stored?.version, next))) continue
      const token = issueToken(answer.access_token, { kind: 'app', scopes: [], expiresAt })
      this.#current = { token, validatedAt: platform.now() }
      return token
    }
  }

  async #ask(askHandler: () => Promise<Token>): Promise<AccessToken> {
    const given = await askHandler()
    if (typeof given?.accessToken !== 'string') {
      throw new HandlerError("The token handler's getClientToken must give a Token.", { method: 'getClientToken' })
    }
    const token = issueToken(given.accessToken, { kind: 'app', scopes: [] })
    const answer = token.value === this.#dead ? undefined : await this.#vouch(token)
    if (answer === undefined) {
      throw new TokenRejectedError('The app token that the handler gives is dead: give another one.', {
        reason: 'invalid',
      })
    }
    if (this.#keyring.app !== undefined && answer.client_id !== this.#keyring.app.clientId) {
      throw new TokenRejectedError('The app token that the handler gives belongs to another app.', {
        reason: 'wrong-app',
      })
    }
    return token
  }

  /** @returns `undefined`: it is dead. */
  async #vouch(token: AccessToken): Promise<ValidateResponse | undefined> {
    const { platform } = this.#keyring
    try {
      const answer = await validateToken(token.value, requestOptions(platform))
      this.#current = { token, validatedAt: platform.now() }
      return answer
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error
      this.#dead = token.value
      return undefined
    }
  }

  #isGood({ expiresAt }: AccessToken, now: number): boolean {
    return expiresAt === undefined || now < expiresAt - EARLY * (1 + this.#keyring.platform.random())
  }
}

function readAppTokenRecord(stored: StoredRecord | undefined): AppTokenRecord | undefined {
  const fields = asObject(stored)
  const accessToken = asString(fields['accessToken'])
  if (stored?.deleted || !accessToken) return undefined
  return { version: stored?.version ?? 0, format: 1, accessToken, expiresAt: asNumber(fields['expiresAt']) }
}
