import { describe, expect, test } from 'vitest'
import { Client } from '../src/client.ts'
import { memoryStore } from '../src/stores/memory.ts'
import { BaseTokenHandler, Token } from '../src/token/index.ts'
import { ANN, BEN, CLIENT_ID, createWorld, record } from './token/support.ts'

async function chatting() {
  const world = createWorld()
  const { handler } = world.openTab()
  await world.clock.until(handler.add(world.issue()))
  const client = new Client(handler)
  await world.clock.until(client.chat.connect())
  await world.clock.until(client.chat.join('ben'))
  return { ...world, handler, client }
}

describe('a client', () => {
  test('leaves chat when its user signs out, and speaks as nobody any more', async () => {
    const { clock, twitch, client } = await chatting()
    expect(client.chat.login).toBe('ann')
    await clock.until(client.signOut())
    await clock.settle()
    expect(twitch.chat.connections).toHaveLength(0)
    await expect(clock.until(client.chat.say('ben', 'still here'))).rejects.toMatchObject({ code: 'chat' })
  })

  test('says that it has left chat, and comes back by connect() after a new sign-in', async () => {
    const { clock, twitch, client, handler, issue } = await chatting()
    const heard = record((listener) => client.chat.on('disconnected', listener))
    const lines = client.chat.events('privmsg')
    await clock.until(client.signOut())
    await clock.settle()
    expect(heard).toMatchObject([{ retryAt: undefined, error: { code: 'token_rejected', reason: 'signed-out' } }])
    await clock.until(handler.add(issue()))
    await clock.until(client.chat.connect())
    await clock.until(client.chat.join('ben'))
    twitch.chat.send('ben', 'ben', 'welcome back')
    expect((await lines.next()).value).toMatchObject({ text: 'welcome back' })
    client.close()
    expect(heard).toHaveLength(1)
  })

  test('leaves chat when Twitch takes the access away', async () => {
    const { clock, twitch, client } = await chatting()
    twitch.id.disconnect('ann', CLIENT_ID)
    await clock.advance(61 * 60_000)
    expect(client.status()).toMatchObject({ state: 'needs-login' })
    expect(twitch.chat.connections).toHaveLength(0)
  })

  test('that was closed can be started again, as React does', async () => {
    const { clock, twitch, client, handler } = await chatting()
    client.close()
    await clock.until(client.start())
    const heard = record((listener) => client.on('tokenRefreshed', listener))
    await clock.advance(4 * 3_600_000)
    expect(heard.length).toBeGreaterThan(0)
    expect(handler.client).toBe(client)
    expect(twitch.chat.connections).toHaveLength(0)
  })

  test('ends its loops over events when it is closed', async () => {
    const { clock, client } = await chatting()
    const heard: string[] = []
    const loop = (async () => {
      for await (const { login } of client.events('tokenRefreshed')) heard.push(login)
    })()
    await clock.advance(4 * 3_600_000)
    client.close()
    await clock.until(loop)
    expect(heard).toEqual(['ann'])
  })

  test('takes a handler, and says so', () => {
    expect(() => new Client('oauth:abc' as never)).toThrow(/takes a token handler/)
  })
})

test.each([BEN.login, ' 1', ''])('a user is named by an id, and %j is none', async (user) => {
  const { openTab } = createWorld()
  const { manager } = openTab(memoryStore())
  await expect(manager.get({ user })).rejects.toThrow(/user must be a user id/)
  await expect(manager.signOut(user)).rejects.toThrow(/user must be a user id/)
})

test('a handler that does not keep what it renews hears once what is lost', async () => {
  const { clock, twitch, issue, place } = createWorld()
  const { accessToken, refreshToken } = issue()
  class Forgetful extends BaseTokenHandler {
    override async getUserToken() {
      return new Token(accessToken, refreshToken)
    }
    override async getClientCredentials() {
      return { clientId: CLIENT_ID }
    }
  }
  const client = new Client(new Forgetful({ ...twitch.platform, ...place.platform() }))
  const warnings = record<{ message: string }>((listener) => client.on('warning', listener))
  await clock.until(client.tokens.get())
  await clock.until(client.tokens.get({ user: ANN.id }))
  expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('can be spent once')])
})

test('a store that throws anything at all ends in a StoreError', async () => {
  const { clock, openTab, issue } = createWorld()
  const store = { ...memoryStore(), name: 'mine', get: () => Promise.reject(new Error('disk full')) }
  const error = await clock.until(
    openTab(store)
      .handler.add(issue())
      .catch((error) => error),
  )
  expect(error).toMatchObject({ code: 'store', cause: { message: 'disk full' } })
  expect(error.message).toContain('"mine"')
})
