import { TokenRejectedError } from '../../../src/errors.ts'
import type { AccessToken } from '../../../src/types.ts'
import { ANN, CLIENT_ID, Machine, type Op, type Seen, type Setup } from './machine.ts'
import { Page, type Result } from './page.ts'
import { CELLS, type Cell, existsIn, type Fault, faultBefore, type Step } from './steps.ts'

export interface Outcome {
  readonly seed: number
  /** The fact that should hold and does not. */
  readonly broken: string | undefined
  /** The same for the same order of the same things. */
  readonly hash: number
  readonly steps: number
  readonly posts: number
  /** How often a token was sent a second time because nobody could know. */
  readonly ambiguous: number
  /** How the pages ended: with a token, or why not. */
  readonly ending: string
  readonly reached: readonly Cell[]
  readonly trace: readonly string[]
}

export interface ScheduleOptions {
  readonly traced?: boolean | undefined
  /** Faults that must be in it, where they can strike. Default: some by chance. */
  readonly cells?: readonly Cell[] | undefined
}

interface Pair {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Chaos ends after so many steps, whether everything went wrong that was to go wrong or not. */
const CHAOS_STEPS = 400

/** It may end after so many, once everything went wrong that was to go wrong. */
const SHORT_CHAOS = 150

/** More than any schedule needs when nothing disturbs it. */
const QUIET_STEPS = 60_000

const MINUTE = 60_000

/** What is seldom reached, and therefore planned more often. */
const SELDOM = /lease|lock|write the (end|check)|sign-out|revoke, on|news|old pair|quota/

/** Where pages come by all the time. */
const EVERYWHERE: readonly Step[] = ['read', 'read, answered', 'list the keys', 'validate, answered', 'write the pair']

/** Plays one schedule: everything in it follows from the seed. */
export async function playSchedule(seed: number, options: ScheduleOptions = {}): Promise<Outcome> {
  const schedule = new Schedule(seed, options)
  await schedule.play()
  return schedule.outcome()
}

interface Planned {
  readonly cell: Cell
  /** How often a page comes by unharmed first. */
  skip: number
}

class Schedule {
  readonly #machine: Machine
  readonly #plan: Planned[]
  readonly #reached: Cell[] = []
  readonly #pairs: Pair[] = []
  #steps = 0
  #ending = ''
  /** Sign-ins that may still come to something. */
  #openSignIns = 0
  #signIns = 0
  #signedOutSince: 'nobody' | 'surely' | 'perhaps' = 'nobody'

  constructor(seed: number, { traced = false, cells }: ScheduleOptions) {
    const machine = new Machine(setupOf(seed), traced)
    this.#machine = machine
    const planned = cells ?? cellsOf(seed) ?? this.#pickCells()
    this.#plan = planned.flatMap((cell) => this.#planned(cell))
    machine.strike = (fault, op) => this.#strike(fault, op)
    machine.struck = (fault, op) => this.#reached.push({ step: op.step, fault })
    const { locks, channel, consistency, kills, lifetime } = machine.setup
    machine.note(undefined, `${JSON.stringify({ locks, channel, consistency, kills, lifetime })}`)
    for (const { cell } of this.#plan) machine.note(undefined, `planned: ${cell.fault} at "${cell.step}"`)
  }

  #pickCells(): Cell[] {
    const machine = this.#machine
    const { locks, channel, consistency } = machine.setup
    const possible = CELLS.filter(existsIn({ locks, channel, racy: consistency === 'racy' }))
    const often = possible.filter(({ step, fault }) => SELDOM.test(step) || SELDOM.test(fault))
    return Array.from({ length: Math.floor(machine.random.next() * 6) }, () =>
      machine.pick(often.length > 0 && machine.chance(0.3) ? often : possible),
    )
  }

  /** A fault, after whatever brings a page to where it strikes. */
  #planned(cell: Cell): Planned[] {
    const machine = this.#machine
    const before = faultBefore(cell.step)
    if (before === undefined) return [{ cell, skip: machine.chance(0.6) ? 0 : Math.floor(machine.random.next() * 6) }]
    const { fault, at = machine.pick(EVERYWHERE) } = before
    return [
      { cell: { step: at, fault }, skip: Math.floor(machine.random.next() * 3) },
      { cell, skip: machine.chance(0.7) ? 0 : Math.floor(machine.random.next() * 4) },
    ]
  }

