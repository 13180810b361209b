import { amount, check, either, number, oneOf, type Shape } from '../shape.ts'
import type { FakeUser, World } from '../world.ts'
import { FRAMES, type FrameOptions, Framing } from './framing.ts'
import { Lane } from './lane.ts'
import { CAPABILITIES, COMMANDS, fromServer, Outgoing } from './outgoing.ts'
import type { Room } from './room.ts'

/** The server's side of one WebSocket, whatever carries it. */
export interface IrcSocket {
  /** Sends one text frame. */
  send(text: string): void
  close(code?: number, reason?: string): void
  /** Ends the connection without a close frame: the other side sees 1006. */
  terminate(): void
  /** Neither reads nor answers any more, not even to a close frame. */
  freeze?(): void
}

/** What the carrier of a connection tells the server. */
export interface IrcSession {
  /** One frame came. */
  receive(text: string): void
  /** The connection is gone. */
  closed(code?: number): void
}

export interface ReconnectOptions {
  /** Milliseconds. `false`: never. */
  readonly closeAfter?: number | false | undefined
  readonly code?: number | undefined
}

export const RECONNECT_OPTIONS: Shape<ReconnectOptions> = { closeAfter: either(oneOf(false), amount), code: number }

/** One client's connection, as tests see and bend it. */
export interface IrcConnection {
  readonly id: number
  /** What the server calls the client; `*` before the login. */
  readonly nick: string
  /** `undefined` for anonymous ones, and before the login. */
  readonly user: FakeUser | undefined
  /** Names of channels without `#`. */
  readonly channels: readonly string[]
  readonly capabilities: readonly string[]
  /** - `new`: not logged in. - `refused`: the login failed, and the connection is about to end. - `half-open`: nothing passes. */
  readonly state: 'new' | 'ready' | 'refused' | 'half-open' | 'closed'
  /** The last 1,000 lines that came from the client. */
  readonly received: readonly string[]
  /** Milliseconds each way. */
  latency: number
  frames: FrameOptions
  /** Whether a PING of the client is answered. Default true. */
  answersPings: boolean
  /** Sends a line as it is, without its CRLF. */
  raw(line: string): void
  /** Sends RECONNECT, and closes `closeAfter` milliseconds later. Default 30,000. */
  reconnect(options?: ReconnectOptions): void
  /** @param code Default 1006, a connection that breaks. */
  close(code?: number, reason?: string): void
  /** Lets the connection look open, while nothing passes any more. */
  halfOpen(): void
}

const LINES_KEPT = 1000
const PING = new Outgoing('PING :tmi.twitch.tv')
const RECONNECT = fromServer('RECONNECT', undefined, COMMANDS)

/** One connection as the server has it; outside it is an {@link IrcConnection}. */
export class Connection implements IrcConnection {
  readonly id: number
  nick = '*'
  user: FakeUser | undefined
  scopes: readonly string[] = []
  accessToken: string | undefined
  pass: string | undefined
  granted = 0
  state: IrcConnection['state'] = 'new'
  latency = 0
  answersPings = true
  readonly rooms: Set<Room> = new Set()
  readonly received: string[] = []
  readonly #world: World
  readonly #socket: IrcSocket
  readonly #framing: Framing
  readonly #out: Lane
  readonly #in: Lane
  readonly #onGone: () => void
  readonly #timers = new Set<unknown>()
  #muted = false
  #dropTimer: unknown

  constructor(id: number, world: World, socket: IrcSocket, onGone: () => void) {
    this.id = id
    this.#world = world
    this.#socket = socket
    this.#out = new Lane(world.clock)
    this.#in = new Lane(world.clock)
    this.#onGone = onGone
    this.#framing = new Framing(
      world.clock,
      () => world.random(),
      (frame) => {
        this.#out.run(this.latency, () => {
          if (this.state !== 'closed' && this.state !== 'half-open') socket.send(frame)
        })
      },
    )
  }

  get channels(): string[] {
    return Array.from(this.rooms, ({ owner }) => owner.login)
  }

  get capabilities(): string[] {
    return Object.keys(CAPABILITIES).filter((name) => (this.granted & (CAPABILITIES[name] ?? 0)) !== 0)
  }

  get frames(): FrameOptions {
    return this.#framing.options
  }

  set frames(options: FrameOptions) {
    check('frames', options, FRAMES)
    this.#framing.options = options
  }

  get alive(): boolean {
    return this.state !== 'closed' && this.state !== 'half-open'
  }

  /** Sends what this client may get of the lines, in one frame. */
  write(...lines: readonly Outgoing[]): void {
    if (this.#muted || !this.alive) return
    let frame = ''
    for (const line of lines) frame += line.textFor(this.granted) ?? ''
    if (frame !== '') this.#framing.push(frame)
  }

  raw(line: string): void {
    if (this.alive) this.#framing.push(`${line}\r\n`)
  }

  /** Takes a line in its turn, `delay` milliseconds later than it would have come. */
  take(line: string, delay: number, work: () => void): void {
    this.#in.run(this.latency + delay, () => {
      if (!this.alive) return
      this.received.push(line)
      if (this.received.length > LINES_KEPT) this.received.shift()
      work()
    })
  }

  /** Does something whose answer never leaves. */
  muted(work: () => void): void {
    this.#muted = true
    try {
      work()
    } finally {
      this.#muted = false
    }
  }

  /** A timer that ends with the connection. */
  after(delay: number, work: () => void): unknown {
    const timer = this.#world.clock.setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, delay)
    this.#timers.add(timer)
    return timer
  }

  /** Sends a PING from time to time, and ends a connection that does not answer. */
  keepAlive(interval: number, timeout: number): void {
    this.after(interval, () => {
      this.write(PING)
      this.#dropTimer ??= this.after(timeout, () => this.close())
      this.keepAlive(interval, timeout)
    })
  }

  /** A PONG came. */
  heard(): void {
    this.#timers.delete(this.#dropTimer)
    this.#world.clock.clearTimeout(this.#dropTimer)
    this.#dropTimer = undefined
  }

  reconnect(options: ReconnectOptions = {}): void {
    check('reconnect()', options, RECONNECT_OPTIONS)
    const { closeAfter = 30_000, code } = options
    this.write(RECONNECT)
    if (closeAfter !== false) this.after(closeAfter, () => this.close(code))
  }

  close(code = 1006, reason?: string): void {
    if (!this.alive) return
    if (code === 1006) {
      this.gone()
      this.#socket.terminate()
      return
    }
    this.#framing.flush()
    this.#out.run(this.latency, () => {
      if (!this.alive) return
      this.gone()
      this.#socket.close(code, reason)
    })
  }

  halfOpen(): void {
    if (!this.alive) return
    this.#leave('half-open')
    this.#socket.freeze?.()
  }

  /** The connection has ended. */
  gone(): void {
    if (this.state !== 'closed') this.#leave('closed')
  }

  #leave(state: 'closed' | 'half-open'): void {
    this.state = state
    for (const timer of this.#timers) this.#world.clock.clearTimeout(timer)
    this.#timers.clear()
    this.#framing.discard()
    this.#onGone()
  }
}
