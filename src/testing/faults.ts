import {
  amount,
  anything,
  callback,
  check,
  flag,
  needed,
  number,
  oneOf,
  path,
  recordOf,
  type Shape,
  status,
  text,
} from './shape.ts'

/** The servers that a fault can strike and that the log tells apart. */
export type Host = 'id' | 'helix' | 'cdn' | 'irc'

/**
 * Whether Twitch did the work first. `'after'`: a refresh token is spent, a message is sent, and the caller cannot know.
 * Default `'before'`.
 */
export type FaultMoment = 'before' | 'after'

/** An answer in place of Twitch's own. */
export interface StatusFault {
  readonly kind: 'status'
  readonly at?: FaultMoment | undefined
  readonly status: number
  /** Default: empty. */
  readonly body?: string | undefined
  /** Names in lower case. Default: `content-type: text/plain`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** `false`: without CORS headers, so that a page sees a `TypeError` where a server sees the status. Default `true`. */
  readonly cors?: boolean | undefined
}

/** The HTML page of a proxy. */
export interface HtmlFault {
  readonly kind: 'html'
  readonly at?: FaultMoment | undefined
  /** Default 502. */
  readonly status?: number | undefined
  /** As for `status`. */
  readonly cors?: boolean | undefined
}

/**
 * What goes wrong with one HTTP request.
 *
 * - `none`: nothing; for `latency` alone.
 * - `no-answer`: the connection breaks: `fetch` rejects with a `TypeError`, a server drops the socket.
 * - `hang`: nothing comes until the caller gives up.
 * - `status`, `html`: another answer.
 * - `cut`: Twitch's own answer, of which `length` characters arrive (default: half of it). Then the connection breaks; with `silent`
 *   the answer ends as if it were whole.
 * - `body`: Twitch's own status with another body.
 * - `endless`: Twitch's own answer, of which half arrives and the rest never does.
 *
 * `latency` is in milliseconds, half of it on the way there and half on the way back.
 */
export type HttpFault = { readonly latency?: number | undefined } & (
  | { readonly kind: 'none' }
  | { readonly kind: 'no-answer' | 'hang'; readonly at?: FaultMoment | undefined }
  | StatusFault
  | HtmlFault
  | { readonly kind: 'cut'; readonly length?: number | undefined; readonly silent?: boolean | undefined }
  | { readonly kind: 'body'; readonly body: string; readonly contentType?: string | undefined }
  | { readonly kind: 'endless' }
)

/**
 * What goes wrong with one chat connection (`method: 'CONNECT'`), or with one line that a client sends (`method` is its
 * command, `path` its first parameter).
 *
 * - `close`: closes with a code, `after` milliseconds. 1006 (the default) is a connection that breaks.
 * - `half-open`: from then on nothing passes any more, either way, and nobody is told.
 * - `drop`: the line is lost.
 * - `frames`: how lines travel from then on: one a frame, many in one, or each twice.
 *
 * Of the HTTP faults `none` (latency), `no-answer`, `hang` and `status` strike a handshake.
 */
export type IrcFault =
  | HttpFault
  | {
      readonly kind: 'close'
      readonly code?: number | undefined
      readonly reason?: string | undefined
      readonly after?: number | undefined
    }
  | { readonly kind: 'half-open'; readonly after?: number | undefined }
  | { readonly kind: 'drop' }
  | { readonly kind: 'frames'; readonly how: 'split' | 'merge' | 'repeat' | 'reorder' | 'cut' | 'drop' }

export type Fault = IrcFault

/** What a fault is matched with. */
export interface FaultTarget {
  readonly host: Host
  readonly method: string
  /** Below the endpoint, such as `/token`. For chat: the first parameter. */
  readonly path: string
  /** Query and form parameters. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

interface FaultMatch {
  /** In any case. Preflights (`OPTIONS`) are struck only where this names them. */
  readonly method?: string | undefined
  /** Below the endpoint, such as `/token`. For chat: the first parameter, such as `#streamer`. */
  readonly path?: string | undefined
  /** Strikes only where this says so. */
  readonly when?: ((target: FaultTarget) => boolean) | undefined
  /** How many of the requests that match go wrong. Default: all. */
  readonly times?: number | undefined
  /** How many of the requests that match pass unharmed first. Default 0. */
  readonly skip?: number | undefined
}

