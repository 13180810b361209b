import { describe, expect, it } from 'vitest'
import { ConfigurationError, NetworkError } from '../../src/errors.ts'
import { exchangeDeviceCode, readDeviceCodeResponse, requestDeviceCode } from '../../src/oauth/device-code.ts'
import { rejection, stub } from './stub.ts'

const device = {
  device_code: 'dev1ce',
  expires_in: 1800,
  interval: 5,
  user_code: 'JLLKTXWJ',
  verification_uri: 'https://www.twitch.tv/activate?device-code=JLLKTXWJ',
}
const app = { clientId: 'c', scopes: ['chat:read', 'chat:edit'] as const }

describe('requestDeviceCode', () => {
  it('sends scopes in the plural', async () => {
    const { calls, options } = stub([200, device])
    await expect(requestDeviceCode({ ...app, ...options })).resolves.toEqual(device)
    expect(calls).toMatchObject([
      { url: 'http://127.0.0.1:1/oauth2/device', form: { client_id: 'c', scopes: 'chat:read chat:edit' } },
    ])
  })

  it('takes the usual times where Twitch says none that make sense', () => {
    expect(readDeviceCodeResponse({ ...device, expires_in: 0, interval: 'soon' })).toEqual(device)
  })

  it.each<[interval: unknown, expires_in: unknown, times: readonly [interval: number, expires_in: number]]>([
    [1e9, 1800, [1800, 1800]],
    [Number.MAX_VALUE, 1e12, [86_400, 86_400]],
    [10, 4, [4, 4]],
    [0, 1800, [5, 1800]],
    [-3, 1800, [1, 1800]],
    [0.01, 0.5, [1, 1]],
    [null, -1, [1, 1]],
    ['5', '60', [5, 1800]],
    [2, 1e-9, [1, 1]],
  ])('an interval of %j within %j seconds becomes %j', (interval, expires_in, times) => {
    const read = readDeviceCodeResponse({ ...device, interval, expires_in })
    expect([read?.interval, read?.expires_in]).toEqual(times)
  })

  it.each([
    { device_code: '' },
    { user_code: 7 },
    { verification_uri: 'javascript:alert(1)' },
    { verification_uri: 'javascript:"https:"' },
    { verification_uri: {} },
  ])('does not use an answer with %j', async (part) => {
    const { options } = stub([200, { ...device, ...part }])
    expect(await rejection(requestDeviceCode({ ...app, ...options }))).toBeInstanceOf(NetworkError)
  })

  it.each(['invalid client', 'missing client id', 'invalid scope requested'])(
    'says what to do about %s',
    async (message) => {
      const { options } = stub([400, { status: 400, message }])
      expect(await rejection(requestDeviceCode({ ...app, ...options }))).toBeInstanceOf(ConfigurationError)
    },
  )
})

describe('exchangeDeviceCode', () => {
  it('sends the code and the grant type', async () => {
    const { calls, options } = stub([200, { access_token: 'a', refresh_token: 'r' }])
    await expect(exchangeDeviceCode('dev1ce', { ...app, ...options })).resolves.toEqual({
      access_token: 'a',
      refresh_token: 'r',
    })
    expect(calls[0]?.form).toEqual({
      client_id: 'c',
      scopes: 'chat:read chat:edit',
      device_code: 'dev1ce',
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    })
  })

  it.each([
    ['authorization_pending', 'authorization_pending'],
    ['Authorization_Pending', 'authorization_pending'],
    ['slow_down', 'slow_down'],
    ['access_denied', 'access_denied'],
    ['expired_token', 'expired_token'],
    ['invalid device code', 'invalid_device_code'],
    ['Invalid device code', 'invalid_device_code'],
  ])('understands %s', async (message, state) => {
    const { options } = stub([400, { status: 400, message }])
    await expect(exchangeDeviceCode('dev1ce', { ...app, ...options })).resolves.toBe(state)
  })

  it.each<readonly [number, unknown]>([
    [200, '<html>'],
    [200, {}],
    [400, { status: 400, message: 'something new' }],
    [400, '<html>invalid device code'],
    [500, { message: 'invalid device code' }],
    [503, ''],
    [429, ''],
  ])('knows nothing after %i %j', async (status, body) => {
    const { options } = stub([status, body])
    expect(await rejection(exchangeDeviceCode('dev1ce', { ...app, ...options }))).toMatchObject({
      name: 'NetworkError',
      status,
    })
  })

  it('says that the app is confidential where Twitch says so', async () => {
    const { options } = stub([400, { status: 400, message: 'missing client secret' }])
    expect(await rejection(exchangeDeviceCode('dev1ce', { ...app, ...options }))).toBeInstanceOf(ConfigurationError)
  })

  it('waits for 30 seconds, unless told otherwise: what comes later is lost', async () => {
    const { options } = stub([400, { status: 400, message: 'authorization_pending' }])
    const delays: number[] = []
    const setTimeout = (_: () => void, delay: number) => delays.push(delay)
    for (const timeout of [undefined, 5_000]) {
      await exchangeDeviceCode('dev1ce', { ...app, ...options, timeout, setTimeout, clearTimeout: () => {} })
    }
    expect(delays).toEqual([30_000, 5_000])
  })
})
