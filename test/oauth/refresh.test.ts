import { describe, expect, it } from 'vitest'
import { ConfigurationError, NetworkError, TokenRejectedError } from '../../src/errors.ts'
import { refreshToken } from '../../src/oauth/refresh.ts'
import { printed, rejection, stub } from './stub.ts'

const SECRETS = ['R3FR3SH/%=t0ken', 'cl1ents3cret', 'n3w4ccess', 'n3wrefresh']
const [OLD, CLIENT_SECRET] = SECRETS as [string, string, string, string]
const pair = { access_token: 'n3w4ccess', refresh_token: 'n3wrefresh', scope: ['chat:read'], token_type: 'bearer' }

const refused = (message: string, status = 400) => [status, { error: 'Bad Request', status, message }] as const

describe('refreshToken', () => {
  it('calls fetch in the same turn', () => {
    const { calls, options } = stub([200, pair])
    const promise = refreshToken(OLD, { clientId: 'c', ...options })
    expect(calls).toHaveLength(1)
    return promise
  })

  it('sends a form without any header, and the token as it is', async () => {
    const { calls, options } = stub([200, pair])
    await refreshToken(OLD, { clientId: 'c', ...options })
    expect(calls[0]?.url).toBe('http://127.0.0.1:1/oauth2/token')
    expect(calls[0]?.init.headers).toBeUndefined()
    expect(calls[0]?.init.body).toBeInstanceOf(URLSearchParams)
    expect(calls[0]?.form).toEqual({ client_id: 'c', grant_type: 'refresh_token', refresh_token: OLD })
  })

  it('sends the secret of a confidential app in the body', async () => {
    const { calls, options } = stub([200, pair])
    await refreshToken(OLD, { clientId: 'c', clientSecret: CLIENT_SECRET, ...options })
    expect(calls[0]?.form['client_secret']).toBe(CLIENT_SECRET)
    expect(calls[0]?.url).not.toContain(CLIENT_SECRET)
  })

  it('gives up after 30 seconds', async () => {
    const delays: number[] = []
    const { options } = stub([200, pair])
    const setTimeout = (_: () => void, delay: number) => delays.push(delay)
    await refreshToken(OLD, { clientId: 'c', ...options, setTimeout, clearTimeout: () => {} })
    expect(delays).toEqual([30_000])
  })

  it("answers with Twitch's own names", async () => {
    const { options } = stub([200, { ...pair, expires_in: 14346 }])
    await expect(refreshToken(OLD, { clientId: 'c', ...options })).resolves.toEqual({ ...pair, expires_in: 14346 })
  })

  it.each([
    refused('Invalid refresh token'),
    refused('invalid REFRESH token', 401),
    refused('Invalid grant'),
    refused('invalid_grant', 403),
    refused('refresh token expired'),
  ])('rejects the token after %i %j', async (status, body) => {
    const { options } = stub([status, body])
    const error = await rejection(refreshToken(OLD, { clientId: 'c', ...options }))
    expect(error).toBeInstanceOf(TokenRejectedError)
    expect(error).toMatchObject({ reason: 'refused' })
  })

  it.each([
    [refused('missing client secret'), /registered as Confidential/],
    [refused('invalid client secret', 403), /copy it again/],
    [refused('Invalid client credentials', 401), /copy it again/],
    [refused('invalid client'), /does not know this client id/],
    [refused('missing client id'), /No client id/],
    [refused('client does not exist', 404), /does not know this client id/],
  ])('says what to do about %j', async ([status, body], advice) => {
    const { options } = stub([status, body])
    const error = await rejection(refreshToken(OLD, { clientId: 'c', ...options }))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toMatch(advice)
  })

  it.each<readonly [number, unknown]>([
    [200, ''],
    [200, '<html>'],
    [200, '{"access_token":"n3w4cc'],
    [200, { access_token: '' }],
    [200, { access_token: 7, refresh_token: 'n3wrefresh' }],
    [500, { message: 'Invalid refresh token' }],
    [502, '<html>Invalid refresh token</html>'],
    [503, ''],
    [400, '<html>Invalid refresh token</html>'],
    [403, ''],
    [302, ''],
    [429, { message: 'too many' }],
    refused('missing refresh token'),
    refused('missing grant type'),
    refused('invalid grant type'),
    refused('something new'),
    [400, { message: { text: 'Invalid refresh token' } }],
    [400, { error: 'invalid_request' }],
  ])('learns nothing about the token from %i %j', async (status, body) => {
    const { options } = stub([status, body])
    const error = await rejection(refreshToken(OLD, { clientId: 'c', ...options }))
    expect(error).toBeInstanceOf(NetworkError)
    expect(error).toMatchObject({ status })
  })

  it('says when to come back after a 429', async () => {
    const { options } = stub([429, '', { 'Ratelimit-Reset': '2000' }])
    expect(await rejection(refreshToken(OLD, { clientId: 'c', ...options }))).toMatchObject({
      status: 429,
      retryAt: 2_000_000,
    })
  })

  it('never asks twice', async () => {
    const { calls, options } = stub([503, ''], [200, pair])
    await rejection(refreshToken(OLD, { clientId: 'c', ...options }))
    expect(calls).toHaveLength(1)
  })

  it('prints no secret and no address, whatever comes back', async () => {
    const everything = { ...pair, message: `${OLD} ${CLIENT_SECRET}` }
    for (const status of [200, 400, 401, 403, 404, 429, 500]) {
      for (const body of [{ ...everything, access_token: undefined }, `<html>${OLD}`, { message: 'invalid client' }]) {
        const { options } = stub([status, body])
        const text = printed(
          await rejection(refreshToken(OLD, { clientId: 'c', clientSecret: CLIENT_SECRET, ...options })),
        )
        for (const secret of [...SECRETS, encodeURIComponent(OLD), '127.0.0.1']) expect(text).not.toContain(secret)
      }
    }
  })
})
