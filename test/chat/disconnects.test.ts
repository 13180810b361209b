import { describe, expect, test } from 'vitest'
import { ChatClient } from '../../src/chat/client.ts'
import { ChatReader, type ChatReaderOptions } from '../../src/chat/reader.ts'
import type { FakeTwitch } from '../../src/testing/index.ts'
import { createFakeChat, type FakeChat } from './fake.ts'

const ALL = 100
const names = Array.from({ length: ALL }, (_, index) => `channel${index}`)

/** What breaks, once all channels are joined. */
const disconnects: Record<string, (twitch: FakeTwitch, chat: FakeChat) => unknown> = {
  'close 1000': ({ chat }) => chat.close(1000),
  'close 1001': ({ chat }) => chat.close(1001),
  'close 1006': ({ chat }) => chat.close(1006),
  'close 1011': ({ chat }) => chat.close(1011),
  'close 1012': ({ chat }) => chat.close(1012),
  'close 1013': ({ chat }) => chat.close(1013),
  'close 4000': ({ chat }) => chat.close(4000),
  'half-open': ({ chat }) => chat.halfOpen(),
  'a PING without an answer': ({ chat }) => chat.halfOpen(),
  'close mid-handshake, three times': ({ chat, faults }) => {
    for (const kind of ['no-answer', 'hang'] as const)
      faults.add({ host: 'irc', method: 'CONNECT', fault: { kind }, times: 1 })
    faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'close', code: 1006 }, times: 1 })
    chat.close(1006)
  },
  'close while logging in': ({ chat, faults }) => {
    faults.add({ host: 'irc', method: 'NICK', fault: { kind: 'close' }, times: 2 })
    chat.close(1006)
  },
  'close while joining': ({ chat, faults }) => {
    faults.add({ host: 'irc', method: 'JOIN', fault: { kind: 'close', after: 5 }, times: 2 })
    chat.close(1006)
  },
  'half-open while joining': ({ chat, faults }) => {
    faults.add({ host: 'irc', method: 'JOIN', fault: { kind: 'half-open' }, times: 1 })
    chat.close(1006)
  },
  'RECONNECT, 30 s to go': ({ chat }) => chat.reconnect(),
  'RECONNECT, 1 s to go': ({ chat }) => chat.reconnect({ closeAfter: 1000 }),
  'RECONNECT and an immediate close': ({ chat }) => {
    chat.reconnect({ closeAfter: false })
    chat.close(1006)
  },
  'RECONNECT that never closes': ({ chat }) => chat.reconnect({ closeAfter: false }),
  'RECONNECT twice at once': ({ chat }) => {
    chat.reconnect()
    chat.reconnect()
  },
  'RECONNECT on the new socket as well': ({ chat }, { clock }) => {
    chat.reconnect({ closeAfter: 20_000 })
    clock.setTimeout(() => chat.reconnect({ closeAfter: 20_000 }), 3000)
  },
  'RECONNECT, and the new socket breaks': ({ chat }, { clock }) => {
    chat.reconnect({ closeAfter: 40_000 })
    clock.setTimeout(() => chat.close(1006, { on: chat.connections.slice(-1) }), 4000)
  },
  'RECONNECT, and the new socket goes half-open': ({ chat }, { clock }) => {
    chat.reconnect({ closeAfter: 90_000 })
    clock.setTimeout(() => chat.halfOpen({ on: chat.connections.slice(-1) }), 4000)
  },
  'RECONNECT, and nobody lets us in': ({ chat, faults }) => {
    faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'no-answer' }, times: 3 })
    chat.reconnect({ closeAfter: 2000 })
  },
}

const frames = {
  whole: {},
  split: { split: true },
  merged: { merge: 50 },
  cut: { cut: 60 },
  repeated: { repeat: 1 },
}

const readers = {
  'a reader': (_: FakeChat, options: ChatReaderOptions) => new ChatReader(options),
  'a client': ({ tokens }: FakeChat, options: ChatReaderOptions) => new ChatClient({ ...options, tokens }),
}

