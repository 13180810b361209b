import { describe, expect, test } from 'vitest'
import { HandlerError, MissingScopeError, TokenRejectedError } from '../../../src/errors.ts'
import type { TokenRecord } from '../../../src/token/index.ts'
import { BaseTokenHandler, IrcTokenHandler, SimpleTokenHandler, Token, TokenManager } from '../../../src/token/index.ts'
import type { PlatformOptions, ScopeRequirement } from '../../../src/types.ts'
import { ANN, BEN, CLIENT_ID, createWorld, SCOPES } from '../support.ts'

const HOUR = 3_600_000

class Asked extends BaseTokenHandler {
  readonly questions: [string | undefined, ScopeRequirement][] = []
  readonly saved: [string, TokenRecord, TokenRecord | undefined][] = []
  failSaving = false
  token: Token | undefined

  constructor(platform: PlatformOptions, token: Token | undefined) {
    super(platform)
    this.token = token
  }

  override async getUserToken(user: string | undefined, scopes: ScopeRequirement) {
    this.questions.push([user, scopes])
    return this.token
  }

  override async getIrcToken() {
    return this.token
  }

  override async getClientCredentials() {
    return { clientId: CLIENT_ID }
  }

  override async saveUserToken(userId: string, next: TokenRecord, previous: TokenRecord | undefined) {
    if (this.failSaving) throw new Error('the database is away')
    this.saved.push([userId, next, previous])
    this.token = new Token(next.accessToken, next.refreshToken)
  }
}

function ask(world = createWorld(), token?: Token) {
  const pair = world.issue()
  const handler = new Asked(
    { ...world.twitch.platform, ...world.place.platform() },
    token ?? new Token(pair.accessToken, pair.refreshToken),
  )
  return { ...world, pair, handler, manager: new TokenManager(handler) }
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error) => error,
  )

