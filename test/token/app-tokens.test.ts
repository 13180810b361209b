import { describe, expect, test } from 'vitest'
import { BaseTokenHandler, Token, TokenManager } from '../../src/token/index.ts'
import { CLIENT_ID, createWorld } from './support.ts'

const HOUR = 3_600_000
const APP = { kind: 'app' } as const

const confidential = () => createWorld({ clientType: 'confidential' })

describe('minted with the client secret', () => {
  test('one does for a thousand callers, and for every page over the store', async () => {
    const { clock, asked, openTab } = confidential()
    const { manager, store } = openTab()
    const all = await clock.until(Promise.all(Array.from({ length: 1000 }, () => manager.get(APP))))
    const elsewhere = await clock.until(openTab(store).manager.get(APP))
    expect(new Set([...all, elsewhere].map(({ value }) => value)).size).toBe(1)
    expect(elsewhere).toMatchObject({ kind: 'app', scopes: [] })
    expect(asked('/token')).toBe(1)
  })

  test('is validated by the hour, and no sooner', async () => {
    const { clock, asked, openTab } = confidential()
    const { manager } = openTab()
    await clock.until(manager.get(APP))
    await clock.advance(HOUR - 1)
    await clock.until(manager.get(APP))
    expect(asked('/validate')).toBe(0) // a 200 of /token counts as a validation
    await clock.advance(1)
    await clock.until(manager.get(APP))
    expect(asked('/validate')).toBe(1)
  })

  test('is replaced where a call was refused with it and Twitch says that it is dead', async () => {
    const { clock, twitch, asked, openTab } = confidential()
    const { manager } = openTab()
    const old = await clock.until(manager.get(APP))
    expect((await clock.until(manager.renew(old))).value).toBe(old.value)
    twitch.id.revoke(old.value)
    const next = await clock.until(manager.renew(old))
    expect(next.value).not.toBe(old.value)
    expect(await clock.until(manager.get(APP))).toBe(next)
    expect(asked('/token')).toBe(2)
  })

  test('is replaced before its end', async () => {
    const { clock, asked, openTab } = createWorld({ clientType: 'confidential', accessTokenLifetime: 4 * 3600 })
    const { manager } = openTab()
    const old = await clock.until(manager.get(APP))
    await clock.advance(3 * HOUR)
    expect((await clock.until(manager.get(APP))).value).not.toBe(old.value)
    expect(asked('/token')).toBe(2)
  })

  test('a public app is told that it can have none', async () => {
    const { clock, openTab } = createWorld()
    await expect(clock.until(openTab().manager.get(APP))).rejects.toMatchObject({ name: 'ConfigurationError' })
  })
})

describe('of a handler of one’s own', () => {
  function ask(tokens: (world: ReturnType<typeof confidential>) => string) {
    const world = confidential()
    let questions = 0
    class Handler extends BaseTokenHandler {
      override async getClientToken() {
        questions += 1
        return new Token(tokens(world))
      }

      override async getClientCredentials() {
        return { clientId: CLIENT_ID }
      }
    }
    return { ...world, manager: new TokenManager(new Handler(world.twitch.platform)), questions: () => questions }
  }

  test('is asked for once, validated by the hour, and asked for again when it is dead', async () => {
    const { clock, twitch, asked, manager, questions } = ask(
      ({ twitch }) => twitch.id.issueAppToken(CLIENT_ID).accessToken,
    )
    const first = await clock.until(manager.get(APP))
    await clock.until(manager.get(APP))
    expect([questions(), asked('/validate')]).toEqual([1, 1])
    await clock.advance(HOUR)
    expect(await clock.until(manager.get(APP))).toBe(first)
    expect([questions(), asked('/validate')]).toEqual([1, 2])
    twitch.id.revoke(first.value)
    expect((await clock.until(manager.renew(first))).value).not.toBe(first.value)
    expect(questions()).toBe(2)
  })

  test('is refused whenever it belongs to another app', async () => {
    const { clock, manager, twitch } = ask(({ twitch }) => twitch.id.issueAppToken('otherapp').accessToken)
    twitch.id.addApp({ clientId: 'otherapp', clientType: 'confidential', clientSecret: 'other5secret' })
    await expect(clock.until(manager.get(APP))).rejects.toMatchObject({ reason: 'wrong-app' })
    await expect(clock.until(manager.get(APP))).rejects.toMatchObject({ reason: 'wrong-app' })
  })

  test('a dead one is known by then, and Twitch is not asked about it again', async () => {
    const { clock, asked, manager } = ask(() => 'dead0and1buried')
    await expect(clock.until(manager.get(APP))).rejects.toMatchObject({ reason: 'invalid' })
    await expect(clock.until(manager.get(APP))).rejects.toMatchObject({ reason: 'invalid' })
    expect(asked('/validate')).toBe(1)
  })
})
