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
