import { describe, expect, test } from 'vitest'
import { exchangeCode } from '../../src/oauth/authorization-code.ts'
import { requestAppToken } from '../../src/oauth/client-credentials.ts'
import { exchangeDeviceCode, requestDeviceCode } from '../../src/oauth/device-code.ts'
import { refreshToken } from '../../src/oauth/refresh.ts'
import { revokeToken } from '../../src/oauth/revoke.ts'
import { stub } from './stub.ts'

const requests: Record<string, (options: never) => Promise<unknown>> = {
  refreshToken: (options) => refreshToken('r', options),
  revokeToken: (options) => revokeToken('a', options),
  requestDeviceCode: (options) => requestDeviceCode({ scopes: [], ...(options as object) } as never),
  exchangeDeviceCode: (options) => exchangeDeviceCode('d', { scopes: [], ...(options as object) } as never),
  exchangeCode: (options) =>
    exchangeCode('c', { clientSecret: 's', redirectUri: 'u', ...(options as object) } as never),
  requestAppToken: (options) => requestAppToken({ clientSecret: 's', ...(options as object) } as never),
}

describe('without a client id nothing is sent, and the error says so', () => {
  test.each(Object.entries(requests))('%s', async (_, request) => {
    for (const clientId of [undefined, '']) {
      const { calls, options } = stub([200, {}])
      await expect(request({ ...options, clientId } as never)).rejects.toThrow(
        new TypeError('The client id is missing.'),
      )
      expect(calls).toEqual([])
    }
  })
})

test.each<[string, () => Promise<unknown>]>([
  ['refresh token', () => refreshToken(undefined as never, { clientId: 'c', ...stub([200, {}]).options })],
  ['token', () => revokeToken('', { clientId: 'c', ...stub([200, {}]).options })],
  ['device code', () => exchangeDeviceCode('', { clientId: 'c', scopes: [], ...stub([200, {}]).options })],
])('no %s is no question for Twitch', async (what, request) => {
  await expect(request()).rejects.toThrow(new TypeError(`The ${what} is missing.`))
})

test('a public app has no secret, and no scopes are a list of none', async () => {
  const { calls, options } = stub([200, { access_token: 'a', refresh_token: 'r' }])
  await refreshToken('r', { clientId: 'c', ...options })
  await exchangeDeviceCode('d', { clientId: 'c', scopes: [], ...options })
  expect(calls.map(({ form }) => form['scopes'])).toEqual([undefined, ''])
})
