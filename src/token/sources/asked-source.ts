import { HandlerError, TokenRejectedError, TwitchKeyringError } from '../../errors.ts'
import { SingleFlight } from '../../internal/single-flight.ts'
import { TIMED_OUT, waitFor } from '../../internal/wait.ts'
import type { ScopeRequirement } from '../../types.ts'
import type { KeyedRecord } from '../accounts.ts'
import { adoptPair } from '../adoption.ts'
import { askedFor, noAnswer } from '../asked-for.ts'
import type { BaseTokenHandler } from '../handlers/base-token-handler.ts'
import type { Keeper } from '../keeper.ts'
import type { KeptToken } from '../kept-token.ts'
import { spentBy, type TokenRecord } from '../renewal/record.ts'
import type { Token } from '../token.ts'
import { choose, type TokenSource } from './token-source.ts'

/** So many dead tokens are remembered, lest a handler gives one again. */
const REMEMBERED = 100

/** What is asked where no user is named; with the user id behind it where one is. */
const ANYBODY = 'user:'

/** A handler that is asked once more before a renewal may take this long, in milliseconds. */
const ASKED_ANEW_FOR = 30_000

interface Question {
  /** The same for the same question, scopes apart. */
  readonly about: string
  readonly user: string | undefined
  readonly ask: (scopes: ScopeRequirement) => Promise<Token | undefined>
  readonly method: string
}

/**
 * Tokens that a handler gives: it is asked once, and again only when its token died or lacks a scope, and never in a
 * loop when it gives the same dead token again.
 */
export class AskedSource implements TokenSource {
  readonly #keeper: Keeper
  readonly #handler: BaseTokenHandler
  readonly #warn: (problem: unknown) => void
  #hasWarned = false
  /** Which tokens were given for a question, by key. */
  readonly #answers = new Map<string, Set<string>>()
  readonly #questions = new Map<string, Question>()
  readonly #asking: SingleFlight<KeptToken | undefined>
  readonly #dead = new Map<string, TokenRejectedError>()

  constructor(keeper: Keeper, handler: BaseTokenHandler, warn: (problem: unknown) => void) {
    this.#warn = warn
    this.#keeper = keeper
    this.#handler = handler
    this.#asking = new SingleFlight(handler.platform, askedFor())
  }

  known(user: string | undefined, scopes: ScopeRequirement | undefined): KeptToken | undefined {
    return this.#known(`${ANYBODY}${user ?? ''}`, user, scopes)
  }

