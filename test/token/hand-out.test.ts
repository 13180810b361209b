import { expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { BaseTokenHandler, StoredTokenHandler, Token, TokenManager } from '../../src/token/index.ts'
import { ANN, BEN, CLIENT_ID, createWorld } from './support.ts'

const HOUR = 3_600_000
const ALONE = { locks: undefined, channel: undefined }

test('a token that was signed out elsewhere is not handed out, though nobody told of it', async () => {
  const { clock, openTab, issue } = createWorld()
  const store = memoryStore()
  const there = openTab(store, ALONE)
  await clock.until(there.handler.add(issue()))
  const manager = new TokenManager(openTab(store, ALONE).handler, { timers: false })
  await clock.until(manager.get())
  await clock.advance(HOUR + 1_000)
  await clock.until(there.manager.signOut(ANN.id))
  await expect(clock.until(manager.get())).rejects.toMatchObject({ reason: 'signed-out' })
  manager.close()
})

test('a user whose token has died is given the other one that lives', async () => {
  const { clock, twitch, openTab, issue } = createWorld()
  const { handler, manager } = openTab()
  const dead = issue('ann', ['chat:read'])
  const alive = issue('ann', ['bits:read', 'chat:edit'])
  await clock.until(handler.add({ accessToken: dead.accessToken }))
  await clock.until(handler.add({ accessToken: alive.accessToken }))
  await clock.until(manager.get())
  manager.close()
  twitch.id.revoke(dead.accessToken)
  await clock.advance(HOUR + 1_000)
  expect(await clock.until(manager.get())).toMatchObject({ value: alive.accessToken })
  manager.close()
})

test('whoever chats, and has not signed in, is nobody to chat, and no error', async () => {
  const { clock, twitch } = createWorld()
  const platform = twitch.platform
  const handler = new StoredTokenHandler({
    clientId: CLIENT_ID,
    clientType: 'public',
    store: memoryStore(),
    chatUser: BEN.id,
    platform,
  })
  const manager = new TokenManager(handler)
  expect(await clock.until(manager.getForChat(0))).toBe(undefined)
  manager.close()
})

/** A handler that lets a person take their time. */
function askPerson({ takes = 0, lives = true } = {}) {
  const world = createWorld()
  const { clock, twitch, issue } = world
  let asked = 0
  let pair = issue()
  class Asking extends BaseTokenHandler {
    override async getUserToken() {
      asked += 1
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, takes))
      if (!lives || !twitch.id.isAlive(pair.accessToken)) pair = issue()
      return new Token(pair.accessToken)
    }

    override async getClientCredentials() {
      return { clientId: CLIENT_ID }
    }
  }
  const manager = new TokenManager(new Asking(twitch.platform), { timers: false })
  return { ...world, manager, questions: () => asked }
}

test.each(['get', 'renew'] as const)(
  'a hundred who %s while a token is dead wait for one person, who is asked once',
  async (way) => {
    const { clock, twitch, manager, questions } = askPerson({ takes: 40_000 })
    const old = await clock.until(manager.get())
    twitch.id.expireAll()
    await clock.advance(5 * HOUR)
    const before = questions()
    const ask = () => (way === 'get' ? manager.get() : manager.renew(old))
    const tokens = await clock.until(Promise.all(Array.from({ length: 100 }, ask)))
    expect(new Set(tokens.map(({ value }) => value)).size).toBe(1)
    expect(tokens[0]?.value).not.toBe(old.value)
    // Once before the renewal, in which nobody is waited for longer than half a minute, and once for another token.
    expect(questions() - before).toBe(2)
  },
)

test('a token that lacks a scope, and is given again, is not validated again', async () => {
  const { clock, asked, manager } = askPerson()
  await clock.until(manager.get())
  for (let time = 0; time < 10; time += 1)
    await expect(clock.until(manager.get({ scopes: ['bits:read'] }))).rejects.toMatchObject({
      name: 'MissingScopeError',
    })
  expect(asked('/validate')).toBe(1)
})
