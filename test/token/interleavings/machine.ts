import { StoreError } from '../../../src/errors.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import type { StoreConsistency, StoredRecord, TokenStore } from '../../../src/stores/token-store.ts'
import { createFakeTwitch, type FakeTwitch } from '../../../src/testing/index.ts'
import { createRandom, type Random } from '../../../src/testing/random.ts'
import { Locks } from './locks.ts'
import type { Page } from './page.ts'
import { type Fault, type Step, strikesAnywhere } from './steps.ts'

export const CLIENT_ID = 'keyringtest'
export const ANN = { id: '1001', login: 'ann' } as const

const EPOCH = Date.UTC(2026, 0, 1)

/** What may vary between two machines. */
export interface Setup {
  readonly seed: number
  readonly locks: boolean
  readonly channel: boolean
  readonly consistency: StoreConsistency
  /** Whether a renewal kills the access token that was renewed. */
  readonly kills: boolean
  /** Seconds. */
  readonly lifetime: number
}

/** Something that will happen, whenever the scheduler lets it. */
export interface Op {
  readonly step: Step
  readonly page: Page
  /** In the store, at Twitch or in the browser: it happens though the page is frozen. */
  readonly outside: boolean
  /** In machine time: it does not happen before, and time does not pass beyond `latest` before it has happened. */
  earliest: number
  latest: number
  readonly run: (fault: Fault | undefined) => void
  fault?: Fault | undefined
}

interface Timer {
  at: number
  readonly order: number
  readonly page: Page
  readonly callback: () => void
}

/** One request to `/token`. */
export interface Post {
  readonly refreshToken: string
  readonly page: Page
  /** Twitch took it, and gave a pair for it. */
  worked: boolean
  /** The page holds Twitch's answer, and lives on. */
  answered: boolean
  /** Twitch said no: there is nothing left to lose. */
  refused: boolean
  /** The store did not take what Twitch gave for it. */
  unsaved: boolean
}

/** What is read of a record here, whatever it is. */
export interface Seen extends StoredRecord {
  readonly grantId?: string
  readonly accessToken?: string
  readonly refreshToken?: string
  readonly expiresAt?: number
  readonly ended?: string
  readonly unrenewable?: true
  readonly mark?: { readonly id: string }
  readonly holder?: string
}

/** One machine: its time, its pages, what they share, and Twitch behind its network. Nothing moves unless it is told to. */
export class Machine {
  readonly setup: Setup
  readonly random: Random
  readonly twitch: FakeTwitch
  readonly locks: Locks = new Locks(this)
  readonly pages: Page[] = []
  readonly ops: Op[] = []
  /** All that the store holds, by key, as it stands. */
  readonly records = new Map<string, Seen>()
  readonly posts: Post[] = []
  readonly secrets = new Set<string>()
  readonly trace: string[] | undefined
  /** Milliseconds since the beginning, as a bystander with a good watch counts them. */
  time = 0
  /** How far the wall clock is from that. */
  wallOffset = 0
  /** How long the machine slept without its monotonic clocks running. */
  slept = 0
  /** The wall clock was set, or the machine slept: instants written before are not to be believed. */
  clocksMoved = false
  /** So many writes still fail, because the disk is full. */
  failingWrites = 0
  /** A mark stays although its sender knows that nothing was spent. */
  markStuck = false
  ambiguous = 0
  broken: string | undefined
  hash = 0x811c9dc5
  readonly #memory: TokenStore = memoryStore({ name: 'shared' })
  readonly #timers: Timer[] = []
  readonly #versions = new Map<string, number>()
  readonly #leases = new Map<string, number>()
  readonly #markedBy = new Map<string, { readonly page: Page; readonly at: number }>()
  #order = 0
  /** Decides whether something goes wrong with an operation. */
  doom: (op: Op) => Fault | undefined = () => undefined
  /** Lets a fault strike that is not about the operation itself. */
  strike: (fault: Fault, op: Op) => void = () => {}
  struck: (fault: Fault, op: Op) => void = () => {}

