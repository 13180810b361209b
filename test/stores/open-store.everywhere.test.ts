import { describe, expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { localStorageStore, memoryStore, openStore, type TokenStore } from '../../src/stores/index.ts'
import { tokenStoreCases } from '../../src/testing/token-store-cases.ts'
import { FakeStorage } from './fake-storage.ts'

/** A durable store that can be broken and mended. */
function breakable(name: string) {
  const memory = memoryStore({ name })
  const broken = { reading: false, writing: false }
  const fail = () => {
    throw new StoreError(`${name} is broken.`, { reason: 'unavailable' })
  }
  const store: TokenStore = {
    name,
    durable: true,
    consistency: 'atomic',
    get: async (key) => (broken.reading ? fail() : memory.get(key)),
    replace: async (key, expected, next) =>
      broken.reading || broken.writing ? fail() : memory.replace(key, expected, next),
    keys: async () => (broken.reading ? fail() : memory.keys()),
  }
  return { store, broken }
}

function place() {
  const best = breakable('best')
  const second = breakable('second')
  return { best, second, start: () => openStore({ stores: [best.store, second.store] }) }
}

describe('keeps what every store promises', () => {
  const storage = new FakeStorage()
  const create = (name: string) => openStore({ stores: [localStorageStore({ name, storage })] })
  for (const { name, run } of tokenStoreCases(create, { consistency: 'racy' })) test(name, run)
})

test('takes the best store, and nothing is lost', async () => {
  const { start } = place()
  expect(await start()).toMatchObject({ name: 'best', durable: true, consistency: 'atomic', lost: [] })
})

test('lists no note of its own', async () => {
  const { start, best, second } = place()
  await start()
  expect([await best.store.keys(), await second.store.keys(), await (await start()).keys()]).toEqual([[], [], []])
})

test('takes the next best where the best does not work, and says why', async () => {
  for (const fault of ['reading', 'writing'] as const) {
    const { best, start } = place()
    best.broken[fault] = true
    expect(await start()).toMatchObject({ name: 'second', lost: ['best is broken.'] })
  }
})

test('stays with the store that keeps tokens, also when a better one works again', async () => {
  const { best, start } = place()
  best.broken.reading = true
  await (await start()).replace('key', undefined, { version: 1 })
  best.broken.reading = false
  const again = await start()
  expect(again.name).toBe('second')
  expect(await again.get('key')).toEqual({ version: 1 })
})

test('takes the better one when nothing is kept in the other yet', async () => {
  const { best, start } = place()
  best.broken.reading = true
  expect((await start()).name).toBe('second')
  best.broken.reading = false
  expect((await start()).name).toBe('best')
  expect((await start()).name).toBe('best')
})

test('falls back to an empty memory, never to another durable store', async () => {
  const { best, second, start } = place()
  await (await start()).replace('key', undefined, { version: 1 })
  best.broken.reading = true
  const fallback = await start()
  expect(fallback).toMatchObject({
    durable: false,
    lost: ['best is broken.', 'Tokens are kept in memory: whoever signs in must do so again after this page.'],
  })
  await fallback.replace('key', undefined, { version: 1 })
  expect(await second.store.keys()).toEqual([])
  best.broken.reading = false
  expect((await start()).name).toBe('best')
})

test('keeps reading a store that takes no writes at the moment', async () => {
  const { best, start } = place()
  await (await start()).replace('key', undefined, { version: 1 })
  best.broken.writing = true
  const store = await start()
  expect(store).toMatchObject({ name: 'best', lost: ['best is broken.'] })
  expect(await store.get('key')).toEqual({ version: 1 })
})

test('forgets a choice that is no choice any more', async () => {
  const { second, start } = place()
  const gone = breakable('gone')
  await openStore({ stores: [gone.store, second.store] })
  expect((await start()).name).toBe('best')
})

test('agrees on one store after two were chosen at once', async () => {
  const { best, second } = place()
  const [first, other] = await Promise.all([openStore({ stores: [best.store] }), openStore({ stores: [second.store] })])
  await first.replace('key', undefined, { version: 1 })
  await other.replace('key', undefined, { version: 1 })
  const names = []
  for (let start = 0; start < 3; start += 1) names.push((await openStore({ stores: [best.store, second.store] })).name)
  expect(names).toEqual(['best', 'best', 'best'])
})

test('says what racing tabs can lose', async () => {
  const store = await openStore({ stores: [localStorageStore({ storage: new FakeStorage() })] })
  expect(store.lost).toEqual(['Two tabs that renew a token at the same instant can end a sign-in.'])
})

test('opens for many tabs at once', async () => {
  const { start } = place()
  const names = (await Promise.all(Array.from({ length: 8 }, start))).map((store) => store.name)
  expect(new Set(names)).toEqual(new Set(['best']))
})
