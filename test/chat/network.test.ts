import { afterEach, describe, expect, test, vi } from 'vitest'
import { ChatClient } from '../../src/chat/client.ts'
import { ChatReader } from '../../src/chat/reader.ts'
import { withTokens } from '../../src/chat/with-tokens.ts'
import { MissingScopeError, NetworkError, TokenRejectedError, UnsupportedError } from '../../src/errors.ts'
import { connected, createFakeChat, createReader, type FakeChat, texts } from './fake.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** When each JOIN of a channel, or each attempt to connect, came to Twitch, in milliseconds since then. */
function times({ twitch }: FakeChat, method: 'JOIN' | 'CONNECT', since: number): number[] {
  return twitch.requests.filter((entry) => entry.method === method && entry.at >= since).map(({ at }) => at - since)
}

describe('a channel that was not joined', () => {
  test('is asked for again within a minute, then ever more rarely, but once in ten minutes', async () => {
    const chat = createFakeChat()
    const random = () => 1 - Number.EPSILON
    const reader = await connected(chat, { platform: { ...chat.twitch.platform, random } })
    const before = chat.clock.now()
    reader.join('nobody')
    await chat.clock.advance(3_600_000)
    const asked = times(chat, 'JOIN', before)
    const waits = asked.slice(1).map((at, index) => at - (asked[index] as number) - 11_000)
    expect(waits.slice(0, 7)).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000])
    reader.close()
  })

  test('is asked for at once when somebody joins it anew, and once where it is asked for already', async () => {
    const chat = createFakeChat({ chat: { latency: 50 } })
    const reader = await connected(chat)
    chat.twitch.chat.ban('bot', 'b')
    await expect(chat.clock.until(reader.join('b'))).rejects.toMatchObject({ reason: 'banned' })
    chat.twitch.chat.unban('bot', 'b')
    const before = chat.clock.now()
    const first = reader.join('b')
    await chat.clock.advance(10)
    await chat.clock.until(Promise.all([first, reader.join('b')]))
    expect(chat.clock.now() - before).toBe(100)
    expect(times(chat, 'JOIN', before)).toHaveLength(1)
    reader.close()
  })

  test('and is joined after all begins anew with its failures', async () => {
    const chat = createFakeChat()
    const random = () => 1 - Number.EPSILON
    const reader = await connected(chat, { platform: { ...chat.twitch.platform, random } })
    chat.twitch.chat.ban('bot', 'b')
    await expect(chat.clock.until(reader.join('b'))).rejects.toMatchObject({ reason: 'banned' })
    chat.twitch.chat.unban('bot', 'b')
    await chat.clock.until(reader.join('b'))
    await chat.clock.advance(1)
    const before = chat.clock.now()
    chat.twitch.chat.ban('bot', 'b')
    await chat.clock.advance(100_000)
    expect(times(chat, 'JOIN', before)).toEqual([60_000])
    reader.close()
  })

  test('is refused by what Twitch says of joins alone', async () => {
    const chat = createFakeChat()
    chat.twitch.faults.add({ host: 'irc', method: 'JOIN', fault: { kind: 'drop' } })
    const reader = await connected(chat)
    const outcome = Promise.allSettled([reader.join('a')])
    await chat.clock.settle()
    const failures: unknown[] = []
    reader.on('joinFailed', (event) => failures.push(event))
    chat.twitch.chat.raw('@msg-id=emote_only_on :tmi.twitch.tv NOTICE #a :This room is now in emote-only mode.')
    chat.twitch.chat.raw(':tmi.twitch.tv NOTICE #a :Hello')
    chat.twitch.chat.raw(':bot!bot@bot.tmi.twitch.tv JOIN #a')
    await chat.clock.settle()
    expect(failures).toEqual([])
    expect(reader.joined).toEqual([])
    chat.twitch.chat.raw('@room-id=103;slow=0 :tmi.twitch.tv ROOMSTATE #a')
    expect(await outcome).toMatchObject([{ status: 'fulfilled' }])
    expect(reader.joined).toEqual(['a'])
    reader.close()
  })
})

