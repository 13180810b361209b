import { isReadable, passesPreflight } from './cors.ts'
import type { Call } from './http.ts'
import { readRequest } from './read-request.ts'
import { bodyOf, readInTurn, responseOf } from './response.ts'
import type { Routes } from './routes.ts'
import type { Delivery } from './serve.ts'
import type { World } from './world.ts'

/** The request got no answer because a fault says so. Whoever serves it closes the socket without a word. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost' as const
}

export interface FetchOptions {
  readonly routes: Routes
  readonly serve: (call: Call) => Promise<Delivery>
  /** Whether the rules for pages hold. */
  readonly cors: () => boolean
  readonly exposed: readonly string[]
}

/** A `fetch` that knows no network but the fake. */
export function createFetch(world: World, options: FetchOptions): typeof globalThis.fetch {
  const { routes, serve, exposed } = options

  async function fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const signal = init.signal ?? (input instanceof Request ? input.signal : undefined)
    signal?.throwIfAborted()
    const read = readRequest(input, init, (url) => routes.byUrl(url))
    const call = read instanceof Promise ? await read : read
    signal?.throwIfAborted()
    if (call === undefined) throw failedToFetch()
    const page = options.cors()
    if (page && !passesPreflight(call.host, call.method, call.headers)) {
      const { host, path } = call
      world.log({ at: world.clock.now(), host, method: 'OPTIONS', path, params: {}, headers: {}, status: 204 })
      throw failedToFetch()
    }
    return respond(call, serve(call), signal, page)
  }

  /** An abort ends the wait at any point, the body included; the request itself has left. */
  function respond(
    call: Call,
    delivered: Promise<Delivery>,
    signal: AbortSignal | null | undefined,
    page: boolean,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      let fail: (reason: unknown) => void = reject
      const onAbort = () => fail(signal?.reason)
      const end = () => signal?.removeEventListener('abort', onAbort)
      signal?.addEventListener('abort', onAbort, { once: true })

      delivered.then(
        (delivery) => {
          if (signal?.aborted || delivery.kind === 'silence') return
          if (delivery.kind === 'broken' || (page && !('access-control-allow-origin' in delivery.answer.headers))) {
            end()
            reject(failedToFetch())
            return
          }
          const { answer } = delivery
          const failWith = (handler: typeof fail) => {
            fail = handler
          }
          const body = bodyOf(delivery, () => new TypeError('network error'), { end, failWith })
          if (body === null) end()
          const hidden = page ? Object.keys(answer.headers).filter((name) => !isReadable(name, exposed)) : []
          resolve(readInTurn(responseOf(answer, body, hidden), call.url))
        },
        (reason: unknown) => {
          end()
          reject(reason)
        },
      )
    })
  }

  return fetch
}

/** Answers a `Request` that a real server received. */
export function createHandle(options: FetchOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const read = readRequest(request, {}, (url) => options.routes.byPath(url))
    const call = read instanceof Promise ? await read : read
    if (call === undefined) return new Response('404 page not found', { status: 404 })
    const delivery = await options.serve(call)
    if (delivery.kind === 'silence') await aborted(request.signal)
    const lost = () => new ConnectionLost(`A fault breaks the answer to ${call.method} ${call.path}.`)
    if (delivery.kind === 'silence' || delivery.kind === 'broken') throw lost()
    return responseOf(delivery.answer, bodyOf(delivery, lost))
  }
}

function failedToFetch(): TypeError {
  return new TypeError('Failed to fetch')
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
