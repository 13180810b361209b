import { describe, expect, test } from 'vitest'
import { ChatClient } from '../../src/chat/client.ts'
import { Client } from '../../src/client.ts'
import { BaseTokenHandler, Token } from '../../src/token/index.ts'
import { CLIENT_ID, createWorld } from '../token/support.ts'
import { createFakeChat, createTokens } from './fake.ts'

test('while the connection of a channel is lost, no other account speaks there', async () => {
  const chat = createFakeChat()
  const viewer = createTokens(chat.twitch, 'viewer')
  const getForChat = async (shardId: number) => (shardId === 0 ? chat.tokens.current : viewer.current)
  const { platform } = chat.twitch
  const said: string[] = []
  const listener = new ChatClient({ platform, channels: ['streamer'] })
  listener.on('privmsg', ({ login, text }) => said.push(`${login}: ${text}`))
  const client = new ChatClient({
    tokens: { ...chat.tokens, getForChat },
    platform,
    channels: ['a', 'streamer'],
    channelsPerShard: 1,
  })
  await chat.clock.until(Promise.all([listener.connect(), client.connect()]))
  await chat.clock.advance(1000)
  chat.twitch.chat.close(1006, { on: chat.twitch.chat.connections.filter(({ nick }) => nick === 'viewer') })
  await chat.clock.settle()
  const lost = client.say('streamer', 'lost')
  const later = client.say('streamer', 'later', { whenOffline: 'wait' })
  await expect(chat.clock.until(lost)).rejects.toMatchObject({ reason: 'not-connected' })
  await chat.clock.until(later)
  expect(said).toEqual(['viewer: later'])
})

describe('who signs out', () => {
  // Asked for a token, at the handshake, or logged in: the welcome takes 600 ms.
  test.each([350, 450, 500, 550, 590])('%i ms after connect() is not in chat', async (ms) => {
    const world = createWorld({ chat: { latency: 300 } })
    const { handler } = world.openTab()
    const client = new Client(handler, { chat: { channels: ['ben'] } })
    await world.clock.until(handler.add(world.issue()))
    const connected: string[] = []
    client.chat.on('connected', ({ login }) => connected.push(login))
    const connecting = client.chat.connect()
    const outcome = connecting.catch((error: unknown) => error)
    await world.clock.settle()
    await world.clock.advance(ms)
    expect(client.chat.login).toBeUndefined()
    await world.clock.until(client.signOut())
    await world.clock.advance(60_000)
    expect(await outcome).toMatchObject({ code: 'token_rejected', reason: 'signed-out' })
    expect(connected).toEqual([])
    expect(client.chat.login).toBeUndefined()
    expect(world.twitch.chat.connections.filter(({ state }) => state !== 'closed')).toEqual([])
    client.close()
  })

  test.each(['ann', 'ben'] as const)('is heard of no more, as one of two accounts: %s', async (who) => {
    const world = createWorld()
    const pairs = { ann: world.issue('ann'), ben: world.issue('ben') }
    class TwoAccounts extends BaseTokenHandler {
      override async getIrcToken(shardId: number) {
        return new Token((shardId === 0 ? pairs.ann : pairs.ben).accessToken)
      }
      override async getClientCredentials() {
        return { clientId: CLIENT_ID }
      }
    }
    const client = new Client(new TwoAccounts(world.twitch.platform), {
      chat: { channels: ['ann', 'ben'], channelsPerShard: 1 },
    })
    const lost: string[] = []
    client.chat.on('disconnected', ({ error }) => lost.push(error.message))
    const gone: string[] = []
    client.on('needsLogin', ({ login }) => gone.push(login))
    await world.clock.until(client.chat.connect())
    await world.clock.advance(1000)
    world.twitch.id.disconnect(who, CLIENT_ID)
    await world.clock.advance(3 * 3_600_000)
    expect(gone).toEqual([who])
    expect(lost).not.toEqual([])
    for (const channel of ['ann', 'ben'])
      await expect(world.clock.until(client.chat.say(channel, 'still here'))).rejects.toMatchObject({
        reason: 'not-connected',
      })
    client.close()
  })
})

test('what was to be said is not said by whoever signs in next', async () => {
  const world = createWorld()
  const { handler } = world.openTab()
  const client = new Client(handler, { chat: { channels: ['ben'] } })
  await world.clock.until(handler.add(world.issue('ann')))
  const said = client.chat.say('ben', 'as ann', { whenOffline: 'wait' })
  const outcome = said.catch((error: unknown) => error)
  await world.clock.until(client.signOut())
  await world.clock.until(handler.add(world.issue('ben')))
  await world.clock.until(client.chat.connect())
  await world.clock.advance(5000)
  const lines = world.twitch.chat.connections.flatMap(({ received }) => received)
  expect(lines.filter((line) => line.includes('PRIVMSG'))).toEqual([])
  expect(await outcome).toMatchObject({ code: 'token_rejected', reason: 'signed-out' })
  client.close()
})

test('where another account chats, a sign-out changes nothing', async () => {
  const chat = createFakeChat()
  const client = new ChatClient({ tokens: chat.tokens, platform: chat.twitch.platform, channels: ['streamer'] })
  await chat.clock.until(client.connect())
  await chat.clock.advance(500)
  const said = client.say('streamer', 'hello')
  client.leave('101', new Error('Signed out.'))
  expect((await chat.clock.until(said)).ids).toHaveLength(1)
  expect(client.login).toBe('bot')
  client.close()
})
