import { NetworkError } from '../errors.ts'
import type { Endpoints, PlatformOptions } from '../types.ts'
import { resolveHttpPlatform } from './http-platform.ts'
import { TIMED_OUT } from './wait.ts'

/** How long an answer may still come after its time is over, in milliseconds. */
const LAST_MOMENT = 250

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
  let onAbort: (() => void) | undefined
  let timer: unknown
  // A `fetch` that ignores its signal (a stub, a frozen connection) must not hold its caller.
  const givenUp = new Promise<never>((_, reject) => {
    const giveUp = (reason: unknown) => {
      reject(reason)
      controller.abort(reason)
    }
    // In a page that was frozen meanwhile, the answer may wait behind this very timer.
    timer = setTimeout(() => {
      timer = setTimeout(() => giveUp(TIMED_OUT), LAST_MOMENT)
    }, timeout)
    onAbort = () => giveUp(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
  })

  try {
    return await Promise.race([givenUp, read(fetch(url, { ...init, signal: controller.signal }))])
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    if (cause === TIMED_OUT) {
      throw new NetworkError(`${name} got no answer within ${timeout} ms. Nothing is lost; try later.`)
    }
    throw new NetworkError(`${name} got no answer. Nothing is lost; try later.`, { cause })
  } finally {
    clearTimeout(timer)
    if (onAbort) signal?.removeEventListener('abort', onAbort)
  }
}

async function read(fetched: Promise<Response>): Promise<Answer> {
  const response = await fetched
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: parseJson(text), text }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
