import type { Clock } from '../clock.ts'
import type { IrcSession } from './connection.ts'
import type { IrcServer } from './server.ts'

export interface FakeWebSocketOptions {
  /** Times the closing of a connection that is half-open. */
  readonly clock: Clock
  /** Milliseconds until a close that is not answered is given up, as browsers do. Default 60,000. */
  readonly closeTimeout?: number | undefined
}

const CONNECTING = 0
const OPEN = 1
const CLOSING = 2
const CLOSED = 3

/**
 * Makes a class that behaves as the platform's `WebSocket`, and connects to the fake server and to nothing else.
 *
 * Every event comes in a microtask of its own, so that handlers may be set after construction.
 *
 * @param endpoint The only URL that answers. Any other host fails as one that cannot be reached.
 * @see https://websockets.spec.whatwg.org/
 */
export function createFakeWebSocket(
  server: IrcServer,
  endpoint: string,
  options: FakeWebSocketOptions,
): typeof WebSocket {
  const { clock, closeTimeout = 60_000 } = options
  const home = new URL(endpoint).href
  const native = callsHandlers()

  class FakeWebSocket extends EventTarget {
    static readonly CONNECTING = CONNECTING
    static readonly OPEN = OPEN
    static readonly CLOSING = CLOSING
    static readonly CLOSED = CLOSED
    readonly CONNECTING = CONNECTING
    readonly OPEN = OPEN
    readonly CLOSING = CLOSING
    readonly CLOSED = CLOSED
    readonly url: string
    readonly extensions = ''
    readonly bufferedAmount = 0
    binaryType: BinaryType = 'blob'
    protocol = ''
    readyState: number = CONNECTING
    readonly #handlers = new Map<string, (event: Event) => unknown>()
    #session: IrcSession | undefined
    #frozen = false
    #turn: Promise<void> = Promise.resolve()

    constructor(url: string | URL, protocols: string | string[] = []) {
      super()
      const parsed = parseUrl(url)
      const wanted = readProtocols(protocols)
      this.url = parsed.href
      if (parsed.href !== home) {
        this.#inTurn(() => this.#fail())
        return
      }
      const handshake = server.handshake()
      const open = () => {
        if (handshake.outcome === 'hang' || this.readyState !== CONNECTING) return
        if (handshake.outcome === 'refuse' || (wanted.length > 0 && !wanted.includes('irc'))) return this.#fail()
        this.protocol = wanted.length > 0 ? 'irc' : ''
        this.readyState = OPEN
        this.dispatchEvent(new Event('open'))
        this.#session = server.accept(this.#carrier(), handshake)
        if (this.readyState !== OPEN) this.#session.closed()
      }
      this.#inTurn(() => {
        if (handshake.latency > 0) clock.setTimeout(open, handshake.latency)
        else open()
      })
    }

    send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
      if (this.readyState === CONNECTING) throw new DOMException('Still in CONNECTING state.', 'InvalidStateError')
      if (this.readyState !== OPEN || this.#frozen) return
      const text = typeof data === 'string' ? data : readBinary(data)
      this.#inTurn(() => this.#session?.receive(text))
    }

    close(code?: number, reason = ''): void {
      if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
        throw new DOMException(
          `The close code must be 1000, or from 3000 to 4999; ${code} is not.`,
          'InvalidAccessError',
        )
      if (new TextEncoder().encode(reason).length > 123)
        throw new DOMException('The close reason must not be longer than 123 bytes.', 'SyntaxError')
      if (this.readyState === CLOSING || this.readyState === CLOSED) return
      const opened = this.readyState === OPEN
      this.readyState = CLOSING
      if (!opened) {
        this.#inTurn(() => this.#fail())
        return
      }
      this.#inTurn(() => {
        if (this.#frozen) clock.setTimeout(() => this.#end(1006), closeTimeout)
        else this.#end(code ?? 1005, code === undefined ? '' : reason)
      })
    }

    get onopen(): ((event: Event) => unknown) | null {
      return this.#handlers.get('open') ?? null
    }
    set onopen(handler: unknown) {
      this.#handle('open', handler)
    }
    get onmessage(): ((event: Event) => unknown) | null {
      return this.#handlers.get('message') ?? null
    }
    set onmessage(handler: unknown) {
      this.#handle('message', handler)
    }
    get onerror(): ((event: Event) => unknown) | null {
      return this.#handlers.get('error') ?? null
    }
    set onerror(handler: unknown) {
      this.#handle('error', handler)
    }
    get onclose(): ((event: Event) => unknown) | null {
      return this.#handlers.get('close') ?? null
    }
    set onclose(handler: unknown) {
      this.#handle('close', handler)
    }

    #handle(type: string, handler: unknown): void {
      const known = this.#handlers.has(type)
      if (typeof handler !== 'function') this.#handlers.delete(type)
      else this.#handlers.set(type, handler as (event: Event) => unknown)
      if (!known && !native) this.addEventListener(type, (event) => this.#handlers.get(type)?.call(this, event))
    }

    #carrier() {
      return {
        send: (text: string) => this.#inTurn(() => this.#deliver(text)),
        close: (code = 1005, reason = '') => this.#inTurn(() => this.#end(code, reason)),
        terminate: () => this.#inTurn(() => this.#end(1006)),
        freeze: () => {
          this.#frozen = true
        },
      }
    }

    #deliver(text: string): void {
      if (this.readyState !== OPEN || this.#frozen) return
      this.dispatchEvent(new MessageEvent('message', { data: text, origin: new URL(this.url).origin }))
    }

    /** As when no server answers: an `error`, then a `close`. */
    #fail(): void {
      if (this.readyState === CLOSED) return
      this.readyState = CLOSED
      this.dispatchEvent(new Event('error'))
      this.dispatchEvent(closeEvent(1006, ''))
    }

    #end(code: number, reason = ''): void {
      if (this.readyState === CLOSED) return
      this.readyState = CLOSED
      this.#session?.closed(code)
      this.dispatchEvent(closeEvent(code, reason))
    }

    /** One after the other, never in the turn of the caller. */
    #inTurn(work: () => void): void {
      this.#turn = this.#turn.then(work)
    }
  }

  return FakeWebSocket as unknown as typeof WebSocket
}