  constructor(setup: Setup, traced: boolean) {
    this.setup = setup
    this.random = createRandom(setup.seed)
    this.trace = traced ? [] : undefined
    this.twitch = createFakeTwitch({
      seed: setup.seed,
      clock: {
        now: () => EPOCH + this.time,
        monotonic: () => this.time,
        setTimeout: () => undefined,
        clearTimeout: () => {},
      },
      users: [ANN],
      apps: [{ clientId: CLIENT_ID, clientType: 'public' }],
      accessTokenLifetime: setup.lifetime,
      renewalKillsAccessToken: setup.kills,
    })
  }

  wall(): number {
    return EPOCH + this.time + this.wallOffset
  }

  monotonic(): number {
    return this.time - this.slept
  }

  chance(share: number): boolean {
    return this.random.next() < share
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random.next() * list.length)] as T
  }

  running(): Page[] {
    return this.pages.filter((page) => page.state === 'running')
  }

  note(page: Page | undefined, what: string): void {
    const line = `${page === undefined ? '' : page.name} ${what}`
    for (let i = 0; i < line.length; i += 1) this.hash = Math.imul(this.hash ^ line.charCodeAt(i), 0x01000193)
    this.trace?.push(`${(this.time / 1000).toFixed(3).padStart(10)} s  ${line}`)
  }

  /** For readers of a trace only. */
  comment(page: Page, what: () => string): void {
    this.trace?.push(`${' '.repeat(14)}${page.name}   ${what()}`)
  }

  /** A name for a token that a reader can follow. */
  label(token: string | undefined): string {
    return token === undefined ? 'none' : `t${[...this.secrets].indexOf(token)}`
  }

  /** An invariant does not hold. */
  fail(fact: string): void {
    if (this.broken !== undefined) return
    this.broken = fact
    this.trace?.push(`BROKEN: ${fact}`)
  }

  /** @param within Milliseconds in which it happens; a negative number: not before most of them are over. */
  add(step: Step, page: Page, outside: boolean, within: number, run: Op['run']): void {
    const { time } = this
    const latest = time + this.random.next() * Math.abs(within)
    const op: Op = { step, page, outside, earliest: within < 0 ? time + (latest - time) * 0.9 : time, latest, run }
    op.fault = this.doom(op)
    this.ops.push(op)
  }

  /** The store has failed the page: what it holds or knows now, nobody else can know of. */
  writeFailed(page: Page, step: Step): void {
    if (step === 'take the mark off') this.markStuck = true
    if (step !== 'write the pair') return
    for (const post of this.posts) if (post.page === page && post.worked) post.unsaved = true
  }

  /** A timer of a page that is a step of its own. */
  addTimer(step: Step, page: Page, delay: number, run: Op['run']): Op {
    const at = this.time + delay
    const op: Op = { step, page, outside: false, earliest: at, latest: at, run }
    op.fault = this.doom(op)
    this.ops.push(op)
    return op
  }

  setTimer(page: Page, callback: () => void, delay: number): Timer {
    this.#order += 1
    const timer = { at: this.time + Math.max(0, delay), order: this.#order, page, callback }
    this.#timers.push(timer)
    return timer
  }

  clearTimer(timer: unknown): void {
    for (const list of [this.#timers, this.ops] as unknown[][]) {
      const place = list.indexOf(timer)
      if (place >= 0) list.splice(place, 1)
    }
  }

  /** Whatever a page is busy with ends without a word, except what has left it. */
  forgetPage(page: Page): void {
    for (let i = this.ops.length - 1; i >= 0; i -= 1) {
      const op = this.ops[i] as Op
      if (op.page === page && (!op.outside || this.chance(0.5))) this.ops.splice(i, 1)
    }
    for (let i = this.#timers.length - 1; i >= 0; i -= 1) {
      if (this.#timers[i]?.page === page) this.#timers.splice(i, 1)
    }
    this.locks.forgetPage(page)
  }

  /** The machine sleeps: the world goes on. A request that has not arrived by now is lost. */
  sleep(ms: number, monotonicStops: boolean): void {
    this.time += ms
    if (monotonicStops) this.slept += ms
    for (const timer of this.#timers) timer.at += ms
    for (const op of this.ops) {
      op.earliest += ms
      op.latest += ms
      if (op.step.endsWith('on its way') || op.step === 'send the refresh token') op.fault = 'lost before'
    }
    this.clocksMoved = true
  }

  /** One thing happens. @returns `false`: there is nothing left that could. */
  async step(eager: number): Promise<boolean> {
    await new Promise(setImmediate)
    const waiting = this.ops.filter((op) => op.outside || op.page.state === 'running')
    const timer = this.#nextTimer()
    if (waiting.length === 0 && timer === undefined) return false
    const ready = waiting.filter(({ earliest }) => earliest <= this.time)
    if (ready.length > 0 && this.chance(eager)) {
      this.time += this.random.next() * 5
      this.#run(this.pick(ready))
      return true
    }
    // Time passes, up to whatever comes next.
    const urgent = waiting.reduce((a: Op | undefined, b) => (a === undefined || b.latest < a.latest ? b : a), undefined)
    if (timer !== undefined && (urgent === undefined || timer.at < urgent.latest)) {
      this.#fire(timer)
    } else if (urgent !== undefined) {
      this.time = Math.max(this.time, urgent.latest)
      this.#run(urgent)
    }
    return true
  }

  /** As `step`, without chance for the pages' clocks: whatever can happen happens before time passes. */
  stepQuietly(): Promise<boolean> {
    return this.step(1)
  }

  #run(op: Op): void {
    const { fault } = op
    if (fault !== undefined && strikesAnywhere(fault)) {
      op.fault = undefined
      this.note(op.page, `${op.step}: ${fault}`)
      this.strike(fault, op)
      return
    }
    this.ops.splice(this.ops.indexOf(op), 1)
    this.note(op.page, fault === undefined ? op.step : `${op.step}: ${fault}`)
    if (fault !== undefined) this.struck(fault, op)
    op.run(fault)
  }

  #nextTimer(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.page.state !== 'running') continue
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    const thawing = this.pages.filter((page) => page.state === 'frozen')
    for (const page of thawing) {
      if (next !== undefined && next.at <= page.thawsAt) continue
      next = { at: page.thawsAt, order: 0, page, callback: () => page.thaw() }
    }
    return next
  }

  #fire(timer: Timer): void {
    this.time = Math.max(this.time, timer.at)
    this.clearTimer(timer)
    timer.callback()
  }

  readRecord(key: string): Promise<StoredRecord | undefined> {
    if (this.setup.consistency === 'racy') return Promise.resolve(structuredClone(this.records.get(key)))
    return this.#memory.get(key)
  }

  listKeys(): Promise<string[]> {
    if (this.setup.consistency !== 'racy') return this.#memory.keys()
    return Promise.resolve([...this.records].filter(([, { deleted }]) => !deleted).map(([key]) => key))
  }

  async writeRecord(page: Page, key: string, expected: number | undefined, next: StoredRecord): Promise<boolean> {
    if (this.failingWrites > 0) {
      this.failingWrites -= 1
      throw new StoreError('The disk is full.', { reason: 'quota' })
    }
    if (this.setup.consistency === 'racy') {
      if (this.records.get(key)?.version !== expected) return false
      return new Promise((resolve) => {
        const step = 'write the check'
        const run = () => {
          this.#written(page, key, structuredClone(next))
          resolve(true)
        }
        const { time } = this
        this.ops.push({ step, page, outside: true, earliest: time, latest: time + this.random.next() * 100, run })
      })
    }
    const written = await this.#memory.replace(key, expected, next)
    if (written) this.#written(page, key, structuredClone(next))
    return written
  }

  /** A record stands in the store: whatever must be true of it is looked at here. */
  #written(page: Page, key: string, next: Seen): void {
    const before = this.records.get(key)
    const highest = this.#versions.get(key) ?? 0
    const isToken = key.startsWith('token:')
    if (next.version <= highest && (this.setup.consistency !== 'racy' || (isToken && !key.includes('?')))) {
      this.fail(`the version of ${key} shrank from ${highest} to ${next.version}`)
    }
    this.#versions.set(key, Math.max(highest, next.version))
    this.records.set(key, next)
    if (key.startsWith('lease:')) {
      const since = this.#leases.get(key) ?? this.monotonic()
      const held = before?.holder !== undefined && !before.deleted
      if (held && !next.deleted && this.monotonic() - since < 60_000) {
        this.fail('a lease was taken over before it had stood for a minute')
      }
      this.#leases.set(key, this.monotonic())
    }
    if (!isToken) return
    this.comment(page, () => {
      const { version, accessToken, refreshToken, mark, ended, deleted } = next
      const pair = `access ${this.label(accessToken)}, refresh ${this.label(refreshToken)}`
      const rest = `${mark ? ', marked' : ''}${ended ? `, ended: ${ended}` : ''}${deleted ? ', deleted' : ''}`
      return `${key} is now version ${version}: ${pair}${rest}`
    })
    if (next.mark !== undefined && next.mark.id !== before?.mark?.id)
      this.#markedBy.set(next.mark.id, { page, at: this.time })
    if (before?.deleted && !next.deleted && before.ended === 'signed-out' && before.grantId === next.grantId) {
      this.fail('a sign-out was undone')
    }
    if (next.ended !== undefined && !next.deleted && before?.ended === undefined) {
      this.#judgeEnd(next.ended, before)
    }
  }

  /** A sign-in is being given up: Twitch must not honour what was held, as far as anybody could know. */
  #judgeEnd(reason: string, before: Seen | undefined): void {
    const { id } = this.twitch
    const { accessToken = '', refreshToken, mark } = before ?? {}
    if (id.isAlive(accessToken)) {
      this.fail(`a sign-in ended (${reason}) while its access token worked`)
    } else if (reason === 'refused' && refreshToken !== undefined && id.isAlive(refreshToken)) {
      this.fail('a sign-in ended as refused while its refresh token worked')
    } else if (reason === 'lost-response') {
      const marker = mark === undefined ? undefined : this.#markedBy.get(mark.id)
      if (marker === undefined) this.fail('a sign-in ended for a lost answer, and nothing had been sent')
    }
  }

  /** How long a record's mark has stood, in milliseconds. */
  markStoodFor({ mark }: Seen): number {
    const since = mark === undefined ? undefined : this.#markedBy.get(mark.id)?.at
    return since === undefined ? 0 : this.time - since
  }

  /** The page has called `fetch` with a refresh token. */
  sent(page: Page, refreshToken: string): Post {
    const { id } = this.twitch
    const holding = [...this.records].flatMap(([key, record]) =>
      record.refreshToken === refreshToken && !key.includes('?') ? [record] : [],
    )
    const record = holding.find(({ mark }) => mark !== undefined && this.#markedBy.get(mark.id)?.page === page)
    if (record === undefined && holding.length > 0) this.fail('a refresh token left without a mark of its sender')
    if (record !== undefined) {
      const { accessToken = '' } = record
      if (!page.validated.has(accessToken)) this.fail('a refresh token left before its access token was validated')
      const entry = id.accessToken(accessToken)
      const left = (entry?.expiresAt ?? 0) - EPOCH - this.time
      if (!this.clocksMoved && id.isAlive(accessToken) && left > this.setup.lifetime * 1000 * 0.3) {
        this.fail('a token was renewed that needed no renewal')
      }
    }
    this.comment(page, () => `sends ${this.label(refreshToken)}`)
    const post: Post = { refreshToken, page, worked: false, answered: false, refused: false, unsaved: false }
    this.posts.push(post)
    return post
  }

  /** The request is at Twitch now. */
  arrived(post: Post, sentAt: number): void {
    const earlier = this.posts.filter(
      (other) => other.refreshToken === post.refreshToken && this.#reached.has(other) && !other.refused,
    )
    this.#reached.add(post)
    if (earlier.length === 0) return
    const record = [...this.records.values()].find((record) => record.refreshToken === post.refreshToken)
    const expired = record?.expiresAt === undefined || sentAt >= record.expiresAt - 60_000
    const unknown = earlier.every(({ answered, unsaved, page: { state } }) => !answered || unsaved || state === 'gone')
    if (unknown && (expired || this.clocksMoved)) {
      this.ambiguous += 1
      this.note(post.page, 'sends a token a second time, as nobody could tell what became of the first')
    } else {
      this.fail(`a refresh token reached Twitch twice (${expired ? 'after' : 'before'} its access token had expired)`)
    }
  }
  readonly #reached = new Set<Post>()
}
