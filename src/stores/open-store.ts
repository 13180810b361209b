import { refuseUnknownOptions } from '../internal/options.ts'
import { indexedDBStore } from './indexed-db.ts'
import { localStorageStore } from './local-storage.ts'
import { memoryStore } from './memory.ts'
import type { ProblemListener } from './record.ts'
import type { StoredRecord, TokenStore } from './token-store.ts'

export interface OpenStoreOptions {
  /** Default `twitch-keyring`. */
  readonly name?: string | undefined
  /** The durable stores to choose from, the best one first. Default: IndexedDB, then localStorage. */
  readonly stores?: readonly TokenStore[] | undefined
  /** Told of each record that could not be read. Stores of one's own have their own. */
  readonly onProblem?: ProblemListener | undefined
}

export interface OpenedStore extends TokenStore {
  /** What is worse here than it could be, a sentence each, for people. Empty: nothing. */
  readonly lost: readonly string[]
}

const NOTE = 'twitch-keyring:chosen-store'

/** How a store remembers the choice: a tombstone, so that `keys()` does not list it among the tokens. */
interface Note extends StoredRecord {
  /** The name of the chosen store. */
  readonly chosen?: string | undefined
}

interface Probe {
  readonly store: TokenStore
  readonly note: Note | undefined
}

/**
 * Opens the best store that works here, and stays with it: all that work remember which one it was. Where that one fails
 * at a later start, tokens are kept in an empty memory until the page ends, and never in another durable store: tokens
 * that can be spent once must not rest in two.
 *
 * A store that fails is no error here: `lost` says what it costs.
 *
 * @throws {TypeError} An option is unknown.
 */
export async function openStore(options: OpenStoreOptions = {}): Promise<OpenedStore> {
  refuseUnknownOptions('openStore', options, ['name', 'stores', 'onProblem'])
  const { name, onProblem } = options
  const { stores = [indexedDBStore({ name, onProblem }), localStorageStore({ name, onProblem })] } = options
  const lost: string[] = []

  const probes = await Promise.allSettled(stores.map(async (store) => ({ store, note: await store.get(NOTE) })))
  const working: Probe[] = []
  for (const probe of probes) {
    if (probe.status === 'fulfilled') working.push(probe.value)
    else lost.push(messageOf(probe.reason))
  }

  const remembered = await findRemembered(stores, working)
  const chosen = await choose(working, remembered, lost)
  if (chosen) await remember(working, chosen)

  const store = chosen ?? memoryStore()
  if (!store.durable) lost.push('Tokens are kept in memory: whoever signs in must do so again after this page.')
  if (store.consistency === 'racy') lost.push('Two tabs that renew a token at the same instant can end a sign-in.')
  return {
    name: store.name,
    durable: store.durable,
    consistency: store.consistency,
    lost,
    get: (key) => store.get(key),
    replace: (key, expectedVersion, next) => store.replace(key, expectedVersion, next),
    keys: () => store.keys(),
  }
}

/** The name that the best working store remembers, unless nothing is kept there for which to stay. */
async function findRemembered(stores: readonly TokenStore[], working: readonly Probe[]): Promise<string | undefined> {
  const names = stores.map((store) => store.name)
  const name = working.map(({ note }) => note?.chosen).find((chosen) => chosen !== undefined && names.includes(chosen))
  const store = working.find((probe) => probe.store.name === name)?.store
  const better = store !== undefined && store !== working[0]?.store
  return better && (await isEmpty(store)) ? undefined : name
}

async function isEmpty(store: TokenStore): Promise<boolean> {
  return store.keys().then(
    (keys) => keys.length === 0,
    () => false,
  )
}

/** A choice that is remembered holds, even when it can only be read at the moment. A new one must take the note. */
async function choose(
  working: readonly Probe[],
  remembered: string | undefined,
  lost: string[],
): Promise<TokenStore | undefined> {
  for (const { store, note } of working) {
    if (remembered !== undefined && store.name !== remembered) continue
    try {
      await write(store, note, store.name)
      return store
    } catch (cause) {
      lost.push(messageOf(cause))
      if (remembered !== undefined) return store
    }
  }
  return undefined
}

async function remember(working: readonly Probe[], chosen: TokenStore): Promise<void> {
  await Promise.allSettled(
    working
      .filter(({ store, note }) => store !== chosen && note?.chosen !== chosen.name)
      .map(({ store, note }) => write(store, note, chosen.name)),
  )
}

/** Also where it stands already: it shows that the store can be written. Another page may be first; that shows it too. */
async function write(store: TokenStore, note: Note | undefined, chosen: string): Promise<void> {
  const next: Note = { version: (note?.version ?? 0) + 1, deleted: true, chosen }
  await store.replace(NOTE, note?.version, next)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'A store failed.'
}
