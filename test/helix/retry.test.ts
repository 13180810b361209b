import { describe, expect, it } from 'vitest'
import { HelixClient } from '../../src/helix/client.ts'
import { rejection } from '../oauth/stub.ts'
import { DEAD, offline, type Reply, stubPlatform, stubTokens } from './stub.ts'

function setUp(...replies: Reply[]) {
  const stub = stubPlatform(...replies)
  return { ...stub, helix: new HelixClient(stubTokens().tokens, { platform: stub.platform }) }
}

const OK: Reply = [200, { data: [] }]
const clip = { query: { broadcaster_id: '1' } }

describe('a request without a usable answer', () => {
  it.each<[string, Reply]>([
    ['an empty 500', [500]],
    ['a 503', [503, { message: 'try later' }]],
    ['HTML of a 502', [502, '<html>']],
    ['no network', offline],
  ])('is asked again after %s', async (_, reply) => {
    const { helix, calls, waits } = setUp(reply, reply, OK)
    await expect(helix.get('/users')).resolves.toEqual({ data: [] })
    expect(calls).toHaveLength(3)
    expect(waits).toEqual([500, 1000])
  })

  it('is asked three times at the most', async () => {
    const { helix, calls } = setUp(offline)
    expect(await rejection(helix.get('/users'))).toMatchObject({ name: 'NetworkError' })
    expect(calls).toHaveLength(3)
  })

  it.each<[string, Reply]>([
    ['500', [500]],
    ['no network', offline],
  ])('is never posted again after %s: it may have arrived', async (_, reply) => {
    const { helix, calls } = setUp(reply, OK)
    expect(await rejection(helix.post('/clips', clip))).toMatchObject({ name: 'NetworkError' })
    expect(calls).toHaveLength(1)
  })

  it('is not asked again when a second time would do something else', async () => {
    const { helix, calls } = setUp([500], OK)
    await rejection(helix.patch('/polls', { body: { broadcaster_id: '1' } }))
    expect(calls).toHaveLength(1)
  })

  it.each(['put', 'patch', 'delete'] as const)('may be repeated as %s', async (method) => {
    const { helix, calls } = setUp([500], OK)
    if (method === 'put') await helix.put('/users')
    if (method === 'patch') await helix.patch('/channels')
    if (method === 'delete') await helix.delete('/raids')
    expect(calls).toHaveLength(2)
  })

  it('has a deadline of its own for each attempt', async () => {
    const { platform } = setUp(offline, offline, OK)
    const deadlines: number[] = []
    const setTimeout = (callback: () => void, delay: number) => {
      if (delay === 10_000) deadlines.push(delay)
      return platform.setTimeout?.(callback, delay)
    }
    await new HelixClient(stubTokens().tokens, { platform: { ...platform, setTimeout } }).get('/users')
    expect(deadlines).toHaveLength(3)
  })

  it('ends with the reason of a caller who does not want to wait', async () => {
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const { helix } = setUp(() => {
      controller.abort(reason)
      return offline()
    })
    await expect(helix.get('/users', { signal: controller.signal })).rejects.toBe(reason)
  })

  it('is asked again with the new token when the old one died meanwhile', async () => {
    const { helix, calls } = setUp(offline, DEAD, [500], OK)
    await helix.get('/users')
    expect(calls.map(({ headers }) => headers['Authorization'])).toEqual([
      'Bearer first',
      'Bearer first',
      'Bearer second',
      'Bearer second',
    ])
  })
})

describe('a 429', () => {
  const limited = (headers: Record<string, string> = {}): Reply => [
    429,
    { status: 429, message: 'Too Many Requests' },
    headers,
  ]

  it('is waited out, for a POST as well: nothing was done', async () => {
    const { helix, calls, waits } = setUp(limited({ 'Ratelimit-Remaining': '0', 'Ratelimit-Reset': '1009' }), OK)
    await helix.post('/clips', clip)
    expect(calls).toHaveLength(2)
    expect(waits).toEqual([9_000])
  })

  it('is waited out with growing pauses where the headers cannot be read', async () => {
    const { helix, waits } = setUp(limited(), limited(), OK)
    await helix.get('/users')
    expect(waits).toEqual([500, 1000])
  })

  it('is no rate limit while points are left', async () => {
    const { helix, calls } = setUp(limited({ 'Ratelimit-Remaining': '700' }), OK)
    const error = await rejection(helix.get('/users'))
    expect(error).toMatchObject({ name: 'HelixError', status: 429, retryAt: undefined })
    expect(calls).toHaveLength(1)
  })

  it('of too many subscriptions is no rate limit', async () => {
    const { helix, calls } = setUp(limited(), OK)
    const body = { transport: { method: 'websocket' } }
    expect(await rejection(helix.post('/eventsub/subscriptions', { body }))).toMatchObject({ status: 429 })
    expect(calls).toHaveLength(1)
  })

  it('says when to come back when the wait is too long', async () => {
    const { helix, calls } = setUp(limited({ 'Ratelimit-Remaining': '0', 'Ratelimit-Reset': '1045' }), OK)
    expect(await rejection(helix.get('/users'))).toMatchObject({ name: 'HelixError', status: 429, retryAt: 1_045_000 })
    expect(calls).toHaveLength(1)
  })

  it('does not go on for ever', async () => {
    const { helix, calls } = setUp(limited())
    const error = await rejection(helix.get('/users'))
    expect(error).toMatchObject({ name: 'HelixError', status: 429, retryAt: expect.any(Number) })
    expect(calls).toHaveLength(4)
  })
})
