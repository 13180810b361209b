import { expect, test } from 'vitest'
import { memoryStore } from '../../../src/stores/memory.ts'
import { StoredTokenHandler, Token, TokenManager, type TokenRecord } from '../../../src/token/index.ts'
import { ANN, CLIENT_ID, createWorld } from '../support.ts'

type Handler = StoredTokenHandler<'public'>

/** Keeps each renewed pair in a table of its own as well, when that works. */
class Copying extends StoredTokenHandler<'public'> {
  isAway = false
  readonly rows: [string, string, string | undefined][] = []

  override saveUserToken = async (userId: string, next: TokenRecord, previous: TokenRecord | undefined) => {
    if (this.isAway) throw new Error('the table is away')
    this.rows.push([userId, next.accessToken, previous?.accessToken])
  }
}

function open<Kind extends Handler>(
  Kind: new (options: ConstructorParameters<typeof StoredTokenHandler<'public'>>[0]) => Kind,
  { world = createWorld(), store = memoryStore() } = {},
) {
  const platform = { ...world.twitch.platform, ...world.place.platform() }
  const handler = new Kind({ clientId: CLIENT_ID, clientType: 'public', store, platform })
  return { ...world, world, store, handler, manager: new TokenManager(handler) }
}

test('a subclass has each renewed pair before anybody sees it', async () => {
  const { clock, twitch, handler, manager, issue } = open(Copying)
  const pair = issue()
  await clock.until(handler.add(pair))
  expect(handler.rows).toEqual([])
  const seen: number[] = []
  manager.on('tokenRefreshed', () => void seen.push(handler.rows.length))
  const old = await clock.until(manager.get())
  twitch.id.expireAll()
  const token = await clock.until(manager.renew(old))
  expect(token.value).not.toBe(pair.accessToken)
  expect(handler.rows).toEqual([[ANN.id, token.value, pair.accessToken]])
  expect(seen).toEqual([1])
})

test('what a subclass did not take is offered again after a restart', async () => {
  const { clock, twitch, handler, manager, issue, world, store } = open(Copying)
  await clock.until(handler.add(issue()))
  handler.isAway = true
  const warnings: unknown[] = []
  manager.on('warning', ({ cause }) => warnings.push(cause))
  const old = await clock.until(manager.get())
  twitch.id.expireAll()
  const token = await clock.until(manager.renew(old))
  expect(manager.status(ANN.id)).toMatchObject({ state: 'degraded' })
  expect(warnings[0]).toMatchObject({
    name: 'HandlerError',
    method: 'saveUserToken',
    cause: new Error('the table is away'),
  })
  manager.close()
  const again = open(Copying, { world, store })
  expect(await clock.until(again.manager.get())).toMatchObject({ value: token.value })
  await clock.until(again.manager.maintain())
  expect(again.handler.rows).toEqual([[ANN.id, token.value, undefined]])
  expect(again.manager.status(ANN.id)).toMatchObject({ state: 'ok' })
})

test('a subclass that has app tokens by itself is asked for them', async () => {
  let given = ''
  class Served extends StoredTokenHandler<'public'> {
    override async getClientToken() {
      return new Token(given)
    }
  }
  const { clock, twitch, manager } = open(Served)
  given = twitch.id.issueAppToken(CLIENT_ID).accessToken
  expect(await clock.until(manager.get({ kind: 'app' }))).toMatchObject({ value: given, kind: 'app' })
})

test('a journal is refused where there is a store already', async () => {
  const { clock, handler } = open(Copying)
  const manager = new TokenManager(handler, { journal: memoryStore() })
  await expect(clock.until(manager.get())).rejects.toMatchObject({ name: 'ConfigurationError' })
})

test.each(['getUserToken', 'getIrcToken', 'getClientCredentials'] as const)(
  'a subclass that overrides %s, which is never asked, hears so',
  async (method) => {
    class Mistaken extends StoredTokenHandler<'public'> {}
    Object.defineProperty(Mistaken.prototype, method, { value: async () => undefined })
    const { clock, manager } = open(Mistaken)
    const error = await clock.until(manager.get().catch((error: unknown) => error))
    expect(error).toMatchObject({ name: 'HandlerError', method, message: expect.stringContaining('add()') })
  },
)
