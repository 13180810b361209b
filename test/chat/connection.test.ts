import { afterEach, expect, test, vi } from 'vitest'
import { ChatClient } from '../../src/chat/client.ts'
import { connected, createFakeChat, createReader } from './fake.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

function stubOnline(): () => void {
  const place = new EventTarget()
  vi.stubGlobal('addEventListener', place.addEventListener.bind(place))
  return () => place.dispatchEvent(new Event('online'))
}

test('goes by the name that the server gives it', async () => {
  const chat = createFakeChat()
  chat.twitch.faults.add({ host: 'irc', method: 'NICK', fault: { kind: 'drop' } })
  const reader = createReader(chat)
  const connecting = reader.connect()
  await chat.clock.settle()
  chat.twitch.chat.raw(':tmi.twitch.tv 001 renamed :Welcome, GLHF!')
  await chat.clock.until(connecting)
  expect(reader.login).toBe('renamed')
  chat.twitch.chat.raw(':tmi.twitch.tv 001 somebody :Welcome, GLHF!')
  await chat.clock.settle()
  expect(reader.login).toBe('renamed')
  reader.close()
})

test('goes by the name it gave where the server gives none', async () => {
  const chat = createFakeChat()
  chat.twitch.faults.add({ host: 'irc', method: 'NICK', fault: { kind: 'drop' } })
  const reader = createReader(chat)
  const connecting = reader.connect()
  await chat.clock.settle()
  chat.twitch.chat.raw(':tmi.twitch.tv 001')
  await chat.clock.until(connecting)
  expect(reader.login).toBe('bot')
  reader.close()
})

test('answers a PING with its words, and one without any', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat)
  for (const line of ['PING :a b', 'PING']) chat.twitch.chat.raw(line)
  await chat.clock.settle()
  expect(chat.twitch.chat.connections[0]?.received.slice(-2)).toEqual(['PONG :a b', 'PONG :'])
  reader.close()
})

test('an empty line is none', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat)
  const raw: string[] = []
  reader.on('line', (line) => raw.push(line.raw))
  for (const line of ['', '\r', 'x']) chat.twitch.chat.raw(line)
  await chat.clock.settle()
  expect(raw).not.toContain('')
  expect(raw).toContain('x')
  reader.close()
})

test('what was granted is not taken back by a later refusal of something else', async () => {
  const chat = createFakeChat()
  const client = new ChatClient({ tokens: chat.tokens, platform: chat.twitch.platform, channels: ['streamer'] })
  await chat.clock.until(client.connect())
  await chat.clock.settle()
  chat.twitch.chat.raw(':tmi.twitch.tv CAP * NAK :twitch.tv/membership')
  expect((await chat.clock.until(client.say('streamer', 'hello'))).ids).toHaveLength(1)
  client.close()
})

test('a login has its whole time, whatever wakes the page meanwhile', async () => {
  const wake = stubOnline()
  const chat = createFakeChat()
  chat.twitch.faults.add({ host: 'irc', method: 'NICK', fault: { kind: 'none', latency: 14_000 } })
  const reader = createReader(chat)
  const connecting = reader.connect()
  await chat.clock.advance(1000)
  wake()
  await chat.clock.until(connecting)
  expect(chat.twitch.requests.filter(({ method }) => method === 'CONNECT')).toHaveLength(1)
  reader.close()
})

test('a login without an answer ends after 15 seconds', async () => {
  const chat = createFakeChat()
  chat.twitch.faults.add({ host: 'irc', method: 'NICK', fault: { kind: 'drop' } })
  const reader = createReader(chat)
  const lost: unknown[] = []
  const before = chat.clock.now()
  reader.on('disconnected', ({ error }) => lost.push([error.message, chat.clock.now() - before]))
  reader.connect().catch(() => {})
  await chat.clock.advance(15_000)
  expect(lost).toEqual([['Twitch chat did not answer within 15000 ms.', 15_000]])
  reader.close()
})

test('asks for a sign of life at once also when others were answered before', async () => {
  const wake = stubOnline()
  const chat = createFakeChat()
  const reader = await connected(chat)
  await chat.clock.advance(45_000)
  chat.twitch.chat.halfOpen()
  const lost: unknown[] = []
  const before = chat.clock.now()
  reader.on('disconnected', () => lost.push(chat.clock.now() - before))
  wake()
  await chat.clock.advance(20_000)
  expect(lost).toEqual([10_000])
  reader.close()
})

test('a connection that dies in a sleep is found out after it', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat)
  await chat.clock.advance(35_000)
  chat.twitch.chat.halfOpen()
  chat.clock.jump(3_600_000)
  const lost: unknown[] = []
  reader.on('disconnected', (event) => lost.push(event))
  await chat.clock.advance(60_000)
  expect(lost).toHaveLength(1)
  reader.close()
})

test('PINGs go on after a sleep', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat)
  chat.twitch.faults.add({ host: 'irc', method: 'PING', fault: { kind: 'drop' }, times: 1 })
  await chat.clock.advance(35_000)
  chat.clock.jump(3_600_000)
  await chat.clock.advance(20_000)
  chat.twitch.chat.halfOpen()
  const lost: unknown[] = []
  reader.on('disconnected', (event) => lost.push(event))
  await chat.clock.advance(41_000)
  expect(lost).toHaveLength(1)
  reader.close()
})
