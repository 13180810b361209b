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
    const [next, other] = await clock.until(Promise.all([manager.renew(old), manager.get(APP)]))
    expect(next.value).not.toBe(old.value)
    expect(other).toBe(next)
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

/** From now on Twitch does not answer. @returns The function that ends it. */
function silence({ faults }: ReturnType<typeof confidential>['twitch'], path: string) {
  return faults.add({ host: 'id', path, fault: { kind: 'status', status: 503 } })
}

describe('while Twitch does not answer', () => {
  test('one that works is handed out, and Twitch is asked again more and more seldom', async () => {
    const { clock, twitch, asked, openTab } = confidential()
    const { manager } = openTab()
    const token = await clock.until(manager.get(APP))
    await clock.advance(HOUR)
    const end = silence(twitch, '/validate')
    for (let second = 0; second < 120; second += 1) {
      expect(await clock.until(manager.get(APP))).toBe(token)
      await clock.advance(1000)
    }
    const inVain = asked('/validate')
    expect(inVain).toBeGreaterThan(5)
    expect(inVain).toBeLessThan(15)
    end()
    await clock.advance(30_000)
    for (const wait of [0, HOUR - 1]) {
      await clock.advance(wait)
      expect(await clock.until(manager.get(APP))).toBe(token)
      expect(asked('/validate')).toBe(inVain + 1)
    }
    expect(asked('/token')).toBe(1)
  })

  test.each([
    ['ten minutes', '600', 600_000],
    ['a day, which is an hour', '86400', HOUR],
  ])('it is asked no sooner than it said, where that can be read: in %s', async (_, retryAfter, pause) => {
    const { clock, twitch, openTab } = confidential()
    let inVain = 0
    const busy = async () => {
      inVain += 1
      return new Response('', { status: 429, headers: { 'retry-after': retryAfter } })
    }
    const { store } = openTab()
    await clock.until(openTab(store).manager.get(APP))
    const { manager } = openTab(store, { fetch: busy })
    for (const [wait, times] of [
      [0, 1],
      [pause - 1000, 1],
      [1000, 2],
    ] as const) {
      await clock.advance(wait)
      const { value } = await clock.until(manager.get(APP))
      expect([twitch.id.isAlive(value), inVain]).toEqual([true, times])
    }
  })

  test('a page that has only just begun hands out what rests in the store', async () => {
    const { clock, twitch, openTab } = confidential()
    const { manager, store } = openTab()
    const { value } = await clock.until(manager.get(APP))
    silence(twitch, '/validate')
    expect(await clock.until(openTab(store).manager.get(APP))).toMatchObject({ value, kind: 'app' })
  })

  test('one that cannot be replaced is handed out to its end, and no longer', async () => {
    const { clock, twitch, asked, openTab } = createWorld({ clientType: 'confidential', accessTokenLifetime: 4 * 3600 })
    const { manager, store } = openTab()
    const { value } = await clock.until(manager.get(APP))
    silence(twitch, '/token')
    await clock.advance(4 * HOUR - 1)
    const both = [manager, openTab(store).manager]
    for (const page of both.flatMap((page) => [page, page])) {
      expect(await clock.until(page.get(APP))).toMatchObject({ value })
    }
    expect(asked('/token')).toBe(1 + both.length)
    await clock.advance(1)
    for (const page of both) await expect(clock.until(page.get(APP))).rejects.toMatchObject({ name: 'NetworkError' })
  })

  test('and answers again, one is replaced before its end as ever', async () => {
    const { clock, twitch, openTab } = createWorld({ clientType: 'confidential', accessTokenLifetime: 4 * 3600 })
    const { manager } = openTab()
    const { value } = await clock.until(manager.get(APP))
    await clock.advance(HOUR)
    const end = silence(twitch, '/validate')
    await clock.until(manager.get(APP))
    end()
    await clock.advance(HOUR - 60_000)
    await clock.until(manager.get(APP))
    await clock.advance(59 * 60_000)
    expect((await clock.until(manager.get(APP))).value).not.toBe(value)
  })

  test('whoever was refused with one is not answered with it', async () => {
    const { clock, twitch, openTab } = confidential()
    const { manager } = openTab()
    const token = await clock.until(manager.get(APP))
    twitch.id.revoke(token.value)
    const end = silence(twitch, '/validate')
    await expect(clock.until(manager.renew(token))).rejects.toMatchObject({ name: 'NetworkError' })
    end()
    expect((await clock.until(manager.renew(token))).value).not.toBe(token.value)
  })

  test('one that is known to be dead is not handed out, though no other one is to be had', async () => {
    const { clock, twitch, openTab } = confidential()
    const { manager } = openTab()
    const token = await clock.until(manager.get(APP))
    twitch.id.revoke(token.value)
    silence(twitch, '/token')
    await expect(clock.until(manager.renew(token))).rejects.toMatchObject({ name: 'NetworkError' })
    await expect(clock.until(manager.get(APP))).rejects.toMatchObject({ name: 'NetworkError' })
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

  test('is handed out without an answer where Twitch has vouched for it, and not where nobody knows whose it is', async () => {
    const { clock, twitch, manager } = ask(({ twitch }) => twitch.id.issueAppToken(CLIENT_ID).accessToken)
    const end = silence(twitch, '/validate')
    await expect(clock.until(manager.get(APP))).rejects.toMatchObject({ name: 'NetworkError' })
    end()
    const token = await clock.until(manager.get(APP))
    silence(twitch, '/validate')
    await clock.advance(HOUR)
    expect(await clock.until(manager.get(APP))).toBe(token)
  })
})
