import { describe, expect, it } from 'vitest'
import { NetworkError, TokenRejectedError } from '../../src/errors.ts'
import { readValidateResponse, validateToken } from '../../src/oauth/validate.ts'
import { printed, rejection, stub } from './stub.ts'

const user = { client_id: 'c', login: 'dev', scopes: ['chat:read'], user_id: '1', expires_in: 5 }

describe('validateToken', () => {
  it('sends the token in one header and no Client-Id', async () => {
    const { calls, options } = stub([200, user])
    await validateToken('abc', options)
    expect(calls).toMatchObject([
      { url: 'http://127.0.0.1:1/oauth2/validate', init: { headers: { Authorization: 'OAuth abc' } } },
    ])
    expect(Object.keys(calls[0]?.init.headers ?? {})).toEqual(['Authorization'])
  })

  it("answers with Twitch's own names", async () => {
    const { options } = stub([200, user])
    await expect(validateToken('abc', options)).resolves.toEqual(user)
  })

  it.each([
    ['null', null],
    ['missing', undefined],
    ['one empty string', ['']],
    ['an empty string', ''],
  ])('reads %s as no scopes', (_, scopes) => {
    expect(readValidateResponse({ ...user, scopes })?.scopes).toEqual([])
  })

  it('reads scopes in a string', () => {
    expect(readValidateResponse({ ...user, scopes: 'chat:read chat:edit' })?.scopes).toEqual(['chat:read', 'chat:edit'])
  })

  it('leaves login and user id out for an app token', () => {
    const app = readValidateResponse({ client_id: 'c', login: null, user_id: null, scopes: null, expires_in: 9 })
    expect(app).toEqual({ client_id: 'c', scopes: [], expires_in: 9 })
  })

  it.each<[string, object, object]>([
    ['a time of 0, which means never', { expires_in: 0 }, { expires_in: 0 }],
    ['a time that is negative', { expires_in: -1 }, {}],
    ['a time that is no number', { expires_in: 'soon' }, {}],
    ['an empty login and user id', { login: '', user_id: '' }, {}],
    ['a login and user id that are no texts', { login: {}, user_id: 1 }, {}],
  ])('reads %s', (_, said, read) => {
    expect(readValidateResponse({ client_id: 'c', scopes: [], ...said })).toStrictEqual({
      client_id: 'c',
      scopes: [],
      ...read,
    })
  })

  it('rejects a token that Twitch calls invalid', async () => {
    const { options } = stub([401, { status: 401, message: 'invalid access token' }])
    const error = await rejection(validateToken('abc', options))
    expect(error).toBeInstanceOf(TokenRejectedError)
    expect(error).toMatchObject({ reason: 'invalid' })
  })

  it.each<[string, number, unknown]>([
    ['a 500', 500, ''],
    ['a 503 with HTML', 503, '<html>'],
    ['a 200 with HTML', 200, '<html>'],
    ['a 200 that names no client', 200, { scopes: [] }],
    ['a 200 that names an empty client', 200, { ...user, client_id: '' }],
    ['a 200 that is a list', 200, []],
    ['a 200 that is null', 200, 'null'],
    ['a 401 with HTML', 401, '<html>'],
    ['a 401 without a body', 401, ''],
    ['a 401 that says the header got lost', 401, { status: 401, message: 'missing authorization token' }],
    ['a 403', 403, { message: 'no' }],
    ['a 429', 429, { message: 'slow down' }],
  ])('keeps the token after %s', async (_, status, body) => {
    const { options } = stub([status, body])
    const error = await rejection(validateToken('abc', options))
    expect(error).toBeInstanceOf(NetworkError)
    expect(error).toMatchObject({ status })
  })

  it('says when to come back', async () => {
    const { options } = stub([429, '', { 'Retry-After': '7' }])
    expect(await rejection(validateToken('abc', options))).toMatchObject({ retryAt: 1_007_000 })
  })

  it('keeps the token when nothing answers', async () => {
    const fetch = async () => {
      throw new TypeError('Failed to fetch')
    }
    expect(await rejection(validateToken('abc', { fetch }))).toBeInstanceOf(NetworkError)
  })

  it('rejects with the reason of the caller', async () => {
    const reason = new Error('changed my mind')
    await expect(validateToken('abc', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it.each(['', 'with space', 'new\nline', 'umläut'])('refuses %j without sending or printing it', async (token) => {
    const { calls, options } = stub([200, user])
    const error = await rejection(validateToken(`${token}`, options))
    expect(error).toBeInstanceOf(TypeError)
    expect(calls).toEqual([])
    if (token !== '') expect(printed(error)).not.toContain(token)
  })
})
