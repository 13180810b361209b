import { describe, expect, test } from 'vitest'
import { createFakeWebSocket } from '../../../src/testing/irc/fake-web-socket.ts'
import { createSetting, type Setting } from './support.ts'

const URL_OF_TWITCH = 'wss://irc-ws.chat.twitch.tv'

function open(setting: Setting, url: string | URL = URL_OF_TWITCH, protocols?: string | string[]) {
  const WebSocket = createFakeWebSocket(setting.server, URL_OF_TWITCH, { clock: setting.world.clock })
  const socket = new WebSocket(url, protocols)
  const seen: string[] = []
  socket.addEventListener('open', () => seen.push('open'))
  socket.addEventListener('message', ({ data }) => seen.push(...String(data).trimEnd().split('\r\n')))
  socket.addEventListener('error', () => seen.push('error'))
  socket.addEventListener('close', ({ code, reason, wasClean }) => seen.push(`close ${code} ${reason} ${wasClean}`))
  return { socket, seen, settle: () => setting.world.clock.settle() }
}

test('it opens after the constructor has returned, and talks', async () => {
  const { socket, seen, settle } = open(createSetting())
  expect(socket).toMatchObject({ readyState: 0, url: `${URL_OF_TWITCH}/`, protocol: '', binaryType: 'blob' })
  expect(() => socket.send('PING')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
  await settle()
  expect(socket.readyState).toBe(socket.OPEN)
  socket.send('PING :1')
  socket.send(new TextEncoder().encode('PING :2'))
  expect(seen).toEqual(['open'])
  await settle()
  expect(seen).toEqual(['open', ':tmi.twitch.tv PONG tmi.twitch.tv :1', ':tmi.twitch.tv PONG tmi.twitch.tv :2'])
})

test('it is an EventTarget with handlers that can be replaced and removed', async () => {
  const { socket, settle } = open(createSetting())
  const seen: string[] = []
  socket.onopen = () => seen.push('never')
  socket.onopen = (event) => seen.push(`${event.type} ${event.target === socket}`)
  socket.onmessage = (event) => {
    seen.push(`${event instanceof MessageEvent} ${event.origin} ${event.data}`)
    socket.onmessage = null
  }
  await settle()
  socket.send('PING\r\nPING')
  socket.send('PING')
  await settle()
  expect(socket).toBeInstanceOf(EventTarget)
  expect(socket.onmessage).toBe(null)
  expect(seen).toEqual(['open true', 'true wss://irc-ws.chat.twitch.tv PONG :tmi.twitch.tv\r\n'])
})

test('the subprotocol irc is agreed to, and no other', async () => {
  const [irc, other] = [open(createSetting(), URL_OF_TWITCH, ['irc']), open(createSetting(), URL_OF_TWITCH, 'chat')]
  await irc.settle()
  await other.settle()
  expect([irc.socket.protocol, irc.seen]).toEqual(['irc', ['open']])
  expect(other.seen).toEqual(['error', 'close 1006  false'])
})

test.each(['wss://example.com', 'ws://irc-ws.chat.twitch.tv', 'wss://irc-ws.chat.twitch.tv/other'])(
  '%s does not answer',
  async (url) => {
    const { socket, seen, settle } = open(createSetting(), url)
    await settle()
    expect([socket.readyState, seen]).toEqual([3, ['error', 'close 1006  false']])
  },
)

test.each([
  ['nonsense', undefined],
  ['ftp://irc-ws.chat.twitch.tv', undefined],
  ['wss://irc-ws.chat.twitch.tv#a', undefined],
  [URL_OF_TWITCH, ['irc', 'irc']],
  [URL_OF_TWITCH, 'two words'],
])('%s with the protocols %s is a SyntaxError', (url, protocols) => {
  expect(() => open(createSetting(), url, protocols)).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
})

describe('closing', () => {
  test('by the client', async () => {
    const setting = createSetting()
    const { socket, seen, settle } = open(setting)
    await settle()
    socket.close(1000, 'done')
    expect(socket.readyState).toBe(2)
    socket.send('PING')
    await settle()
    expect(seen).toEqual(['open', 'close 1000 done true'])
    expect(setting.server.connections).toEqual([])
    socket.close()
  })

  test('without a code, or with one that is not allowed', async () => {
    const { socket, seen, settle } = open(createSetting())
    await settle()
    expect(() => socket.close(1001)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }))
    expect(() => socket.close(1000, 'x'.repeat(124))).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
    socket.close()
    await settle()
    expect(seen).toEqual(['open', 'close 1005  true'])
  })

  test('before it has opened', async () => {
    const setting = createSetting()
    const { socket, seen, settle } = open(setting)
    socket.close()
    await settle()
    expect(seen).toEqual(['error', 'close 1006  false'])
    expect(setting.server.connections).toEqual([])
  })

  test('by the server', async () => {
    const setting = createSetting()
    const { socket, seen, settle } = open(setting)
    await settle()
    setting.server.raw('last words')
    setting.server.close(4000, { reason: 'enough' })
    await settle()
    expect([socket.readyState, seen]).toEqual([3, ['open', 'last words', 'close 4000 enough true']])
  })

  test('by a network that breaks', async () => {
    const setting = createSetting()
    const { seen, settle } = open(setting)
    await settle()
    setting.server.close()
    await settle()
    expect(seen).toEqual(['open', 'close 1006  false'])
  })

  test('of a half-open connection takes as long as in a browser', async () => {
    const setting = createSetting()
    const { socket, seen, settle } = open(setting)
    await settle()
    setting.server.halfOpen()
    socket.send('PING')
    socket.close()
    await setting.world.clock.advance(59_999)
    expect([socket.readyState, seen]).toEqual([2, ['open']])
    await setting.world.clock.advance(1)
    expect(seen).toEqual(['open', 'close 1006  false'])
    expect(setting.server.connections).toEqual([])
  })
})

describe('a handshake', () => {
  test('fails as the faults say, after their latency', async () => {
    const setting = createSetting()
    setting.world.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'no-answer', latency: 300 } })
    const { seen } = open(setting)
    await setting.world.clock.advance(299)
    expect(seen).toEqual([])
    await setting.world.clock.advance(1)
    expect(seen).toEqual(['error', 'close 1006  false'])
  })

  test('hangs until the client gives up', async () => {
    const setting = createSetting()
    setting.world.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'hang' } })
    const { socket, seen, settle } = open(setting)
    await setting.world.clock.advance(600_000)
    expect([socket.readyState, seen]).toEqual([0, []])
    socket.close()
    await settle()
    expect(seen).toEqual(['error', 'close 1006  false'])
  })

  test('succeeds, and the server closes at once', async () => {
    const setting = createSetting()
    setting.world.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'close', code: 1013 } })
    const { seen, settle } = open(setting)
    await settle()
    expect(seen).toEqual(['open', 'close 1013  true'])
  })
})
