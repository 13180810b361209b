import { describe, expect, test } from 'vitest'
import { TokenRejectedError } from '../../src/errors.ts'
import { connected, createFakeChat, createReader, type FakeChat, texts } from './fake.ts'

/** The channels that Twitch has joined, by connection. */
function onTwitch({ twitch }: FakeChat): (readonly string[])[] {
  return twitch.chat.connections.map(({ channels }) => channels)
}

describe('a channel that is left and joined again', () => {
  test.each(['silent', 'replies'] as const)(
    'while its JOIN is under way is joined (a JOIN again: %s)',
    async (repeatedJoin) => {
      const chat = createFakeChat({ chat: { latency: 50, repeatedJoin } })
      const reader = await connected(chat)
      reader.join('a')
      await chat.clock.advance(10)
      reader.part('a')
      await chat.clock.until(reader.join('a'))
      await chat.clock.advance(1000)
      expect(reader.joined).toEqual(['a'])
      expect(onTwitch(chat)).toEqual([['a']])
      await chat.clock.advance(600_000)
      expect(reader.joined).toEqual(['a'])
      reader.close()
    },
  )

  test('is joined where no ROOMSTATE tells of it', async () => {
    const chat = createFakeChat({ chat: { latency: 50 } })
    chat.twitch.faults.add({ host: 'irc', method: 'CAP', fault: { kind: 'drop' } })
    const reader = await connected(chat)
    reader.join('a')
    await chat.clock.advance(10)
    reader.part('a')
    await chat.clock.until(reader.join('a'))
    await chat.clock.advance(1000)
    expect(reader.joined).toEqual(['a'])
    expect(onTwitch(chat)).toEqual([['a']])
    reader.close()
  })

  test('while it moves to a new connection is joined there', async () => {
    const chat = createFakeChat({ chat: { latency: 100 } })
    const reader = await connected(chat, { channels: ['streamer', 'a'] })
    await chat.clock.advance(1000)
    const heard = texts(reader)
    chat.twitch.chat.reconnect({ closeAfter: 60_000 })
    // Twitch has answered its JOIN on the new connection, and we have not heard of it.
    await chat.clock.advance(450)
    expect(onTwitch(chat)).toEqual([
      ['streamer', 'a'],
      ['streamer', 'a'],
    ])
    reader.part('a')
    await chat.clock.until(reader.join('a'))
    await chat.clock.advance(120_000)
    expect(reader.joined).toEqual(['streamer', 'a'])
    expect(onTwitch(chat)).toEqual([['streamer', 'a']])
    chat.twitch.chat.send('viewer', 'a', 'hi')
    await chat.clock.advance(1000)
    expect(heard).toEqual(['#a hi'])
    reader.close()
  })
})

describe('a JOIN that is answered after it was given up', () => {
  test('joins the channel', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat)
    chat.twitch.faults.add({ host: 'irc', method: 'JOIN', times: 1, fault: { kind: 'none', latency: 24_000 } })
    await expect(chat.clock.until(reader.join('a'))).rejects.toMatchObject({ reason: 'no-answer' })
    const joinedAt: number[] = []
    const before = chat.clock.now() - 11_000
    reader.on('joined', () => joinedAt.push(chat.clock.now() - before))
    await chat.clock.advance(900_000)
    expect(joinedAt).toEqual([24_000])
    expect(reader.joined).toEqual(['a'])
    reader.close()
  })

  test('moves the channel to the new connection', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['a'] })
    await chat.clock.advance(1000)
    const heard = texts(reader)
    const events: string[] = []
    for (const type of ['joined', 'parted', 'joinFailed'] as const) reader.on(type, () => events.push(type))
    chat.twitch.faults.add({ host: 'irc', method: 'JOIN', times: 1, fault: { kind: 'none', latency: 24_000 } })
    chat.twitch.chat.reconnect({ closeAfter: 30_000 })
    await chat.clock.advance(900_000)
    chat.twitch.chat.send('viewer', 'a', 'hi')
    await chat.clock.settle()
    expect(heard).toEqual(['#a hi'])
    expect(events).toEqual([])
    expect(onTwitch(chat)).toEqual([['a']])
    reader.close()
  })
})

