import { afterEach, expect, test, vi } from 'vitest'
import { ChatReader } from '../../src/chat/reader.ts'
import { ConfigurationError } from '../../src/errors.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a reader that is told nothing goes to Twitch, by the clock and the chance of its place', async () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  const urls: unknown[] = []
  vi.stubGlobal(
    'WebSocket',
    class {
      readyState = 0
      constructor(url: unknown) {
        urls.push(url)
      }
      close(): void {}
    },
  )
  const reader = new ChatReader()
  const waits: number[] = []
  reader.on('disconnected', ({ retryAt = 0 }) => waits.push(retryAt - Date.now()))
  const outcome = expect(reader.connect()).rejects.toMatchObject({ code: 'network' })
  await vi.advanceTimersByTimeAsync(15_000)
  expect(urls).toEqual(['wss://irc-ws.chat.twitch.tv'])
  expect(waits[0]).toBeGreaterThanOrEqual(500)
  expect(waits[0]).toBeLessThanOrEqual(1000)
  await vi.advanceTimersByTimeAsync(1000)
  expect(urls).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(14_000)
  await outcome
  reader.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('where there is no WebSocket it says so, and how to bring one', async () => {
  vi.stubGlobal('WebSocket', undefined)
  const error = await new ChatReader().connect().catch((error: unknown) => error)
  expect(error).toBeInstanceOf(ConfigurationError)
  expect(error).toMatchObject({
    message: 'There is no WebSocket to wss://irc-ws.chat.twitch.tv here: give one as platform.WebSocket.',
    cause: expect.any(TypeError),
  })
})
