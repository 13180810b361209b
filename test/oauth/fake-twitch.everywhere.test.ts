import { beforeEach, describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  exchangeCode,
  exchangeDeviceCode,
  readCallback,
  refreshToken,
  requestAppToken,
  requestDeviceCode,
  revokeToken,
  validateToken,
} from '../../src/oauth/index.ts'
import { createFakeClock, createFakeTwitch, type FakeTwitch } from '../../src/testing/index.ts'
import { rejection } from './stub.ts'

const redirectUri = 'http://localhost/back'
const scopes = ['chat:read', 'chat:edit'] as const
let twitch: FakeTwitch

beforeEach(() => {
  twitch = createFakeTwitch({
    clock: createFakeClock(),
    users: [{ id: '1', login: 'dev' }],
    apps: [
      { clientId: 'public', clientType: 'public' },
      { clientId: 'server', clientType: 'confidential', clientSecret: 'secret', redirectUris: [redirectUri] },
    ],
  })
})

const open = () => ({ clientId: 'public', ...twitch.platform })
const server = () => ({ clientId: 'server', clientSecret: 'secret', ...twitch.platform })
const issue = (clientId = 'public') => twitch.id.issue({ clientId, login: 'dev', scopes })

describe('a token of the fake Twitch', () => {
  it('is good, and says whose it is', async () => {
    await expect(validateToken(issue().accessToken, twitch.platform)).resolves.toMatchObject({
      client_id: 'public',
      login: 'dev',
      user_id: '1',
      scopes,
    })
  })

  it('is dead when it has expired', async () => {
    const { accessToken } = issue()
    twitch.id.expire(accessToken)
    expect(await rejection(validateToken(accessToken, twitch.platform))).toMatchObject({ reason: 'invalid' })
  })

  it.each(['array', 'missing', 'null', 'string'] as const)(
    'has no scopes when they are spelled as %s',
    async (spelling) => {
      twitch.id.switches.validateScopes = spelling
      const { accessToken } = twitch.id.issue({ clientId: 'public', login: 'dev' })
      await expect(validateToken(accessToken, twitch.platform)).resolves.toMatchObject({ scopes: [] })
    },
  )

  it('is renewed once', async () => {
    const { refreshToken: old } = issue()
    const next = await refreshToken(old, open())
    expect(next).toMatchObject({ scope: scopes })
    await expect(validateToken(next.access_token, twitch.platform)).resolves.toMatchObject({ user_id: '1' })
    expect(await rejection(refreshToken(old, open()))).toMatchObject({ name: 'TokenRejectedError', reason: 'refused' })
  })

  it.each([
    ['without its secret', { clientId: 'server' }, /registered as Confidential/],
    ['with a wrong secret', { clientId: 'server', clientSecret: 'wrong' }, /copy it again/],
    ['for an unknown client', { clientId: 'nobody' }, /does not know this client id/],
  ])('of a confidential app is not spent when it is renewed %s', async (_, app, advice) => {
    const { refreshToken: old } = issue('server')
    const error = await rejection(refreshToken(old, { ...twitch.platform, ...app }))
    expect(error).toMatchObject({ name: 'ConfigurationError', message: expect.stringMatching(advice) })
    await expect(refreshToken(old, server())).resolves.toHaveProperty('access_token')
  })

  it('ends when it is revoked, and may be revoked again', async () => {
    const { accessToken } = issue()
    await revokeToken(accessToken, open())
    expect(twitch.id.isAlive(accessToken)).toBe(false)
    await revokeToken(accessToken, open())
  })

  it.each([
    ['a 503 before the work', { kind: 'status', status: 503 }, 0],
    ['HTML after the work', { kind: 'html', at: 'after' }, 1],
    ['a connection that breaks after the work', { kind: 'no-answer', at: 'after' }, 1],
    ['an answer that is cut', { kind: 'cut' }, 1],
    ['an answer that is cut and looks whole', { kind: 'cut', silent: true }, 1],
  ] as const)('may or may not be spent after %s', async (_, fault, spends) => {
    const { refreshToken: old } = issue()
    twitch.faults.add({ host: 'id', path: '/token', fault })
    expect(await rejection(refreshToken(old, open()))).toMatchObject({ name: 'NetworkError' })
    expect(twitch.id.spends(old)).toBe(spends)
  })
})

describe('a sign-in at the fake Twitch', () => {
  it('goes by device code', async () => {
    const device = await requestDeviceCode({ ...open(), scopes })
    await expect(exchangeDeviceCode(device.device_code, { ...open(), scopes })).resolves.toBe('authorization_pending')
    twitch.id.allow(device.user_code, 'dev')
    await expect(exchangeDeviceCode(device.device_code, { ...open(), scopes })).resolves.toMatchObject({
      scope: scopes,
    })
    await expect(exchangeDeviceCode(device.device_code, { ...open(), scopes })).resolves.toBe('invalid_device_code')
  })

  it('ends when the user says no', async () => {
    const device = await requestDeviceCode({ ...open(), scopes })
    twitch.id.deny(device.user_code)
    await expect(exchangeDeviceCode(device.device_code, { ...open(), scopes })).resolves.toBe('access_denied')
  })

  it('goes by redirect and code', async () => {
    const url = authorizeUrl({ ...server(), redirectUri, responseType: 'code', scopes, state: 'S' })
    const callback = readCallback(await twitch.id.authorize(url, { login: 'dev' }))
    if (callback?.type !== 'code') throw new Error('The redirect brought no code.')
    expect(callback.state).toBe('S')
    const tokens = await exchangeCode(callback.code, { ...server(), redirectUri })
    await expect(validateToken(tokens.access_token, twitch.platform)).resolves.toMatchObject({ login: 'dev', scopes })
    expect(await rejection(exchangeCode(callback.code, { ...server(), redirectUri }))).toMatchObject({
      reason: 'refused',
    })
  })

  it('goes by redirect alone', async () => {
    const url = authorizeUrl({ ...server(), redirectUri, responseType: 'token', scopes, state: 'S' })
    expect(readCallback(await twitch.id.authorize(url, { login: 'dev' }))).toMatchObject({ type: 'token', state: 'S' })
    expect(readCallback(await twitch.id.authorize(url, { login: 'dev', consent: false }))).toMatchObject({
      type: 'error',
      error: 'access_denied',
      state: 'S',
    })
  })

  it('needs no user for an app token', async () => {
    const { access_token } = await requestAppToken(server())
    const token = await validateToken(access_token, twitch.platform)
    expect(token).toMatchObject({ client_id: 'server', scopes: [] })
    expect(token).not.toHaveProperty('user_id')
  })
})
