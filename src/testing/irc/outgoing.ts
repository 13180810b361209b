import { formatTags, type Tags } from './line.ts'

/** Capabilities, as bits. */
export const TAGS = 1
export const COMMANDS = 2
export const MEMBERSHIP = 4

/** @see https://dev.twitch.tv/docs/chat/irc/#supported-capabilities */
export const CAPABILITIES: Readonly<Record<string, number>> = {
  'twitch.tv/tags': TAGS,
  'twitch.tv/commands': COMMANDS,
  'twitch.tv/membership': MEMBERSHIP,
}

/** A line on its way to clients. Its text is made once for all that get it with tags, and once for all without. */
export class Outgoing {
  /** Who lacks one of these capabilities does not get the line. */
  readonly needs: number
  readonly #rest: string
  readonly #tags: Tags | undefined
  #bare: string | undefined
  #tagged: string | undefined

  /** @param rest What follows the tags: prefix, command and parameters. */
  constructor(rest: string, tags?: Tags, needs = 0) {
    this.#rest = rest
    this.#tags = tags
    this.needs = needs
  }

  /** @returns The line with its CRLF; `undefined` for clients that do not get it. */
  textFor(capabilities: number): string | undefined {
    if ((this.needs & ~capabilities) !== 0) return undefined
    if ((capabilities & TAGS) === 0 || this.#tags === undefined) {
      this.#bare ??= `${this.#rest}\r\n`
      return this.#bare
    }
    this.#tagged ??= `${formatTags(this.#tags)}${this.#rest}\r\n`
    return this.#tagged
  }
}

/** A line from the server itself. */
export function fromServer(rest: string, tags?: Tags, needs = 0): Outgoing {
  return new Outgoing(`:tmi.twitch.tv ${rest}`, tags, needs)
}

/** A line from a user. */
export function fromUser(login: string, rest: string, tags?: Tags, needs = 0): Outgoing {
  return new Outgoing(`:${login}!${login}@${login}.tmi.twitch.tv ${rest}`, tags, needs)
}
