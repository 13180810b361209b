/** Web Storage in memory, with faults. */
export class FakeStorage implements Storage {
  readonly entries = new Map<string, string>()
  /** Thrown by every write. */
  writeError: unknown
  /** Thrown by everything. */
  error: unknown
  /** Takes what is written, and keeps nothing. */
  forgetful = false

  get length(): number {
    this.#check()
    return this.entries.size
  }

  key(index: number): string | null {
    this.#check()
    return [...this.entries.keys()][index] ?? null
  }

  getItem(key: string): string | null {
    this.#check()
    return this.entries.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    this.#check()
    if (this.writeError) throw this.writeError
    if (!this.forgetful) this.entries.set(key, String(value))
  }

  removeItem(key: string): void {
    this.#check()
    this.entries.delete(key)
  }

  clear(): void {
    this.#check()
    this.entries.clear()
  }

  #check(): void {
    if (this.error) throw this.error
  }
}
