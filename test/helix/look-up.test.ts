import { describe, expect, expectTypeOf, it } from 'vitest'
import { NetworkError } from '../../src/errors.ts'
import { HelixClient } from '../../src/helix/client.ts'
import type { HelixStream, HelixUser } from '../../src/helix/results.ts'
import type { PlatformOptions } from '../../src/types.ts'
import { rejection } from '../oauth/stub.ts'
import { offline, type Reply, stubPlatform, stubTokens } from './stub.ts'

/** Knows every user with a number for an id but those over 1,000, and refuses a request with any other id. */
function setUp() {
  const { platform } = stubPlatform()
  const requests: URL[] = []
  const known: PlatformOptions = {
    ...platform,
    async fetch(address) {
      const url = new URL(address)
      requests.push(url)
      const [field = '', ids] = [...url.searchParams.keys()].includes('login')
        ? ['login', url.searchParams.getAll('login')]
        : ['id', url.searchParams.getAll('id')]
      if (ids.some((id) => id.startsWith('bad'))) {
        return Response.json({ error: 'Bad Request', status: 400, message: 'Invalid id' }, { status: 400 })
      }
      return Response.json({
        data: ids.filter((id) => !(Number(id) > 1_000)).map((id) => ({ [field]: id.toLowerCase() })),
      })
    },
  }
  const { tokens, asked } = stubTokens()
  return { helix: new HelixClient(tokens, { platform: known }), requests, asked }
}

const sizes = (requests: URL[]) => requests.map(({ searchParams }) => [...searchParams].length)