describe('a handler of one’s own', () => {
  test('is asked once by a thousand callers, and its token is validated once', async () => {
    const { clock, handler, manager, asked } = ask()
    await clock.until(Promise.all(Array.from({ length: 1000 }, () => manager.get({ scopes: ['chat:read'] }))))
    await clock.until(manager.get({ scopes: ['chat:edit'] }))
    expect(handler.questions).toEqual([[undefined, ['chat:read']]])
    expect(asked('/validate')).toBe(1)
  })

  test('is asked again when its token lacks a scope, and then the error names the scope', async () => {
    const { clock, handler, manager } = ask()
    await clock.until(manager.get())
    const error = await clock.until(failure(manager.get({ scopes: ['bits:read'] })))
    expect(error).toBeInstanceOf(MissingScopeError)
    expect(handler.questions).toEqual([
      [undefined, []],
      [undefined, ['bits:read']],
    ])
  })

  test('keeps several tokens of one user, and a wider one is added beside the first', async () => {
    const { clock, handler, manager, issue, pair } = ask()
    await clock.until(manager.get({ scopes: ['chat:read'] }))
    const wider = issue('ann', ['bits:read'])
    handler.token = new Token(wider.accessToken, wider.refreshToken)
    expect((await clock.until(manager.get({ scopes: ['bits:read'] }))).value).toBe(wider.accessToken)
    expect((await clock.until(manager.get({ scopes: ['chat:read'] }))).value).toBe(pair.accessToken)
    expect(handler.questions).toHaveLength(2)
  })

  test('gives a dead token with nothing to renew it: asked once more, never in a loop', async () => {
    const world = createWorld()
    const { accessToken } = world.issue()
    const { clock, handler, manager, twitch, asked } = ask(world, new Token(accessToken))
    twitch.id.expireAll()
    for (let call = 0; call < 3; call += 1) {
      const error = await clock.until(failure(manager.get()))
      expect(error).toBeInstanceOf(TokenRejectedError)
      expect(error).toMatchObject({ reason: 'invalid' })
    }
    expect(asked('/validate')).toBe(1)
    expect(handler.questions.length).toBeLessThanOrEqual(3)
  })

  test('whose token died is asked for another, and that one is used', async () => {
    const world = createWorld()
    const { clock, handler, manager, twitch, issue } = ask(world, new Token(world.issue().accessToken))
    const old = await clock.until(manager.get())
    twitch.id.expireAll()
    const fresh = issue()
    handler.token = new Token(fresh.accessToken)
    expect((await clock.until(manager.renew(old))).value).toBe(fresh.accessToken)
  })

  test('gets every renewed pair before anyone sees the new token', async () => {
    const { clock, handler, manager, twitch, pair } = ask()
    const old = await clock.until(manager.get())
    twitch.id.expireAll()
    const renewed = await clock.until(manager.renew(old))
    expect(handler.saved).toHaveLength(1)
    const [userId, next, previous] = handler.saved[0] ?? []
    expect(userId).toBe(ANN.id)
    expect(next).toMatchObject({ accessToken: renewed.value, userId: ANN.id })
    expect(next?.refreshToken).not.toBe(pair.refreshToken)
    expect(previous).toMatchObject({ refreshToken: pair.refreshToken })
  })

  test('that cannot save is handed the pair again until it can, and nothing is lost', async () => {
    const { clock, handler, manager, twitch, asked } = ask()
    const old = await clock.until(manager.get())
    twitch.id.expireAll()
    handler.failSaving = true
    const renewed = await clock.until(manager.renew(old))
    expect(twitch.id.isAlive(renewed.value)).toBe(true)
    expect(manager.status()).toMatchObject({ state: 'degraded' })
    handler.failSaving = false
    await clock.advance(2 * HOUR)
    expect(handler.saved.map(([, next]) => next.accessToken)).toEqual([renewed.value])
    expect(manager.status()).toMatchObject({ state: 'ok' })
    expect(asked('/token')).toBe(1)
  })

  test('that has a newer pair from another machine is believed instead of spending the old one', async () => {
    const { clock, handler, manager, twitch, issue, asked } = ask()
    const old = await clock.until(manager.get())
    twitch.id.expireAll()
    const elsewhere = issue()
    handler.token = new Token(elsewhere.accessToken, elsewhere.refreshToken)
    expect((await clock.until(manager.renew(old))).value).toBe(elsewhere.accessToken)
    expect(asked('/token')).toBe(0)
  })

  test('that gives a dead access token and a good refresh token at start gets it renewed once', async () => {
    const { clock, handler, manager, twitch, asked } = ask()
    twitch.id.expireAll()
    const token = await clock.until(manager.get())
    expect(twitch.id.isAlive(token.value)).toBe(true)
    expect(asked('/token')).toBe(1)
    expect(handler.saved).toHaveLength(1)
  })

  test('that gives nothing means that nobody is signed in', async () => {
    const { clock, handler, manager } = ask()
    handler.token = undefined
    expect(await clock.until(failure(manager.get()))).toMatchObject({ reason: 'signed-out' })
    expect(await clock.until(manager.getForChat(0))).toBeUndefined()
  })

  test('that throws is a HandlerError with the cause', async () => {
    const { clock, handler, manager } = ask()
    const cause = new Error('no database')
    handler.getUserToken = () => Promise.reject(cause)
    const error = await clock.until(failure(manager.get()))
    expect(error).toBeInstanceOf(HandlerError)
    expect(error).toMatchObject({ method: 'getUserToken', cause })
  })

  test('is not asked again for a user by name whose token it gave without one', async () => {
    const { clock, manager, handler, asked } = ask()
    const { value } = await clock.until(manager.get())
    expect((await clock.until(manager.get({ user: ANN.id }))).value).toBe(value)
    expect([handler.questions.length, asked('/validate')]).toEqual([1, 1])
    await clock.until(failure(manager.get({ user: BEN.id })))
    expect(handler.questions.map(([user]) => user)).toEqual([undefined, BEN.id])
  })

  test('that lacks a method is told which one', async () => {
    const { clock, twitch } = createWorld()
    const manager = new TokenManager(new (class extends BaseTokenHandler {})(twitch.platform))
    expect(await clock.until(failure(manager.get()))).toMatchObject({ code: 'handler', method: 'getUserToken' })
    expect(await clock.until(failure(manager.getForChat(0)))).toMatchObject({ method: 'getIrcToken' })
    expect(await clock.until(failure(manager.clientId()))).toMatchObject({ method: 'getClientCredentials' })
    expect(await clock.until(failure(manager.get({ kind: 'app' })))).toMatchObject({ method: 'getClientToken' })
  })

  test('may take minutes to answer, and the caller may leave meanwhile', async () => {
    const { clock, handler, manager } = ask()
    let answer: (token: Token | undefined) => void = () => {}
    handler.getUserToken = () => new Promise((resolve) => (answer = resolve))
    const controller = new AbortController()
    const leaving = failure(manager.get({ signal: controller.signal }))
    const staying = manager.get()
    await clock.advance(10 * 60_000)
    const reason = new Error('left')
    controller.abort(reason)
    expect(await clock.until(leaving)).toBe(reason)
    answer(handler.token)
    expect(await clock.until(staying)).toMatchObject({ userId: ANN.id })
  })
})

