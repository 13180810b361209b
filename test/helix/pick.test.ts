import { describe, expect, it } from 'vitest'
import { MissingScopeError, NetworkError, TokenRejectedError, UnsupportedError } from '../../src/errors.ts'
import { HelixClient, type HelixRequestOptions } from '../../src/helix/client.ts'
import { planRequest } from '../../src/helix/pick.ts'
import type { AccessTokenRequest } from '../../src/types.ts'
import { rejection } from '../oauth/stub.ts'
import { stubPlatform, stubTokens } from './stub.ts'

function setUp(get?: (request: AccessTokenRequest) => never | undefined) {
  const { platform, calls } = stubPlatform()
  const { tokens, asked } = stubTokens()
  const original = tokens.get
  tokens.get = async (request) => {
    const token = await original(request)
    get?.(request)
    return request.kind === 'app' ? { value: 'app', kind: 'app', scopes: [] } : token
  }
  return { helix: new HelixClient(tokens, { platform }), calls, asked }
}

const signedOut = () => new TokenRejectedError('nobody', { reason: 'signed-out' })

describe('the token for a request', () => {
  it('is allowed what the endpoint needs', async () => {
    const { helix, asked } = setUp()
    await helix.get('/channels/ads')
    expect(asked).toMatchObject([{ kind: 'user', user: undefined, scopes: ['channel:read:ads'] }])
  })

  it('is that of the user whom a parameter names', async () => {
    const { helix, asked } = setUp()
    await helix.get('/channels/ads', { query: { broadcaster_id: '42' } })
    expect(asked).toMatchObject([{ user: '42' }])
  })

  it('is that of the user whom a parameter names as a number', async () => {
    const { helix, asked } = setUp()
    await helix.get('/channels/ads', { query: { broadcaster_id: 42 } })
    expect(asked).toMatchObject([{ user: '42' }])
  })

  it('is that of the only user where the parameter is empty', async () => {
    const { helix, asked } = setUp()
    await helix.get('/channels/ads', { query: { broadcaster_id: '' } })
    expect(asked).toMatchObject([{ user: undefined }])
  })

  it('is that of the user whom the body names', async () => {
    const { helix, asked } = setUp()
    await helix.post('/polls', { body: { broadcaster_id: '42' } })
    expect(asked).toMatchObject([{ user: '42', scopes: ['channel:manage:polls'] }])
  })

  it('is that of the user the caller names, before all', async () => {
    const { helix, asked } = setUp()
    await helix.get('/channels/ads', { user: '7', scopes: [], query: { broadcaster_id: '42' } })
    expect(asked).toMatchObject([{ user: '7', scopes: [] }])
  })

  it('puts its user into the parameter that was left out', async () => {
    const { helix, calls } = setUp()
    await helix.get('/chat/chatters', { query: { broadcaster_id: '42' } })
    expect(Object.fromEntries(calls[0]?.query ?? [])).toEqual({ broadcaster_id: '42', moderator_id: '1' })
  })

  it("is the app's where only that will do", async () => {
    const { helix, asked } = setUp()
    await helix.get('/eventsub/conduits')
    expect(asked).toMatchObject([{ kind: 'app' }])
  })

  it("is the app's where nobody is signed in and it does as well", async () => {
    const { helix, calls } = setUp(({ kind }) => {
      if (kind === 'user') throw signedOut()
    })
    await helix.get('/streams')
    expect(calls[0]?.headers['Authorization']).toBe('Bearer app')
  })

  it("is the app's for a message of a user who has not granted it here", async () => {
    const { helix, calls } = setUp(({ kind }) => {
      if (kind === 'user') throw new MissingScopeError('more', { missing: ['user:write:chat'] })
    })
    await helix.post('/chat/messages', { body: { sender_id: '42' } })
    expect(calls[0]?.headers['Authorization']).toBe('Bearer app')
  })

  it.each<[string, HelixRequestOptions]>([
    ['the user is named', { user: '999' }],
    ['scopes are named', { scopes: ['bits:read'] }],
  ])("is never the app's where %s, but the reason why the user's is not to be had", async (_, options) => {
    const error = signedOut()
    const { helix, asked, calls } = setUp(({ kind }) => {
      if (kind === 'user') throw error
    })
    await expect(helix.get('/users', options)).rejects.toBe(error)
    expect(asked.map(({ kind }) => kind)).toEqual(['user'])
    expect(calls).toEqual([])
  })

  it("is the app's where the list of scopes is empty", async () => {
    const { helix, calls } = setUp(({ kind }) => {
      if (kind === 'user') throw signedOut()
    })
    await helix.get('/streams', { scopes: [] })
    expect(calls[0]?.headers['Authorization']).toBe('Bearer app')
  })

  it("is never the app's where the request is about the token's user", async () => {
    const error = signedOut()
    const { helix, calls } = setUp(({ kind }) => {
      if (kind === 'user') throw error
    })
    expect(await rejection(helix.get('/users'))).toBe(error)
    await helix.get('/users', { query: { login: 'dev' } })
    expect(calls.map(({ query }) => `${query}`)).toEqual(['login=dev'])
  })

  it("is never the app's for a look-up as a user", async () => {
    const error = signedOut()
    const { helix, calls } = setUp(({ kind }) => {
      if (kind === 'user') throw error
    })
    await expect(helix.lookUp('users', { id: '1' }, { user: '999' })).rejects.toBe(error)
    expect(calls).toEqual([])
  })

  it("is never the app's because the network is down", async () => {
    const { helix, asked } = setUp(() => {
      throw new NetworkError('down')
    })
    expect(await rejection(helix.get('/streams'))).toBeInstanceOf(NetworkError)
    expect(asked).toHaveLength(1)
  })

  it('is missing for the reason that the user can mend', async () => {
    const error = signedOut()
    const { helix, calls } = setUp(({ kind }) => {
      throw kind === 'user' ? error : new Error('no secret')
    })
    await expect(helix.get('/streams')).rejects.toBe(error)
    expect(calls).toEqual([])
  })

  it('throws what scopes are missing before any request leaves', async () => {
    const { helix, calls } = setUp(() => {
      throw new MissingScopeError('more', { missing: ['channel:read:ads'] })
    })
    expect(await rejection(helix.get('/channels/ads'))).toBeInstanceOf(MissingScopeError)
    expect(calls).toEqual([])
  })

  it('is none for a calendar', async () => {
    const { helix, calls, asked } = setUp()
    await helix.get('/schedule/icalendar', { query: { broadcaster_id: '1' } })
    expect(asked).toEqual([])
    expect(calls[0]?.headers).toEqual({})
  })

  it.each([
    ['websocket', 'user'],
    ['webhook', 'app'],
    ['conduit', 'app'],
  ])('follows the transport %s of a subscription', (method, token) => {
    expect(planRequest('POST', '/eventsub/subscriptions', { body: { transport: { method } } }).token).toBe(token)
  })
})