  obtain(user: string | undefined, scopes: ScopeRequirement): Promise<KeptToken | undefined> {
    return this.#obtain(
      {
        about: `${ANYBODY}${user ?? ''}`,
        user,
        ask: (scopes) => this.#handler.getUserToken(user, scopes),
        method: 'getUserToken',
      },
      scopes,
    )
  }

  obtainForChat(shardId: number): Promise<KeptToken | undefined> {
    return this.#obtain(
      {
        about: `irc:${shardId}`,
        user: undefined,
        ask: () => this.#handler.getIrcToken(shardId),
        method: 'getIrcToken',
      },
      ['chat:read'],
    )
  }

  async instead(kept: KeptToken, error: TokenRejectedError): Promise<KeptToken | undefined> {
    for (const [about, keys] of this.#answers) {
      if (!keys.has(kept.key)) continue
      const question = this.#questions.get(about)
      if (question === undefined) continue
      this.#bury(about, kept.record.accessToken, error)
      const other = await this.#askOnce(question, kept.record.scopes)
      if (other?.record.accessToken !== kept.record.accessToken) return other
    }
    return undefined
  }

  /** A token that was given without a name may turn out to be that of a user who is asked for by name. */
  #known(about: string, user: string | undefined, scopes: ScopeRequirement | undefined): KeptToken | undefined {
    const tokens: KeptToken[] = []
    for (const question of user === undefined ? [about] : [ANYBODY, about]) {
      for (const key of this.#answers.get(question) ?? []) {
        const kept = this.#keeper.known.find(key)
        if (kept !== undefined && (user === undefined || kept.record.userId === user)) tokens.push(kept)
      }
    }
    return choose(tokens, scopes)
  }

  async #obtain(question: Question, scopes: ScopeRequirement): Promise<KeptToken | undefined> {
    const known = this.#known(question.about, question.user, scopes)
    if (known !== undefined && known.rejected === undefined && known.can(scopes)) return known
    return (await this.#askOnce(question, scopes)) ?? known
  }

  async #askOnce(question: Question, scopes: ScopeRequirement): Promise<KeptToken | undefined> {
    const { about, method } = question
    // The one who asked first may be gone: then it is asked once more.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const given = await this.#asking.run(`${about} ${JSON.stringify(scopes)}`, () => this.#ask(question, scopes))
      if (given !== TIMED_OUT) return given
    }
    throw noAnswer(method)
  }

  async #ask(question: Question, scopes: ScopeRequirement): Promise<KeptToken | undefined> {
    const { about, user } = question
    const token = await askHandler(question, scopes)
    if (token === undefined) return undefined
    if (token.refreshToken !== undefined) this.#warnOfLoss()
    const dead = this.#dead.get(`${about} ${token.accessToken}`)
    if (dead !== undefined) throw dead

    const { keyring, known } = this.#keeper
    for (const key of this.#answers.get(about) ?? []) {
      const same = known.find(key)
      if (same?.record.accessToken === token.accessToken && same.isGood(keyring.platform.now())) return same
    }
    let key: string
    try {
      ;({ key } = await adoptPair(
        keyring,
        { accessToken: token.accessToken, refreshToken: token.refreshToken },
        { expectedUser: user },
      ))
    } catch (error) {
      if (error instanceof TokenRejectedError) this.#bury(about, token.accessToken, error)
      throw error
    }
    const kept = await known.load(key, 'here', (old) => this.#askAnew(question, scopes, old))
    this.#questions.set(about, question)
    const keys = this.#answers.get(about) ?? new Set()
    this.#answers.set(about, keys.add(key))
    return kept
  }

  /** Before a renewal: by now the handler may have a newer pair, from another machine. */
  async #askAnew(question: Question, scopes: ScopeRequirement, old: TokenRecord): Promise<KeyedRecord | undefined> {
    const { keyring } = this.#keeper
    const asked = await waitFor(askHandler(question, scopes), ASKED_ANEW_FOR, keyring.platform)
    if (asked === undefined || asked === TIMED_OUT || asked.accessToken === old.accessToken) return undefined
    const { accessToken, refreshToken } = asked
    if (refreshToken !== undefined && spentBy(old).includes(refreshToken)) return undefined
    return adoptPair(keyring, { accessToken, refreshToken })
  }

  /** Said once, since nothing else would: the next load would send a spent token, and end the grant. */
  #warnOfLoss(): void {
    const { app, book } = this.#keeper.keyring
    if (this.#hasWarned || app?.clientType !== 'public') return
    this.#hasWarned = true
    const safe = 'Use a StoredTokenHandler, or '
    if (this.#handler.saveUserToken === undefined) {
      this.#warn(
        `This handler gives a refresh token of a public app, which can be spent once, and does not keep what replaces it: it is lost with the page. ${safe}override saveUserToken.`,
      )
    } else if (!book.store.durable) {
      this.#warn(
        `This handler gives a refresh token of a public app, which can be spent once: two pages, or a page that ends at the wrong moment, may spend it twice. ${safe}pass a journal that all pages share.`,
      )
    }
  }

  #bury(about: string, accessToken: string, error: TokenRejectedError): void {
    this.#dead.set(`${about} ${accessToken}`, error)
    const [oldest] = this.#dead.keys()
    if (this.#dead.size > REMEMBERED && oldest !== undefined) this.#dead.delete(oldest)
  }
}

async function askHandler({ ask, method }: Question, scopes: ScopeRequirement): Promise<Token | undefined> {
  let token: Token | undefined
  try {
    token = await ask(scopes)
  } catch (cause) {
    if (cause instanceof TwitchKeyringError) throw cause
    throw new HandlerError(`The token handler's ${method} threw: see the cause.`, { method, cause })
  }
  if (token === undefined || token === null) return undefined
  if (typeof token.accessToken !== 'string' || token.accessToken === '') {
    throw new HandlerError(`The token handler's ${method} must give a Token, or undefined when nobody is signed in.`, {
      method,
    })
  }
  return token
}
