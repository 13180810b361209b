import { describe, expect, it } from 'vitest'
import { HelixClient } from '../../src/helix/client.ts'
import { SimpleTokenHandler } from '../../src/token/index.ts'
import type { AccessToken, AccessTokenRequest, AccessTokenSource } from '../../src/types.ts'
import { printed, rejection } from '../oauth/stub.ts'
import { DEAD, offline, type Reply, stubPlatform, stubTokens } from './stub.ts'

function setUp(replies: Reply[] = [], held: Partial<AccessToken> = {}) {
  const stub = stubPlatform(...replies)
  const source = stubTokens(held)
  return { ...stub, ...source, helix: new HelixClient(source.tokens, { platform: stub.platform }) }
}

const unauthorized = (message: string): Reply => [401, { error: 'Unauthorized', status: 401, message }]

describe('a client', () => {
  it.each([undefined, null, {}, { platform: {} }, 'token', new SimpleTokenHandler('token', 'cl1ent')])(
    'is not made without a source of tokens',
    (tokens) => {
      const make = () => new HelixClient(tokens as unknown as AccessTokenSource)
      expect(make).toThrow(TypeError)
      expect(make).toThrow('HelixClient takes an AccessTokenSource, such as client.tokens.')
    },
  )

  it('refuses an option that would do nothing', () => {
    const make = () => new HelixClient(stubTokens().tokens, { maxwait: 1 } as object)
    expect(make).toThrow('HelixClient has no option "maxwait". It has: platform, maxWait.')
  })

  it('asks Twitch, if it is told of no other server', async () => {
    const urls: unknown[] = []
    const fetch: typeof globalThis.fetch = async (url) => {
      urls.push(url)
      return Response.json({ data: [] })
    }
    await new HelixClient(stubTokens().tokens, { platform: { fetch } }).get('/users')
    expect(urls).toEqual(['https://api.twitch.tv/helix/users'])
  })

  it('asks for the client id once, and refuses one that no header can carry', async () => {
    const { platform, calls } = stubPlatform()
    const { tokens } = stubTokens()
    const ids = ['cl1ent', 'other']
    const helix = new HelixClient({ ...tokens, clientId: async () => ids.shift() as string }, { platform })
    for (let time = 0; time < 2; time += 1) await helix.get('/users')
    expect(calls.map(({ headers }) => headers['Client-Id'])).toEqual(['cl1ent', 'cl1ent'])
    const broken = new HelixClient({ ...tokens, clientId: async () => 'cl1ent\r\nX-Evil: 1' }, { platform })
    expect(await rejection(broken.get('/users'))).toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/^The client id must be a string of visible ASCII characters/),
    })
    expect(calls).toHaveLength(2)
  })

  it('ends the wait of all whom the rate limit holds back when it is closed', async () => {
    const { platform } = stubPlatform([200, { data: [] }, { 'ratelimit-remaining': '0' }])
    const setTimeout: typeof platform.setTimeout = () => ({})
    const helix = new HelixClient(stubTokens().tokens, { platform: { ...platform, setTimeout } })
    await helix.get('/users')
    const waiting = rejection(helix.get('/users'))
    await new Promise((resolve) => setImmediate(resolve))
    helix.close()
    expect(await waiting).toMatchObject({ name: 'AbortError' })
  })
})