describe('a request that cannot work', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a path that does not exist', () => planRequest('GET', '/usrs', {}), /no GET \/usrs/],
    ['a method it does not have', () => planRequest('PUT', '/streams', {}), /no PUT \/streams/],
    ['a name every object has', () => planRequest('GET', 'constructor', { kind: 'user' }), /no GET/],
    ['a parameter that is missing', () => planRequest('GET', '/channels', {}), /`broadcaster_id`/],
    ['an empty list', () => planRequest('GET', '/channels', { query: { broadcaster_id: [] } }), /`broadcaster_id`/],
    ['none of several', () => planRequest('GET', '/clips', {}), /needs `broadcaster_id` or `game_id` or `id`/],
  ])('is refused: %s', (_, plan, message) => {
    expect(plan).toThrow(TypeError)
    expect(plan).toThrow(message)
  })

  it.each([{ qurey: {} }, { body: {} }])('is refused with the option %j, which would do nothing', async (options) => {
    const { helix, asked } = setUp()
    expect(await rejection(helix.get('/users', options as object))).toBeInstanceOf(TypeError)
    expect(asked).toEqual([])
  })

  it('is refused when it takes a JWT', () =>
    expect(() => planRequest('POST', '/extensions/pubsub', {})).toThrow(UnsupportedError))
})
