import { NetworkError } from '../errors.ts'
import type { Endpoints, PlatformOptions } from '../types.ts'
import { resolveHttpPlatform } from './http-platform.ts'
import { untilAborted } from './wait.ts'

/** What every request function takes. A {@link PlatformOptions} object fits. */
export interface RequestOptions extends Pick<PlatformOptions, 'fetch' | 'now' | 'setTimeout' | 'clearTimeout'> {
  readonly endpoints?: Partial<Endpoints> | undefined
  /** Ends the request with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for the whole answer, body included. Default 10,000. */
  readonly timeout?: number | undefined
}

/** An HTTP answer, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The parsed body; `undefined` when it is empty or no JSON. */
  readonly body: unknown
  readonly text: string
}

/**
 * Sends one request and reads its answer. `fetch` is called before the first `await`, so that a caller can check
 * something and send in the same turn.
 *
 * @param name How errors call the request; never its URL, which may hold a secret.
 * @throws {NetworkError} No answer came, or not all of it.
 */
export async function send(
  name: string,
  url: string,
  init: RequestInit,
  options: RequestOptions = {},
): Promise<Answer> {
  const { fetch, setTimeout, clearTimeout } = resolveHttpPlatform(options)
  const { signal, timeout = 10_000 } = options
  signal?.throwIfAborted()

  const controller = new AbortController()
  const onAbort = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    controller.abort()
  }, timeout)

  try {
    // A `fetch` that ignores its signal (a stub, a frozen connection) must not hold its caller.
    const response = await untilAborted(fetch(url, { ...init, signal: controller.signal }), controller.signal)
    const text = await untilAborted(response.text(), controller.signal)
    return { status: response.status, headers: response.headers, body: parseJson(text), text }
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    if (timedOut) throw new NetworkError(`${name} got no answer within ${timeout} ms. Nothing is lost; try later.`)
    throw new NetworkError(`${name} got no answer. Nothing is lost; try later.`, { cause })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