describe('a request', () => {
  it('gives the answer as it came', async () => {
    const answer = { data: [{ id: '1' }], pagination: {} }
    const { helix } = setUp([[200, answer]])
    await expect(helix.get('/users')).resolves.toEqual(answer)
  })

  it('carries a token and the client id, and nothing that a preflight would refuse', async () => {
    const { helix, calls } = setUp()
    await helix.get('/users')
    expect(calls).toMatchObject([{ method: 'GET', path: '/users', body: undefined }])
    expect(calls[0]?.headers).toEqual({ Authorization: 'Bearer first', 'Client-Id': 'cl1ent' })
  })

  it('says that its body is JSON', async () => {
    const { helix, calls } = setUp()
    await helix.post('/chat/messages', { body: { message: 'hi' } })
    expect(calls).toMatchObject([{ method: 'POST', body: '{"message":"hi"}' }])
    expect(calls[0]?.headers).toEqual({
      Authorization: 'Bearer first',
      'Client-Id': 'cl1ent',
      'Content-Type': 'application/json',
    })
  })

  it('repeats a parameter for each item of a list and leaves undefined ones out', async () => {
    const { helix, calls } = setUp()
    await helix.get('/users', { query: { id: ['1', 2], login: undefined, flag: true, name: 'a&b=ü' } })
    expect([...(calls[0]?.query ?? [])]).toEqual([
      ['id', '1'],
      ['id', '2'],
      ['flag', 'true'],
      ['name', 'a&b=ü'],
    ])
  })

  it('puts any text into a parameter', async () => {
    const { helix, calls } = setUp()
    const text = 'a b+c&d=é?#/%😀\ud800'
    await helix.get('/search/channels', { query: { query: text } })
    expect(calls[0]?.query.get('query')).toBe(text.toWellFormed())
  })

  it('asks for the token of the user and with the scopes it was told', async () => {
    const { helix, asked } = setUp()
    await helix.get('/new/things', { user: '7', scopes: ['moderator:read:chatters'], kind: 'user' })
    expect(asked).toMatchObject([{ user: '7', scopes: ['moderator:read:chatters'], kind: 'user' }])
  })

  it('speaks as an extension with the token of one', async () => {
    const { helix, calls } = setUp([], { kind: 'extension' })
    await helix.get('/users')
    expect(calls[0]?.headers['Authorization']).toBe('Extension first')
  })

  it('has no answer where Twitch sends none', async () => {
    const { helix } = setUp([[204]])
    await expect(helix.delete('/videos', { query: { id: '1' } })).resolves.toBeUndefined()
  })

  it('gives a calendar as text', async () => {
    const { helix } = setUp([[200, 'BEGIN:VCALENDAR', { 'content-type': 'text/calendar; charset=utf-8' }]])
    await expect(helix.get('/schedule/icalendar', { query: { broadcaster_id: '1' } })).resolves.toBe('BEGIN:VCALENDAR')
  })

  it.each(['users', '/users?id=1', '//evil.example', 'https://evil.example/users', '/../oauth2/token', '/users/', ''])(
    'refuses the path %j before anything is asked',
    async (path) => {
      const { helix, calls, asked } = setUp()
      expect(await rejection(helix.get(path, { kind: 'user' }))).toBeInstanceOf(TypeError)
      expect([...calls, ...asked]).toEqual([])
    },
  )

  it.each<[string, unknown]>([
    ['URLSearchParams', new URLSearchParams('id=1')],
    ['a text', 'id=1'],
    ['a map', new Map([['id', '1']])],
    ['a list', ['id', '1']],
    ['a promise', Promise.resolve({ id: '1' })],
    ['null', null],
  ])('refuses %s as its query, which would be lost', async (_, query) => {
    const { helix, calls, asked } = setUp()
    for (const work of [helix.get('/users', { query } as object), helix.paginate('/users', { query } as object).next()])
      expect(await rejection(work)).toMatchObject({
        name: 'TypeError',
        message: '`query` must be a plain object, such as { id: [1, 2] }.',
      })
    expect([...calls, ...asked]).toEqual([])
  })

  it('takes a query without a prototype', async () => {
    const { helix, calls } = setUp()
    await helix.get('/users', { query: Object.assign(Object.create(null) as object, { id: '1' }) })
    expect(calls[0]?.query.get('id')).toBe('1')
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, [1, Number.NaN], null, {}, 10n, [['1']]])(
    'refuses the parameter %s, which no address can hold',
    async (id) => {
      const { helix, calls, asked } = setUp()
      expect(await rejection(helix.get('/users', { query: { id } } as object))).toMatchObject({
        name: 'TypeError',
        message: '`id` must be a string, a number, a boolean or a list of these.',
      })
      expect([...calls, ...asked]).toEqual([])
    },
  )

  it.each<[string, unknown]>([
    ['a function', () => {}],
    ['a bigint', 10n],
    ['what holds a bigint', { title: 10n }],
    ['a text, which would be JSON twice', '{"title":"Tea?"}'],
    ['URLSearchParams', new URLSearchParams('title=Tea')],
    ['a map', new Map([['title', 'Tea?']])],
    ['a promise', Promise.resolve({ title: 'Tea?' })],
    ['null', null],
  ])('refuses %s as its body', async (_, body) => {
    const { helix, calls } = setUp()
    expect(await rejection(helix.post('/polls', { body }))).toBeInstanceOf(TypeError)
    expect(calls).toEqual([])
  })

  it('sends a list as its body', async () => {
    const { helix, calls } = setUp()
    await helix.post('/new/things', { kind: 'user', body: [{ id: 1 }] })
    expect(calls[0]?.body).toBe('[{"id":1}]')
  })

  it.each(['http://127.0.0.1:8080/helix/', 'http://127.0.0.1:8080/helix//'])(
    'has one slash between the endpoint %s and its path',
    async (endpoint) => {
      const { platform, tokens } = setUp()
      const urls: unknown[] = []
      const fetch: typeof globalThis.fetch = async (url) => {
        urls.push(url)
        return Response.json({ data: [] })
      }
      await new HelixClient(tokens, { platform: { ...platform, endpoints: { helix: endpoint }, fetch } }).get('/users')
      expect(urls).toEqual(['http://127.0.0.1:8080/helix/users'])
    },
  )

  it('ends with the reason of the caller', async () => {
    const reason = new Error('changed my mind')
    const { helix, calls, asked } = setUp()
    const signal = AbortSignal.abort(reason)
    await expect(helix.get('/users', { signal })).rejects.toBe(reason)
    await expect(helix.lookUp('users', { id: '1' }, { signal })).rejects.toBe(reason)
    await new Promise((resolve) => setImmediate(resolve))
    expect([...calls, ...asked]).toEqual([])
  })

  it('has as long as the caller says', async () => {
    const { platform, tokens } = setUp()
    const delays: number[] = []
    const setTimeout: typeof platform.setTimeout = (_, delay) => {
      delays.push(delay)
      return {}
    }
    const helix = new HelixClient(tokens, { platform: { ...platform, setTimeout } })
    await helix.get('/users', { timeout: 5000 })
    await helix.get('/users')
    expect(delays).toEqual([5000, 10_000])
  })

  it('is not repeated with a token that no header can carry', async () => {
    const { helix, calls, waits } = setUp([], { value: 'OAuth first' })
    expect(await rejection(helix.get('/users'))).toBeInstanceOf(TypeError)
    expect([...calls, ...waits]).toEqual([])
  })
})

