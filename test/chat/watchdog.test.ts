import { afterEach, expect, test, vi } from 'vitest'
import { connected, createFakeChat } from './fake.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

test('silence of a quiet channel is no loss', async () => {
  const chat = createFakeChat({ chat: { pingInterval: false } })
  const reader = await connected(chat, { channels: ['streamer'] })
  const lost: unknown[] = []
  reader.on('disconnected', (event) => lost.push(event))
  await chat.clock.advance(3_600_000)
  expect(lost).toEqual([])
  reader.close()
})

test('a connection on which nothing passes any more is left within 40 s', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat, { channels: ['streamer'] })
  const lost: number[] = []
  reader.on('disconnected', () => lost.push(chat.clock.now()))
  const before = chat.clock.now()
  chat.twitch.chat.halfOpen()
  await chat.clock.advance(60_000)
  expect((lost[0] ?? Number.POSITIVE_INFINITY) - before).toBeLessThanOrEqual(40_000)
  expect(reader.joined).toEqual(['streamer'])
  reader.close()
})

test('PINGs without PONGs are no loss while lines come', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat, { channels: ['streamer'] })
  chat.twitch.chat.answerPings(false)
  const lost: unknown[] = []
  reader.on('disconnected', (event) => lost.push(event))
  for (let index = 0; index < 40; index += 1) {
    chat.twitch.chat.send('viewer', 'streamer', `${index}`)
    await chat.clock.advance(5000)
  }
  expect(lost).toEqual([])
  reader.close()
})

test('a PING period of its own keeps a service worker awake', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat, { pingInterval: 20_000 })
  await chat.clock.advance(200_000)
  const pings = chat.twitch.chat.connections[0]?.received.filter((line) => line.startsWith('PING'))
  expect(pings?.length).toBeGreaterThanOrEqual(10)
  reader.close()
})

test('after a sleep nothing is given up before it was asked again', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat)
  const lost: unknown[] = []
  reader.on('disconnected', (event) => lost.push(event))
  chat.twitch.faults.add({ host: 'irc', method: 'PING', fault: { kind: 'drop' }, times: 1 })
  await chat.clock.advance(35_000)
  // The PING is out; the machine sleeps an hour, and what came back for it is gone.
  chat.clock.jump(3_600_000)
  await chat.clock.advance(20_000)
  expect(lost).toEqual([])
  reader.close()
})

test('when the network comes back, the wait for the next attempt ends', async () => {
  const place = new EventTarget()
  vi.stubGlobal('addEventListener', place.addEventListener.bind(place))
  const chat = createFakeChat()
  const reader = await connected(chat, { channels: ['streamer'] })
  const remove = chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'no-answer' } })
  chat.twitch.chat.close(1006)
  await chat.clock.advance(120_000)
  remove()
  expect(reader.joined).toEqual([])
  place.dispatchEvent(new Event('online'))
  await chat.clock.advance(20)
  expect(reader.joined).toEqual(['streamer'])
  reader.close()
})

test('when the network comes back, a dead connection is found out at once', async () => {
  const place = new EventTarget()
  vi.stubGlobal('addEventListener', place.addEventListener.bind(place))
  const chat = createFakeChat()
  const reader = await connected(chat, { channels: ['streamer'] })
  await chat.clock.advance(12_000)
  chat.twitch.chat.halfOpen()
  place.dispatchEvent(new Event('online'))
  await chat.clock.advance(11_001)
  expect(reader.joined).toEqual(['streamer'])
  reader.close()
  const before = chat.clock.pending
  place.dispatchEvent(new Event('online'))
  expect(chat.clock.pending).toBe(before)
})

test('asking again and again does not put off the end of a dead connection', async () => {
  const place = new EventTarget()
  vi.stubGlobal('addEventListener', place.addEventListener.bind(place))
  const chat = createFakeChat()
  const reader = await connected(chat)
  const lost: unknown[] = []
  reader.on('disconnected', (event) => lost.push(event))
  chat.twitch.chat.halfOpen()
  for (let index = 0; index < 4; index += 1) {
    place.dispatchEvent(new Event('online'))
    await chat.clock.advance(4000)
  }
  expect(lost).toHaveLength(1)
  reader.close()
})

test('a join that meets a dead connection is not taken for a channel that does not exist', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat)
  await chat.clock.advance(11_000)
  chat.twitch.chat.halfOpen()
  await chat.clock.until(reader.join('streamer'))
  expect(reader.joined).toEqual(['streamer'])
  reader.close()
})

test('only a connection that lasted a while resets the waiting', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat)
  const waits: number[] = []
  reader.on('disconnected', ({ retryAt = 0 }) => waits.push(retryAt - chat.clock.now()))
  for (let index = 0; index < 5; index += 1) {
    chat.twitch.chat.close(1006)
    await chat.clock.advance(30_000)
  }
  expect(waits.at(-1)).toBeGreaterThanOrEqual(8000)
  await chat.clock.advance(60_000)
  chat.twitch.chat.close(1006)
  await chat.clock.settle()
  expect(waits.at(-1)).toBeLessThanOrEqual(1000)
  reader.close()
})
