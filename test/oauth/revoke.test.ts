import { describe, expect, it } from 'vitest'
import { ConfigurationError, NetworkError } from '../../src/errors.ts'
import { revokeToken } from '../../src/oauth/revoke.ts'
import { rejection, stub } from './stub.ts'

describe('revokeToken', () => {
  it('sends the token in the body', async () => {
    const { calls, options } = stub([200, ''])
    await revokeToken('abc', { clientId: 'c', ...options })
    expect(calls).toMatchObject([{ url: 'http://127.0.0.1:1/oauth2/revoke', form: { client_id: 'c', token: 'abc' } }])
  })

  it('is content when the token was dead already', async () => {
    const { options } = stub([400, { status: 400, message: 'Invalid token' }])
    await expect(revokeToken('abc', { clientId: 'c', ...options })).resolves.toBeUndefined()
  })

  it('says that the client id is unknown', async () => {
    const { options } = stub([404, { status: 404, message: 'client does not exist' }])
    expect(await rejection(revokeToken('abc', { clientId: 'c', ...options }))).toBeInstanceOf(ConfigurationError)
  })

  it.each([400, 404, 500])('knows nothing after an unreadable %i', async (status) => {
    const { options } = stub([status, '<html>'])
    expect(await rejection(revokeToken('abc', { clientId: 'c', ...options }))).toBeInstanceOf(NetworkError)
  })
})
