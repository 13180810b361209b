import { expect, test } from 'vitest'
import { ChatReader } from '../../src/chat/reader.ts'
import { TokenRejectedError } from '../../src/errors.ts'
import { createFakeChat, createReader, texts } from './fake.ts'

const names = Array.from({ length: 30 }, (_, index) => `channel${index}`)
const users = ['bot', 'viewer', ...names].map((login) => ({ login }))

test('channels spread over connections, each with a token of its own, and the limits count over all of them', async () => {
  const chat = createFakeChat({ users })
  const asked: number[] = []
  const tokens = {
    ...chat.tokens,
    getForChat: async (shardId: number) => {
      asked.push(shardId)
      return chat.tokens.current
    },
  }
  const reader = createReader(chat, { tokens, channels: names, channelsPerShard: 10 })
  const lost: unknown[] = []
  reader.on('disconnected', (event) => lost.push(event))
  const heard = texts(reader)
  await chat.clock.until(reader.connect())
  await chat.clock.advance(5000)
  expect(reader.joined).toHaveLength(20)
  await chat.clock.advance(10_000)
  expect(reader.joined).toHaveLength(30)
  expect(asked).toEqual([0, 1, 2])
  expect(lost).toEqual([])
  expect(chat.twitch.chat.connections.map(({ channels }) => channels.length)).toEqual([10, 10, 10])
  for (const name of names) chat.twitch.chat.send('viewer', name, 'hi')
  await chat.clock.settle()
  expect(heard).toHaveLength(30)
  reader.close()
})

test('the channels of a shard that gives up move to the others', async () => {
  const chat = createFakeChat({ users })
  let dead = false
  const tokens = {
    ...chat.tokens,
    getForChat: async (shardId: number) => {
      if (dead && shardId === 1) throw new TokenRejectedError('Gone.', { reason: 'refused' })
      return chat.tokens.current
    },
  }
  const reader = createReader(chat, { tokens, channels: names.slice(0, 20), channelsPerShard: 10 })
  await chat.clock.until(reader.connect())
  await chat.clock.advance(20_000)
  const events: unknown[] = []
  reader.on('disconnected', ({ shardId, retryAt }) => events.push([shardId, retryAt !== undefined]))
  dead = true
  chat.twitch.chat.close(1006, { on: chat.twitch.chat.connections.slice(1) })
  await chat.clock.advance(30_000)
  expect(events).toEqual([
    [1, true],
    [1, false],
  ])
  expect(reader.joined).toHaveLength(20)
  expect(chat.twitch.chat.connections.map(({ channels }) => channels.length)).toEqual([20])
  dead = false
  await chat.clock.until(reader.connect())
  await chat.clock.advance(1000)
  expect(chat.twitch.chat.connections).toHaveLength(2)
  reader.close()
})

test('when the last one gives up, whoever waits for a join is told why', async () => {
  const chat = createFakeChat()
  const tokens = {
    ...chat.tokens,
    getForChat: async () => {
      throw new TokenRejectedError('Gone.', { reason: 'refused' })
    },
  }
  const reader = createReader(chat, { tokens })
  const joining = reader.join('a')
  await expect(reader.connect()).rejects.toBeInstanceOf(TokenRejectedError)
  await expect(joining).rejects.toBeInstanceOf(TokenRejectedError)
  expect(chat.clock.pending).toBe(0)
})

test('options that would do nothing are refused', () => {
  expect(() => new ChatReader({ chanels: ['a'] } as never)).toThrow(TypeError)
  expect(() => new ChatReader({ channelsPerShard: 0 })).toThrow(RangeError)
  expect(() => new ChatReader({ channels: ['a b'] })).toThrow(TypeError)
})
