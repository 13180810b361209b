import { expect, test } from 'vitest'
import { memoryStore, type StoredRecord, type TokenStore } from '../../src/stores/index.ts'
import { type TokenStoreCasesOptions, tokenStoreCases } from '../../src/testing/token-store-cases.ts'

type Spoil = (good: TokenStore, records: Map<string, StoredRecord>) => Partial<TokenStore>

/** The names of the cases that a store fails which is good but for what `spoil` replaces. */
async function failures(spoil: Spoil, options: TokenStoreCasesOptions = {}): Promise<string[]> {
  const shared = new Map<string, { good: TokenStore; records: Map<string, StoredRecord> }>()
  const create = (name: string): TokenStore => {
    const { good, records } = shared.get(name) ?? { good: memoryStore({ name }), records: new Map() }
    shared.set(name, { good, records })
    return {
      name: good.name,
      durable: good.durable,
      consistency: good.consistency,
      get: good.get,
      replace: good.replace,
      keys: good.keys,
      ...spoil(good, records),
    }
  }
  const failed: string[] = []
  for (const { name, run } of tokenStoreCases(create, options)) {
    await run().catch((error: unknown) => {
      expect(error).toBeInstanceOf(Error)
      failed.push(name)
    })
  }
  return failed
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('lets a good store pass', async () => {
  expect(await failures(() => ({}))).toEqual([])
})

const spoilt: Record<string, Spoil> = {
  'puts blindly': (good) => ({
    replace: async (key, _expected, next) => good.replace(key, (await good.get(key))?.version, next).catch(() => true),
  }),
  'reads, waits and then writes': (good, records) => ({
    get: async (key) => structuredClone(records.get(key)),
    replace: async (key, expected, next) => {
      if (!(next.version > (expected ?? 0)) || !Number.isSafeInteger(next.version))
        throw new RangeError('It must grow.')
      const copy = structuredClone(next)
      const found = records.get(key)
      await turn()
      if (found?.version !== expected) return false
      records.set(key, copy)
      return true
    },
    keys: async () => [...records].flatMap(([key, { deleted }]) => (deleted ? [] : [key])),
    name: good.name,
  }),
  'forgets what was deleted': (good, records) => ({
    get: async (key) => structuredClone(records.get(key)),
    replace: async (key, expected, next) => {
      if (!(await good.replace(`${key}${records.size}`, undefined, next)) && records.has(key)) return false
      if (records.get(key)?.version !== expected) return false
      if (next.deleted) records.delete(key)
      else records.set(key, structuredClone(next))
      return true
    },
    keys: async () => [...records.keys()],
  }),
  'takes a tombstone for nothing': (good) => ({
    replace: async (key, expected, next) => {
      const found = await good.get(key)
      return good.replace(key, found?.deleted && expected === undefined ? found.version : expected, next)
    },
  }),
  'lists tombstones': (good, records) => ({
    replace: async (key, expected, next) => {
      records.set(key, next)
      return good.replace(key, expected, next)
    },
    keys: async () => [...records.keys()],
  }),
  'writes versions that do not grow': (_good, records) => ({
    get: async (key) => structuredClone(records.get(key)),
    replace: async (key, expected, next) => {
      if (records.get(key)?.version !== expected) return false
      records.set(key, structuredClone(next))
      return true
    },
    keys: async () => [...records].flatMap(([key, { deleted }]) => (deleted ? [] : [key])),
  }),
  'hands out references': (good, records) => ({
    get: async (key) => {
      const found = await good.get(key)
      const held = records.get(key)
      if (found && (!held || held.version !== found.version)) records.set(key, found)
      return records.get(key)
    },
  }),
  'copies late': (good) => ({
    replace: async (key, expected, next) => {
      await turn()
      return good.replace(key, expected, next)
    },
  }),
  'throws where it should answer false': (good) => ({
    replace: async (key, expected, next) => {
      if (!(await good.replace(key, expected, next))) throw new Error('Someone else was first.')
      return true
    },
  }),
  'shortens keys': (good) => ({
    get: (key) => good.get(key.trim()),
    replace: (key, expected, next) => good.replace(key.trim(), expected, next),
  }),
  'says that it is written before it is': (good) => ({
    replace: async (key, expected, next) => {
      const free = (await good.get(key))?.version === expected
      if (next.version <= (expected ?? 0) || !Number.isSafeInteger(next.version)) throw new RangeError('It must grow.')
      const copy = structuredClone(next)
      void turn().then(() => good.replace(key, expected, copy))
      return free
    },
  }),
  'drops empty fields': (good) => ({
    get: async (key) => {
      const found = await good.get(key)
      return found && (Object.fromEntries(Object.entries(found).filter(([, value]) => Boolean(value))) as never)
    },
  }),
  'cuts long records': (good) => ({
    get: async (key) => {
      const found = (await good.get(key)) as (StoredRecord & { large?: string }) | undefined
      return found?.large ? ({ ...found, large: found.large.slice(0, 65_536) } as never) : found
    },
  }),
  'has no name': () => ({ name: '' }),
  'calls itself something else': () => ({ consistency: 'racy' }),
}

test.each(Object.entries(spoilt))('fails a store that %s', async (_name, spoil) => {
  expect(await failures(spoil)).not.toEqual([])
})

test('asks nothing of a store that shares nothing, or that cannot know of other writers', () => {
  const create = () => memoryStore()
  const count = (options: TokenStoreCasesOptions) => tokenStoreCases(create, options).length
  expect(count({ shared: false })).toBeLessThan(count({}))
  expect(count({ consistency: 'racy' })).toBeLessThan(count({}))
  expect(count({ consistency: 'locked' })).toBe(count({ consistency: 'racy' }))
  expect(count({ consistency: 'eventual' })).toBeLessThan(count({ consistency: 'racy' }))
})

test('names no two cases alike', () => {
  const names = tokenStoreCases(() => memoryStore()).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