/** Which requests go wrong, and how. */
export type FaultRule =
  | (FaultMatch & { readonly host: 'id' | 'helix' | 'cdn'; readonly fault: HttpFault })
  | (FaultMatch & { readonly host: 'irc'; readonly fault: IrcFault })

/** The faults that are to come. */
export interface Faults {
  /**
   * @returns The function that removes the rule.
   * @throws {TypeError} It could never strike: no such host or kind, or something that this kind does not have.
   */
  add(rule: FaultRule): () => void
  clear(): void
  /** Uses up one turn of the first rule that matches and strikes. */
  next(target: FaultTarget): Fault | undefined
}

const RULE: Shape<FaultRule> = {
  host: needed(oneOf('id', 'helix', 'cdn', 'irc')),
  fault: needed(anything),
  method: text,
  path: text,
  when: callback,
  times: amount,
  skip: amount,
}

const at = oneOf('before', 'after')
const latency = amount

/** What each kind has beside `kind`. */
const HTTP_FAULTS: Readonly<Record<HttpFault['kind'], Shape<object>>> = {
  none: { latency },
  'no-answer': { latency, at },
  hang: { latency, at },
  status: { latency, at, status: needed(status), body: text, headers: recordOf(text), cors: flag },
  html: { latency, at, status, cors: flag },
  cut: { latency, length: amount, silent: flag },
  body: { latency, body: needed(text), contentType: text },
  endless: { latency },
}

const IRC_FAULTS: Readonly<Record<IrcFault['kind'], Shape<object>>> = {
  ...HTTP_FAULTS,
  close: { code: number, reason: text, after: amount },
  'half-open': { after: amount },
  drop: {},
  frames: { how: needed(oneOf('split', 'merge', 'repeat', 'reorder', 'cut', 'drop')) },
}

function checkRule(rule: FaultRule): void {
  check('A rule of faults', rule, RULE)
  if (rule.host !== 'irc') check('A rule of faults', { path: rule.path }, { path })
  const kinds: Readonly<Record<string, Shape<object>>> = rule.host === 'irc' ? IRC_FAULTS : HTTP_FAULTS
  const kind = needed(oneOf(...Object.keys(kinds)))
  const given: unknown = rule.fault
  const name = typeof given === 'object' && given !== null && 'kind' in given ? String(given.kind) : ''
  if (!Object.hasOwn(kinds, name))
    throw new TypeError(`The fault of a rule for ${rule.host} needs "kind": ${kind.what}.`)
  check(`The fault "${name}"`, given, { kind, ...kinds[name] })
}

export function createFaults(): Faults {
  interface Entry {
    readonly rule: FaultRule
    readonly method: string | undefined
    skip: number
    times: number
  }
  let entries: Entry[] = []

  function strikes(entry: Entry, target: FaultTarget): boolean {
    const { method } = entry
    const { host, path, when } = entry.rule
    if (entry.times <= 0 || host !== target.host) return false
    if (method === undefined ? target.method === 'OPTIONS' : method !== target.method) return false
    if (path !== undefined && path !== target.path) return false
    if (when !== undefined && !when(target)) return false
    return entry.skip-- <= 0
  }

  return {
    add(rule) {
      checkRule(rule)
      const { method, skip = 0, times = Number.POSITIVE_INFINITY } = rule
      const entry: Entry = { rule, method: method?.toUpperCase(), skip, times }
      entries.push(entry)
      return () => {
        entries = entries.filter((other) => other !== entry)
      }
    },
    clear() {
      entries = []
    },
    next(target) {
      const entry = entries.find((entry) => strikes(entry, target))
      if (entry === undefined) return undefined
      entry.times--
      return entry.rule.fault
    },
  }
}
