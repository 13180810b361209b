import type { Scope, ScopeRequirement } from '../../../src/types.ts'
import { CLIENT_ID } from '../support.ts'
import type { App, Source, World } from './source.ts'

interface Held {
  access: string
  refresh: string
  scopes: Scope[]
  validatedAt: number | undefined
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const HOUR = 3_600_000

/** As Python looks into a dictionary. */
function need(body: Answer['body'], key: string): string {
  if (!(key in body)) throw new Error(`KeyError: ${key}`)
  return String(body[key])
}

/**
 * The token handlers of 2022, small and without their bugs: each bug overrides one step. It is a stand-in for tests,
 * and good for nothing else.
 */
export class Port implements Source {
  readonly world: World
  readonly app: App
  held: Held[] = []
  /** What a token must have for chat. */
  chatScope = 'chat:read'

  constructor(world: World, app: App) {
    this.world = world
    this.app = app
  }

  async get(scopes: ScopeRequirement = []): Promise<string> {
    const wanted = scopes as readonly Scope[]
    const held = this.held.find((held) => this.knows(held, wanted)) ?? (await this.ask())
    await this.makeGood(held)
    if (!this.suffices(held.scopes, wanted)) throw new Error(`The token lacks one of ${wanted.join(', ')}.`)
    return held.access
  }

  async renew(refused: string): Promise<string> {
    const dead = this.held.find(({ access }) => access === refused)
    if (dead === undefined) throw new Error('Nobody knows this token.')
    const fresh: Held = { ...dead }
    await this.refresh(fresh)
    this.replace(dead, fresh)
    return fresh.access
  }

  async getForChat(): Promise<string> {
    return this.get([this.chatScope as Scope])
  }

  async ask(): Promise<Held> {
    const { accessToken, refreshToken = '' } = await this.app.give()
    const held: Held = { access: accessToken, refresh: refreshToken, scopes: [], validatedAt: undefined }
    this.held = [...this.held.filter(({ access }) => access !== accessToken), held]
    return held
  }

  async makeGood(held: Held): Promise<void> {
    const now = this.world.clock.now()
    if (held.validatedAt !== undefined && now - held.validatedAt < HOUR) return
    const answer = await this.validate(held)
    if (answer.status === 401) {
      await this.refresh(held)
      return this.afterRefresh(held, answer)
    }
    held.scopes = answer.body['scopes'] as Scope[]
    this.noteValidation(held)
  }

  async refresh(held: Held): Promise<void> {
    const { body } = await this.requestRefresh(held)
    held.access = need(body, 'access_token')
    held.refresh = need(body, 'refresh_token')
    this.noteValidation(held)
    await this.save(held)
  }

  validate({ access }: Held): Promise<Answer> {
    return this.request('GET', '/validate', { headers: { authorization: `OAuth ${access}` } })
  }

  async requestRefresh({ refresh }: Held): Promise<Answer> {
    const answer = await this.request('POST', '/token', {
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: refresh }),
    })
    if (answer.status !== 200) throw new Error(`InvalidToken: ${answer.body['message']}`)
    return answer
  }

  async request(method: string, path: string, init: RequestInit): Promise<Answer> {
    const { fetch, endpoints } = this.world.twitch
    const response = await fetch(`${endpoints.id}${path}`, { ...init, method })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} }
  }

  knows(held: Held, scopes: readonly Scope[]): boolean {
    return this.suffices(held.scopes, scopes)
  }

  suffices(granted: readonly Scope[], wanted: readonly Scope[]): boolean {
    return wanted.every((scope) => granted.includes(scope))
  }

  noteValidation(held: Held): void {
    held.validatedAt = this.world.clock.now()
  }

  async afterRefresh(held: Held, _refused: Answer): Promise<void> {
    const { body } = await this.validate(held)
    held.scopes = body['scopes'] as Scope[]
  }

  replace(dead: Held, fresh: Held): void {
    this.held = this.held.map((held) => (held === dead ? fresh : held))
  }

  save({ access, refresh }: Held): Promise<void> {
    return this.app.save({ accessToken: access, refreshToken: refresh })
  }
}

/** 1. When it was validated is read, and never written. */
export class NeverNotesValidation extends Port {
  override noteValidation(): void {}
}

/** 2. It asks an address that does not exist, and takes the missing `status` of a success for one. */
export class RefreshesElsewhere extends Port {
  override async requestRefresh({ refresh }: Held): Promise<Answer> {
    const query = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: refresh })
    const answer = await this.request('GET', `/refresh?${query}`, {})
    if (need(answer.body, 'status') === '401') throw new Error('InvalidToken')
    return answer
  }
}

/** 3. After a refresh that worked it looks at the 401 from before. */
export class ReadsTheOldAnswer extends Port {
  override async afterRefresh(_held: Held, refused: Answer): Promise<void> {
    if (refused.body['status'] === 401) throw new Error(`InvalidToken: ${refused.body['message']}`)
  }
}

/** 4. It looks for a list of scopes in a list of scopes. */
export class LooksForTheList extends Port {
  override knows(held: Held, scopes: readonly Scope[]): boolean {
    return (held.scopes as unknown[]).includes(scopes)
  }
}

/** 5. A new token is added, and the dead one stays. */
export class KeepsTheDead extends Port {
  override replace(_dead: Held, fresh: Held): void {
    this.held = [...this.held, fresh]
  }
}

/** 6. It checks for a scope that Twitch has not got. */
export class WantsChatLogin extends Port {
  override chatScope = 'chat:login'
}

/** 7. Any one of the scopes will do. */
export class TakesAnyScope extends Port {
  override suffices(granted: readonly Scope[], wanted: readonly Scope[]): boolean {
    return wanted.length === 0 || wanted.some((scope) => granted.includes(scope))
  }
}

/** 8. The app never hears of a renewed pair. */
export class NeverSaves extends Port {
  override async save(): Promise<void> {}
}
