import type { ChromeStorageArea } from '../../src/stores/index.ts'
import type { Locks } from '../../src/types.ts'

/** `chrome.storage.local` in memory: values go through JSON, and every answer comes in a later turn. */
export class FakeStorageArea implements ChromeStorageArea {
  readonly items = new Map<string, string>()
  /** Thrown by every write. */
  writeError: unknown
  /** Thrown by everything. */
  error: unknown
  /** Never answers again. */
  silent = false
  #landing: Promise<void> | undefined

  async get(keys: string | null): Promise<Record<string, unknown>> {
    await this.#answer()
    const names = keys === null ? [...this.items.keys()] : [keys]
    return Object.fromEntries(
      names.flatMap((name) => {
        const text = this.items.get(name)
        return text === undefined ? [] : [[name, JSON.parse(text)]]
      }),
    )
  }

  /** @returns Lets the writes land that came since. */
  holdWrites(): () => void {
    let land = () => {}
    this.#landing = new Promise((resolve) => {
      land = resolve
    })
    return () => {
      this.#landing = undefined
      land()
    }
  }

  async set(items: Record<string, unknown>): Promise<void> {
    await this.#answer()
    await this.#landing
    if (this.writeError) throw this.writeError
    for (const [name, value] of Object.entries(items)) this.items.set(name, JSON.stringify(value))
  }

  async remove(key: string): Promise<void> {
    await this.#answer()
    this.items.delete(key)
  }

  async #answer(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve()
    if (this.error) throw this.error
    if (this.silent) await new Promise(() => {})
  }
}

/** Web Locks of one origin. */
export function createFakeLocks(): Locks & { readonly names: string[] } {
  const tails = new Map<string, Promise<unknown>>()
  const names: string[] = []
  return {
    names,
    request(name, { signal }, callback) {
      names.push(name)
      const before = tails.get(name) ?? Promise.resolve()
      const aborted = new Promise<never>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
      const turn = Promise.race([before, aborted]).then(() => callback())
      tails.set(name, Promise.allSettled([before, turn]))
      return turn
    },
  }
}
