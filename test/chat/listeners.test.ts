import { describe, expect, test } from 'vitest'
import { ChatReader, type ChatReaderOptions } from '../../src/chat/reader.ts'
import { connected, createFakeChat, createReader, type FakeChat } from './fake.ts'

const names = Array.from({ length: 25 }, (_, index) => `channel${index}`)
const users = ['bot', 'viewer', ...names].map((login) => ({ login }))

function anonymous(chat: FakeChat, options: ChatReaderOptions = {}): ChatReader {
  return new ChatReader({ platform: chat.twitch.platform, ...options })
}

describe('connect() in a listener of disconnected', () => {
  test('dials Twitch once a second at the most', async () => {
    const chat = createFakeChat()
    chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'no-answer' } })
    const reader = anonymous(chat)
    const lostAt: number[] = []
    reader.on('disconnected', () => {
      lostAt.push(chat.clock.monotonic())
      reader.connect().catch(() => {})
    })
    reader.connect().catch(() => {})
    await chat.clock.advance(10_500)
    expect(lostAt).toEqual(Array.from({ length: 11 }, (_, index) => index * 1000))
    reader.close()
  })

  test.each([
    ['alone', (reader: ChatReader) => reader.connect()],
    [
      'behind close()',
      (reader: ChatReader) => {
        reader.close()
        return reader.connect()
      },
    ],
  ])('gives way to all else, while nobody is signed in (%s)', async (_, again) => {
    const chat = createFakeChat()
    let asked = 0
    const getForChat = async () => {
      asked += 1
      // So many in one turn are without end.
      return asked > 1000 ? new Promise<undefined>(() => {}) : undefined
    }
    const reader = createReader(chat, { tokens: { ...chat.tokens, getForChat } })
    reader.on('disconnected', () => void again(reader).catch(() => {}))
    reader.connect().catch(() => {})
    await chat.clock.advance(3500)
    expect(asked).toBe(4)
    reader.close()
  })
})

describe('close() in a listener', () => {
  test('of joinFailed leaves nothing that runs, and connect() brings back every connection', async () => {
    const chat = createFakeChat()
    const reader = anonymous(chat, { channels: ['nosuch', 'a'], channelsPerShard: 1 })
    await chat.clock.until(reader.connect())
    reader.on('joinFailed', () => reader.close(), { once: true })
    await chat.clock.advance(11_000)
    expect(chat.clock.pending).toBe(0)
    expect(chat.twitch.chat.connections).toEqual([])
    await chat.clock.until(reader.connect())
    await chat.clock.advance(60_000)
    expect(reader.joined).toEqual(['a'])
    expect(chat.twitch.chat.connections).toHaveLength(2)
    reader.close()
  })

  test('of line ends what the line would have told', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['a'] })
    const heard: string[] = []
    reader.on('privmsg', ({ text }) => heard.push(text))
    reader.on('line', ({ message }) => {
      if (message?.command === 'PRIVMSG' && message.params[1] === 'stop') reader.close()
    })
    for (const text of ['go', 'stop', 'more']) chat.twitch.chat.send('viewer', 'a', text)
    await chat.clock.settle()
    expect(heard).toEqual(['go'])
    expect(chat.clock.pending).toBe(0)
  })
})

describe('part() in a listener of joinFailed', () => {
  test('leaves a channel whose turn comes at that moment', async () => {
    const chat = createFakeChat({ users })
    const reader = anonymous(chat, { channels: ['nosuch', ...names] })
    reader.on('joinFailed', () => reader.part('channel24'))
    await chat.clock.until(reader.connect())
    await chat.clock.advance(60_000)
    expect(reader.joined).toEqual(names.slice(0, -1))
    expect(chat.twitch.chat.connections.flatMap(({ channels }) => channels)).toEqual(names.slice(0, -1))
    reader.close()
  })

  test('leaves a channel that was asked for a moment before', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat)
    chat.twitch.chat.ban('bot', 'a')
    await expect(chat.clock.until(reader.join('a'))).rejects.toMatchObject({ reason: 'banned' })
    chat.twitch.chat.unban('bot', 'a')
    reader.on('joinFailed', () => reader.part('a'))
    // This timer is set first, so that it rings before that of the failure.
    chat.clock.setTimeout(() => reader.join('a'), 11_000)
    reader.join('nosuch')
    await chat.clock.advance(60_000)
    expect(reader.wanted).toEqual(['nosuch'])
    expect(chat.twitch.chat.connections.flatMap(({ channels }) => channels)).toEqual([])
    reader.close()
  })
})