describe('what was missed counts from what was heard last', () => {
  test.each([
    ['of a connection that is deaf', 0],
    ['of one that Twitch drops while the machine sleeps', 8 * 3_600_000],
  ])('%s', async (_, sleep) => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['a'] })
    await chat.clock.advance(5000)
    const missed: (number | undefined)[] = []
    reader.on('joined', ({ missedSince }) => missed.push(missedSince))
    chat.twitch.chat.send('viewer', 'a', 'the last')
    await chat.clock.settle()
    const heardAt = chat.clock.now()
    await chat.clock.advance(1000)
    chat.twitch.chat.halfOpen()
    chat.clock.jump(sleep)
    await chat.clock.advance(120_000)
    expect(missed).toEqual([heardAt])
    reader.close()
  })
})

/** A source of tokens of one who may sign out and in again. */
function withUser(chat: FakeChat) {
  const state = { isSignedIn: true }
  const getForChat = async () => (state.isSignedIn ? chat.tokens.current : undefined)
  return { state, tokens: { ...chat.tokens, getForChat } }
}

test('a planned move that gives up is told with its reason, once the old connection is gone', async () => {
  const chat = createFakeChat()
  const { state, tokens } = withUser(chat)
  const reader = await connected(chat, { tokens, channels: ['a'] })
  const lost: unknown[] = []
  reader.on('disconnected', (event) => lost.push(event))
  state.isSignedIn = false
  chat.twitch.chat.reconnect({ closeAfter: 30_000 })
  await chat.clock.advance(29_999)
  expect(lost).toEqual([])
  const joining = expect(reader.join('b')).rejects.toMatchObject({ reason: 'signed-out' })
  await chat.clock.advance(30_000)
  await joining
  expect(lost).toEqual([{ shardId: 0, error: expect.any(TokenRejectedError), retryAt: undefined }])
  reader.close()
})

test('channels that are joined one by one while nobody is signed in share one connection later', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `channel${index}`)
  const chat = createFakeChat({ users: ['bot', ...names].map((login) => ({ login })) })
  const { state, tokens } = withUser(chat)
  state.isSignedIn = false
  const reader = createReader(chat, { tokens })
  await expect(reader.connect()).rejects.toMatchObject({ reason: 'signed-out' })
  for (const name of names) {
    reader.join(name)
    await chat.clock.advance(100)
  }
  state.isSignedIn = true
  await chat.clock.until(reader.connect())
  await chat.clock.advance(60_000)
  expect(reader.joined).toEqual(names)
  expect(onTwitch(chat)).toEqual([names])
  reader.close()
})

test('a join after all connections gave up brings them back', async () => {
  const chat = createFakeChat()
  const { state, tokens } = withUser(chat)
  state.isSignedIn = false
  const reader = createReader(chat, { tokens, channels: ['a', 'b'], channelsPerShard: 2 })
  await expect(reader.connect()).rejects.toMatchObject({ reason: 'signed-out' })
  await chat.clock.advance(5000)
  state.isSignedIn = true
  await chat.clock.until(reader.join('c'))
  await chat.clock.advance(1000)
  expect(onTwitch(chat)).toEqual([['a', 'b'], ['c']])
  reader.close()
})

test('a command that every object has a property for is a line, and breaks nothing', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat, { channels: ['a'] })
  const heard = texts(reader)
  const lines: string[] = []
  reader.on('line', ({ message }) => lines.push(message?.command ?? ''))
  const say = (text: string) => `@id=${text} :viewer!viewer@viewer.tmi.twitch.tv PRIVMSG #a :${text}`
  const strange = ['CONSTRUCTOR', '__PROTO__', 'tostring'].map((command) => `:tmi.twitch.tv ${command} #a`)
  chat.twitch.chat.raw([say('1'), ...strange, say('2')].join('\r\n'))
  await chat.clock.settle()
  expect(heard).toEqual(['#a 1', '#a 2'])
  expect(lines).toContain('CONSTRUCTOR')
  reader.close()
})
