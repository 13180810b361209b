import { expect, test, vi } from 'vitest'
import { resolvePlatform } from '../../src/internal/platform.ts'

test('an endpoint that is undefined is left out, and a slash at its end is none', () => {
  const { endpoints } = resolvePlatform({
    endpoints: { id: undefined as never, helix: 'http://127.0.0.1:8080/helix/' },
  })
  expect(endpoints).toMatchObject({ id: 'https://id.twitch.tv/oauth2', helix: 'http://127.0.0.1:8080/helix' })
})

test.each([Number.POSITIVE_INFINITY, 3e9])(
  'a wait of %d ms is as long as a timer can be, and not over at once',
  (delay) => {
    const timer = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(0 as never)
    try {
      resolvePlatform().setTimeout(() => {}, delay)
      expect(timer.mock.calls[0]?.[1]).toBe(2 ** 31 - 1)
    } finally {
      timer.mockRestore()
    }
  },
)
