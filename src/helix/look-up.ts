import { HelixError, NetworkError } from '../errors.ts'
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

/**
 * @param asker Look-ups are joined with those of the same asker only.
 * @returns `undefined` when Twitch knows no such one.
 * @throws {TypeError} It cannot be looked up by that.
 */
export type LookUp = (kind: keyof LookUps, key: LookUpKey, asker: string | undefined, ask: Ask) => Promise<unknown>

/** Joins the look-ups of one turn into requests of up to a hundred. */
export function createLookUp(platform: HttpPlatform): LookUp {
  const batches = new Map<string, Map<string, Wanted>>()
  return (kind, key, asker, ask) => {
    const [path, id, login] = FIELDS[kind] ?? []
    const given = asObject(key)
    const [field, value] = 'id' in given ? [id, given['id']] : [login, given['login']]
    if (!path || !field || !value || typeof value !== 'string') {
      throw new TypeError('Look up users, streams and games by `id` or `login`, channels by `id`.')
    }
    const name = `${asker} ${path} ${field}`
    const batch = batches.get(name) ?? new Map<string, Wanted>()
    batches.set(name, batch)
    // Everybody by a timer of their own: on Workers that of another request may never ring.
    platform.setTimeout(() => {
      if (batches.get(name) !== batch) return
      batches.delete(name)
      const all = [...batch.values()]
      while (all.length > 0) void fetchBatch(path, field, all.splice(0, BATCH), ask)
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
    const first = path === '/streams' ? BATCH : undefined
    const { data } = asObject(await ask(path, { [field]: batch.map(({ value }) => value), first }))
    if (!Array.isArray(data)) throw new NetworkError('The answer is no page of a list.')
    const items = new Map<string, unknown>()
    for (const item of data) items.set(String(asObject(item)[field]).toLowerCase(), item)
    for (const wanted of batch) wanted.resolve(items.get(wanted.value.toLowerCase()))
  } catch (error) {
    if (batch.length > 1 && error instanceof HelixError && error.status === 400) {
      const half = batch.length >> 1
      void fetchBatch(path, field, batch.slice(0, half), ask)
      void fetchBatch(path, field, batch.slice(half), ask)
    } else {
      for (const wanted of batch) wanted.reject(error)
    }
  }
}
