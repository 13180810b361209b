import { describe, expect, it } from 'vitest'
import { refreshToken } from '../../src/oauth/refresh.ts'
import { rejection, stub } from './stub.ts'

const answer = (body: object, status = 200) => refreshToken('r', { clientId: 'c', ...stub([status, body]).options })

describe('an answer that gives out tokens', () => {
  it.each<[string, object, object]>([
    ['nothing else', {}, {}],
    ['a time of 0', { expires_in: 0 }, { expires_in: 0 }],
    ['a time that is negative', { expires_in: -1 }, {}],
    ['a time that is no number', { expires_in: 'soon' }, {}],
    ['no scopes', { scope: null }, {}],
    ['one empty scope', { scope: [''] }, { scope: [] }],
    ['a refresh token that is empty', { refresh_token: '' }, {}],
    ['a type and an id token that are no texts', { token_type: 7, id_token: null }, {}],
    ['a type and an id token', { token_type: 'bearer', id_token: 'j' }, { token_type: 'bearer', id_token: 'j' }],
  ])('with %s has no more in it than was said', async (_, said, read) => {
    await expect(answer({ access_token: 'a', ...said })).resolves.toStrictEqual({ access_token: 'a', ...read })
  })

  it.each<[string, object, number]>([
    ['another status than 200', { access_token: 'a' }, 202],
    ['an empty token', { access_token: '' }, 200],
    ['a token that is no text', { access_token: {} }, 200],
  ])('is none with %s', async (_, body, status) => {
    expect(await rejection(answer(body, status))).toMatchObject({ name: 'NetworkError', status })
  })

  it('says when to come back, by the clock that was given, where it gives out none', async () => {
    const { options } = stub([429, '', { 'retry-after': '7' }])
    expect(await rejection(refreshToken('r', { clientId: 'c', ...options }))).toMatchObject({ retryAt: 1_007_000 })
  })
})
