import { ChatError } from '../errors.ts'
import { type Backoff, backoffDelay } from '../internal/backoff.ts'
import { type Channel, failed, nextToJoin } from './channels.ts'
import type { Connection } from './connection.ts'
import type { ChatPlatform } from './platform.ts'
import type { Shard } from './shard.ts'

export interface JoiningOptions {
  readonly platform: ChatPlatform
  readonly shards: readonly Shard[]
  /** Milliseconds in which a JOIN must be answered. */
  readonly joinTimeout: number
  readonly onFailed: (channel: Channel, error: ChatError) => void
}

const BACKOFF: Backoff = { first: 60_000, limit: 600_000 }
/** An IRC line holds 512 bytes. */
const LONGEST_LIST = 450

/** Asks for the wanted channels, as many at a time as the account may. */
export class Joining {
  readonly #options: JoiningOptions
  readonly #answers = new Set<unknown>()
  #timer: unknown
  #due = false

  constructor(options: JoiningOptions) {
    this.#options = options
  }

  /** Channels are wanted, or a connection is ready. All that is wanted in this turn goes in one line. */
  wake(): void {
    if (this.#due) return
    this.#due = true
    queueMicrotask(() => {
      this.#due = false
      this.#run()
    })
  }

  stop(): void {
    const { platform } = this.#options
    platform.clearTimeout(this.#timer)
    for (const timer of this.#answers) platform.clearTimeout(timer)
    this.#answers.clear()
  }

  /** The JOIN of a channel was refused, or nobody answered. It is asked for again, much later. */
  failed(channel: Channel, error: ChatError): void {
    const { platform, onFailed } = this.#options
    channel.asked = undefined
    channel.failures += 1
    channel.notBefore = platform.monotonic() + backoffDelay(channel.failures, platform.random(), BACKOFF)
    this.wake()
    if (channel.owner !== undefined) return
    failed(channel, error)
    onFailed(channel, error)
  }

  #run(): void {
    const { platform, shards } = this.#options
    const now = platform.monotonic()
    let wait = Number.POSITIVE_INFINITY
    for (const { current, account, channels } of shards) {
      if (current === undefined || account === undefined) continue
      const batch = nextToJoin(channels.values(), current, now, account.joins.free(now))
      if (batch.length > 0) {
        account.joins.take(now, batch.length)
        this.#ask(batch, current)
      }
      const free = account.joins.wait(now)
      for (const channel of channels.values())
        if (channel.owner !== current && channel.asked !== current)
          wait = Math.min(wait, Math.max(free, channel.notBefore - now))
    }
    platform.clearTimeout(this.#timer)
    if (wait !== Number.POSITIVE_INFINITY) this.#timer = platform.setTimeout(() => this.#run(), wait)
  }

  #ask(channels: readonly Channel[], connection: Connection): void {
    const { platform, joinTimeout } = this.#options
    let list = ''
    const send = () => {
      if (list !== '') connection.send(`JOIN ${list}`)
      list = ''
    }
    for (const channel of channels) {
      channel.asked = connection
      if (list.length + channel.name.length > LONGEST_LIST) send()
      list += `${list === '' ? '' : ','}#${channel.name}`
    }
    send()
    // Tells a channel that does not exist from a connection that is gone.
    connection.check()
    const timer = platform.setTimeout(() => {
      this.#answers.delete(timer)
      for (const channel of channels) {
        if (channel.asked !== connection) continue
        const text = `No answer came to the JOIN of ${channel.name}: there may be no such channel.`
        this.failed(channel, new ChatError(text, { reason: 'no-answer', channel: channel.name }))
      }
    }, joinTimeout)
    this.#answers.add(timer)
  }
}