describe('leaving', () => {
  test('is told, ends whoever waits, and is nothing for a channel that was not wanted', async () => {
    const chat = createFakeChat({ chat: { latency: 50 } })
    const reader = await connected(chat, { channels: ['a'] })
    await chat.clock.advance(1000)
    const parted: unknown[] = []
    reader.on('parted', (event) => parted.push(event))
    reader.part('b')
    const joining = reader.join('streamer')
    await chat.clock.advance(60)
    reader.part('#Streamer')
    await expect(joining).rejects.toMatchObject({
      reason: 'closed',
      channel: 'streamer',
      message: 'streamer was not joined: it was left.',
    })
    reader.part('a')
    expect(parted).toEqual([
      { channel: 'streamer', reason: 'asked' },
      { channel: 'a', reason: 'asked' },
    ])
    // What Twitch still says of it breaks nothing.
    await chat.clock.advance(1000)
    expect(reader.joined).toEqual([])
    expect(reader.wanted).toEqual([])
    const [connection] = chat.twitch.chat.connections
    expect(connection?.channels).toEqual([])
    expect(connection?.received.filter((line) => line.startsWith('PART'))).toEqual(['PART #streamer', 'PART #a'])
    reader.close()
  })

  test('ends all that is told of a channel, and nothing that is of none', async () => {
    const chat = createFakeChat({ chat: { latency: 50 } })
    const reader = await connected(chat, { channels: ['a'] })
    await chat.clock.advance(1000)
    const told: string[] = []
    for (const type of ['usernotice', 'clearchat', 'notice', 'numeric', 'whisper', 'roomstate'] as const)
      reader.on(type, ({ irc }) => told.push(irc.params.slice(0, 2).join(' ')))
    chat.twitch.chat.announce('viewer', 'a', 'hear')
    chat.twitch.chat.clear('a')
    chat.twitch.chat.setRoomState('a', { slow: 3 })
    reader.part('a')
    chat.twitch.chat.raw(':tmi.twitch.tv NOTICE * :to all')
    chat.twitch.chat.raw(':tmi.twitch.tv 421 bot WHO :Unknown command')
    chat.twitch.chat.raw('@message-id=1 :viewer!viewer@viewer.tmi.twitch.tv WHISPER bot :psst')
    await chat.clock.advance(1000)
    expect(told).toEqual(['* to all', 'bot WHO', 'bot psst'])
    reader.close()
  })

  test('is told when Twitch takes us out, and the channel is asked for again much later', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['a', 'b'], membership: true })
    await chat.clock.advance(1000)
    const events: unknown[] = []
    reader.on('parted', (event) => events.push(event))
    reader.on('joined', ({ channel, missedSince }) => events.push([channel, missedSince]))
    chat.twitch.chat.raw(':viewer!viewer@viewer.tmi.twitch.tv PART #a')
    await chat.clock.settle()
    expect(reader.joined).toEqual(['a', 'b'])
    const before = chat.clock.now()
    chat.twitch.chat.ban('bot', 'a')
    await chat.clock.settle()
    expect(reader.joined).toEqual(['b'])
    expect(events).toEqual([{ channel: 'a', reason: 'removed' }])
    chat.twitch.chat.unban('bot', 'a')
    await chat.clock.advance(29_999)
    expect(reader.joined).toEqual(['b'])
    await chat.clock.advance(30_001)
    expect(reader.joined).toEqual(['a', 'b'])
    expect(events).toEqual([{ channel: 'a', reason: 'removed' }, ['a', before]])
    reader.close()
  })
})