describe('what the caller says', () => {
  it('of the kind of token counts more than the table', async () => {
    const { helix, asked } = setUp()
    await helix.get('/users', { query: { id: '1' }, kind: 'app' })
    await helix.get('/streams', { scopes: ['bits:read'] })
    expect(asked.map(({ kind }) => kind)).toEqual(['app', 'user'])
  })

  it('of the scopes means a user, in whose stead no app will do', async () => {
    const { platform, tokens } = setUp()
    const kinds: unknown[] = []
    const get = async (request: AccessTokenRequest) => {
      kinds.push(request.kind)
      throw new Error('nobody')
    }
    const helix = new HelixClient({ ...tokens, get }, { platform })
    await expect(helix.get('/streams', { scopes: ['bits:read'] })).rejects.toThrow('nobody')
    expect(kinds).toEqual(['user'])
  })

  it('of whom it is about stays, whoever asks', async () => {
    const { helix, calls } = setUp()
    await helix.get('/moderation/moderators', { user: '7', query: { broadcaster_id: '8' } })
    await helix.get('/moderation/moderators')
    expect(calls.map(({ query }) => query.get('broadcaster_id'))).toEqual(['8', '1'])
  })

  it('of a new endpoint is not taken for something that can be repeated', async () => {
    const { helix, calls } = setUp([offline])
    await rejection(helix.patch('/new/things', { kind: 'user', body: {} }))
    expect(calls).toHaveLength(1)
    await rejection(helix.put('/new/things', { kind: 'user', body: {} }))
    expect(calls).toHaveLength(4)
  })
})

