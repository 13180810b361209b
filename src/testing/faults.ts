/** The servers that a fault can strike and that the log tells apart. */
export type Host = 'id' | 'helix' | 'cdn' | 'irc'

/**
 * What goes wrong with one HTTP request. `at` says whether Twitch did the work first: `'after'` means that a refresh
 * token is spent, a message sent, although the caller cannot know. Default `'before'`.
 *
 * - `none`: nothing but the latency.
 * - `no-answer`: the connection breaks. `fetch` rejects with a `TypeError`.
 * - `hang`: nothing comes until the caller gives up.
 * - `status`: another answer in place of Twitch's own. 5xx answers carry no CORS headers unless `cors` is true, and then a page gets a
 *   `TypeError`: set `page` on the fake to see that in its own `fetch`.
 * - `html`: an HTML page of a proxy.
 * - `cut`: Twitch's own answer, broken off after `after` characters (default half). Reading the body rejects, or yields half a JSON when `silent`.
 * - `body`: Twitch's own answer with another body.
 * - `endless`: Twitch's own answer with a body that never ends.
 */
export type HttpFault = { readonly latency?: number | undefined } & (
  | { readonly kind: 'none' }
  | { readonly kind: 'no-answer' | 'hang'; readonly at?: 'before' | 'after' | undefined }
  | {
      readonly kind: 'status'
      readonly at?: 'before' | 'after' | undefined
      readonly status: number
      readonly body?: string | undefined
      readonly headers?: Readonly<Record<string, string>> | undefined
      readonly cors?: boolean | undefined
    }
  | { readonly kind: 'html'; readonly at?: 'before' | 'after' | undefined; readonly status?: number | undefined }
  | { readonly kind: 'cut'; readonly after?: number | undefined; readonly silent?: boolean | undefined }
  | { readonly kind: 'body'; readonly body: string; readonly contentType?: string | undefined }
  | { readonly kind: 'endless' }
)

/**
 * What goes wrong with one chat connection (`method: 'CONNECT'`) or with one line a client sends (`method` is its
 * command, `path` its first parameter).
 *
 * - `close`: closes with a code; 1006 (the default) is a connection that breaks. `after` milliseconds later.
 * - `half-open`: the connection looks open and nothing passes any more, either way.
 * - `drop`: the line is lost.
 * - `frames`: how lines travel: one frame cut in pieces is impossible in a WebSocket, so `split` is one line a frame, `merge` is several, `repeat` sends each twice.
 *
 * The HTTP faults `none` (latency), `no-answer`, `hang` and `status` strike the handshake of a `CONNECT`.
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
  | { readonly kind: 'frames'; readonly how: 'split' | 'merge' | 'repeat' }

export type Fault = IrcFault

/** What a fault is matched with. */
export interface FaultTarget {
  readonly host: Host
  readonly method: string
  /** Below the endpoint, such as `/token` or `/users`. For chat: the first parameter. */
  readonly path: string
  /** Query and form, for HTTP. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

interface FaultMatch {
  readonly method?: string | undefined
  readonly path?: string | undefined
  /** Strikes only where this says so. */
  readonly when?: ((target: FaultTarget) => boolean) | undefined
  /** How many matching requests go wrong. Default `Infinity`. */
  readonly times?: number | undefined
  /** How many matching requests pass unharmed first. Default 0. */
  readonly skip?: number | undefined
}

export type FaultRule =
  | (FaultMatch & { readonly host: 'id' | 'helix' | 'cdn'; readonly fault: HttpFault })
  | (FaultMatch & { readonly host: 'irc'; readonly fault: IrcFault })

/** The faults that are to come. */
export interface Faults {
  /** @returns The function that removes the rule. */
  add(rule: FaultRule): () => void
  clear(): void
  /** Uses up one turn of the first rule that matches. */
  next(target: FaultTarget): Fault | undefined
}

export function createFaults(): Faults {
  let rules: { rule: FaultRule; skip: number; times: number }[] = []
  return {
    add(rule) {
      const entry = { rule, skip: rule.skip ?? 0, times: rule.times ?? Number.POSITIVE_INFINITY }
      rules.push(entry)
      return () => {
        rules = rules.filter((other) => other !== entry)
      }
    },
    clear() {
      rules = []
    },
    next(target) {
      for (const entry of rules) {
        const { rule } = entry
        if (entry.times <= 0 || rule.host !== target.host) continue
        if (rule.method !== undefined && rule.method !== target.method) continue
        if (rule.path !== undefined && rule.path !== target.path) continue
        if (rule.when !== undefined && !rule.when(target)) continue
        if (entry.skip-- > 0) continue
        entry.times--
        return rule.fault
      }
      return undefined
    },
  }
}