describe('closing', () => {
  test('ends the asking for a token, and dials no more', async () => {
    const chat = createFakeChat()
    const place = new EventTarget()
    vi.stubGlobal('addEventListener', place.addEventListener.bind(place))
    let signal: AbortSignal | undefined
    let give = () => {}
    const getForChat = (_: number, options?: { signal?: AbortSignal | undefined }) => {
      signal = options?.signal
      return new Promise<typeof chat.tokens.current>((resolve) => {
        give = () => resolve(chat.tokens.current)
      })
    }
    const reader = createReader(chat, { tokens: { ...chat.tokens, getForChat } })
    const connecting = reader.connect()
    await chat.clock.settle()
    reader.close()
    await expect(connecting).rejects.toMatchObject({ reason: 'closed', message: 'Chat was closed.' })
    expect(signal?.aborted).toBe(true)
    give()
    await chat.clock.advance(60_000)
    expect(times(chat, 'CONNECT', 0)).toEqual([])
  })

  test('forgets how often it failed', async () => {
    const chat = createFakeChat()
    chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'close' } })
    const reader = createReader(chat)
    reader.connect({ timeout: 200_000 }).catch(() => {})
    await chat.clock.advance(120_000)
    reader.close()
    const waits: number[] = []
    reader.on('disconnected', ({ retryAt = 0 }) => waits.push(retryAt - chat.clock.now()))
    reader.connect().catch(() => {})
    await chat.clock.advance(1000)
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeLessThanOrEqual(1000)
    reader.close()
  })
})

describe('a shard that gave up', () => {
  async function signedOut(chat: FakeChat) {
    const place = new EventTarget()
    vi.stubGlobal('addEventListener', place.addEventListener.bind(place))
    const state = { isSignedIn: false, asked: 0 }
    const getForChat = async () => {
      state.asked += 1
      if (state.isSignedIn) return chat.tokens.current
      throw new TokenRejectedError('Nobody is signed in.', { reason: 'signed-out' })
    }
    const reader = createReader(chat, { tokens: { ...chat.tokens, getForChat }, channels: ['a', 'b'] })
    await expect(reader.connect()).rejects.toBeInstanceOf(TokenRejectedError)
    return { place, state, reader }
  }

  test('is left alone by what wakes the others', async () => {
    const chat = createFakeChat()
    const { place, state, reader } = await signedOut(chat)
    place.dispatchEvent(new Event('online'))
    await chat.clock.advance(600_000)
    expect(state.asked).toBe(1)
    reader.close()
  })

  test('comes back with connect(), and with it all that was wanted', async () => {
    const chat = createFakeChat()
    const { state, reader } = await signedOut(chat)
    state.isSignedIn = true
    await chat.clock.until(reader.connect())
    await chat.clock.settle()
    expect(reader.joined).toEqual(['a', 'b'])
    reader.close()
  })

  test('gets no new channels while there are others', async () => {
    const chat = createFakeChat()
    let dead = false
    const getForChat = async (shardId: number) => {
      if (dead && shardId === 1) throw new TokenRejectedError('Gone.', { reason: 'refused' })
      return chat.tokens.current
    }
    const tokens = { ...chat.tokens, getForChat }
    const reader = await connected(chat, { tokens, channels: ['a', 'b'], channelsPerShard: 1 })
    await chat.clock.advance(1000)
    dead = true
    chat.twitch.chat.close(1006, { on: chat.twitch.chat.connections.slice(1) })
    await chat.clock.advance(30_000)
    expect(reader.joined).toEqual(['a', 'b'])
    await chat.clock.until(reader.join('c'))
    expect(reader.joined).toEqual(['a', 'b', 'c'])
    reader.close()
  })
})