/** workerd's `EventTarget` calls `on…` properties by itself; elsewhere that is left to the class. */
function callsHandlers(): boolean {
  let called = false
  const probe = new EventTarget() as EventTarget & { onprobe: () => void }
  probe.onprobe = () => {
    called = true
  }
  probe.dispatchEvent(new Event('probe'))
  return called
}

/** Node has had no `CloseEvent` before version 23. */
function closeEvent(code: number, reason: string): Event {
  const init = { code, reason, wasClean: code !== 1006 }
  return typeof CloseEvent === 'function' ? new CloseEvent('close', init) : Object.assign(new Event('close'), init)
}

function parseUrl(url: string | URL): URL {
  let parsed: URL | undefined
  try {
    parsed = new URL(url)
  } catch {}
  if (parsed === undefined) throw new DOMException(`The URL '${url}' is invalid.`, 'SyntaxError')
  if (parsed.protocol === 'http:') parsed.protocol = 'ws:'
  if (parsed.protocol === 'https:') parsed.protocol = 'wss:'
  if (!/^wss?:$/.test(parsed.protocol)) throw new DOMException('The URL must be one of ws: or wss:.', 'SyntaxError')
  if (parsed.hash !== '') throw new DOMException('The URL must not have a fragment.', 'SyntaxError')
  return parsed
}

function readProtocols(protocols: string | string[]): string[] {
  const wanted = typeof protocols === 'string' ? [protocols] : [...protocols]
  const bad = wanted.find((protocol) => !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(protocol))
  if (bad !== undefined || new Set(wanted).size !== wanted.length)
    throw new DOMException('The subprotocols must be different tokens.', 'SyntaxError')
  return wanted
}

/** Twitch reads text; bytes are taken for UTF-8. */
function readBinary(data: ArrayBufferLike | Blob | ArrayBufferView): string {
  return data instanceof Blob ? '' : new TextDecoder().decode(data as ArrayBuffer)
}
