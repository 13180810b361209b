import type { RequestOptions } from '../../src/internal/request.ts'

export interface Call {
  readonly url: string
  readonly init: RequestInit
  readonly form: Record<string, string>
}

type Reply = readonly [status: number, body: unknown, headers?: Record<string, string>]

/** A `fetch` that gives the replies in turn, the last one again and again, and remembers what it was asked. */
export function stub(...replies: Reply[]) {
  const calls: Call[] = []
  const options: RequestOptions = {
    endpoints: { id: 'http://127.0.0.1:1/oauth2' },
    now: () => 1_000_000,
    async fetch(url, init = {}) {
      calls.push({ url, init, form: Object.fromEntries(new URLSearchParams(init.body as URLSearchParams)) })
      const [status, body, headers = {}] = replies[Math.min(calls.length, replies.length) - 1] ?? [200, '']
      return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
    },
  }
  return { calls, options }
}

/** Everything an error would show to whoever prints it, causes included. */
export function printed(error: unknown): string {
  const seen: string[] = []
  for (let next = error; next instanceof Error; next = next.cause) {
    seen.push(next.message, String(next.stack), JSON.stringify(next, Object.getOwnPropertyNames(next)))
  }
  return seen.join('\n')
}

export async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('It was expected to be rejected.')
    },
    (error) => error,
  )
}