describe('coming back', () => {
  test('takes a minute at the most, however often it failed', async () => {
    const chat = createFakeChat()
    const random = () => 1 - Number.EPSILON
    chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'close' } })
    const reader = createReader(chat, { platform: { ...chat.twitch.platform, random } })
    const waits: number[] = []
    reader.on('disconnected', ({ retryAt = 0 }) => waits.push((retryAt - chat.clock.now()) / 1000))
    reader.connect().catch(() => {})
    await chat.clock.advance(400_000)
    expect(waits.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
    reader.close()
  })

  test('waits as long as the source of tokens says', async () => {
    const chat = createFakeChat()
    const retryAt = chat.clock.now() + 300_000
    let asked = 0
    const getForChat = async () => {
      asked += 1
      if (chat.clock.now() >= retryAt) return chat.tokens.current
      throw new NetworkError('Twitch asks to slow down.', { status: 429, retryAt })
    }
    const reader = createReader(chat, { tokens: { ...chat.tokens, getForChat } })
    const told: unknown[] = []
    reader.on('disconnected', (event) => told.push(event.retryAt))
    reader.connect().catch(() => {})
    await chat.clock.advance(299_999)
    expect(asked).toBe(1)
    expect(told).toEqual([retryAt])
    await chat.clock.advance(1)
    expect(reader.login).toBe('bot')
    reader.close()
  })

  test('keeps the limit of logins, and goes on by itself', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { limits: { logins: { count: 2, per: 60_000 } } })
    const before = chat.clock.now()
    for (let time = 0; time < 2; time += 1) {
      chat.twitch.chat.reconnect({ closeAfter: false })
      await chat.clock.advance(5000)
    }
    await chat.clock.advance(100_000)
    expect(times(chat, 'CONNECT', before)).toEqual([0, 0, 60_000])
    expect(chat.twitch.chat.connections).toHaveLength(1)
    reader.close()
  })

  test('is told as a loss where the old connection ends before the new one is there, and once', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['a'] })
    const events: string[] = []
    reader.on('disconnected', () => events.push('disconnected'))
    reader.on('connected', () => events.push('connected'))
    chat.twitch.chat.reconnect({ closeAfter: 3000 })
    await chat.clock.advance(1000)
    expect(events).toEqual(['connected'])
    chat.twitch.chat.close(1006, { on: chat.twitch.chat.connections.slice(0, 1) })
    await chat.clock.advance(1000)
    expect(events).toEqual(['connected'])
    chat.twitch.faults.add({ host: 'irc', method: 'NICK', fault: { kind: 'none', latency: 5000 }, times: 1 })
    chat.twitch.chat.reconnect({ closeAfter: 2000 })
    await chat.clock.advance(10_000)
    expect(events).toEqual(['connected', 'disconnected', 'connected'])
    reader.close()
  })

  test('happens at once when a page is looked at again', async () => {
    const document = new EventTarget()
    vi.stubGlobal('document', document)
    const chat = createFakeChat()
    const reader = await connected(chat)
    const remove = chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'close' } })
    chat.twitch.chat.close(1006)
    await chat.clock.advance(120_000)
    remove()
    expect(reader.login).toBeUndefined()
    document.dispatchEvent(new Event('visibilitychange'))
    await chat.clock.settle()
    expect(reader.login).toBe('bot')
    reader.close()
  })
})

describe('a wait', () => {
  test('that is over says what for, and what stood in the way', async () => {
    const chat = createFakeChat()
    chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'close' } })
    const reader = createReader(chat)
    const outcomes = Promise.allSettled([reader.connect(), reader.join('a', { timeout: 5000 })])
    const cause = expect.objectContaining({ message: 'Twitch chat was closed (1006).' })
    expect(await chat.clock.until(outcomes)).toMatchObject([
      { reason: { message: 'Chat was not connected within 30000 ms. It goes on trying.', cause } },
      { reason: { message: 'a was not joined within 5000 ms. It goes on trying.', cause } },
    ])
    reader.close()
  })

  test('is over at once for a signal that is aborted already', async () => {
    const chat = createFakeChat()
    const reader = createReader(chat)
    await expect(reader.connect({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
    await expect(reader.join('a', { signal: AbortSignal.abort('no more') })).rejects.toBe('no more')
    reader.close()
  })

  test('leaves no listener on its signal', async () => {
    const chat = createFakeChat()
    const reader = createReader(chat)
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    vi.spyOn(signal, 'addEventListener').mockImplementation(
      (type, listener) => void listeners.add(`${type}${listener}`),
    )
    vi.spyOn(signal, 'removeEventListener').mockImplementation(
      (type, listener) => void listeners.delete(`${type}${listener}`),
    )
    const connecting = reader.connect({ signal })
    expect(listeners.size).toBe(1)
    await chat.clock.until(connecting)
    expect(listeners.size).toBe(0)
    reader.close()
  })
})

test('no line that asks for channels is longer than IRC allows', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `${index}`.padStart(25, 'x'))
  const chat = createFakeChat({ users: ['bot', ...names].map((login) => ({ login })) })
  const reader = await connected(chat, { channels: names })
  expect(reader.joined).toHaveLength(20)
  const lines = chat.twitch.chat.connections[0]?.received.filter((line) => line.startsWith('JOIN ')) ?? []
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(510)
  reader.close()
})

