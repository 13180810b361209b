import { StoreError } from '../../../src/errors.ts'
import type { TokenStore } from '../../../src/stores/token-store.ts'
import { createRandom } from '../../../src/testing/random.ts'
import { StoredTokenHandler, TokenManager, type TokenManagerEvents } from '../../../src/token/index.ts'
import type { AccessToken, Channel, PlatformOptions } from '../../../src/types.ts'
import { CLIENT_ID, type Machine, type Op, type Post, type Seen } from './machine.ts'
import { findSecret } from './secrets.ts'
import type { Fault, Step } from './steps.ts'

type Listener = (event: { readonly data: unknown }) => void

/** What a caller got. */
export type Result = { readonly value: unknown } | { readonly error: unknown }

const POST_CAP = 30_000

/** Whoever sets a timer of this length waits for somebody else's mark. */
const MARK_POLL = 500

/** One page with a manager of its own. What it shares with others is the machine's. */
export class Page {
  readonly name: string
  readonly machine: Machine
  readonly handler: StoredTokenHandler<'public'>
  readonly manager: TokenManager
  state: 'running' | 'frozen' | 'gone' = 'running'
  thawsAt = 0
  hasFrozen = false
  /** Access tokens of which this page has heard Twitch's word. */
  readonly validated = new Set<string>()
  readonly events: { readonly type: keyof TokenManagerEvents; readonly event: object }[] = []
  lastToken: AccessToken | undefined
  readonly #channels = new Map<string, Set<Listener>[]>()

  constructor(machine: Machine, number: number) {
    this.name = String.fromCharCode(65 + number)
    this.machine = machine
    const { setup } = machine
    const random = createRandom(setup.seed * 31 + number)
    const platform: PlatformOptions = {
      endpoints: machine.twitch.endpoints,
      fetch: (url, init) => this.#fetch(url, init ?? {}),
      now: () => machine.wall(),
      monotonic: () => machine.monotonic() + number * 1000,
      setTimeout: (callback, delay) =>
        delay === MARK_POLL
          ? machine.addTimer('watch a mark', this, delay, callback)
          : machine.setTimer(this, callback, delay),
      clearTimeout: (timer) => machine.clearTimer(timer),
      random: random.next,
      randomId: () => random.string('0123456789abcdef', 32),
      locks: setup.locks ? machine.locks.ofPage(this) : undefined,
      channel: setup.channel ? (name) => this.#channel(name) : undefined,
    }
    this.handler = new StoredTokenHandler({ clientId: CLIENT_ID, clientType: 'public', store: this.#store(), platform })
    this.manager = new TokenManager(this.handler)
    for (const type of EVENTS) this.manager.on(type, (event) => this.#heard(type, event))
    this.manager.subscribe(() => this.#look('status', this.manager.getSnapshot()))
  }

  /** It ends in the middle of whatever it does: nothing of it ever runs again. */
  crash(): void {
    this.state = 'gone'
    this.machine.forgetPage(this)
    this.#channels.clear()
  }

  freeze(ms: number): void {
    this.state = 'frozen'
    this.hasFrozen = true
    this.thawsAt = this.machine.time + ms
  }

  thaw(): void {
    if (this.state !== 'frozen') return
    this.state = 'running'
    this.machine.note(this, 'thaws')
  }

  /** Lets a caller call. What it gets must hold no secret, whatever it is. */
  call<T>(what: string, work: () => Promise<T>): Promise<Result> {
    this.machine.note(this, `caller: ${what}`)
    return work().then(
      (value) => {
        this.machine.note(this, `caller: ${what} came back`)
        this.#look(what, value)
        return { value }
      },
      (error: unknown) => {
        this.machine.note(this, `caller: ${what} threw ${describe(error)}`)
        this.#look(what, error)
        return { error }
      },
    )
  }

  async getToken(): Promise<AccessToken> {
    this.lastToken = await this.manager.get()
    return this.lastToken
  }

  #heard(type: keyof TokenManagerEvents, event: object): void {
    this.events.push({ type, event })
    if (type === 'trace') this.machine.comment(this, () => `trace ${describeTrace(event)}`)
    else this.machine.note(this, `event ${type}`)
    this.#look(`the event ${type}`, event)
  }

  #look(where: string, what: unknown): void {
    if (findSecret(what, this.machine.secrets)) this.machine.fail(`${where} holds a secret`)
  }

  #add(step: Step, outside: boolean, within: number, run: Op['run']): void {
    this.machine.add(step, this, outside, within, run)
  }

  #channel(name: string): Channel {
    const own = new Set<Listener>()
    const all = this.#channels.get(name) ?? []
    this.#channels.set(name, all)
    all.push(own)
    return {
      postMessage: (message) => {
        this.#look('a message to other pages', message)
        for (const page of this.machine.pages) {
          for (const listeners of page.#channels.get(name) ?? []) {
            if (listeners === own || listeners.size === 0) continue
            page.#add('hear news', false, 500, () => {
              for (const listener of listeners) listener({ data: structuredClone(message) })
            })
          }
        }
      },
      addEventListener: (_type, listener) => own.add(listener),
      close: () => own.clear(),
    }
  }

  #store(): TokenStore {
    const { machine } = this
    return {
      name: 'shared',
      durable: true,
      consistency: machine.setup.consistency,
      get: (key) => this.#inStore('read', 'read, answered', () => machine.readRecord(key)),
      keys: () => this.#inStore('list the keys', 'read, answered', () => machine.listKeys()),
      replace: (key, expected, next) => {
        const step = nameOfWrite(machine, key, next as Seen)
        return this.#inStore(step, `${step}, answered` as Step, () => machine.writeRecord(this, key, expected, next))
      },
    }
  }

  #inStore<T>(step: Step, answered: Step, work: () => Promise<T>): Promise<T> {
    const slow = this.machine.chance(0.03)
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void) => this.#add(answered, false, slow ? -3_000 : 50, settle)
      this.#add(step, true, slow ? -8_000 : 50, (fault) => {
        if (fault !== undefined) this.machine.writeFailed(this, step)
        if (fault === 'throws before') return answer(() => reject(storeError()))
        if (fault === 'quota') this.machine.failingWrites += 1 + Math.floor(this.machine.random.next() * 12)
        work().then(
          (value) => answer(() => (fault === 'throws after' ? reject(storeError()) : resolve(value))),
          (error: unknown) => {
            this.machine.writeFailed(this, step)
            answer(() => reject(error))
          },
        )
      })
    })
  }

  #fetch(url: string, init: RequestInit): Promise<Response> {
    const { machine } = this
    const { signal } = init
    const path = url.slice(url.lastIndexOf('/') + 1)
    const step = path === 'token' ? 'send the refresh token' : (`${path}, on its way` as Step)
    const answered = (path === 'token' ? `${step}, answered` : `${path}, answered`) as Step
    const sentAt = machine.monotonic()
    const wallSentAt = machine.wall()
    const form = init.body as URLSearchParams | undefined
    const post = path === 'token' ? machine.sent(this, form?.get('refresh_token') ?? '') : undefined
    const slow = machine.chance(0.1)

    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        reject(signal.reason)
        if (post !== undefined && this.state === 'running' && machine.monotonic() - sentAt < POST_CAP) {
          machine.fail('a request with a refresh token was aborted before its own time was over')
        }
      })
      const lose = () => this.#add(answered, false, 2_000, () => reject(new TypeError('Failed to fetch')))
      const deliver = (status: number, body: string, headers: Headers, whole: boolean) =>
        this.#add(answered, false, slow ? -(post ? 9_000 : 4_500) : 500, () => {
          if (path === 'validate' && (status === 200 || status === 401)) this.#validatedBy(init)
          if (post !== undefined && !signal?.aborted) post.answered = whole
          resolve({ status, headers, text: async () => body } as Response)
        })
      this.#add(step, true, slow ? -(post ? 9_000 : 4_500) : 500, (fault) => {
        if (fault === 'lost before') return lose()
        if (fault === 'hangs before') return undefined
        if (fault === '500 before') return deliver(500, '', new Headers(), false)
        if (fault === '429') return deliver(429, '{"status":429,"message":"slow down"}', new Headers(), true)
        if (post !== undefined) machine.arrived(post, wallSentAt)
        const { signal: _, ...rest } = init
        return this.#askTwitch(url, rest, post).then(({ status, headers, body }) => {
          answerWith(fault, { status, headers, body }, { lose, deliver })
        })
      })
    })
  }

  async #askTwitch(url: string, init: RequestInit, post: Post | undefined) {
    const response = await this.machine.twitch.fetch(url, init)
    const body = await response.text()
    const { status, headers } = response
    if (post !== undefined && status === 400) post.refused = true
    if (post !== undefined && status === 200) {
      post.worked = true
      const { access_token, refresh_token } = JSON.parse(body)
      this.machine.secrets.add(access_token).add(refresh_token)
    }
    return { status, headers, body }
  }

  #validatedBy({ headers }: RequestInit): void {
    const { Authorization = '' } = headers as Record<string, string>
    this.validated.add(Authorization.replace('OAuth ', ''))
  }
}

