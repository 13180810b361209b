/** No instant. */
export const NEVER: number = Number.POSITIVE_INFINITY

/** One look at what there is to do. Instants are of the monotonic clock. */
export class Agenda {
  readonly now: number
  /** When something will be due. */
  next: number = NEVER

  constructor(now: number) {
    this.now = now
  }

  /** @returns Whether it is due already. If not, it is looked at again when it is. */
  isDue(at: number): boolean {
    if (at > this.now) this.next = Math.min(this.next, at)
    return at <= this.now
  }
}
