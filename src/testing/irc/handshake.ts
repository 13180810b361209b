import type { Fault, World } from '../world.ts'
import type { Connection } from './connection.ts'
import type { FrameOptions } from './framing.ts'

/** What becomes of a connection before it opens. */
export interface Handshake {
  /** - `refuse`: it fails at once. - `hang`: it neither opens nor fails. */
  readonly outcome: 'open' | 'refuse' | 'hang'
  /** Milliseconds before the outcome. */
  readonly latency: number
  /** HTTP status of the refusal; `undefined` where the network failed. */
  readonly status?: number | undefined
  /** What strikes once it is open. */
  readonly fault?: Fault | undefined
}

/** Asks the faults what becomes of the next connection. */
export function shakeHands(world: World): Handshake {
  const fault = world.faults.next({ host: 'irc', method: 'CONNECT', path: '/' })
  const latency = fault !== undefined && 'latency' in fault ? (fault.latency ?? 0) : 0
  const handshake = { latency, fault }
  switch (fault?.kind) {
    case 'no-answer':
    case 'cut':
      return { ...handshake, outcome: 'refuse' }
    case 'status':
      return { ...handshake, outcome: 'refuse', status: fault.status }
    case 'html':
      return { ...handshake, outcome: 'refuse', status: fault.status ?? 502 }
    case 'hang':
    case 'endless':
      return { ...handshake, outcome: 'hang' }
    default:
      return { ...handshake, outcome: 'open' }
  }
}

/** @returns Whether the connection goes on with what it was about to do. */
export function strike(connection: Connection, fault: Fault | undefined): boolean {
  switch (fault?.kind) {
    case 'close':
      if (fault.after === undefined) connection.close(fault.code, fault.reason)
      else connection.after(fault.after, () => connection.close(fault.code, fault.reason))
      return fault.after !== undefined
    case 'half-open':
      if (fault.after === undefined) connection.halfOpen()
      else connection.after(fault.after, () => connection.halfOpen())
      return fault.after !== undefined
    case 'drop':
      return false
    case 'frames':
      connection.frames = { ...connection.frames, ...FRAMES[fault.how] }
      return true
    default:
      return true
  }
}

const FRAMES: Readonly<Record<string, FrameOptions>> = {
  split: { split: true },
  merge: { merge: 20 },
  repeat: { repeat: 1 },
  reorder: { reorder: 20 },
  cut: { cut: 40 },
  drop: { drop: 10 },
}
