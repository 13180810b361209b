/** The newest ROOMSTATE of each channel: Twitch sends all of it once, and then only what changes. */
export class RoomStates {
  readonly #tags = new Map<string, Map<string, string>>()

  learn(name: string, raw: string): void {
    const known = this.#tags.get(name) ?? new Map<string, string>()
    this.#tags.set(name, known)
    if (!raw.startsWith('@')) return
    for (const tag of raw.slice(1, raw.indexOf(' ')).split(';')) {
      const at = tag.indexOf('=')
      known.set(at === -1 ? tag : tag.slice(0, at), at === -1 ? '' : tag.slice(at + 1))
    }
  }

  /** @returns The whole of it as a line; `undefined`: none was heard yet. */
  of(name: string): string | undefined {
    const tags = this.#tags.get(name)
    if (tags === undefined) return undefined
    const text = [...tags].map(([tag, value]) => `${tag}=${value}`).join(';')
    return `${text === '' ? '' : `@${text} `}:tmi.twitch.tv ROOMSTATE #${name}`
  }
}
