import { describe, expectTypeOf, it } from 'vitest'
import type { HelixClient } from '../../src/helix/client.ts'
import type { HelixList, HelixUser } from '../../src/helix/results.ts'

// Checked by the compiler; nothing of it runs.
describe('the types of HelixClient', () => {
  it('know paths, parameters and answers', () => {
    const calls = async (helix: HelixClient) => {
      expectTypeOf(await helix.get('/users')).toEqualTypeOf<HelixList<HelixUser>>()
      expectTypeOf(await helix.get('/tags/streams')).toBeUnknown()
      expectTypeOf(await helix.get<{ a: 1 }>('/new/things', { kind: 'user' })).toEqualTypeOf<{ a: 1 }>()
      await helix.get('/channels', { query: { broadcaster_id: ['1', '2'] } })
      await helix.get('/channels/ads')
      // @ts-expect-error no such path
      await helix.get('/usrs')
      // @ts-expect-error another method
      await helix.put('/streams')
      // @ts-expect-error a parameter is missing
      await helix.get('/channels')
      // @ts-expect-error a parameter is missing
      await helix.get('/channels', { query: {} })
      await helix.get('/games', { query: { name: ['Chess', 'Art'] } })
      await helix.get('/videos', { query: { user_id: '1', id: undefined } })
      // @ts-expect-error one of several parameters is missing
      await helix.get('/games')
      // @ts-expect-error one of several parameters is missing
      await helix.get('/games', { query: { first: 20 } })
      // @ts-expect-error a GET has no body
      await helix.get('/users', { body: {} })
      // @ts-expect-error no such scope
      await helix.get('/users', { scopes: ['chat:reed'] })
    }
    expectTypeOf(calls).toBeFunction()
  })
})
