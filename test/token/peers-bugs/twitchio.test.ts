import { describe, expect, test } from 'vitest'
import { createWorld, SCOPES } from '../support.ts'
import {
  KeepsTheDead,
  LooksForTheList,
  NeverNotesValidation,
  NeverSaves,
  Port,
  ReadsTheOldAnswer,
  RefreshesElsewhere,
  TakesAnyScope,
  WantsChatLogin,
} from './port.ts'
import { App, type CreateSource, ours, type Source, type World } from './source.ts'

interface Stage {
  readonly world: World
  readonly app: App
  readonly source: Source
  /** The page or process begins anew; the app has kept what it was told to keep. */
  restart(): Source
}

interface Fact {
  readonly fact: string
  readonly bug: new (world: World, app: App) => Source
  /** How the fact breaks when the bug is there. */
  readonly breaks: RegExp
  holds(stage: Stage): Promise<void>
}

function stageFor(create: CreateSource): Stage {
  const world = createWorld()
  const app = new App(world.issue())
  const restart = () => create(world, app)
  return { world, app, source: restart(), restart }
}

const facts: readonly Fact[] = [
  {
    fact: 'a token is validated once, not before every request',
    bug: NeverNotesValidation,
    breaks: /^validations: expected 10 to be 1/,
    async holds({ world: { clock, asked }, source }) {
      for (let call = 0; call < 10; call += 1) await clock.until(source.get())
      expect(asked('/validate'), 'validations').toBe(1)
    },
  },
  {
    fact: 'a refused token is renewed where Twitch renews tokens',
    bug: RefreshesElsewhere,
    breaks: /^KeyError: access_token/,
    async holds({ world: { clock, twitch, asked }, source }) {
      const old = await clock.until(source.get())
      twitch.id.expireAll()
      const renewed = await clock.until(source.renew(old))
      expect(twitch.id.isAlive(renewed), 'renewed at Twitch').toBe(true)
      expect(asked('/token')).toBe(1)
    },
  },
  {
    fact: 'a token that is found dead and renewed is handed out',
    bug: ReadsTheOldAnswer,
    breaks: /^InvalidToken: invalid access token/,
    async holds({ world: { clock, twitch }, source }) {
      twitch.id.expireAll()
      expect(twitch.id.isAlive(await clock.until(source.get()))).toBe(true)
    },
  },
  {
    fact: 'the app is asked once for the same scopes',
    bug: LooksForTheList,
    breaks: /^questions: expected 3 to be 1/,
    async holds({ world: { clock }, app, source }) {
      for (let call = 0; call < 3; call += 1) await clock.until(source.get(['chat:read']))
      expect(app.questions, 'questions').toBe(1)
    },
  },
  {
    fact: 'a token that was refused is never handed out again',
    bug: KeepsTheDead,
    breaks: /^alive: expected false to be true/,
    async holds({ world: { clock, twitch }, source }) {
      const old = await clock.until(source.get())
      twitch.id.expireAll()
      await clock.until(source.renew(old))
      expect(twitch.id.isAlive(await clock.until(source.get())), 'alive').toBe(true)
    },
  },
  {
    fact: 'chat takes a token with chat:read',
    bug: WantsChatLogin,
    breaks: /lacks one of chat:login/,
    async holds({ world: { clock, twitch }, source }) {
      expect(twitch.id.isAlive(await clock.until(source.getForChat()))).toBe(true)
    },
  },
  {
    fact: 'who needs two scopes is not given a token with one of them',
    bug: TakesAnyScope,
    breaks: /resolved .* instead of rejecting/,
    async holds({ world: { clock }, source }) {
      expect(SCOPES).not.toContain('bits:read')
      await expect(clock.until(source.get(['chat:read', 'bits:read']))).rejects.toThrow(/bits:read/)
      await clock.until(source.get(['chat:read', 'chat:edit']))
    },
  },
  {
    fact: 'a renewed pair reaches the app, so that a restart loses nothing',
    bug: NeverSaves,
    breaks: /^InvalidToken: Invalid refresh token/,
    async holds({ world: { clock, twitch }, source, restart }) {
      const old = await clock.until(source.get())
      twitch.id.expireAll()
      const renewed = await clock.until(source.renew(old))
      expect(await clock.until(restart().get())).toBe(renewed)
    },
  },
]

describe.each(facts)('$fact', ({ bug: Bug, breaks, holds }) => {
  test('here', () => holds(stageFor(ours)))

  test('not with the bug of 2022', async () => {
    await expect(holds(stageFor((world, app) => new Bug(world, app)))).rejects.toThrow(breaks)
  })

  test('and it is that bug alone which breaks it', () => holds(stageFor((world, app) => new Port(world, app))))
})
