import { expect, test } from 'vitest'
import type { RequestOptions } from '../../src/internal/request.ts'
import {
  exchangeCode,
  exchangeDeviceCode,
  refreshToken,
  requestAppToken,
  requestDeviceCode,
  revokeToken,
  validateToken,
} from '../../src/oauth/index.ts'
import { stub } from './stub.ts'

const app = { clientId: 'c', clientSecret: 's', scopes: [], redirectUri: 'http://localhost/' }
const code = (options: RequestOptions) => exchangeCode('code', { ...app, ...options })
const device = (options: RequestOptions) => requestDeviceCode({ ...app, ...options })
const poll = (options: RequestOptions) => exchangeDeviceCode('code', { ...app, ...options })
const refresh = (options: RequestOptions) => refreshToken('token', { clientId: 'c', ...options })
const appToken = (options: RequestOptions) => requestAppToken({ ...app, ...options })
const revoke = (options: RequestOptions) => revokeToken('token', { clientId: 'c', ...options })
const validate = (options: RequestOptions) => validateToken('token', options)

const says = (name: string, message: RegExp) => ({ name, message: expect.stringMatching(message) })
const signIn = says('TokenRejectedError', /sign in again/i)
const secret = says('ConfigurationError', /client secret.*dev\.twitch\.tv\/console/)
const client = says('ConfigurationError', /client id.*dev\.twitch\.tv\/console/)
const wait = says('NetworkError', /try later/)

/** Every refusal that Twitch is known to answer at id.twitch.tv, and what the user of this library is told. */
test.each<[(options: RequestOptions) => Promise<unknown>, number, string, object | undefined]>([
  [code, 400, 'Invalid authorization code', signIn],
  [code, 400, 'Invalid grant', signIn],
  [code, 400, 'Parameter redirect_uri does not match registered URI', says('ConfigurationError', /byte for byte/)],
  [code, 403, 'invalid client secret', secret],
  [code, 400, 'invalid client', client],
  [code, 400, 'missing client id', client],
  [refresh, 400, 'Invalid refresh token', signIn],
  [refresh, 401, 'Invalid refresh token', signIn],
  [refresh, 400, 'Invalid grant', signIn],
  [refresh, 400, 'missing client secret', says('ConfigurationError', /registered as Confidential.*Public/)],
  [refresh, 403, 'invalid client secret', secret],
  [refresh, 400, 'invalid client', client],
  [refresh, 429, 'Too Many Requests', says('NetworkError', /slow down/)],
  [refresh, 400, 'missing grant type', wait],
  [refresh, 500, 'Internal Server Error', wait],
  [device, 400, 'invalid client', client],
  [device, 400, 'invalid scope requested', says('ConfigurationError', /scopes/)],
  [device, 400, 'unauthorized client', says('ConfigurationError', /Public/)],
  [poll, 400, 'authorization_pending', undefined],
  [poll, 400, 'slow_down', undefined],
  [poll, 400, 'invalid device code', undefined],
  [poll, 400, 'access_denied', undefined],
  [poll, 400, 'expired_token', undefined],
  [poll, 400, 'invalid client', client],
  [appToken, 403, 'invalid client secret', secret],
  [appToken, 400, 'invalid client', client],
  [revoke, 400, 'Invalid token', undefined],
  [revoke, 404, 'client does not exist', client],
  [validate, 401, 'invalid access token', says('TokenRejectedError', /renew it, or sign in again/)],
  [validate, 401, 'missing authorization token', wait],
])('%o answered %i "%s" says what to do', async (request, status, message, error) => {
  for (const body of [
    { status, message },
    { status, message: message.toUpperCase(), error: 'Bad Request' },
  ]) {
    const { options } = stub([status, body])
    const outcome = await request(options).catch((error: unknown) => error)
    if (error === undefined) expect(outcome).not.toBeInstanceOf(Error)
    else expect(outcome).toMatchObject(error)
  }
})