/** Delivered by a socket while it was ours, and heard by the user: message ids, with the socket's lines in between. */
function watch(chat: FakeChat): { platform: object; delivered: Set<string> } {
  const delivered = new Set<string>()
  const Real = chat.twitch.WebSocket
  class WatchedWebSocket extends Real {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      let rest = ''
      this.addEventListener('message', ({ data }) => {
        const lines = (rest + data).split('\r\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          const id = /^@(?:\S*;)?id=([^; ]+)\S* \S+ PRIVMSG /.exec(line)?.[1]
          if (id !== undefined) delivered.add(id)
        }
      })
    }
  }
  return { platform: { ...chat.twitch.platform, WebSocket: WatchedWebSocket }, delivered }
}

async function run(
  who: keyof typeof readers,
  count: number,
  how: (twitch: FakeTwitch, chat: FakeChat) => unknown,
  shape: object,
): Promise<void> {
  const channels = names.slice(0, count)
  const chat = createFakeChat({
    users: ['bot', 'viewer', ...channels].map((login) => ({ login })),
    chat: { latency: 20, frames: shape },
  })
  const { twitch, clock } = chat
  const { platform, delivered } = watch(chat)
  const reader = readers[who](chat, { platform, channels })
  const heard: string[] = []
  const clears: string[] = []
  reader.on('privmsg', ({ id }) => heard.push(id))
  reader.on('clearchat', ({ targetLogin }) => clears.push(targetLogin ?? ''))
  await clock.until(reader.connect())
  while (reader.joined.length < count) await clock.advance(1000)

  let said = 0
  const talk = () => {
    for (let index = 0; index < 3; index += 1) twitch.chat.send('viewer', channels[said % count] as string, `${said++}`)
  }
  await clock.advance(1)
  how(twitch, chat)
  for (let step = 0; step < 1800; step += 1) {
    talk()
    await clock.advance(100)
  }
  expect(reader.joined).toHaveLength(count)
  expect(reader.wanted).toEqual(channels)
  expect(twitch.chat.connections.filter(({ state }) => state === 'ready')).toHaveLength(1)
  await clock.advance(1000)
  expect(new Set(heard).size).toBe(heard.length)
  const all = new Set(heard)
  expect([...delivered].filter((id) => !all.has(id))).toEqual([])
  expect(all.size).toBe(delivered.size)
  const before = heard.length
  for (const channel of channels) twitch.chat.send('viewer', channel, 'all back')
  twitch.chat.timeout('viewer', channels[0] as string, 5)
  await clock.advance(1000)
  expect(heard.length - before).toBe(count)
  expect(clears).toEqual(['viewer'])
  reader.close()
  await clock.settle()
  expect(clock.pending).toBeLessThan(5)
}

describe.each([
  ['a reader', 1],
  ['a reader', ALL],
  ['a client', ALL],
] as const)(
  'for %s with %i channels no message is lost that a socket delivered, none comes twice, and all channels come back',
  (who, count) => {
    test.each(Object.entries(disconnects))('%s', (_, how) => run(who, count, how, frames.whole))
  },
)

describe.each(Object.entries(frames))('with frames %s', (_, shape) => {
  test.each(['close 1006', 'RECONNECT, 30 s to go'])('%s', (name) =>
    run('a client', 25, disconnects[name] as never, shape),
  )
})

test('a move loses nothing at all, and says nothing of a loss', async () => {
  const channels = names.slice(0, 30)
  const chat = createFakeChat({
    users: ['bot', 'viewer', ...channels].map((login) => ({ login })),
    chat: { latency: 20 },
  })
  const reader = new ChatReader({ platform: chat.twitch.platform, channels })
  await chat.clock.until(reader.connect())
  while (reader.joined.length < channels.length) await chat.clock.advance(1000)
  const heard: string[] = []
  const events: string[] = []
  reader.on('privmsg', ({ text }) => heard.push(text))
  reader.on('joined', ({ channel }) => events.push(`joined ${channel}`))
  reader.on('disconnected', () => events.push('disconnected'))
  chat.twitch.chat.reconnect({ closeAfter: 40_000 })
  for (let index = 0; index < 600; index += 1) {
    chat.twitch.chat.send('viewer', channels[index % channels.length] as string, `${index}`)
    await chat.clock.advance(100)
  }
  expect(heard).toEqual(Array.from({ length: 600 }, (_, index) => `${index}`))
  expect(events).toEqual([])
  expect(chat.twitch.chat.connections).toHaveLength(1)
  reader.close()
})