describe('a refused token', () => {
  it('is renewed once, and the request repeated once', async () => {
    const { helix, calls, renewed } = setUp([DEAD, [200, { data: [] }]])
    await expect(helix.get('/users')).resolves.toEqual({ data: [] })
    expect(renewed).toEqual(['first'])
    expect(calls.map(({ headers }) => headers['Authorization'])).toEqual(['Bearer first', 'Bearer second'])
  })

  it('is renewed for a POST as well, since nothing was done', async () => {
    const { helix, calls } = setUp([DEAD, [200, { data: [] }]])
    await helix.post('/clips', { query: { broadcaster_id: '1' } })
    expect(calls).toHaveLength(2)
  })

  it('is not renewed where none was sent', async () => {
    const { helix, renewed } = setUp([DEAD])
    const query = { broadcaster_id: '1' }
    expect(await rejection(helix.get('/schedule/icalendar', { query }))).toMatchObject({ status: 401 })
    expect(renewed).toEqual([])
  })

  it('is not renewed a second time', async () => {
    const { helix, calls, renewed } = setUp([DEAD])
    expect(await rejection(helix.get('/users'))).toMatchObject({ name: 'HelixError', status: 401 })
    expect([calls.length, renewed.length]).toEqual([2, 1])
  })

  it.each([
    'Missing scope: moderator:read:chatters',
    'User access token requires the user:write:chat scope.',
    'Client ID and OAuth token do not match',
    'OAuth token is missing',
    'incorrect user authorization',
    "The ID in broadcaster_id must match the user ID found in the request's OAuth token.",
    'Missing User OAUTH Token',
  ])('is not renewed because of "%s"', async (message) => {
    const { helix, calls, renewed } = setUp([unauthorized(message)])
    await rejection(helix.get('/users'))
    expect([calls.length, renewed.length]).toEqual([1, 0])
  })
})

describe('the rate limit', () => {
  const drain = async (held: Partial<AccessToken>, kinds: readonly ('users' | 'message')[]) => {
    const { platform, tokens } = setUp([], held)
    const helix = new HelixClient(tokens, { platform, maxWait: 0 })
    let passed = 0
    for (const kind of kinds) {
      const request = kind === 'users' ? helix.get('/users') : helix.post('/chat/messages', { body: {} })
      await request.then(
        () => (passed += 1),
        (error) => expect(error).toMatchObject({ name: 'HelixError', status: 429 }),
      )
    }
    return passed
  }

  it('is 800 a minute for a user', async () => expect(await drain({}, Array(810).fill('users'))).toBe(800))
  it('is 30 a minute for an extension', async () =>
    expect(await drain({ kind: 'extension' }, Array(40).fill('users'))).toBe(30))
  it('counts chat messages for themselves', async () =>
    expect(await drain({ kind: 'extension' }, [...Array(40).fill('users'), 'message'])).toBe(31))
})

describe('the headers of an answer', () => {
  it('count more than what was reckoned', async () => {
    const { platform, calls } = stubPlatform([200, { data: [] }, { 'ratelimit-remaining': '0' }])
    const helix = new HelixClient(stubTokens().tokens, { platform, maxWait: 0 })
    await helix.get('/users')
    expect(await rejection(helix.get('/users'))).toMatchObject({ name: 'HelixError', status: 429 })
    expect(calls).toHaveLength(1)
  })
})

