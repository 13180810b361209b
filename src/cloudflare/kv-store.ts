import { refuseUnknownOptions } from '../internal/options.ts'
import { checkName, corruptRecord, isRecord, type ProblemListener, report, takeRecord } from '../stores/record.ts'
import { toStoreError } from '../stores/store-error.ts'
import type { StoredRecord, TokenStore } from '../stores/token-store.ts'

/** The part of a KV namespace that is used. */
export interface KVNamespaceLike {
  get(key: string): Promise<string | null>
  put(key: string, value: string, options: { metadata: KeyMetadata }): Promise<void>
  list(options: { prefix: string; cursor?: string }): Promise<KeyPage>
}

/** What lies beside a value, and comes along when keys are listed. */
export interface KeyMetadata {
  /** A tombstone. */
  readonly deleted?: true
  /** The whole key, where it is too long for KV. */
  readonly key?: string
}

/** One page of keys. */
export interface KeyPage {
  readonly keys: readonly { readonly name: string; readonly metadata?: unknown }[]
  readonly list_complete: boolean
  readonly cursor?: string
}

export interface KVStoreOptions {
  /** What its keys begin with: letters, digits, `_`, `.` and `-`. Default `twitch-keyring`. */
  readonly name?: string | undefined
  /** Told of each record that could not be read. */
  readonly onProblem?: ProblemListener | undefined
}

const MEDIUM = 'The KV namespace'

/** KV takes no longer key, in bytes. */
const LONGEST_KEY = 512

/**
 * Keeps app tokens, and users' tokens of a confidential app, in Workers KV: `kvStore(env.TOKENS)`.
 *
 * KV is eventually consistent: a read may be a minute old, anywhere. A refresh token that can be spent once would be
 * spent twice, so a `StoredTokenHandler` of a public app refuses this store: use {@link durableObjectStore}.
 *
 * @throws {RangeError} The name has other characters.
 * @throws {TypeError} It is no KV namespace, or an option is unknown.
 * @see https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency
 */
export function kvStore(namespace: KVNamespaceLike, options: KVStoreOptions = {}): TokenStore {
  refuseUnknownOptions('kvStore', options, ['name', 'onProblem'])
  if (typeof namespace?.put !== 'function') {
    throw new TypeError('kvStore takes the binding of a KV namespace: kvStore(env.TOKENS).')
  }
  const { name = 'twitch-keyring', onProblem } = options
  checkName(name)
  const prefix = `${name}:`

  async function place(key: string): Promise<{ at: string; long: boolean }> {
    const at = prefix + key
    if (new TextEncoder().encode(at).length <= LONGEST_KEY) return { at, long: false }
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)))
    return { at: `${prefix}#${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`, long: true }
  }

  async function read(key: string): Promise<StoredRecord | undefined> {
    const { at } = await place(key)
    const text = await namespace.get(at)
    if (text === null) return undefined
    const record = parse(text)
    if (isRecord(record)) return record
    await namespace.put(`${name}!corrupt:${at.slice(prefix.length)}`, text, { metadata: {} })
    const lost = corruptRecord()
    await write(key, lost)
    report(onProblem, 'A record in KV could not be read and was set aside: sign in again.', key)
    return lost
  }

  async function write(key: string, record: StoredRecord): Promise<void> {
    const { at, long } = await place(key)
    const metadata = { ...(record.deleted && { deleted: true as const }), ...(long && { key }) }
    await namespace.put(at, JSON.stringify(record), { metadata })
  }

  async function list(): Promise<string[]> {
    const found: string[] = []
    let cursor: string | undefined
    for (;;) {
      const page: KeyPage = await namespace.list({ prefix, ...(cursor !== undefined && { cursor }) })
      for (const { name, metadata } of page.keys) {
        const { deleted, key } = (metadata ?? {}) as KeyMetadata
        if (!deleted) found.push(key ?? name.slice(prefix.length))
      }
      if (page.list_complete) return found
      cursor = page.cursor
    }
  }

  return {
    name: `kv:${name}`,
    durable: true,
    consistency: 'eventual',

    get: (key) => attempt(() => read(key)),

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      return attempt(async () => {
        if ((await read(key))?.version !== expectedVersion) return false
        await write(key, record)
        return true
      })
    },

    keys: () => attempt(list),
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw toStoreError(MEDIUM, cause)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