describe('identity', () => {
  test('a token of another user than asked for is refused, and left alive: it was made elsewhere', async () => {
    const { clock, manager, asked } = ask()
    expect(await clock.until(failure(manager.get({ user: BEN.id })))).toMatchObject({ reason: 'wrong-user' })
    expect(asked('/revoke')).toBe(0)
  })

  test('a token of another app is refused', async () => {
    const world = createWorld()
    world.twitch.id.addApp({ clientId: 'otherapp', clientType: 'public' })
    const foreign = world.twitch.id.issue({ clientId: 'otherapp', login: 'ann' })
    const { clock, manager } = ask(world, new Token(foreign.accessToken))
    expect(await clock.until(failure(manager.get()))).toMatchObject({ reason: 'wrong-app' })
  })

  test('an app token given as a user token is refused', async () => {
    const world = createWorld({ clientType: 'confidential' })
    const app = world.twitch.id.issueAppToken(CLIENT_ID)
    const { clock, manager } = ask(world, new Token(app.accessToken))
    expect(await clock.until(failure(manager.get()))).toMatchObject({ reason: 'wrong-kind' })
  })

  test('scopes that are null, missing or a string are understood', async () => {
    for (const validateScopes of ['null', 'missing', 'string'] as const) {
      const { clock, manager } = ask(createWorld({ validateScopes }))
      const token = await clock.until(manager.get())
      expect(token.scopes).toEqual(validateScopes === 'string' ? SCOPES : [])
    }
  })
})

describe('ready-made handlers', () => {
  test('SimpleTokenHandler: one token for anything and everything', async () => {
    const { clock, twitch, issue, place } = createWorld()
    const { accessToken } = issue()
    const platform = { ...twitch.platform, ...place.platform() }
    const manager = new TokenManager(new SimpleTokenHandler(`oauth:${accessToken}`, CLIENT_ID, { platform }))
    expect((await clock.until(manager.get())).value).toBe(accessToken)
    expect((await clock.until(manager.get({ kind: 'app' }))).value).toBe(accessToken)
    expect((await clock.until(manager.getForChat(0)))?.value).toBe(accessToken)
    expect(await clock.until(manager.clientId())).toBe(CLIENT_ID)
  })

  test('IrcTokenHandler serves chat, and says so when asked for more', async () => {
    const { clock, twitch, issue, place } = createWorld()
    const { accessToken } = issue()
    const platform = { ...twitch.platform, ...place.platform() }
    const manager = new TokenManager(new IrcTokenHandler(accessToken, { platform }))
    expect((await clock.until(manager.getForChat(0)))?.value).toBe(accessToken)
    expect((await clock.until(failure(manager.clientId()))).message).toContain('IrcTokenHandler serves chat only')
  })

  test('a mistyped option is a TypeError', () => {
    const make = () => new SimpleTokenHandler('token', CLIENT_ID, { refresh_token: 'r' } as never)
    expect(make).toThrow(/no option "refresh_token"/)
  })
})
