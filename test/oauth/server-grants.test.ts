import { describe, expect, it } from 'vitest'
import { exchangeCode } from '../../src/oauth/authorization-code.ts'
import { requestAppToken } from '../../src/oauth/client-credentials.ts'
import { rejection, stub } from './stub.ts'

const app = { clientId: 'c', clientSecret: 's' }
const web = { ...app, redirectUri: 'http://localhost/back' }

describe('exchangeCode', () => {
  it('sends the code with the secret in the body', async () => {
    const { calls, options } = stub([200, { access_token: 'a', refresh_token: 'r', scope: [], id_token: 'jwt' }])
    await expect(exchangeCode('xyz', { ...web, ...options })).resolves.toEqual({
      access_token: 'a',
      refresh_token: 'r',
      scope: [],
      id_token: 'jwt',
    })
    expect(calls[0]?.form).toEqual({
      client_id: 'c',
      client_secret: 's',
      code: 'xyz',
      grant_type: 'authorization_code',
      redirect_uri: 'http://localhost/back',
    })
  })

  it.each<readonly [number, unknown, object]>([
    [400, { message: 'Invalid authorization code' }, { name: 'TokenRejectedError', reason: 'refused' }],
    [400, { message: 'Parameter redirect_uri does not match registered URI' }, { name: 'ConfigurationError' }],
    [403, { message: 'invalid client secret' }, { name: 'ConfigurationError' }],
    [400, { message: 'something new' }, { name: 'NetworkError', status: 400 }],
    [200, '<html>', { name: 'NetworkError', status: 200 }],
    [500, '', { name: 'NetworkError', status: 500 }],
  ])('takes %i %j for what it is', async (status, body, error) => {
    const { options } = stub([status, body])
    expect(await rejection(exchangeCode('xyz', { ...web, ...options }))).toMatchObject(error)
  })
})

describe('requestAppToken', () => {
  it('sends the secret in the body', async () => {
    const { calls, options } = stub([200, { access_token: 'a', expires_in: 5011271, refresh_token: '', scope: [] }])
    await expect(requestAppToken({ ...app, ...options })).resolves.toEqual({
      access_token: 'a',
      expires_in: 5011271,
      scope: [],
    })
    expect(calls[0]?.form).toEqual({ client_id: 'c', client_secret: 's', grant_type: 'client_credentials' })
  })

  it.each<readonly [number, unknown, string]>([
    [403, { message: 'invalid client secret' }, 'ConfigurationError'],
    [200, {}, 'NetworkError'],
    [503, '', 'NetworkError'],
  ])('takes %i %j for what it is', async (status, body, name) => {
    const { options } = stub([status, body])
    expect(await rejection(requestAppToken({ ...app, ...options }))).toMatchObject({ name })
  })
})
