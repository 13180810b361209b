import type { Clock } from '../clock.ts'
import { amount, flag, type Shape } from '../shape.ts'

/** How lines travel in frames. Left out: as the server wrote them. */
export interface FrameOptions {
  /** Loses every n-th frame. */
  readonly drop?: number | undefined
  /** One line a frame. */
  readonly split?: boolean | undefined
  /** Gathers for so many milliseconds, then sends one frame. */
  readonly merge?: number | undefined
  /** Gathers for so many milliseconds, then sends the lines in a seeded disorder. */
  readonly reorder?: number | undefined
  /** Sends every n-th line twice; 1 is every line. */
  readonly repeat?: number | undefined
  /** No frame longer than so many characters: lines are cut. */
  readonly cut?: number | undefined
}

export const FRAMES: Shape<FrameOptions> = {
  drop: amount,
  split: flag,
  merge: amount,
  reorder: amount,
  repeat: amount,
  cut: amount,
}

/** Shapes the frames of one connection. */
export class Framing {
  options: FrameOptions = {}
  readonly #clock: Clock
  readonly #random: () => number
  readonly #send: (frame: string) => void
  #frames = 0
  #lines = 0
  #gathered: string[] = []
  #timer: unknown

  constructor(clock: Clock, random: () => number, send: (frame: string) => void) {
    this.#clock = clock
    this.#random = random
    this.#send = send
  }

  push(frame: string): void {
    const { drop, split, merge, reorder, repeat, cut } = this.options
    this.#frames += 1
    if (drop !== undefined && this.#frames % drop === 0) return
    if (!(split || merge || reorder || repeat || cut)) {
      this.#send(frame)
      return
    }
    let pieces = split || reorder || repeat ? linesOf(frame) : [frame]
    if (repeat) pieces = pieces.flatMap((line) => (++this.#lines % repeat === 0 ? [line, line] : [line]))
    const gatherFor = Math.max(merge ?? 0, reorder ?? 0)
    if (gatherFor === 0) {
      this.#sendAll(pieces)
      return
    }
    this.#gathered.push(...pieces)
    this.#timer ??= this.#clock.setTimeout(() => this.flush(), gatherFor)
  }

  /** Sends what is gathered. */
  flush(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    const pieces = this.#gathered
    this.#gathered = []
    if (this.options.reorder) shuffle(pieces, this.#random)
    this.#sendAll(this.options.merge && pieces.length > 0 ? [pieces.join('')] : pieces)
  }

  /** Forgets what is gathered. */
  discard(): void {
    this.#gathered = []
    this.flush()
  }

  #sendAll(frames: readonly string[]): void {
    const { cut } = this.options
    for (const frame of frames) {
      if (cut === undefined) this.#send(frame)
      else for (const piece of cutInPieces(frame, cut)) this.#send(piece)
    }
  }
}

function linesOf(frame: string): string[] {
  return frame.split(/(?<=\r\n)/)
}

/** A text frame is UTF-8 and cannot hold half a surrogate pair. */
function cutInPieces(frame: string, length: number): string[] {
  const pieces: string[] = []
  for (let start = 0; start < frame.length; ) {
    let end = start + Math.max(2, length)
    if (/[\uD800-\uDBFF]/.test(frame.charAt(end - 1))) end -= 1
    pieces.push(frame.slice(start, end))
    start = end
  }
  return pieces
}

function shuffle(list: string[], random: () => number): void {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    ;[list[last], list[other]] = [list[other] as string, list[last] as string]
  }
}
