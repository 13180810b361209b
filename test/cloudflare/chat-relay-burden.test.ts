import { expect, test, vi } from 'vitest'
import { withTokens } from '../../src/chat/index.ts'
import { type ChatRelayOptions, createChatRelay, type RelaySocket } from '../../src/cloudflare/index.ts'
import { TokenRejectedError } from '../../src/errors.ts'
import { createFakeClock, createFakeTwitch } from '../../src/testing/index.ts'

/** A relay in Node, whose clients are no more than what it uses of them. */
function openRelay(options: ChatRelayOptions = {}) {
  const clock = createFakeClock()
  const { platform } = createFakeTwitch({ clock, users: [{ login: 'juniper' }] })
  const sockets: RelaySocket[] = []
  const ctx = {
    storage: { getAlarm: async () => null, async setAlarm() {}, async deleteAlarm() {} },
    getTags: () => [],
    getWebSockets: () => [...sockets],
  }
  const relay = new (createChatRelay(() => ({ platform, ...options })))(ctx as never, {})
  function join() {
    let attachment: unknown = null
    const read = vi.fn(() => attachment)
    const socket = {
      send: vi.fn<(text: string) => void>(),
      close: vi.fn<(code?: number) => void>(),
      serializeAttachment(value: unknown) {
        attachment = value
      },
      deserializeAttachment: read,
    }
    sockets.push(socket)
    return { socket, read, say: (text: string) => relay.webSocketMessage(socket, text) }
  }
  return { clock, relay, join }
}

test('after its sign-in is lost for good, the alarm asks again, and no message of a client', async () => {
  const getForChat = vi.fn(async () => {
    throw new TokenRejectedError('Gone.', { reason: 'refused' })
  })
  const never = async () => Promise.reject(new Error('Nobody asks.'))
  const auth = withTokens({ clientId: never, get: never, renew: never, getForChat })
  const onProblem = vi.fn()
  const { clock, relay, join } = openRelay({ auth, onProblem })
  const { say } = join()
  await say('NICK justinfan1\r\nJOIN #juniper')
  for (let time = 1; time <= 20; time += 1) {
    await clock.advance(2_000)
    await say(`PING ${time}`)
  }
  expect(getForChat).toHaveBeenCalledTimes(1)
  await relay.alarm()
  await clock.advance(2_000)
  expect(getForChat).toHaveBeenCalledTimes(2)
  expect(onProblem).toHaveBeenCalledTimes(2)
})

test('a client that says more at once than any of this library is sent away', async () => {
  const { join } = openRelay()
  const { socket, say } = join()
  await say(`JOIN #${'a'.repeat(4_090)}`)
  expect(socket.close).not.toHaveBeenCalled()
  await say(`JOIN #${'a'.repeat(4_091)}`)
  expect(socket.close).toHaveBeenCalledExactlyOnceWith(1009, expect.any(String))
})

test('who reads what is counted once, however many channels a client names and however many are there', async () => {
  const { join } = openRelay()
  const others = Array.from({ length: 20 }, join)
  for (const { say } of others) await say('JOIN #juniper')
  const { socket, say } = join()
  for (const { read } of others) read.mockClear()
  await say(`JOIN ${Array.from({ length: 300 }, (_, index) => `#u${index}`)}`)
  expect(socket.send.mock.calls.filter(([text]) => text.includes(' NOTICE '))).toHaveLength(250)
  for (const { read } of others) expect(read).not.toHaveBeenCalled()
})