describe('an error', () => {
  it.each([
    ['Missing scope: moderator:read:chatters', ['moderator:read:chatters']],
    ['Missing scope: channel:read:polls or channel:manage:polls', [['channel:read:polls', 'channel:manage:polls']]],
    ['User access token requires the user:write:chat scope.', ['user:write:chat']],
  ])('names the scopes of "%s"', async (message, missing) => {
    const { helix } = setUp([unauthorized(message)])
    expect(await rejection(helix.get('/users'))).toMatchObject({ name: 'MissingScopeError', missing, userId: '1' })
  })

  it.each([
    "The ID in broadcaster_id must match the user ID found in the request's OAuth token.",
    'incorrect user authorization',
    'Missing User OAUTH Token',
  ])('says that the token is of another user: "%s"', async (message) => {
    const { helix } = setUp([unauthorized(message)])
    expect(await rejection(helix.get('/users'))).toMatchObject({
      name: 'HelixError',
      status: 401,
      reason: 'wrong-user',
      message,
    })
  })

  it.each<[string, Reply, object]>([
    [
      'of a server has its words',
      [500, { message: 'Oops' }],
      { message: 'POST /clips failed with HTTP 500: Oops. Try later.' },
    ],
    ['of a server may have none', [503], { message: 'POST /clips failed with HTTP 503. Try later.' }],
    [
      'that is no JSON is no word of Twitch',
      [404, 'BEGIN:VCALENDAR', { 'content-type': 'text/calendar' }],
      { status: 404, name: 'NetworkError' },
    ],
    ['without a word has its status', [404, { status: 404 }], { message: 'POST /clips failed with HTTP 404.' }],
    ['that forbids is of no wrong user', [403, { message: 'incorrect user authorization' }], { reason: undefined }],
    ['of a strange 401 is of no wrong user', [401, { message: 'Something else' }], { reason: undefined }],
    [
      'that needs two scopes names both',
      unauthorized('Missing scope: bits:read, user:bot'),
      { missing: ['bits:read', 'user:bot'] },
    ],
    [
      'that needs one scope names it alone',
      unauthorized('Missing scope: bits:read or more'),
      { missing: ['bits:read'] },
    ],
    [
      'of something else than Twitch says so',
      [200, '<html>'],
      { message: 'POST /clips: the answer is no JSON. Something else than Twitch answered; try later.' },
    ],
  ])('%s', async (_, reply, read) => {
    const { helix } = setUp([reply])
    expect(await rejection(helix.post('/clips', { query: { broadcaster_id: '1' } }))).toMatchObject(read)
  })

  it('that is no 401 renews nothing, whatever it says', async () => {
    const { helix, renewed } = setUp([[403, { message: 'Invalid OAuth token' }]])
    expect(await rejection(helix.get('/users'))).toMatchObject({ status: 403 })
    expect(renewed).toEqual([])
  })

  it('says that the token is of another app', async () => {
    const { helix } = setUp([unauthorized('Client ID and OAuth token do not match')])
    expect(await rejection(helix.get('/users'))).toMatchObject({ name: 'ConfigurationError' })
  })

  it.each([400, 401, 403, 404, 409, 410, 422])("has Twitch's status %i and message", async (status) => {
    const { helix } = setUp([[status, { status, message: 'user is already a mod' }]])
    expect(await rejection(helix.get('/users'))).toMatchObject({
      name: 'HelixError',
      status,
      message: 'user is already a mod',
    })
  })

  it.each<[string, Reply]>([
    ['HTML with 200', [200, '<html>']],
    ['HTML with 403', [403, '<html>']],
    ['an empty 500', [500]],
    ['a 503', [503, { message: '' }]],
    ['no answer', offline],
  ])('is a NetworkError after %s', async (_, reply) => {
    const { helix } = setUp([reply])
    expect(await rejection(helix.post('/clips', { query: { broadcaster_id: '1' } }))).toMatchObject({
      name: 'NetworkError',
    })
  })

  it('prints neither token nor address', async () => {
    for (const reply of [DEAD, offline, [500, 'x'], [200, '<html>'], [429, {}]] as Reply[]) {
      const { helix } = setUp([reply])
      const text = printed(await rejection(helix.post('/clips', { query: { broadcaster_id: '99887766' } })))
      for (const secret of ['first', 'second', '127.0.0.1', '99887766']) expect(text).not.toContain(secret)
    }
  })
})
