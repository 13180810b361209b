import { env, runInDurableObject } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import { durableObjectStore, kvStore } from '../../src/cloudflare/index.ts'
import type { StoreError } from '../../src/errors.ts'
import { tokenStoreCases } from '../../src/testing/token-store-cases.ts'
import { BaseTokenHandler, StoredTokenHandler, Token, TokenManager } from '../../src/token/index.ts'

const inside = <T>(name: string, work: (state: DurableObjectState) => Promise<T>) =>
  runInDurableObject(env.PLAIN.get(env.PLAIN.idFromName(name)), (_, state) => work(state))

describe('durableObjectStore', () => {
  let storage: DurableObjectStorage
  const create = (name: string) => durableObjectStore(storage, { name })
  for (const { name, run } of tokenStoreCases(create)) {
    test(name, () =>
      inside('cases', async (state) => {
        storage = state.storage
        await run()
      }),
    )
  }

  test('sets aside what it cannot read, and says so', () =>
    inside('corrupt', async ({ storage }) => {
      const problems: StoreError[] = []
      const store = durableObjectStore(storage, { onProblem: (problem) => problems.push(problem) })
      await store.replace('key', undefined, { version: 1 })
      storage.sql.exec("UPDATE twitch_keyring SET record = '{half' WHERE key = 'key'")
      expect(await store.keys()).toEqual(['key'])
      const found = await store.get('key')
      expect(found).toMatchObject({ deleted: true, lost: 'corrupt' })
      expect(await store.replace('key', 1, { version: 2 })).toBe(false)
      expect(problems).toMatchObject([{ code: 'store', reason: 'corrupt' }])
      expect(storage.sql.exec('SELECT record FROM twitch_keyring').toArray()).toContainEqual({ record: '{half' })
      await store.replace('key', found?.version, { version: (found?.version ?? 0) + 1, deleted: true })
      expect(storage.sql.exec('SELECT record FROM twitch_keyring').toArray()).not.toContainEqual({ record: '{half' })
    }))

  test('what it keeps outlives the object', async () => {
    await inside('survivor', async ({ storage }) => {
      await durableObjectStore(storage).replace('key', undefined, { version: 1 })
    })
    const { evictDurableObject } = await import('cloudflare:test')
    await evictDurableObject(env.PLAIN.get(env.PLAIN.idFromName('survivor')))
    const found = await inside('survivor', ({ storage }) => durableObjectStore(storage).get('key'))
    expect(found).toEqual({ version: 1 })
  })

  test('without SQLite it says what to configure', async () => {
    const stub = env.LEGACY.get(env.LEGACY.idFromName('legacy'))
    await runInDurableObject(stub, async (_, { storage }) => {
      await expect(durableObjectStore(storage).get('key')).rejects.toThrow(/new_sqlite_classes/)
    })
  })
})

describe('kvStore', () => {
  const create = (name: string) => kvStore(env.KV, { name })
  for (const { name, run } of tokenStoreCases(create, { consistency: 'eventual' })) test(name, run)

  test('sets aside what it cannot read', async () => {
    await env.KV.put('aside:key', '{half')
    const store = kvStore(env.KV, { name: 'aside' })
    expect(await store.get('key')).toMatchObject({ deleted: true, lost: 'corrupt' })
    expect(await store.keys()).toEqual([])
    expect(await env.KV.get('aside!corrupt:key')).toBe('{half')
  })

  test('is refused where refresh tokens can be spent once, and the error says why', () => {
    const open = () => new StoredTokenHandler({ clientId: 'app', clientType: 'public', store: kvStore(env.KV) })
    expect(open).toThrow(/can be spent once.*kv:twitch-keyring.*Durable Object/)
  })

  describe('as the journal of a handler of your own', () => {
    class Own extends BaseTokenHandler {
      readonly #secret: string | undefined
      constructor(secret?: string) {
        super({ fetch: () => Promise.reject(new TypeError('offline')) })
        this.#secret = secret
      }
      override async getUserToken() {
        return new Token('access', 'refresh')
      }
      override async getClientCredentials() {
        return { clientId: 'app', clientSecret: this.#secret }
      }
    }
    const open = (secret?: string) => new TokenManager(new Own(secret), { journal: kvStore(env.KV), timers: false })

    test('is refused for a public app, before anything is sent, and the error says why', async () => {
      const reason = { name: 'ConfigurationError', message: expect.stringMatching(/can be spent once.*kv:.*Durable/) }
      await expect(open().start()).rejects.toMatchObject(reason)
      await expect(open().get()).rejects.toMatchObject(reason)
      expect((await env.KV.list({ prefix: 'twitch-keyring:' })).keys).toEqual([])
    })

    test('is taken for a confidential app', async () => {
      await expect(open('secret').start()).resolves.toBe(undefined)
    })
  })

  test('is taken for a confidential app', () => {
    const app = { clientId: 'app', clientType: 'confidential', clientSecret: 'secret' } as const
    expect(() => new StoredTokenHandler({ ...app, store: kvStore(env.KV) })).not.toThrow()
  })
})