test('a line that comes twice in a row is one, if it says which one it is', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat, { channels: ['a'] })
  const told: string[] = []
  for (const type of ['clearchat', 'usernotice', 'notice'] as const) reader.on(type, () => told.push(type))
  const lines = [
    '@tmi-sent-ts=1 :tmi.twitch.tv CLEARCHAT #a :viewer',
    '@id=1;msg-id=raid :tmi.twitch.tv USERNOTICE #a',
    '@msg-id=slow_off :tmi.twitch.tv NOTICE #a :This room is no longer in slow mode.',
  ]
  for (const line of lines) {
    chat.twitch.chat.raw(line)
    chat.twitch.chat.raw(line)
  }
  await chat.clock.settle()
  expect(told).toEqual(['clearchat', 'usernotice', 'notice', 'notice'])
  reader.close()
})

test('others come and go where membership is asked for, and nowhere else', async () => {
  const chat = createFakeChat()
  const [with_, without] = await Promise.all([
    connected(chat, { channels: ['a'], membership: true }),
    connected(chat, { channels: ['a'], tokens: undefined }),
  ])
  const heard: string[] = []
  for (const [name, reader] of Object.entries({ with_, without }))
    for (const type of ['join', 'part'] as const)
      reader.on(type, ({ login, channel }) => heard.push(`${name} ${type} ${login} ${channel}`))
  chat.twitch.chat.arrive('viewer', 'a')
  await chat.clock.advance(20_000)
  chat.twitch.chat.depart('viewer', 'a')
  await chat.clock.advance(20_000)
  expect(heard).toEqual(['with_ join viewer a', 'with_ part viewer a'])
  expect(with_.joined).toEqual(['a'])
  for (const reader of [with_, without]) reader.close()
})

test('a listener that closes hears nothing more, not even of the same frame', async () => {
  const chat = createFakeChat({ chat: { frames: { merge: 20 } } })
  const reader = new ChatReader({ platform: chat.twitch.platform, channels: ['a'] })
  const heard = texts(reader)
  reader.on('privmsg', () => reader.close())
  await chat.clock.until(reader.connect())
  await chat.clock.advance(1000)
  for (const text of ['1', '2', '3']) chat.twitch.chat.send('viewer', 'a', text)
  await chat.clock.advance(1000)
  expect(heard).toEqual(['#a 1'])
})

/** Says so many messages, ten each second. */
async function talk(chat: FakeChat, count: number): Promise<string[]> {
  const said: string[] = []
  for (let index = 0; index < count; index += 1) {
    const text = `${chat.clock.now()}`
    chat.twitch.chat.send('viewer', 'streamer', text)
    said.push(`#streamer ${text}`)
    await chat.clock.advance(100)
  }
  return said
}

describe('a move', () => {
  test('ends two seconds after its last channel', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `channel${index}`)
    const chat = createFakeChat({ users: ['bot', ...names].map((login) => ({ login })) })
    const reader = await connected(chat, { channels: names })
    await chat.clock.advance(60_000)
    const before = chat.clock.now()
    chat.twitch.chat.reconnect({ closeAfter: false })
    await chat.clock.advance(12_999)
    expect(times(chat, 'JOIN', before).at(-1)).toBe(11_000)
    expect(chat.twitch.chat.connections).toHaveLength(2)
    await chat.clock.advance(1)
    expect(chat.twitch.chat.connections).toHaveLength(1)
    expect(reader.joined).toHaveLength(30)
    reader.close()
  })

  test('tells once what a slower new connection repeats after the old one is gone', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['streamer'] })
    const heard = texts(reader)
    chat.twitch.chat.reconnect({ closeAfter: false })
    await chat.clock.advance(100)
    const [, fresh] = chat.twitch.chat.connections
    if (fresh) fresh.latency = 1500
    const said = await talk(chat, 50)
    await chat.clock.advance(60_000)
    expect(heard).toEqual(said)
    expect(chat.twitch.chat.connections).toHaveLength(1)
    reader.close()
  })

  test('that begins before the last one is over repeats nothing either', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['streamer'] })
    const heard = texts(reader)
    chat.twitch.chat.reconnect({ closeAfter: false })
    await chat.clock.advance(50)
    const on = chat.twitch.chat.connections.slice(1)
    for (const connection of on) connection.latency = 500
    const said = await talk(chat, 2)
    chat.twitch.chat.reconnect({ on, closeAfter: false })
    said.push(...(await talk(chat, 50)))
    await chat.clock.advance(60_000)
    expect(heard.toSorted()).toEqual(said.toSorted())
    expect(chat.twitch.chat.connections).toHaveLength(1)
    reader.close()
  })
})

