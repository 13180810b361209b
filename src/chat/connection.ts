import { ChatError, NetworkError } from '../errors.ts'
import { createTimer } from '../internal/timer.ts'
import { type IrcMessage, parseIrcMessage } from './irc-message.ts'
import { type LoginOptions, loginLines } from './login.ts'
import type { ChatPlatform } from './platform.ts'

export interface ConnectionSettings {
  readonly platform: ChatPlatform
  /** Milliseconds from dialling to the welcome. */
  readonly loginTimeout: number
  /** Milliseconds between two PINGs. */
  readonly pingInterval: number
  /** Milliseconds in which something must come after a PING. */
  readonly pongTimeout: number
}

/** What a connection tells. */
export interface ConnectionListener {
  /** What a NOTICE before the welcome says. @returns What it ends the login with, if it does. */
  readRefusal(text: string): Error | undefined
  onReady(connection: Connection): void
  onLine(raw: string, message: IrcMessage | undefined, connection: Connection): void
  /** Comes once and last, unless it was closed from here. */
  onEnd(error: Error, connection: Connection): void
}

/** One WebSocket, from dialling to its end: it logs in, answers PING and notices when the other side is gone. */
export interface Connection {
  /** As the server calls us; empty before the welcome. */
  readonly login: string
  /** Milliseconds of the last PING, there and back. */
  readonly latency: number | undefined
  /** Whether ROOMSTATE, USERSTATE and their like come. */
  readonly hasCommands: boolean
  /** A line on a socket that is gone goes nowhere. */
  send(line: string): void
  /** Asks for a sign of life at once: after a sleep, a change of network. */
  check(): void
  /** Ends it without a word to the listener. */
  close(): void
}

/** No line of Twitch is nearly as long. */
const LONGEST_LINE = 65_536

/** @throws {ConfigurationError} There is no WebSocket here. */
export function openConnection(
  options: ConnectionSettings & LoginOptions,
  { readRefusal, onReady, onLine, onEnd }: ConnectionListener,
): Connection {
  const { platform, loginTimeout, pingInterval, pongTimeout } = options
  const schedule = createTimer(platform)
  const socket = platform.openSocket()
  let ended = false
  let rest = ''
  let heard = false
  let pingedAt: number | undefined

  const connection = { login: '', latency: undefined as number | undefined, hasCommands: false, send, check, close }

  socket.onopen = () => {
    for (const line of loginLines(options)) send(line)
  }
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') receive(data)
  }
  // All that matters comes with the close; but some platforms take an error nobody listens to for a crash.
  socket.onerror = () => {}
  socket.onclose = ({ code }) => end(new NetworkError(`Twitch chat closed the connection (${code}).`))
  schedule(loginTimeout, () => end(new NetworkError(`Twitch chat did not answer within ${loginTimeout} ms.`)))
  return connection

  function send(line: string): void {
    if (socket.readyState === 1) socket.send(line)
  }

  function check(): void {
    if (connection.login && pingedAt === undefined) ping()
  }

  function close(): void {
    ended = true
    schedule()
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close(1000)
  }

  function end(error: Error): void {
    close()
    onEnd(error, connection)
  }

  function receive(data: string): void {
    heard = true
    let text = rest + data
    // Where IRC's own subprotocol was agreed on, a frame is a line; Twitch ends each line by CR LF.
    if (socket.protocol?.endsWith('.ircv3.net')) text += '\n'
    let start = 0
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', start)) {
      readLine(text.slice(start, text.charCodeAt(at - 1) === 0x0d ? at - 1 : at))
      if (ended) return
      start = at + 1
    }
    rest = text.length - start > LONGEST_LINE ? '' : text.slice(start)
  }

  function readLine(raw: string): void {
    if (raw === '') return
    const message = parseIrcMessage(raw)
    if (message && message.command !== 'PRIVMSG') obey(message)
    if (!ended) onLine(raw, message, connection)
  }

  function obey({ command, params: [first = '', second, third] }: IrcMessage): void {
    switch (command) {
      case 'PING':
        send(`PONG :${first}`)
        break
      case 'PONG':
        if (pingedAt !== undefined) connection.latency = platform.monotonic() - pingedAt
        break
      case 'CAP':
        if (second === 'ACK' && third?.includes('twitch.tv/commands')) connection.hasCommands = true
        break
      case '001':
        if (!connection.login) welcome(first)
        break
      case 'NOTICE': {
        const refusal = connection.login ? undefined : readRefusal(second ?? '')
        if (refusal) end(refusal)
        break
      }
      case 'ERROR':
        end(new ChatError(`The chat server ended it: ${first}`, { reason: 'closed' }))
    }
  }

  function welcome(login: string): void {
    connection.login = login || options.nick
    schedule(pingInterval, ping)
    onReady(connection)
  }

  /** Silence alone means nothing: a quiet channel is silent. Silence after a PING means that nobody is there. */
  function ping(): void {
    pingedAt = platform.monotonic()
    heard = false
    send('PING :keyring')
    const wakeAt = platform.now() + pongTimeout
    schedule(pongTimeout, () => {
      pingedAt = undefined
      if (heard) schedule(Math.max(0, pingInterval - pongTimeout), ping)
      // The timer came much too late: the machine slept, and what was sent before tells nothing.
      else if (platform.now() - wakeAt > 5000) ping()
      else end(new NetworkError(`Twitch chat did not answer within ${pongTimeout} ms.`))
    })
  }
}
