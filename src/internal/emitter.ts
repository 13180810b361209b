export interface ListenOptions {
  /** Ends the listening. */
  readonly signal?: AbortSignal | undefined
  /** Ends the listening after the first event. */
  readonly once?: boolean | undefined
}

export interface EventsOptions {
  /** Ends the iteration with its reason. */
  readonly signal?: AbortSignal | undefined
  /** How many events may wait for the loop; the oldest go first. Default 1,000. */
  readonly limit?: number | undefined
  /** Told how many events have been dropped since the loop last took one. */
  readonly onDropped?: ((count: number) => void) | undefined
}

/** Every event by its name: the compiler sees to it that none is left out. What each holds is the owner's business. */
export type EventNames<Events> = Readonly<Record<keyof Events, unknown>>

type Listener<Event> = (event: Event) => unknown

/** Typed events. A listener that throws is reported, and stops neither another listener nor whoever emits. */
export abstract class Emitter<Events extends object> {
  readonly #listeners: ReadonlyMap<keyof Events, Set<Listener<never>>>

  /** Ends of loops over events that have not ended. */
  readonly #loops = new Set<() => void>()

  constructor(names: EventNames<Events>) {
    this.#listeners = new Map(Object.keys(names).map((name) => [name as keyof Events, new Set()]))
  }

  /**
   * @returns The function that ends the listening.
   * @throws {TypeError} There is no such event.
   */
  on<Type extends keyof Events>(
    type: Type,
    listener: (event: Events[Type]) => unknown,
    options: ListenOptions = {},
  ): () => void {
    const { signal, once = false } = options
    const all = this.#listeners.get(type)
    if (!all)
      throw new TypeError(`There is no event "${String(type)}". There are: ${[...this.#listeners.keys()].join(', ')}.`)
    if (typeof listener !== 'function') throw new TypeError('The listener must be a function.')
    const end = () => {
      all.delete(call)
      signal?.removeEventListener('abort', end)
    }
    const call = (event: Events[Type]) => {
      if (once) end()
      return listener(event)
    }
    if (!signal?.aborted) all.add(call)
    signal?.addEventListener('abort', end)
    return end
  }

  /**
   * The events from now on, for `for await`. Leaving the loop ends the listening, and closing the object ends the loop.
   *
   * @throws {RangeError} `limit` is less than 1.
   * @throws `signal.reason` once the signal is aborted.
   */
  events<Type extends keyof Events>(type: Type, options: EventsOptions = {}): AsyncIterableIterator<Events[Type]> {
    const { signal, limit = 1000, onDropped } = options
    if (!(limit >= 1)) throw new RangeError('limit must be at least 1.')
    const waiting: Events[Type][] = []
    let dropped = 0
    const sleepers: (() => void)[] = []
    const wake = () => {
      for (const resume of sleepers.splice(0)) resume()
    }
    const stop = this.on(type, (event) => {
      if (waiting.push(event) > limit) {
        waiting.shift()
        dropped += 1
      }
      wake()
    })
    const end = () => {
      stop()
      signal?.removeEventListener('abort', end)
      this.#loops.delete(end)
      wake()
    }
    this.#loops.add(end)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      next: async () => {
        while (waiting.length === 0 && this.#loops.has(end) && !signal?.aborted)
          await new Promise<void>((resume) => {
            sleepers.push(resume)
          })
        signal?.throwIfAborted()
        const count = dropped
        dropped = 0
        if (count) onDropped?.(count)
        return { done: waiting.length === 0, value: waiting.shift() as Events[Type] }
      },
      async return() {
        end()
        waiting.length = 0
        return { done: true, value: undefined }
      },
    }
  }

  /** Ends all loops over events, after what waits for them. @internal */
  protected endEvents(): void {
    for (const end of this.#loops) end()
  }

  /** @internal */
  protected emit<Type extends keyof Events>(type: Type, event: Events[Type]): void {
    const listeners = this.#listeners.get(type) as Set<Listener<Events[Type]>>
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue
      try {
        const result = listener(event)
        if (result instanceof Promise) result.catch(report)
      } catch (error) {
        report(error)
      }
    }
  }
}

/** As the platform reports an error that nobody catches, and never into the caller. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error)
  else console.error(error)
}