const EVENTS = [
  'signedIn',
  'signedOut',
  'tokenRefreshed',
  'tokenValidated',
  'needsLogin',
  'warning',
  'trace',
] as const satisfies readonly (keyof TokenManagerEvents)[]

function answerWith(
  fault: Fault | undefined,
  { status, headers, body }: { status: number; headers: Headers; body: string },
  { lose, deliver }: { lose: () => void; deliver: (s: number, b: string, h: Headers, whole: boolean) => void },
): void {
  switch (fault) {
    case 'lost after':
      return lose()
    case 'hangs after':
      return undefined
    case '500 after':
      return deliver(500, '', new Headers(), false)
    case 'HTML after':
      return deliver(502, '<html><h1>502</h1></html>', new Headers({ 'content-type': 'text/html' }), false)
    case 'cut off':
      return deliver(status, body.slice(0, body.length >> 1), headers, false)
    default:
      return deliver(status, body, headers, true)
  }
}

function storeError(): StoreError {
  return new StoreError('The database does not answer.', { reason: 'failed' })
}

function describeTrace(event: object): string {
  const { step, key, detail = '' } = event as TokenManagerEvents['trace']
  return `${step} ${key} ${detail}`
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const reason = 'reason' in error ? ` (${String(error.reason)})` : ''
  return `${error.name}${reason}`
}

function nameOfWrite(machine: Machine, key: string, next: Seen): Step {
  if (key.startsWith('lease:')) return 'write the lease'
  if (key.startsWith('check:')) return 'write the check'
  const before = machine.records.get(key)
  if (next.deleted) return key.includes('?') ? 'write a new sign-in' : 'write a sign-out'
  if (next.ended !== undefined) return 'write the end'
  if (next.mark !== undefined && next.mark.id !== before?.mark?.id) return 'write the mark'
  if (before?.accessToken === undefined || before.grantId !== next.grantId) return 'write a new sign-in'
  if (before.accessToken !== next.accessToken) return 'write the pair'
  return before.mark !== undefined && next.mark === undefined ? 'take the mark off' : 'write a new sign-in'
}
