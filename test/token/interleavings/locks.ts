import type { Locks as PlatformLocks } from '../../../src/types.ts'
import type { Machine } from './machine.ts'
import type { Page } from './page.ts'

interface Waiter {
  readonly page: Page
  readonly name: string
  readonly enter: () => void
  /** Its signal was aborted. */
  gone: boolean
}

/** Web Locks of one origin: a page that ends lets go of them, one that is frozen does not. */
export class Locks {
  readonly #machine: Machine
  readonly #holders = new Map<string, Waiter>()
  readonly #queues = new Map<string, Waiter[]>()

  constructor(machine: Machine) {
    this.#machine = machine
  }

  ofPage(page: Page): PlatformLocks {
    const machine = this.#machine
    return {
      request: <T>(name: string, { signal }: { signal?: AbortSignal }, callback: () => Promise<T>) =>
        new Promise<T>((resolve, reject) => {
          const waiter: Waiter = {
            page,
            name,
            gone: false,
            enter: () => {
              const leave = () => this.#leave(waiter)
              callback().then(
                (value) => {
                  leave()
                  resolve(value)
                },
                (error: unknown) => {
                  leave()
                  reject(error)
                },
              )
            },
          }
          signal?.addEventListener('abort', () => {
            waiter.gone = true
            reject(signal.reason)
          })
          machine.add('queue for the lock', page, true, 100, () => {
            this.#queue(name).push(waiter)
            this.#pump(name)
          })
        }),
    }
  }

  forgetPage(page: Page): void {
    for (const [name, queue] of this.#queues) {
      this.#queues.set(
        name,
        queue.filter((waiter) => waiter.page !== page),
      )
    }
    for (const waiter of [...this.#holders.values()]) if (waiter.page === page) this.#leave(waiter)
  }

  #queue(name: string): Waiter[] {
    const queue = this.#queues.get(name) ?? []
    this.#queues.set(name, queue)
    return queue
  }

  #leave(waiter: Waiter): void {
    if (this.#holders.get(waiter.name) !== waiter) return
    this.#holders.delete(waiter.name)
    this.#pump(waiter.name)
  }

  #pump(name: string): void {
    if (this.#holders.has(name)) return
    const queue = this.#queue(name)
    let waiter = queue.shift()
    while (waiter?.gone || waiter?.page.state === 'gone') waiter = queue.shift()
    if (waiter === undefined) return
    const next = waiter
    this.#holders.set(name, next)
    this.#machine.add('enter the lock', next.page, false, 100, () => {
      if (next.gone) this.#leave(next)
      else next.enter()
    })
  }
}
