import { createTimer } from '../internal/timer.ts'
import type { ChatPlatform } from './platform.ts'

/** Promises of what has a name, each with a deadline. */
export interface Waits {
  /** @throws What `late` makes, or `signal.reason`, or what the wait was ended with. */
  start(name: string, timeout: number, signal: AbortSignal | undefined, late: () => Error): Promise<void>
  /** Ends those for a name; without one all. */
  end(name?: string, error?: unknown): void
}

export function createWaits(platform: ChatPlatform): Waits {
  const waits = new Set<Waits['end']>()
  return {
    start(awaited, timeout, signal, late) {
      const schedule = createTimer(platform)
      return new Promise((resolve, reject) => {
        const end = (name = awaited, error?: unknown) => {
          if (name !== awaited) return
          waits.delete(end)
          schedule()
          signal?.removeEventListener('abort', onAbort)
          if (error === undefined) resolve()
          else reject(error)
        }
        const onAbort = () => end(awaited, signal?.reason)
        waits.add(end)
        schedule(() => end(awaited, late()), timeout)
        signal?.addEventListener('abort', onAbort)
        if (signal?.aborted) onAbort()
      })
    },
    end(name, error) {
      for (const end of waits) end(name, error)
    },
  }
}
