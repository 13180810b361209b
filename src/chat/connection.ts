import { NetworkError } from '../errors.ts'
import { createTimer } from '../internal/timer.ts'
import type { AccessToken } from '../types.ts'
import { type IrcMessage, parseIrcMessage } from './irc-message.ts'
import type { RateWindow } from './limits.ts'
import type { ChatPlatform } from './platform.ts'
import { NEVER, type Shard } from './shards.ts'

export interface ConnectionSettings {
  readonly platform: ChatPlatform
  /** Whether JOIN and PART of others are wanted. */
  readonly membership: boolean
  /** Milliseconds from dialling to the welcome. */
  readonly loginTimeout: number
  /** Milliseconds between two PINGs. */
  readonly pingInterval: number
  /** Milliseconds in which something must come after a PING. */
  readonly pongTimeout: number
}

/** One WebSocket, from dialling to its end: it logs in, answers PING and notices when the other side is gone. */
export interface Connection {
  readonly shard: Shard
  /** As the server calls us; empty before the welcome. */
  readonly login: string
  /** What it logged in with; `undefined`: anonymous. */
  readonly token: AccessToken | undefined
  /** Those of its account. */
  readonly joins: RateWindow
  /** Instant of the monotonic clock; `NEVER` before the welcome. */
  readonly readyAt: number
  /** Instant at which it is to be closed, if no channel needs it any more. */
  dueAt: number
  /** Epoch milliseconds of the last frame. */
  readonly heardAt: number
  /** Milliseconds of the last PING, there and back. */
  readonly latency?: number | undefined
  /** Whether ROOMSTATE, USERSTATE and their like come. */
  readonly hasCommands: boolean
  /** A line on a socket that is gone goes nowhere. */
  send(line: string): void
  /** Asks for a sign of life at once: after a sleep, a change of network. */
  check(): void
  /** @param error Told as the end; without one nothing happens but the end. */
  end(error?: Error): void
}

/** No line of Twitch is nearly as long. */
const LONGEST_LINE = 65_536

/**
 * @param onEnd Called once and last, unless it was ended from here.
 * @throws {ConfigurationError} There is no WebSocket here.
 * @see https://dev.twitch.tv/docs/chat/irc/#connecting-to-the-twitch-irc-server
 */
export function openConnection(
  { platform, membership, loginTimeout, pingInterval, pongTimeout }: ConnectionSettings,
  shard: Shard,
  token: AccessToken | undefined,
  joins: RateWindow,
  onLine: (raw: string, message: IrcMessage | undefined, connection: Connection) => void,
  onEnd: (error: Error, connection: Connection) => void,
): Connection {
  const schedule = createTimer(platform)
  const socket = platform.openSocket()
  // Under such a name Twitch lets anybody read.
  const nick = token?.login || `justinfan${Math.floor(platform.random() * 100_000)}`
  let ended = false
  let rest = ''
  let heard = false
  let pingedAt: number | undefined

  const connection: { -readonly [Name in keyof Connection]: Connection[Name] } = {
    shard,
    token,
    joins,
    login: '',
    readyAt: NEVER,
    dueAt: NEVER,
    heardAt: 0,
    hasCommands: false,
    send,
    check,
    end,
  }

  socket.onopen = () => {
    send(`CAP REQ :twitch.tv/tags twitch.tv/commands${membership ? ' twitch.tv/membership' : ''}`)
    if (token) send(`PASS oauth:${token.value}`)
    send(`NICK ${nick}`)
    // These two mean nothing to Twitch, but other IRC servers wait for them.
    send(`USER ${nick} 0 * :${nick}`)
    send('CAP END')
  }
  socket.onmessage = ({ data }) => {
    if (typeof data !== 'string') return
    heard = true
    connection.heardAt = platform.now()
    let text = rest + data
    // Where IRC's own subprotocol was agreed on, a frame is a line; Twitch ends each line by CR LF.
    if (socket.protocol?.endsWith('.ircv3.net')) text += '\n'
    let start = 0
    for (let at = text.indexOf('\n'); at !== -1 && !ended; at = text.indexOf('\n', start)) {
      read(text.slice(start, text[at - 1] === '\r' ? at - 1 : at))
      start = at + 1
    }
    rest = text.slice(start, start + LONGEST_LINE)
  }
  // All that matters comes with the close; but some platforms take an error nobody listens to for a crash.
  socket.onerror = () => {}
  socket.onclose = ({ code }) => end(new NetworkError(`Twitch chat was closed (${code}).`))
  schedule(() => noAnswer(loginTimeout), loginTimeout)
  return connection

  function send(line: string): void {
    if (socket.readyState === 1) socket.send(line)
  }

  function check(): void {
    if (connection.login && pingedAt === undefined) ping()
  }

  function end(error?: Error): void {
    if (ended) return
    ended = true
    schedule()
    socket.close(1000)
    if (error) onEnd(error, connection)
  }

  function noAnswer(timeout: number): void {
    end(new NetworkError(`Twitch chat did not answer within ${timeout} ms.`))
  }

  function read(raw: string): void {
    if (raw === '') return
    const message = parseIrcMessage(raw)
    const first = message?.params[0] ?? ''
    switch (message?.command) {
      case 'PING':
        send(`PONG :${first}`)
        break
      case 'PONG':
        if (pingedAt !== undefined) connection.latency = platform.monotonic() - pingedAt
        break
      case 'CAP':
        connection.hasCommands ||= /ACK .*commands/.test(raw)
        break
      case '001':
        connection.login ||= first || nick
        connection.readyAt = platform.monotonic()
        schedule(ping, pingInterval)
    }
    onLine(raw, message, connection)
  }

  /** Silence alone means nothing: a quiet channel is silent. Silence after a PING means that nobody is there. */
  function ping(): void {
    pingedAt = platform.monotonic()
    heard = false
    send('PING :keyring')
    const lateAt = platform.now() + pongTimeout + 5000
    schedule(() => {
      pingedAt = undefined
      if (heard) schedule(ping, pingInterval - pongTimeout)
      // The timer came much too late: the machine slept, and what was sent before tells nothing.
      else if (platform.now() > lateAt) ping()
      else noAnswer(pongTimeout)
    }, pongTimeout)
  }
}
