import type { Platform } from '../types.ts'

/** However far away the next work is, the wall clock is looked at this often: timers stop while a machine sleeps. */
const TICK = 60_000

const SOONEST = 250

const LONGEST_WORK = 300_000

/** Calls `work` when it says it wants to be called next, and whenever the page comes back to life. */
export class Schedule {
  readonly #platform: Platform
  readonly #work: (because: 'due' | 'online' | 'visible') => Promise<number>
  #timer: unknown
  #stop: (() => void) | undefined
  /** When the work began that has not ended yet, on the monotonic clock. */
  #running: number | undefined

  /** @param work What is due now. @returns Epoch milliseconds of what is due next. */
  constructor(platform: Platform, work: (because: 'due' | 'online' | 'visible') => Promise<number>) {
    this.#platform = platform
    this.#work = work
  }

  start(): void {
    if (this.#stop !== undefined) return
    this.#stop = listen({
      online: () => this.#run('online'),
      pageshow: () => this.#run('visible'),
      visibilitychange: () => this.#run('visible'),
    })
    void this.#run('due')
  }

  /** Something has changed: look again soon. */
  poke(): void {
    if (this.#stop !== undefined && this.#running === undefined) this.#arm(SOONEST)
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#platform.clearTimeout(this.#timer)
  }

  async #run(because: 'due' | 'online' | 'visible'): Promise<void> {
    const { monotonic } = this.#platform
    // On Workers the work of a request that went away may never end.
    if (this.#running !== undefined && monotonic() - this.#running < LONGEST_WORK) return
    this.#running = monotonic()
    this.#platform.clearTimeout(this.#timer)
    let next = this.#platform.now() + TICK
    try {
      next = await this.#work(because)
    } finally {
      this.#running = undefined
      if (this.#stop !== undefined) this.#arm(next - this.#platform.now())
    }
  }

  #arm(delay: number): void {
    this.#platform.clearTimeout(this.#timer)
    this.#timer = this.#platform.setTimeout(() => void this.#run('due'), Math.min(TICK, Math.max(SOONEST, delay)))
    // Node keeps a process alive for a timer.
    ;(this.#timer as { unref?: () => void } | undefined)?.unref?.()
  }
}

function listen(listeners: Record<string, () => void>): () => void {
  const target = typeof addEventListener === 'function' ? globalThis : undefined
  const document = typeof globalThis.document === 'object' ? globalThis.document : undefined
  const end = new AbortController()
  for (const [type, listener] of Object.entries(listeners)) {
    const at = type === 'visibilitychange' ? document : target
    at?.addEventListener(type, listener, { signal: end.signal })
  }
  return () => end.abort()
}
