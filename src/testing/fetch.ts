import { isReadable, passesPreflight } from './cors.ts'
import { type Answer, type Call, isForm, isMultipart } from './http.ts'
import type { Route, Routes } from './routes.ts'
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
    const read = readRequest(input, init, routes)
    const call = read instanceof Promise ? await read : read
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
    const read = readRequest(request, {}, { byUrl: options.routes.byPath, byPath: options.routes.byPath })
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

interface BodyHooks {
  /** Called once nothing can fail any more. */
  readonly end: () => void
  /** Is given what makes the body fail. */
  readonly failWith: (handler: (reason: unknown) => void) => void
}

/** The body as a stream that is read on demand, so that it can still fail while it is read. */
function bodyOf(
  delivery: Extract<Delivery, { answer: Answer }>,
  lost: () => Error,
  hooks?: BodyHooks | undefined,
): ReadableStream<Uint8Array> | null {
  const { body } = delivery.answer
  const ending = delivery.kind === 'part' ? delivery.ending : 'close'
  if (ending === 'close' && body === '') return null
  let sent = false
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        hooks?.failWith((reason) => controller.error(reason))
      },
      pull(controller): Promise<void> | undefined {
        if (!sent) {
          sent = true
          controller.enqueue(new TextEncoder().encode(body))
          if (ending === 'break') return undefined
        }
        if (ending === 'stall') return new Promise(() => {})
        hooks?.end()
        if (ending === 'close') controller.close()
        else controller.error(lost())
        return undefined
      },
      cancel() {
        hooks?.end()
      },
    },
    { highWaterMark: 0 },
  )
}

function responseOf(answer: Answer, body: ReadableStream<Uint8Array> | null, hidden: readonly string[] = []): Response {
  let { headers } = answer
  if (hidden.length > 0) {
    headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !hidden.includes(name)))
  }
  return new Response(body, { status: answer.status, headers })
}

/**
 * Some browsers read a stream of a script in tasks of their own, and put an error of theirs in place of its own. Here every reading ends
 * in the turn in which the body ends, and fails as a real one would.
 */
function readInTurn(response: Response, url: URL): Response {
  const text = () => readText(response)
  const json = async () => JSON.parse(await readText(response))
  return Object.defineProperties(response, {
    url: { value: url.href },
    text: { value: text },
    json: { value: json },
  })
}

async function readText({ body, bodyUsed }: Response): Promise<string> {
  if (body === null) return ''
  if (bodyUsed || body.locked) throw new TypeError('The body has been read already.')
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
  }
}

/** Takes everything it needs before the first `await`, where the body allows it. `undefined`: nobody lives there. */
function readRequest(
  input: RequestInfo | URL,
  init: RequestInit,
  routes: Routes,
): Call | undefined | Promise<Call | undefined> {
  const { body } = init
  const simple =
    !(input instanceof Request) &&
    (body === undefined ||
      body === null ||
      typeof body === 'string' ||
      body instanceof URLSearchParams ||
      body instanceof FormData)
  if (!simple) return readSlowly(new Request(input, init), routes)

  const url = new URL(input)
  const route = routes.byUrl(url)
  if (route === undefined) return undefined
  const method = (init.method ?? 'GET').toUpperCase()
  const hasBody = body !== undefined && body !== null
  if (hasBody && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError('Request with GET/HEAD method cannot have body.')
  }
  const headers = headersOf(new Headers(init.headers))
  const type = headers['content-type']
  if (!hasBody) return call(method, url, route, headers, [], '')
  if (typeof body === 'string') {
    headers['content-type'] ??= 'text/plain;charset=UTF-8'
    return isForm(type)
      ? call(method, url, route, headers, new URLSearchParams(body), '')
      : call(method, url, route, headers, [], body)
  }
  if (body instanceof URLSearchParams) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded;charset=UTF-8'
    return call(method, url, route, headers, isForm(headers['content-type']) ? body : [], body.toString())
  }
  headers['content-type'] ??= 'multipart/form-data; boundary=----fake'
  return call(method, url, route, headers, textFields(body as FormData), '')
}

async function readSlowly(request: Request, routes: Routes): Promise<Call | undefined> {
  const url = new URL(request.url)
  const route = routes.byUrl(url)
  if (route === undefined) return undefined
  const headers = headersOf(request.headers)
  const type = headers['content-type']
  const { method } = request
  if (isMultipart(type)) return call(method, url, route, headers, textFields(await request.formData()), '')
  const text = await request.text()
  return isForm(type)
    ? call(method, url, route, headers, new URLSearchParams(text), '')
    : call(method, url, route, headers, [], text)
}

function call(
  method: string,
  url: URL,
  route: Route,
  headers: Readonly<Record<string, string>>,
  form: Iterable<readonly [string, string]>,
  text: string,
): Call {
  const params = new URLSearchParams(url.search)
  for (const [name, value] of form) params.append(name, value)
  return { method, url, host: route.host, path: route.path, headers, params, text }
}

function headersOf(headers: Headers): Record<string, string> {
  const all: Record<string, string> = {}
  headers.forEach((value, name) => {
    all[name] = value
  })
  return all
}

function textFields(form: FormData): [string, string][] {
  const fields: [string, string][] = []
  form.forEach((value, name) => {
    if (typeof value === 'string') fields.push([name, value])
  })
  return fields
}
