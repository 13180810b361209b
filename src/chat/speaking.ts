import { ChatError, MissingScopeError } from '../errors.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import { LONGEST_TIMER } from '../internal/timer.ts'
import type { Platform, WaitOptions } from '../types.ts'
import type { Connection } from './connection.ts'
import { formatIrcMessage } from './format-irc-message.ts'
import type { IrcMessage } from './irc-message.ts'
import { type ChatLimits, createRateWindow, type RateWindow } from './limits.ts'
import { NEVER } from './shards.ts'
import { splitText } from './split.ts'

export interface SayOptions extends WaitOptions {
  /**
   * Milliseconds in which all of it must have had its turn and been confirmed. Default 30,000. From the moment it is
   * sent, each part has 10,000 at the most.
   */
  readonly timeout?: number | undefined
  /** Where a limit stands in the way: wait for it (the default), or fail with `rate-limited`. */
  readonly whenLimited?: 'wait' | 'fail' | undefined
  /** Without a connection: fail with `not-connected` (the default), or wait for one. */
  readonly whenOffline?: 'wait' | 'fail' | undefined
}

/** What Twitch took. */
export interface SentMessage {
  readonly channel: string
  /** One for each part of the text: more than one where it was too long. Empty where the server tells no ids. */
  readonly ids: readonly string[]
}

export interface SpeakingOptions {
  readonly platform: Platform
  readonly limits: ChatLimits
  /** The way to a channel at this moment. `undefined`: there is none. */
  readonly route: (channel: string) => Connection | undefined
  /** Whether chat is connected, or tries to be. */
  readonly started: () => boolean
}

/** One call: its parts go one after the other. */
interface Job {
  readonly channel: string
  readonly parts: readonly string[]
  /** `/me ` or nothing. */
  readonly prefix: string
  readonly replyTo: string | undefined
  readonly options: SayOptions
  readonly ids: string[]
  next: number
  /** How often this part was sent. */
  tries: number
  finish(error?: unknown): void
}

interface Lane {
  readonly jobs: Job[]
  /** What was sent and is not confirmed yet. */
  flying:
    | { readonly job: Job; readonly connection: Connection; readonly nonce: string; readonly timer: unknown }
    | undefined
  /** Instants of the monotonic clock. */
  notBefore: number
  lastAt: number
  lastText: string
  /** Seconds between two messages, while the room is in slow mode. */
  slow: number
  /** Broadcaster or moderator there. */
  moderator: boolean
  /** That, or a VIP. */
  privileged: boolean
}

/** What one account has said, over all its connections. */
interface Account {
  readonly messages: RateWindow
  readonly privilegedMessages: RateWindow
}

const OPTIONS = ['timeout', 'signal', 'whenLimited', 'whenOffline']
/** @see https://dev.twitch.tv/docs/chat/irc/#sending-and-receiving-chat-messages */
const LONGEST = 500
/** Nobody sees it, and it makes a repeated text another one. */
const DIFFERENCE = ' \u{e0000}'
const SAME_WITHIN = 30_000
/** Between two messages to one channel, for those without a role there. */
const PACE = 1100
const ANSWER_WITHIN = 10_000
const TRIES = 3
const QUEUE = 1000
const NONCES = 100

/** Sends messages one by one in each channel, as fast as the account may, and learns what became of each. */
export class Speaking {
  readonly #options: SpeakingOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #accounts = new Map<string, Account>()
  readonly #nonces = new Set<string>()
  #timer: unknown
  #runs = 0

  constructor(options: SpeakingOptions) {
    this.#options = options
  }