  outcome(): Outcome {
    const { setup, broken, hash, posts, ambiguous, trace } = this.#machine
    return {
      seed: setup.seed,
      broken,
      hash: hash >>> 0,
      steps: this.#steps,
      posts: posts.length,
      ambiguous,
      ending: this.#ending,
      reached: this.#reached,
      trace: trace ?? [],
    }
  }

  async play(): Promise<void> {
    const machine = this.#machine
    const first = this.#openPage()
    await this.#finish(first.call('add', () => first.handler.add(this.#newPair())))
    await this.#finish(first.call('get', () => first.getToken()))
    const others = Math.floor(machine.random.next() * 3.5)
    for (let i = 0; i < others; i += 1) this.#openPage()
    machine.doom = (op) => this.#doom(op)
    for (const page of machine.pages) this.#callSomething(page)
    await this.#chaos()
    if (machine.broken !== undefined) return
    machine.doom = () => undefined
    await this.#quiet()
  }

  #doom(op: Op): Fault | undefined {
    for (const [place, entry] of this.#plan.entries()) {
      if (entry.cell.step !== op.step) continue
      if (entry.skip-- > 0) continue
      this.#plan.splice(place, 1)
      return entry.cell.fault
    }
    return undefined
  }

  async #chaos(): Promise<void> {
    const machine = this.#machine
    const eager = 0.6 + machine.random.next() * 0.39
    for (let i = 0; i < CHAOS_STEPS && machine.broken === undefined; i += 1) {
      if (i > SHORT_CHAOS && this.#plan.length === 0) return
      this.#steps += 1
      const moved = await machine.step(eager)
      if (!moved && machine.running().length === 0) this.#openPage()
      if (machine.chance(0.04)) this.#somethingHappens()
      if (machine.pages.every(({ state }) => state === 'gone')) this.#callSomething(this.#openPage())
    }
  }

  /** Time passes, callers call, and tokens come to their end. */
  #somethingHappens(): void {
    const machine = this.#machine
    const page = machine.pick(machine.pages)
    if (page.state !== 'running') return
    const dice = machine.random.next()
    if (dice < 0.6) this.#callSomething(page)
    else if (dice < 0.75) machine.twitch.id.expireAll()
    else if (dice < 0.85) this.#revokeCurrent()
    else machine.time += this.#untilRenewal()
  }

  /** Short jumps to where a renewal is due, so that few steps are spent on ticks. */
  #untilRenewal(): number {
    const machine = this.#machine
    const stuck = machine.ops.some(({ step }) => step.includes('on its way') || step === 'send the refresh token')
    if (stuck) return 0
    const [expiresAt] = [...machine.records.values()].flatMap(({ expiresAt }) => expiresAt ?? [])
    const left = (expiresAt ?? 0) - machine.wall() - machine.setup.lifetime * 100
    return left > 0 && machine.ops.length === 0 ? left : 0
  }

  #callSomething(page: Page): void {
    const machine = this.#machine
    const dice = machine.random.next()
    const { lastToken } = page
    if (dice < 0.2) {
      const controller = new AbortController()
      machine.setTimer(page, () => controller.abort(new Error('enough')), machine.random.next() * 3_000)
      const { signal } = controller
      const renew = lastToken !== undefined && machine.chance(0.6)
      page.call('get or renew, for a while', () =>
        renew ? page.manager.renew(lastToken, { signal }) : page.manager.get({ signal }),
      )
    } else if (dice < 0.45 && lastToken !== undefined) {
      page.call('renew', () => page.manager.renew(lastToken))
    } else if (dice < 0.55) page.call('getForChat', () => page.manager.getForChat(0))
    else page.call('get', () => page.getToken())
  }

  #openPage(): Page {
    const { pages } = this.#machine
    const page = new Page(this.#machine, pages.length)
    pages.push(page)
    return page
  }

  #newPair(): Pair {
    const { twitch, secrets } = this.#machine
    const pair = twitch.id.issue({ clientId: CLIENT_ID, login: ANN.login, scopes: ['chat:read', 'chat:edit'] })
    secrets.add(pair.accessToken).add(pair.refreshToken)
    this.#pairs.push(pair)
    return pair
  }

  #revokeCurrent(): void {
    const { records, twitch } = this.#machine
    for (const { accessToken } of records.values()) {
      if (accessToken !== undefined && twitch.id.isAlive(accessToken)) return twitch.id.revoke(accessToken)
    }
  }

  #strike(fault: Fault, op: Op): void {
    const machine = this.#machine
    const { page } = op
    const somebody = machine.pick(machine.running())
    this.#reached.push({ step: op.step, fault })
    switch (fault) {
      case 'crash':
        page.crash()
        if (machine.chance(0.7)) this.#callSomething(this.#openPage())
        return
      case 'freeze':
        return page.freeze(machine.pick([2_000, 8_000, 20_000, 45_000, 100_000, 400_000]))
      case 'sleep':
        return machine.sleep(machine.pick([3_000, 40_000, 600_000, 20_000_000]), machine.chance(0.5))
      case 'clock ahead':
      case 'clock back':
        machine.clocksMoved = true
        machine.wallOffset += machine.pick([4_000, 70_000, 3_600_000, 86_400_000]) * (fault === 'clock back' ? -1 : 1)
        return
      case 'tokens expire':
        return machine.twitch.id.expireAll()
      case 'token revoked':
        return this.#revokeCurrent()
      case 'disconnect':
        return machine.twitch.id.disconnect(ANN.login, CLIENT_ID)
      case 'open a page':
        return this.#callSomething(this.#openPage())
      case 'sign out':
        return void this.#signOut(somebody)
      case 'sign in anew':
        return void this.#signIn(somebody, this.#newPair())
      case 'add the old pair':
        return void this.#signIn(somebody, machine.pick(this.#pairs))
    }
  }

  async #signOut(page: Page | undefined): Promise<void> {
    if (page === undefined || this.#machine.setup.consistency === 'racy') return
    const before = this.#signIns
    const alone = this.#openSignIns === 0
    if (this.#signedOutSince === 'nobody') this.#signedOutSince = 'perhaps'
    const result = await page.call('sign out', () => page.manager.signOut(ANN.id))
    if ('value' in result) this.#signedOutSince = alone && before === this.#signIns ? 'surely' : 'perhaps'
  }

  async #signIn(page: Page | undefined, pair: Pair): Promise<void> {
    if (page === undefined || this.#machine.setup.consistency === 'racy') return
    this.#signIns += 1
    this.#openSignIns += 1
    if (this.#signedOutSince === 'surely') this.#signedOutSince = 'perhaps'
    const result = await page.call('add', () => page.handler.add(pair))
    // Whatever else it threw, the pair may be kept, and become an account later.
    if ('value' in result || result.error instanceof TokenRejectedError) this.#openSignIns -= 1
  }

  /** Nothing goes wrong any more: every page must come to rest, with a token or one reason. */
  async #quiet(): Promise<void> {
    const machine = this.#machine
    machine.note(undefined, 'from here on nothing goes wrong')
    machine.failingWrites = 0
    for (const op of machine.ops) op.fault = undefined
    for (const page of machine.pages) page.thaw()
    for (const op of machine.ops.filter(({ page }) => page.state === 'gone'))
      machine.ops.splice(machine.ops.indexOf(op), 1)
    if (machine.running().length === 0) this.#openPage()
    await this.#pass(machine.setup.lifetime * 1000 + 2 * MINUTE)
    this.#openPage()
    const endings = new Set<string>()
    for (const page of machine.running()) {
      if (machine.broken === undefined) endings.add(await this.#endingOf(page))
    }
    this.#ending = [...endings].join(' and ')
    if (machine.broken === undefined) this.#judgeEndings(endings)
    if (machine.broken === undefined) this.#judgeEvents()
  }

  async #pass(ms: number): Promise<void> {
    const machine = this.#machine
    const end = machine.time + ms
    for (let i = 0; machine.time < end && machine.broken === undefined; i += 1) {
      if (i > QUIET_STEPS) return machine.fail('a page never comes to rest')
      if (!(await machine.stepQuietly())) return
      this.#steps += 1
    }
  }

  async #finish(work: Promise<Result>): Promise<Result> {
    const machine = this.#machine
    let result: Result | undefined
    work.then((settled) => {
      result = settled
    })
    const end = machine.time + 10 * MINUTE
    while (result === undefined && machine.broken === undefined) {
      const moved = await machine.stepQuietly()
      this.#steps += 1
      if (result === undefined && (!moved || machine.time > end)) machine.fail('a caller waits for ever')
    }
    return result ?? { error: undefined }
  }

  /** Asks as a caller would who is refused with a dead token, until there is a last word. */
  async #endingOf(page: Page): Promise<string> {
    const machine = this.#machine
    let last: Result = { error: undefined }
    for (let attempt = 0; attempt < 5 && machine.broken === undefined; attempt += 1) {
      last = await this.#finish(page.call('get, at last', () => page.getToken()))
      const given = 'value' in last ? (last.value as AccessToken) : undefined
      if (given !== undefined && !machine.twitch.id.isAlive(given.value)) {
        last = await this.#finish(page.call('renew, at last', () => page.manager.renew(given)))
      }
      if ('value' in last && machine.twitch.id.isAlive((last.value as AccessToken).value)) return 'a token that works'
      if ('error' in last && last.error instanceof TokenRejectedError) return last.error.reason
      await this.#pass(11 * MINUTE)
    }
    if (machine.broken === undefined) {
      machine.fail('value' in last ? 'a page ends with a dead token' : `a page ends with ${String(last.error)}`)
    }
    return ''
  }

  #judgeEndings(endings: ReadonlySet<string>): void {
    const machine = this.#machine
    const tokens = [...machine.records].filter(([key]) => key.startsWith('token:')).map(([, record]) => record)
    const living = tokens.filter(({ accessToken }) => accessToken !== undefined)
    const works = endings.has('a token that works')
    if (works && endings.size > 1) return machine.fail(`the pages end in different ways: ${[...endings].join(', ')}`)
    const [ending = ''] = endings
    if (works && this.#signedOutSince === 'surely') return machine.fail('a sign-out did not stay one')
    if (!works && living.length > 0) return machine.fail(`the pages end as ${ending}, and the store holds a token`)
    if (ending === 'signed-out' && this.#signedOutSince === 'nobody' && !wasRefusedAtSignIn(tokens)) {
      machine.fail('nobody signed out, and the pages say so')
    }
    if (!works && ending !== 'signed-out' && !this.#mayBeLost()) {
      machine.fail(`a sign-in ended (${ending}), and nothing was lost and nothing was taken away`)
    }
    const longest = Math.max(...tokens.map((record) => machine.markStoodFor(record)))
    if (works && longest > machine.setup.lifetime * 1000) machine.fail('a mark stays for ever')
  }

  /** Whether anything happened that can cost a sign-in. */
  #mayBeLost(): boolean {
    const { markStuck, pages, posts, records, twitch } = this.#machine
    return (
      markStuck ||
      // A spent pair that was added again is used to its end.
      [...records.values()].some(({ unrenewable }) => unrenewable) ||
      // One that was frozen between its mark and its request knows what nobody else can know.
      pages.some(({ state, hasFrozen }) => state === 'gone' || hasFrozen) ||
      posts.some(({ answered }) => !answered) ||
      twitch.id.grants().some(({ ended }) => ended !== undefined)
    )
  }

  #judgeEvents(): void {
    const machine = this.#machine
    for (const page of machine.pages) {
      const refreshed = new Set<unknown>()
      let ended = false
      for (const { type, event } of page.events) {
        if (type === 'tokenRefreshed') {
          const { expiresAt } = event as { readonly expiresAt?: number }
          if (refreshed.has(expiresAt)) machine.fail('a page hears twice of one renewal')
          refreshed.add(expiresAt)
        }
        if (type === 'signedIn' || type === 'tokenRefreshed') ended = false
        if (type !== 'needsLogin') continue
        if (ended) machine.fail('a page is told twice that its user must sign in')
        ended = true
      }
    }
  }
}