test('a line without an id comes from one socket alone while channels move', async () => {
  const channels = names.slice(0, 30)
  const users = ['bot', 'viewer', ...channels].map((login) => ({ login }))
  const chat = createFakeChat({ users, chat: { latency: 20 } })
  const reader = new ChatReader({ platform: chat.twitch.platform, channels })
  await chat.clock.until(reader.connect())
  while (reader.joined.length < channels.length) await chat.clock.advance(1000)
  const heard: (number | undefined)[] = []
  reader.on('clearchat', ({ banDuration }) => heard.push(banDuration))
  chat.twitch.chat.reconnect({ closeAfter: 40_000 })
  for (const connection of chat.twitch.chat.connections) connection.latency = 30
  for (let index = 1; index <= 600; index += 1) {
    chat.twitch.chat.timeout('viewer', channels[index % channels.length] as string, index)
    chat.twitch.chat.timeout('bot', channels[index % channels.length] as string, 1000 + index)
    await chat.clock.advance(100)
  }
  expect(heard).toEqual(Array.from({ length: 600 }, (_, index) => [index + 1, index + 1001]).flat())
  reader.close()
})

test('what is still under way on the slower old socket is heard, and once', async () => {
  const chat = createFakeChat({ chat: { latency: 20 } })
  const reader = new ChatReader({ platform: chat.twitch.platform, channels: ['streamer'] })
  await chat.clock.until(reader.connect())
  await chat.clock.advance(1000)
  const heard: string[] = []
  reader.on('privmsg', ({ text }) => heard.push(text))
  chat.twitch.chat.reconnect({ closeAfter: false })
  for (const connection of chat.twitch.chat.connections) connection.latency = 700
  for (let index = 0; index < 200; index += 1) {
    chat.twitch.chat.send('viewer', 'streamer', `${index}`)
    await chat.clock.advance(20)
  }
  await chat.clock.advance(2000)
  expect(heard.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 200 }, (_, index) => `${index}`))
  expect(chat.twitch.chat.connections).toHaveLength(1)
  reader.close()
})

test('the busiest channels move first', async () => {
  const channels = names.slice(0, 30)
  const chat = createFakeChat({ users: ['bot', 'viewer', ...channels].map((login) => ({ login })) })
  const reader = new ChatReader({ platform: chat.twitch.platform, channels })
  await chat.clock.until(reader.connect())
  await chat.clock.advance(20_000)
  for (const busy of ['channel29', 'channel13', 'channel29'])
    for (let index = 0; index < 10; index += 1) chat.twitch.chat.send('viewer', busy, `${busy}${index}${Math.random()}`)
  await chat.clock.advance(10)
  chat.twitch.chat.reconnect()
  await chat.clock.advance(1000)
  const join = chat.twitch.chat.connections.at(-1)?.received.find((line) => line.startsWith('JOIN '))
  expect(join).toMatch(/^JOIN #channel29,#channel13,/)
  reader.close()
})

test('what was missed when the old socket died too early is said', async () => {
  const channels = names.slice(0, 30)
  const chat = createFakeChat({ users: ['bot', 'viewer', ...channels].map((login) => ({ login })) })
  const reader = new ChatReader({ platform: chat.twitch.platform, channels })
  await chat.clock.until(reader.connect())
  await chat.clock.advance(30_000)
  const missed: [string, number][] = []
  reader.on('joined', ({ channel, missedSince = 0 }) => missed.push([channel, missedSince]))
  // The last that is heard of the old one, and not its end five seconds later, of which it may have been deaf.
  const heardAt = chat.clock.now()
  chat.twitch.chat.reconnect({ closeAfter: 5000 })
  await chat.clock.advance(30_000)
  expect(missed).toHaveLength(10)
  for (const [, since] of missed) expect(since).toBe(heardAt)
  reader.close()
})