  say(
    channel: string,
    text: string,
    prefix: string,
    replyTo: string | undefined,
    options: SayOptions,
  ): Promise<SentMessage> {
    if (typeof text !== 'string') throw new TypeError('A message needs a text, which is a string.')
    if (replyTo !== undefined && (typeof replyTo !== 'string' || replyTo === ''))
      throw new TypeError('What is answered is named by its id, a string: reply(channel, message.id, text).')
    if (/[\r\n\0]/.test(text)) throw new TypeError('A message cannot hold CR, LF or NUL.')
    if (text.trim() === '') throw new TypeError('A message needs a text.')
    refuseUnknownOptions('A message', options, OPTIONS)
    for (const name of ['whenLimited', 'whenOffline'] as const)
      if (!/^(wait|fail)$/.test(options[name] ?? 'wait')) throw new TypeError(`${name} must be 'wait' or 'fail'.`)
    const { signal, timeout = 30_000 } = options
    const { setTimeout, clearTimeout } = this.#options.platform
    const lane = this.#lane(channel)
    const sent = new Promise<SentMessage>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (lane.jobs.length >= QUEUE)
        return reject(new ChatError(`Too much waits to be said in ${channel}.`, { reason: 'rate-limited', channel }))
      const onAbort = () => job.finish(signal?.reason)
      const timer = setTimeout(() => job.finish(this.#late(lane, job, timeout)), Math.min(timeout, LONGEST_TIMER))
      const job: Job = {
        channel,
        parts: splitText(text, LONGEST - prefix.length - DIFFERENCE.length).filter((part) => part.trim()),
        prefix,
        replyTo,
        options,
        ids: [],
        next: 0,
        tries: 0,
        finish: (error) => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
          const place = lane.jobs.indexOf(job)
          if (place !== -1) lane.jobs.splice(place, 1)
          if (error === undefined) resolve({ channel, ids: job.ids })
          else reject(error)
          this.#run()
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      lane.jobs.push(job)
      this.#run()
    })
    return sent
  }

  /**
   * Looks whether a line tells what became of a message, or of the room.
   *
   * @returns Whether it is one of the last messages of ours.
   */
  heard(message: IrcMessage, connection: Connection): boolean {
    const { command, params } = message
    if (command === 'PRIVMSG') return this.#nonces.has(message.tag('client-nonce') ?? '')
    if (!/^(ROOMSTATE|USERSTATE|NOTICE)$/.test(command)) return false
    const lane = this.#lane(params[0]?.slice(1) ?? '')
    if (command === 'ROOMSTATE') lane.slow = Number(message.tag('slow') ?? lane.slow) || 0
    if (command === 'USERSTATE') {
      const badges = message.tag('badges') ?? ''
      lane.moderator = message.tag('mod') === '1' || badges.includes('broadcaster/')
      lane.privileged = lane.moderator || badges.includes('vip/')
    }
    const { flying } = lane
    if (flying?.connection !== connection) return false
    if (command === 'USERSTATE') {
      const id = message.tag('id')
      const nonce = message.tag('client-nonce')
      if (nonce === flying.nonce || (nonce === undefined && id !== undefined)) this.#confirm(lane, flying.job, id)
    } else {
      // A ROOMSTATE has no such tag.
      const msgId = message.tag('msg-id') ?? ''
      if (/^(msg_|no_permission|tos_ban|unrecognized_cmd|invalid_user)/.test(msgId))
        this.#refuse(lane, flying.job, msgId, params[1] ?? '')
    }
    return false
  }

  /** Whether the channel is one's own, or one moderates it. */
  moderates(channel: string): boolean {
    return this.#lanes.get(channel)?.moderator ?? false
  }

  /** A connection came, or went: this one. */
  changed(gone: Connection | undefined): void {
    for (const lane of this.#lanes.values()) {
      const { flying } = lane
      if (flying === undefined || flying.connection !== gone) continue
      const text = `The connection was lost before Twitch confirmed the message to ${flying.job.channel}: it may have been sent or not.`
      this.#land(lane)
      flying.job.finish(new ChatError(text, { reason: 'no-answer', channel: flying.job.channel }))
    }
    this.#run()
  }

  close(error: Error): void {
    this.#options.platform.clearTimeout(this.#timer)
    const lanes = [...this.#lanes.values()]
    this.#lanes.clear()
    for (const lane of lanes) {
      this.#land(lane)
      for (const job of lane.jobs.splice(0)) job.finish(error)
    }
  }

  #lane(channel: string): Lane {
    const found = this.#lanes.get(channel)
    if (found !== undefined) return found
    const lane: Lane = {
      jobs: [],
      flying: undefined,
      notBefore: 0,
      lastAt: 0,
      lastText: '',
      slow: 0,
      moderator: false,
      privileged: false,
    }
    this.#lanes.set(channel, lane)
    return lane
  }

  #account(userId = ''): Account {
    const { messages, privilegedMessages } = this.#options.limits
    const account = this.#accounts.get(userId) ?? {
      messages: createRateWindow(messages),
      privilegedMessages: createRateWindow(privilegedMessages),
    }
    this.#accounts.set(userId, account)
    return account
  }

  #run(): void {
    const { platform } = this.#options
    const now = platform.monotonic()
    this.#runs += 1
    const run = this.#runs
    let wait = NEVER
    for (const lane of this.#lanes.values()) {
      const job = lane.flying === undefined ? this.#first(lane.jobs) : undefined
      if (job === undefined) continue
      try {
        wait = Math.min(wait, this.#advance(lane, job, now))
      } catch (error) {
        job.finish(error)
      }
      // A job that ended has looked at all lanes, and set the timer.
      if (run !== this.#runs) return
    }
    platform.clearTimeout(this.#timer)
    if (wait < NEVER) this.#timer = platform.setTimeout(() => this.#run(), wait)
  }

  /** Without a connection whoever would not wait for one is told, wherever in the queue. */
  #first(jobs: readonly Job[]): Job | undefined {
    const [first] = jobs
    if (first === undefined || this.#options.route(first.channel) !== undefined) return first
    return jobs.find(({ options }) => options.whenOffline !== 'wait') ?? first
  }

  /** Sends the next part, if it may be. @returns Milliseconds until it is worth trying again. */
  #advance(lane: Lane, job: Job, now: number): number {
    const { channel, options } = job
    const route = this.#options.route(channel)
    if (route === undefined) {
      if (options.whenOffline === 'wait') return NEVER
      throw this.#notConnected(job)
    }
    const { token } = route
    if (token === undefined) throw new ChatError('Anonymous chat can only read.', { reason: 'read-only', channel })
    if (!token.scopes.some((scope) => scope === 'chat:edit' || scope === 'chat_login'))
      throw new MissingScopeError('To speak in chat the user must grant chat:edit.', {
        missing: ['chat:edit'],
        userId: token.userId,
      })
    const account = this.#account(token.userId)
    const window = lane.privileged ? account.privilegedMessages : account.messages
    const wait = Math.max(lane.notBefore, window.next()) - now
    if (wait > 0) {
      // Whoever would not wait for a limit is told, wherever in the queue.
      const other = lane.jobs.find(({ options }) => options.whenLimited === 'fail')
      const text = `The message to ${channel} would have to wait ${wait} ms.`
      other?.finish(new ChatError(text, { reason: 'rate-limited', channel }))
      return wait
    }
    this.#send(lane, job, route, account, now)
    return NEVER
  }

  #send(lane: Lane, job: Job, connection: Connection, account: Account, now: number): void {
    const { platform } = this.#options
    const { privileged } = lane
    const { channel, prefix, replyTo } = job
    let text = job.parts[job.next] ?? ''
    if (!privileged && plain(text) === plain(lane.lastText) && now - lane.lastAt < SAME_WITHIN) text += DIFFERENCE
    const nonce = platform.randomId()
    this.#nonces.add(nonce)
    if (this.#nonces.size > NONCES) this.#nonces.delete(this.#nonces.values().next().value as string)
    const tags = new Map([['client-nonce', nonce]])
    if (replyTo !== undefined) tags.set('reply-parent-msg-id', replyTo)
    connection.send(formatIrcMessage({ tags, command: 'PRIVMSG', params: [`#${channel}`, prefix + text] }))
    account.messages.take(now)
    account.privilegedMessages.take(now)
    lane.lastText = text
    lane.lastAt = now
    if (!privileged) lane.notBefore = now + Math.max(PACE, lane.slow * 1000 + 100)
    job.tries += 1
    const timer = platform.setTimeout(() => {
      this.#land(lane)
      job.finish(noAnswer(channel, ANSWER_WITHIN))
    }, ANSWER_WITHIN)
    lane.flying = { job, connection, nonce, timer }
    if (!connection.hasCommands) this.#confirm(lane, job, undefined)
  }

  /** What became of a message whose time is over. */
  #late(lane: Lane, job: Job, timeout: number): ChatError {
    const { channel } = job
    if (lane.flying?.job === job) return noAnswer(channel, timeout)
    if (this.#options.route(channel) === undefined) return this.#notConnected(job)
    const text = `The turn of the message to ${channel} did not come within ${timeout} ms: ${whatWasSent(job)}.`
    return new ChatError(text, { reason: 'rate-limited', channel })
  }

  #notConnected(job: Job): ChatError {
    const { channel } = job
    const advice = this.#options.started() ? '' : ' Call connect() first.'
    const text = `Chat is not connected, and of the message to ${channel} ${whatWasSent(job)}.${advice}`
    return new ChatError(text, { reason: 'not-connected', channel })
  }

  #land(lane: Lane): void {
    this.#options.platform.clearTimeout(lane.flying?.timer)
    lane.flying = undefined
  }

  #confirm(lane: Lane, job: Job, id: string | undefined): void {
    this.#land(lane)
    if (id !== undefined) job.ids.push(id)
    job.next += 1
    job.tries = 0
    if (job.next >= job.parts.length) job.finish()
    else this.#run()
  }

  #refuse(lane: Lane, job: Job, msgId: string, text: string): void {
    const waits = job.options.whenLimited !== 'fail'
    const wait = retryAfter(msgId, text)
    this.#land(lane)
    if (wait !== undefined && (waits || wait === 0) && job.tries < TRIES) {
      lane.notBefore = this.#options.platform.monotonic() + wait
      this.#run()
    } else job.finish(new ChatError(text, { reason: msgId, channel: job.channel }))
  }
}

/** Milliseconds after which a refused message may be sent again; `undefined`: never. */
function retryAfter(msgId: string, text: string): number | undefined {
  switch (msgId) {
    case 'msg_slowmode':
      return Number(/(\d+) seconds?/.exec(text)?.[1] ?? 5) * 1000 + 500
    case 'msg_ratelimit':
      return 2000
    // Said from elsewhere by the same account: the next try differs from this one.
    case 'msg_duplicate':
      return PACE
    default:
      return undefined
  }
}

/** What Twitch compares. */
function plain(text: string): string {
  return text.trim().replace(/ +/g, ' ')
}

function whatWasSent({ next, parts }: Job): string {
  return next === 0 ? 'nothing was sent' : `only the first ${next} of ${parts.length} parts were sent`
}

function noAnswer(channel: string, after: number): ChatError {
  const text = `Twitch did not confirm the message to ${channel} within ${after} ms: it may have been dropped or not.`
  return new ChatError(text, { reason: 'no-answer', channel })
}