function wasRefusedAtSignIn(tokens: readonly Seen[]): boolean {
  return tokens.every(({ deleted, ended }) => deleted === true || ended !== undefined)
}

/** From here on every seed says by itself which cell it is about. */
const DIRECTED = 1_000_000

/** The seeds whose schedules bring one fault to one step: of each cell as many as one likes. */
export function directedSeed(cell: number, attempt: number): number {
  return DIRECTED + attempt * CELLS.length + cell
}

function cellsOf(seed: number): readonly Cell[] | undefined {
  const cell = CELLS[(seed - DIRECTED) % CELLS.length]
  return seed < DIRECTED || cell === undefined ? undefined : [cell]
}

function setupOf(seed: number): Setup {
  const dice = (salt: number) => ((Math.imul(seed * 8 + salt, 0x9e3779b1) >>> 8) & 0xffff) / 0x10000
  const consistency = dice(1) < 0.78 ? 'atomic' : dice(2) < 0.6 ? 'racy' : 'locked'
  return {
    seed,
    consistency,
    locks: consistency !== 'atomic' || dice(3) < 0.65,
    channel: dice(4) < 0.75,
    kills: dice(5) < 0.65,
    lifetime: dice(6) < 0.01 ? 14_400 : dice(7) < 0.8 ? 300 : 900,
  }
}
