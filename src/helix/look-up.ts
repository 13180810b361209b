import { HelixError } from '../errors.ts'
import type { HttpPlatform } from '../internal/http-platform.ts'
import { asObject } from '../internal/json.ts'
import type { HelixQuery } from './request.ts'
import type { HelixChannel, HelixGame, HelixStream, HelixUser } from './results.ts'

/** Twitch takes so many ids in one request. */
const BATCH = 100

/** What can be looked up one by one. */
export interface LookUps {
  users: HelixUser
  streams: HelixStream
  channels: HelixChannel
  games: HelixGame
}

/** By which one it is looked up. Channels have ids only; a game's login is its name. */
export type LookUpKey = { readonly id: string } | { readonly login: string }

/** Where the id and the login stand: as a parameter and in an item. */
const FIELDS: { readonly [Kind in keyof LookUps]: readonly [path: string, id: string, login?: string] } = {
  users: ['/users', 'id', 'login'],
  streams: ['/streams', 'user_id', 'user_login'],
  channels: ['/channels', 'broadcaster_id'],
  games: ['/games', 'id', 'name'],
}

type Ask = (path: string, query: HelixQuery) => Promise<unknown>

interface Wanted {
  readonly value: string
  readonly found: Promise<unknown>
  resolve(item: unknown): void
  reject(error: unknown): void
}

/** Joins the look-ups of one turn into requests of up to a hundred. */
export class LookUpQueue {
  readonly #platform: HttpPlatform
  readonly #batches = new Map<string, Map<string, Wanted>>()

  constructor(platform: HttpPlatform) {
    this.#platform = platform
  }

  /**
   * @param asker Look-ups are joined with those of the same asker only.
   * @returns `undefined` when Twitch knows no such one.
   * @throws {TypeError} It cannot be looked up by that.
   */
  add(kind: keyof LookUps, key: LookUpKey, asker: string, ask: Ask): Promise<unknown> {
    const [path, id, login] = FIELDS[kind] ?? []
    const field = 'id' in key ? id : login
    const value = 'id' in key ? key.id : key.login
    if (path === undefined || field === undefined || typeof value !== 'string' || value === '') {
      throw new TypeError(`X`)
    }
    const name = `${asker} ${path} ${field}`
    const batch = this.#batches.get(name) ?? new Map<string, Wanted>()
    this.#batches.set(name, batch)
    // Everybody by a timer of their own: on Workers that of another request may never ring.
    this.#platform.setTimeout(() => {
      if (this.#batches.get(name) !== batch) return
      this.#batches.delete(name)
      const all = [...batch.values()]
      for (let i = 0; i < all.length; i += BATCH) void fetchBatch(path, field, all.slice(i, i + BATCH), ask)
    }, 0)
    // Logins are the same in any case, and names of games may as well be.
    const same = value.toLowerCase()
    const wanted = batch.get(same) ?? want(value)
    batch.set(same, wanted)
    return wanted.found
  }
}

function want(value: string): Wanted {
  let resolve!: (item: unknown) => void
  let reject!: (error: unknown) => void
  const found = new Promise<unknown>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { value, found, resolve, reject }
}

/** Twitch refuses a whole request for one bad id: then halves are asked for, until the bad one stands alone. */
async function fetchBatch(path: string, field: string, batch: readonly Wanted[], ask: Ask): Promise<void> {
  try {
    const first = path === '/streams' ? { first: BATCH } : {}
    const { data } = asObject(await ask(path, { [field]: batch.map(({ value }) => value), ...first }))
    const items = new Map<string, unknown>()
    for (const item of Array.isArray(data) ? data : []) items.set(`${asObject(item)[field]}`.toLowerCase(), item)
    for (const wanted of batch) wanted.resolve(items.get(wanted.value.toLowerCase()))
  } catch (error) {
    if (batch.length > 1 && error instanceof HelixError && error.status === 400) {
      const half = batch.length >> 1
      for (const part of [batch.slice(0, half), batch.slice(half)]) void fetchBatch(path, field, part, ask)
    } else {
      for (const wanted of batch) wanted.reject(error)
    }
  }
}
