import type { Channel, Platform } from '../types.ts'

/** Something under this key has changed. Never says what: whoever cares reads the store. */
export interface Change {
  readonly key: string
  readonly version: number
}

/** Tells all who share a store of changes: in this context, and in other tabs, docks and workers. */
export class News {
  readonly #listeners = new Set<(change: Change, origin: 'here' | 'elsewhere') => void>()
  readonly #name: string
  readonly #platform: Platform
  #channel: Channel | undefined

  constructor(storeName: string, platform: Platform) {
    this.#name = `twitch-keyring:${storeName}`
    this.#platform = platform
  }

  /** The channel is open while somebody listens. @returns The function that ends the listening. */
  listen(listener: (change: Change, origin: 'here' | 'elsewhere') => void): () => void {
    this.#listeners.add(listener)
    this.#open()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#close()
    }
  }

  tell(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change, 'here')
    const wasOpen = this.#channel !== undefined
    try {
      this.#open()?.postMessage({ key: change.key, version: change.version })
    } catch {
      this.#close() // it is broken; what was written is written all the same
      if (wasOpen) this.#open()
    }
    if (!wasOpen && this.#listeners.size === 0) this.#close()
  }

  /** `false`: nobody tells of changes here; the store must be read. */
  get isOpen(): boolean {
    return this.#channel !== undefined
  }

  #open(): Channel | undefined {
    if (this.#channel !== undefined) return this.#channel
    try {
      this.#channel = this.#platform.channel?.(this.#name)
    } catch {
      return undefined // an opaque origin (sandboxed frame) may refuse; the others then read the store
    }
    // Node, Deno and Bun keep a process alive for an open channel.
    ;(this.#channel as { unref?: () => void } | undefined)?.unref?.()
    this.#channel?.addEventListener('message', ({ data }) => {
      const { key, version } = (data ?? {}) as Partial<Change>
      if (typeof key !== 'string' || typeof version !== 'number') return
      for (const listener of [...this.#listeners]) listener({ key, version }, 'elsewhere')
    })
    return this.#channel
  }

  #close(): void {
    this.#channel?.close()
    this.#channel = undefined
  }
}
