import { ChatError, NetworkError } from '../errors.ts'
import { type IrcMessage, parseIrcMessage } from './irc-message.ts'
import { type LoginOptions, loginLines, readRefusal } from './login.ts'
import type { ChatPlatform } from './platform.ts'

export interface ConnectionOptions extends LoginOptions {
  readonly platform: ChatPlatform
  /** Milliseconds from dialling to the welcome. */
  readonly loginTimeout: number
  /** Milliseconds between two PINGs. */
  readonly pingInterval: number
  /** Milliseconds in which something must come after a PING. */
  readonly pongTimeout: number
}

/** What a connection tells. `onEnd` comes once and last. */
export interface ConnectionListener {
  onReady(connection: Connection): void
  onLine(raw: string, message: IrcMessage | undefined, connection: Connection): void
  /** @param error `'refused'`: the token. */
  onEnd(error: 'refused' | Error, connection: Connection): void
}

/** No line of Twitch is nearly as long. */
const LONGEST_LINE = 65_536

/** One WebSocket, from dialling to its end: it logs in, answers PING and notices when the other side is gone. */
export class Connection {
  /** As the server calls us; empty before the welcome. */
  login = ''
  /** Milliseconds of the last PING, there and back. */
  latency: number | undefined
  /** Whether ROOMSTATE, USERSTATE and their like come. */
  hasCommands = false
  readonly #options: ConnectionOptions
  readonly #listener: ConnectionListener
  readonly #socket: WebSocket
  #state: 'opening' | 'ready' | 'ended' = 'opening'
  #rest = ''
  #heard = false
  #timer: unknown
  #pingedAt = 0
  #asking = false

  /** @throws What the platform throws for a bad or forbidden URL. */
  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    const { platform, loginTimeout } = options
    this.#options = options
    this.#listener = listener
    const socket = new platform.WebSocket(platform.irc)
    this.#socket = socket
    socket.onopen = () => {
      for (const line of loginLines(options)) socket.send(line)
    }
    socket.onmessage = ({ data }) => this.#receive(data)
    // All that matters comes with the close; but some platforms take an error nobody listens to for a crash.
    socket.onerror = () => {}
    socket.onclose = ({ code }) => this.#end(new NetworkError(`Twitch chat closed the connection (${code}).`))
    this.#timer = platform.setTimeout(
      () => this.#end(new NetworkError(`Twitch chat did not let us in within ${loginTimeout} ms.`)),
      loginTimeout,
    )
  }

  get ready(): boolean {
    return this.#state === 'ready'
  }

  /** @returns Whether the line has left. */
  send(line: string): boolean {
    if (this.#state === 'ended' || this.#socket.readyState !== 1) return false
    this.#socket.send(line)
    return true
  }

  /** Ends it without a word to the listener. */
  close(): void {
    this.#leave()
  }

  /** Asks for a sign of life at once: after a sleep, a change of network. */
  check(): void {
    if (this.ready && !this.#asking) this.#ping()
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') return
    this.#heard = true
    let text = this.#rest === '' ? data : this.#rest + data
    // Where IRC's own subprotocol was agreed on, a frame is a line; Twitch ends each line by CR LF.
    if (this.#socket.protocol?.endsWith('.ircv3.net')) text += '\n'
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#readLine(text.slice(start, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end))
      if (this.#state === 'ended') return
      start = end + 1
    }
    this.#rest = text.length - start > LONGEST_LINE ? '' : text.slice(start)
  }

  #readLine(raw: string): void {
    if (raw === '') return
    const message = parseIrcMessage(raw)
    if (message !== undefined && message.command !== 'PRIVMSG' && !this.#obey(message)) return
    this.#listener.onLine(raw, message, this)
  }

  /** @returns Whether the connection still lives. */
  #obey(message: IrcMessage): boolean {
    switch (message.command) {
      case 'PING':
        this.send(`PONG :${message.params[0] ?? ''}`)
        break
      case 'PONG':
        if (this.#pingedAt > 0) this.latency = this.#options.platform.monotonic() - this.#pingedAt
        break
      case 'CAP':
        if (message.params[1] === 'ACK' && message.params[2]?.includes('twitch.tv/commands')) this.hasCommands = true
        break
      case '001':
        if (!this.ready) this.#welcome(message.params[0] ?? '')
        break
      case 'NOTICE': {
        const refusal = this.ready ? undefined : readRefusal(message.params[1] ?? '')
        if (refusal !== undefined) this.#end(refusal)
        break
      }
      case 'ERROR':
        this.#end(new ChatError(`The chat server ended it: ${message.params[0] ?? ''}`, { reason: 'closed' }))
    }
    return this.#state !== 'ended'
  }

  #welcome(login: string): void {
    this.#state = 'ready'
    this.login = login
    this.#schedule(this.#options.pingInterval, () => this.#ping())
    this.#listener.onReady(this)
  }

  /** Silence alone means nothing: a quiet channel is silent. Silence after a PING means that nobody is there. */
  #ping(): void {
    const { platform, pingInterval, pongTimeout } = this.#options
    this.#pingedAt = platform.monotonic()
    this.#heard = false
    this.#asking = true
    this.send('PING :keyring')
    const wakeAt = platform.now() + pongTimeout
    this.#schedule(pongTimeout, () => {
      this.#asking = false
      if (this.#heard) this.#schedule(Math.max(0, pingInterval - pongTimeout), () => this.#ping())
      // The timer came much too late: the machine slept, and what was sent before tells nothing.
      else if (platform.now() - wakeAt > 5000) this.#ping()
      else this.#end(new NetworkError(`Twitch chat did not answer a PING within ${pongTimeout} ms.`))
    })
  }

  #schedule(delay: number, work: () => void): void {
    const { platform } = this.#options
    platform.clearTimeout(this.#timer)
    this.#timer = platform.setTimeout(work, delay)
  }

  #end(error: 'refused' | Error): void {
    if (this.#state === 'ended') return
    this.#leave()
    this.#listener.onEnd(error, this)
  }

  #leave(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#options.platform.clearTimeout(this.#timer)
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null
    this.#socket.close(1000)
  }
}