describe('lookUp', () => {
  it('makes 10 requests of 1,000 look-ups', async () => {
    const { helix, requests } = setUp()
    const users = await Promise.all(Array.from({ length: 1_000 }, (_, i) => helix.lookUp('users', { id: `${i + 1}` })))
    expect(users.map((user) => user?.id)).toEqual(Array.from({ length: 1_000 }, (_, i) => `${i + 1}`))
    expect(sizes(requests)).toEqual(Array(10).fill(100))
  })

  it('asks for the same one once', async () => {
    const { helix, requests } = setUp()
    await Promise.all([1, 2, 3].map(() => helix.lookUp('users', { login: 'Dev' })))
    expect(sizes(requests)).toEqual([1])
  })

  it('finds a login in any case', async () => {
    const { helix } = setUp()
    await expect(helix.lookUp('users', { login: 'DEV' })).resolves.toEqual({ login: 'dev' })
  })

  it('has nothing for one that does not exist', async () => {
    const { helix } = setUp()
    const found = await Promise.all([helix.lookUp('users', { id: '7' }), helix.lookUp('users', { id: '1001' })])
    expect(found).toEqual([{ id: '7' }, undefined])
  })

  it('lets one bad id fail alone', async () => {
    const { helix, requests } = setUp()
    const ids = Array.from({ length: 100 }, (_, i) => (i === 37 ? 'bad' : `${i}`))
    const settled = await Promise.allSettled(ids.map((id) => helix.lookUp('users', { id })))
    expect(settled.flatMap(({ status }, i) => (status === 'rejected' ? [ids[i]] : []))).toEqual(['bad'])
    expect(settled[37]).toMatchObject({ reason: { name: 'HelixError', status: 400 } })
    expect(requests.length).toBeLessThan(20)
  })

  it('lets a bad one of two fail alone', async () => {
    const { helix } = setUp()
    const [good, bad] = await Promise.allSettled(['1', 'bad'].map((id) => helix.lookUp('users', { id })))
    expect(good).toEqual({ status: 'fulfilled', value: { id: '1' } })
    expect(bad).toMatchObject({ reason: { status: 400 } })
  })

  it.each<[string, Reply, number]>([
    ['forbidden', [403, { status: 403, message: 'No.' }], 1],
    ['not answered', offline, 3],
  ])('asks for no halves of what is %s as a whole', async (_, reply, count) => {
    const { platform, calls } = stubPlatform(reply)
    const helix = new HelixClient(stubTokens().tokens, { platform })
    const errors = await Promise.all(['1', '2'].map((id) => rejection(helix.lookUp('users', { id }))))
    expect(errors[0]).toBe(errors[1])
    expect(calls).toHaveLength(count)
  })

  it.each([
    ['users', { id: '7' }, '/users?id=7', { id: '7' }],
    ['users', { login: 'Dev' }, '/users?login=Dev', { login: 'dev' }],
    ['streams', { id: '7' }, '/streams?user_id=7&first=100', { user_id: '7' }],
    ['streams', { login: 'Dev' }, '/streams?user_login=Dev&first=100', { user_login: 'dev' }],
    ['channels', { id: '7' }, '/channels?broadcaster_id=7', { broadcaster_id: '7' }],
    ['games', { id: '7' }, '/games?id=7', { id: '7' }],
    ['games', { login: 'Chess' }, '/games?name=Chess', { name: 'chess' }],
  ] as const)('finds one of the %s by %j', async (kind, key, address, item) => {
    const { platform, calls } = stubPlatform([200, { data: [{ other: '7' }, item] }])
    const helix = new HelixClient(stubTokens().tokens, { platform })
    await expect(helix.lookUp(kind, key)).resolves.toEqual(item)
    expect(calls.map(({ path, query }) => `${path}?${query}`)).toEqual([address])
  })

  it('mixes no tokens', async () => {
    const { helix, requests, asked } = setUp()
    await Promise.all([
      helix.lookUp('users', { id: '1' }, { user: '8' }),
      helix.lookUp('users', { id: '2' }, { user: '9' }),
    ])
    expect(sizes(requests)).toEqual([1, 1])
    expect(asked.map(({ user }) => user)).toEqual(['8', '9'])
  })

  it('ends the wait of one caller only', async () => {
    const { helix } = setUp()
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const [left, stayed] = [
      helix.lookUp('users', { id: '1' }, { signal: controller.signal }),
      helix.lookUp('users', { id: '1' }),
    ]
    controller.abort(reason)
    await expect(left).rejects.toBe(reason)
    await expect(stayed).resolves.toEqual({ id: '1' })
  })

  it('asks for a hundred streams, not for the twenty of a default page', async () => {
    const { helix, requests } = setUp()
    await helix.lookUp('streams', { login: 'dev' })
    expect(requests[0]?.search).toBe('?user_login=dev&first=100')
  })

  describe('on Workers, where a request takes its timers and its fetches with it when it goes', () => {
    function setUpWorker(fetch: NonNullable<PlatformOptions['fetch']>) {
      let timers: { readonly owner: string; readonly delay: number; readonly callback: () => void }[] = []
      let owner = ''
      const platform: PlatformOptions = {
        fetch,
        setTimeout(callback, delay) {
          const timer = { owner, delay, callback }
          timers.push(timer)
          return timer
        },
        clearTimeout(timer) {
          timers = timers.filter((other) => other !== timer)
        },
      }
      const helix = new HelixClient(stubTokens().tokens, { platform })
      return {
        lookUp(request: string) {
          owner = request
          return helix.lookUp('users', { id: '1' })
        },
        pass(ms: number) {
          const due = timers.filter(({ delay }) => delay <= ms)
          timers = timers.filter((timer) => !due.includes(timer))
          for (const timer of due) {
            owner = timer.owner
            timer.callback()
          }
        },
        end(request: string) {
          timers = timers.filter((timer) => timer.owner !== request)
        },
      }
    }

    it('nobody waits for the timer of another request', async () => {
      const { lookUp, pass, end } = setUpWorker(async () => Response.json({ data: [{ id: '1' }] }))
      void lookUp('a')
      end('a')
      const found = lookUp('b')
      pass(0)
      await expect(found).resolves.toEqual({ id: '1' })
    })

    it('nobody waits for ever for what another request has sent', async () => {
      let onSent = () => {}
      const sent = new Promise<void>((resolve) => {
        onSent = resolve
      })
      const { lookUp, pass, end } = setUpWorker(() => {
        onSent()
        return new Promise(() => {})
      })
      void lookUp('a')
      const found = rejection(lookUp('b'))
      pass(0)
      await sent
      end('a')
      pass(90_000)
      expect(await found).toBeInstanceOf(NetworkError)
    })
  })

  it.each([
    ['channels', { login: 'dev' }],
    ['users', { id: '' }],
    ['users', { id: 7 }],
    ['teams', { id: '1' }],
    ['users', '1'],
    ['users', undefined],
  ])('refuses to look up %s by %j', async (kind, key) => {
    const { helix } = setUp()
    expect(await rejection(helix.lookUp(kind as 'users', key as unknown as { id: string }))).toMatchObject({
      name: 'TypeError',
      message: 'Look up users, streams and games by `id` or `login`, channels by `id`.',
    })
  })

  it('refuses an option that would do nothing', async () => {
    const { helix, requests } = setUp()
    const options = { scopes: ['bits:read'] } as object
    expect(await rejection(helix.lookUp('users', { id: '1' }, options))).toMatchObject({
      name: 'TypeError',
      message: 'lookUp has no option "scopes". It has: user, signal.',
    })
    expect(requests).toEqual([])
  })

  it('knows what it finds', () => {
    expectTypeOf<HelixClient['lookUp']>().toBeFunction()
    const look = (helix: HelixClient) =>
      [helix.lookUp('users', { id: '1' }), helix.lookUp('streams', { id: '1' })] as const
    expectTypeOf(look).returns.toEqualTypeOf<
      readonly [Promise<HelixUser | undefined>, Promise<HelixStream | undefined>]
    >()
  })

  it.each([[{}], [[]], [{ data: null }], [{ data: {} }], ['strange']])(
    'takes %j for no answer, and not for nobody',
    async (strange) => {
      const { platform } = stubPlatform([200, strange])
      const helix = new HelixClient(stubTokens().tokens, { platform })
      expect(await rejection(helix.lookUp('users', { id: '1' }))).toBeInstanceOf(NetworkError)
    },
  )
})
