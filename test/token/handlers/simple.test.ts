import { expect, test } from 'vitest'
import { SimpleTokenHandler, type SimpleTokenHandlerOptions, Token, TokenManager } from '../../../src/token/index.ts'
import { CLIENT_ID, createWorld, record, SECRET } from '../support.ts'

const APP = { kind: 'app' } as const
const confidential = () => createWorld({ clientType: 'confidential' })

function open(
  options: SimpleTokenHandlerOptions = { clientSecret: SECRET },
  { world = confidential(), Handler = SimpleTokenHandler } = {},
) {
  const { accessToken, refreshToken } = world.issue()
  const platform = { ...world.twitch.platform, ...world.place.platform() }
  const handler = new Handler(accessToken, CLIENT_ID, { refreshToken, platform, ...options })
  return { ...world, accessToken, manager: new TokenManager(handler) }
}

test.each([
  ['the user’s token was renewed', undefined],
  ['nobody has asked for the user’s token', APP],
])('who asks for the app’s token after %s has the user’s as it is now', async (_, first) => {
  const { clock, twitch, accessToken, asked, manager } = open()
  expect(await clock.until(manager.get(APP))).toMatchObject({ value: accessToken })
  twitch.id.expireAll()
  await clock.advance(4 * 3_600_000)
  const { value } = await clock.until(manager.get(first))
  expect(twitch.id.isAlive(value)).toBe(true)
  expect(await clock.until(manager.get(APP))).toMatchObject({ value })
  expect(await clock.until(manager.get())).toMatchObject({ value })
  expect(asked('/token')).toBe(1)
})

test('a token that serves for the app, and is refused, is renewed', async () => {
  const { clock, twitch, manager } = open()
  const old = await clock.until(manager.get(APP))
  twitch.id.revoke(old.value)
  const next = await clock.until(manager.renew(old))
  expect(twitch.id.isAlive(next.value)).toBe(true)
  expect(await clock.until(manager.get(APP))).toBe(next)
})

test('one token is validated once for both', async () => {
  const { clock, asked, manager } = open()
  await clock.until(Promise.all([manager.get(), manager.get(APP)]))
  await clock.until(manager.get(APP))
  expect(asked('/validate')).toBe(1)
})

test('a clientToken is the app’s, and the user’s is not', async () => {
  const world = confidential()
  const clientToken = world.twitch.id.issueAppToken(CLIENT_ID).accessToken
  const { clock, accessToken, manager } = open({ clientToken }, { world })
  expect(await clock.until(manager.get(APP))).toMatchObject({ value: clientToken, kind: 'app' })
  expect(await clock.until(manager.get())).toMatchObject({ value: accessToken, kind: 'user' })
})

test('a subclass that has app tokens by itself is asked for them', async () => {
  const world = confidential()
  const given = world.twitch.id.issueAppToken(CLIENT_ID).accessToken
  class Served extends SimpleTokenHandler {
    override async getClientToken() {
      return new Token(given)
    }
  }
  const { clock, manager } = open({}, { world, Handler: Served })
  expect(await clock.until(manager.get(APP))).toMatchObject({ value: given, kind: 'app' })
})

test('a public app hears that what is renewed is lost with the page', async () => {
  const { clock, manager } = open({}, { world: createWorld() })
  const warnings = record<{ message: string }>((listen) => manager.on('warning', listen))
  await clock.until(manager.get(APP))
  expect(warnings).toMatchObject([{ message: expect.stringContaining('it is lost with the page') }])
})
