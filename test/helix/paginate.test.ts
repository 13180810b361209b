import { describe, expect, expectTypeOf, it } from 'vitest'
import { HelixClient } from '../../src/helix/client.ts'
import type { HelixFollower, HelixStream } from '../../src/helix/results.ts'
import { rejection } from '../oauth/stub.ts'
import { type Reply, stubPlatform, stubTokens } from './stub.ts'

const page = (ids: string[], cursor?: string): Reply => [
  200,
  { data: ids.map((user_id) => ({ user_id })), pagination: cursor === undefined ? {} : { cursor } },
]

function setUp(...replies: Reply[]) {
  const { platform, calls } = stubPlatform(...replies)
  const helix = new HelixClient(stubTokens().tokens, { platform })
  return {
    followers: (signal?: AbortSignal) =>
      helix.paginate('/channels/followers', { query: { broadcaster_id: '1', first: 2 }, signal }),
    calls,
    helix,
  }
}

async function collect<Item extends { user_id: string }>(items: AsyncIterable<Item>): Promise<string[]> {
  const ids: string[] = []
  for await (const { user_id } of items) ids.push(user_id)
  return ids
}

describe('paginate', () => {
  it('gives the items of all pages, empty ones between them included', async () => {
    const { followers, calls } = setUp(page(['1', '2'], 'a'), page([], 'b'), page(['3']))
    expect(await collect(followers())).toEqual(['1', '2', '3'])
    expect(calls.map(({ query }) => query.get('after'))).toEqual([null, 'a', 'b'])
    expect(calls.map(({ query }) => query.get('first'))).toEqual(['2', '2', '2'])
  })

  it('begins after the cursor that it is given', async () => {
    const { helix, calls } = setUp(page(['3'], 'b'), page(['4']))
    expect(await collect(helix.paginate('/streams', { query: { after: 'a' } }) as AsyncIterable<HelixStream>)).toEqual([
      '3',
      '4',
    ])
    expect(calls.map(({ query }) => query.getAll('after'))).toEqual([['a'], ['b']])
  })

  it('knows what an item is', () => {
    const { followers } = setUp()
    expectTypeOf(followers()).toEqualTypeOf<AsyncGenerator<HelixFollower, void, undefined>>()
  })

  it('asks for nothing before somebody wants an item', () => {
    const { followers, calls } = setUp(page(['1']))
    followers()
    expect(calls).toEqual([])
  })

  it('is one page ahead, and no more', async () => {
    const { followers, calls } = setUp(page(['1', '2'], 'a'), page(['3'], 'b'), page(['4'], 'c'))
    const items = followers()
    await items.next()
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(calls).toHaveLength(2)
    await items.return()
  })

  it('ends the request under way when the loop is left', async () => {
    const { followers, calls } = setUp(page(['1'], 'a'), page(['2'], 'b'))
    for await (const _ of followers()) break
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(calls.length).toBeLessThanOrEqual(2)
  })

  it('gives all items of good pages before the error of the next', async () => {
    const { followers } = setUp(page(['1'], 'a'), [400, { status: 400, message: 'bad cursor' }])
    const items = followers()
    expect((await items.next()).value).toMatchObject({ user_id: '1' })
    expect(await rejection(items.next())).toMatchObject({ name: 'HelixError', message: 'bad cursor' })
  })

  it('does not follow a cursor a second time', async () => {
    const { followers } = setUp(page(['1'], 'a'), page(['2'], 'b'), page(['3'], 'a'))
    expect(await rejection(collect(followers()))).toMatchObject({ name: 'NetworkError' })
  })

  it.each([{}, { data: null }, { data: 'x' }, 'null'])('takes %j for no page', async (body) => {
    const { followers } = setUp([200, body])
    expect(await rejection(collect(followers()))).toMatchObject({ name: 'NetworkError' })
  })

  it('ends with the reason of the caller', async () => {
    const reason = new Error('changed my mind')
    const { followers } = setUp(page(['1']))
    await expect(followers(AbortSignal.abort(reason)).next()).rejects.toBe(reason)
  })

  it.each([
    { data: { segments: [{ id: 's' }] }, pagination: {} },
    { data: { segments: [{ id: 's' }], pagination: {} } },
  ])('finds the segments of a schedule', async (body) => {
    const { helix } = setUp([200, body])
    const items: unknown[] = []
    for await (const item of helix.paginate('/schedule', { query: { broadcaster_id: '1' } })) items.push(item)
    expect(items).toEqual([{ id: 's' }])
  })

  it('finds nothing in an empty schedule', async () => {
    const { helix } = setUp([200, { data: { segments: null } }])
    await expect(helix.paginate('/schedule', { query: { broadcaster_id: '1' } }).next()).resolves.toMatchObject({
      done: true,
    })
  })

  it('gives no more items once it was told to end, though they are there', async () => {
    const { followers } = setUp(page(['1', '2', '3'], 'a'), page(['4']))
    const controller = new AbortController()
    const reason = new Error('enough')
    const ids: string[] = []
    const reading = (async () => {
      for await (const { user_id } of followers(controller.signal)) {
        ids.push(user_id)
        controller.abort(reason)
      }
    })()
    expect(await rejection(reading)).toBe(reason)
    expect(ids).toEqual(['1'])
  })
})
