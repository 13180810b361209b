import type { AccessToken, AccessTokenRequest, AccessTokenSource, PlatformOptions } from '../../src/types.ts'

export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

/** A status with a body, or something that throws. */
export type Reply = readonly [status: number, body?: unknown, headers?: Record<string, string>] | (() => never)

export const DEAD: Reply = [401, { error: 'Unauthorized', status: 401, message: 'Invalid OAuth token' }]

export function offline(): never {
  throw new TypeError('Failed to fetch')
}

/** A platform whose Helix gives the replies in turn, the last one again and again. No time passes in it by itself. */
export function stubPlatform(...replies: Reply[]) {
  const calls: Call[] = []
  const waits: number[] = []
  let now = 1_000_000
  const platform: PlatformOptions = {
    endpoints: { helix: 'http://127.0.0.1:1/helix' },
    now: () => now,
    monotonic: () => now,
    random: () => 1,
    setTimeout(callback, delay) {
      // A time-out of a request or a look-up never comes; any other wait is over at once, and the clock has moved.
      const timer = { over: false }
      if (delay === 10_000 || delay === 90_000) return timer
      waits.push(delay)
      queueMicrotask(() => {
        if (timer.over) return
        now += delay
        callback()
      })
      return timer
    },
    clearTimeout(timer) {
      if (timer) (timer as { over: boolean }).over = true
    },
    async fetch(url, init = {}) {
      const { pathname, searchParams } = new URL(url)
      calls.push({
        method: init.method ?? 'GET',
        path: pathname.replace(/^\/helix/, ''),
        query: searchParams,
        headers: init.headers as Record<string, string>,
        body: (init.body ?? undefined) as string | undefined,
      })
      const reply = replies[Math.min(calls.length, replies.length) - 1] ?? [200, { data: [] }]
      if (typeof reply === 'function') return reply()
      const [status, body = '', headers = {}] = reply
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return new Response(status === 204 ? null : text, { status, headers })
    },
  }
  return { platform, calls, waits, advance: (ms: number) => (now += ms) }
}

/** A source that hands out `first`, and `second` after a renewal. */
export function stubTokens(held: Partial<AccessToken> = {}) {
  const asked: AccessTokenRequest[] = []
  const renewed: string[] = []
  const token = (value: string): AccessToken => ({ value, kind: 'user', userId: '1', scopes: [], ...held })
  const tokens: AccessTokenSource = {
    clientId: async () => 'cl1ent',
    async get(request) {
      asked.push(request)
      return token(renewed.length > 0 ? 'second' : 'first')
    },
    async getForChat() {
      return undefined
    },
    async renew(refused) {
      renewed.push(refused.value)
      return token('second')
    },
  }
  return { tokens, asked, renewed }
}