test('to leave ends what waits with its reason, and is no loss where nothing was connected', async () => {
  const chat = createFakeChat({ chat: { latency: 1000 } })
  const client = new ChatClient({ tokens: chat.tokens, platform: chat.twitch.platform })
  const lost: unknown[] = []
  client.on('disconnected', ({ error }) => lost.push(error))
  const reason = new TokenRejectedError('Signed out.', { reason: 'signed-out' })
  const said = client.say('streamer', 'later', { whenOffline: 'wait' })
  client.leave('100', reason)
  await expect(said).rejects.toBe(reason)
  expect(lost).toEqual([])
  const connecting = client.connect()
  await chat.clock.advance(500)
  expect(client.login).toBe(undefined)
  client.leave('of somebody else', reason)
  client.leave('100', reason)
  await expect(connecting).rejects.toBe(reason)
  expect(lost).toEqual([reason])
})

test.each([
  ['msg_channel_suspended', 'channel-suspended'],
  ['msg_room_not_found', 'channel-suspended'],
  ['tos_ban', 'channel-suspended'],
  ['msg_banned', 'banned'],
  ['msg_channel_blocked', 'banned'],
])('a JOIN that Twitch answers with %s fails as %s, in its words', async (msgId, reason) => {
  const chat = createFakeChat()
  chat.twitch.faults.add({ host: 'irc', method: 'JOIN', fault: { kind: 'drop' } })
  const reader = await connected(chat)
  const joining = expect(reader.join('a')).rejects.toMatchObject({ reason, channel: 'a', message: 'No.' })
  await chat.clock.settle()
  chat.twitch.chat.raw(`@msg-id=${msgId} :tmi.twitch.tv NOTICE #a :No.`)
  await joining
  reader.close()
})

test('a join has the time that those before it take, and 30 seconds', async () => {
  const chat = createFakeChat()
  const reader = createReader(chat, { channels: Array.from({ length: 41 }, (_, index) => `channel${index}`) })
  const before = chat.clock.now()
  await expect(chat.clock.until(reader.join('a'))).rejects.toMatchObject({ reason: 'not-connected' })
  expect(chat.clock.now() - before).toBe(30_000 + 3 * 11_000)
})

test('a connection carries a hundred channels, if nothing else is said', async () => {
  const names = Array.from({ length: 101 }, (_, index) => `channel${index}`)
  const chat = createFakeChat({ users: ['bot', ...names].map((login) => ({ login })) })
  const reader = await connected(chat, { channels: names, tokens: undefined })
  await chat.clock.advance(80_000)
  expect(chat.twitch.chat.connections.map(({ channels }) => channels.length)).toEqual([100, 1])
  reader.close()
})

test.each([
  ['missing_scope', new MissingScopeError('No chat:read.', { missing: ['chat:read'] })],
  ['unsupported', new UnsupportedError('No chat for a panel.')],
])('an error that time does not mend (%s) ends the trying', async (_, error) => {
  const chat = createFakeChat()
  const getForChat = async () => {
    throw error
  }
  const reader = createReader(chat, { tokens: { ...chat.tokens, getForChat } })
  await expect(reader.connect()).rejects.toBe(error)
  expect(chat.clock.pending).toBe(0)
  expect(() => withTokens(chat.tokens, { anonymus: true } as object)).toThrow(
    'withTokens has no option "anonymus". It has: anonymous.',
  )
})
