import { BaseTokenHandler, Token, TokenManager } from '../../../src/token/index.ts'
import type { AccessToken, ScopeRequirement } from '../../../src/types.ts'
import { CLIENT_ID, type createWorld } from '../support.ts'

export type World = ReturnType<typeof createWorld>

interface Pair {
  readonly accessToken: string
  readonly refreshToken?: string | undefined
}

/** The app behind a handler: it gives a pair when asked, and keeps what it is told to keep. */
export class App {
  pair: Pair
  /** How often it was asked. */
  questions = 0

  constructor(pair: Pair) {
    this.pair = pair
  }

  async give(): Promise<Pair> {
    this.questions += 1
    return this.pair
  }

  async save({ accessToken, refreshToken }: Pair): Promise<void> {
    this.pair = { accessToken, refreshToken }
  }
}

/** What gives tokens of one user by asking an app: this library, or a deliberate port of a bug. */
export interface Source {
  get(scopes?: ScopeRequirement): Promise<string>
  /** Twitch answered 401 to this one. */
  renew(refused: string): Promise<string>
  getForChat(): Promise<string>
}

export type CreateSource = (world: World, app: App) => Source

/** This library, with a handler of the app's own. */
export function ours({ twitch, place }: World, app: App): Source {
  class Handler extends BaseTokenHandler {
    override async getUserToken() {
      const { accessToken, refreshToken } = await app.give()
      return new Token(accessToken, refreshToken)
    }

    override getIrcToken() {
      return this.getUserToken()
    }

    override async getClientCredentials() {
      return { clientId: CLIENT_ID }
    }

    override saveUserToken(_userId: string, next: Pair) {
      return app.save(next)
    }
  }
  const manager = new TokenManager(new Handler({ ...twitch.platform, ...place.platform() }))
  const handedOut = new Map<string, AccessToken>()
  function note(token: AccessToken): string {
    handedOut.set(token.value, token)
    return token.value
  }
  return {
    get: async (scopes) => note(await manager.get({ scopes })),
    renew: async (refused) => note(await manager.renew(handedOut.get(refused) as AccessToken)),
    getForChat: async () => note((await manager.getForChat(0)) as AccessToken),
  }
}
