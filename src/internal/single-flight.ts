/** Lets all callers that come with the same key while the work runs share its promise. */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>();

  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => {
      if (this.#running.get(key) === started) this.#running.delete(key);
    });
    this.#running.set(key, started);
    return started;
  }

  /** Lets the next caller start anew, whatever still runs. */
  forget(key: string): void {
    this.#running.delete(key);
  }
}
