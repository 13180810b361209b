import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type VerifyIdTokenOptions, verifyIdToken } from '../../src/oauth/id-token.ts'
import { authorizeUrl, readCallback } from '../../src/oauth/index.ts'
import { createFakeClock, createFakeTwitch } from '../../src/testing/index.ts'
import { printed, rejection } from './stub.ts'

const issuer = 'http://127.0.0.1:1/oauth2'
const now = 1_800_000_000
// SHA-256 of `access`, its left half in base64url.
const AT_HASH = 'oFYf1knNtrqnhAVfBRuteQ'

let keys: CryptoKeyPair
let others: CryptoKeyPair
let published: object[]

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true })
  others = await generateKeyPair('RS256', { extractable: true })
  published = [{ ...(await exportJWK(keys.publicKey)), kid: '1', alg: 'RS256', use: 'sig' }]
})

afterEach(() => {
  vi.unstubAllGlobals()
})

function setUp(answer: () => Response = () => Response.json({ keys: published })) {
  const requests: { url: string; init: RequestInit | undefined }[] = []
  const options: VerifyIdTokenOptions = {
    clientId: 'app',
    nonce: 'n0nce',
    endpoints: { id: issuer },
    now: () => now * 1000,
    async fetch(url, init) {
      requests.push({ url, init })
      return answer()
    },
  }
  return { options, requests }
}

type Claims = { readonly [Name in keyof JWTPayload]: JWTPayload[Name] | undefined }

function sign(claims: Claims = {}, { key = keys.privateKey, kid = '1' } = {}): Promise<string> {
  const usual = { iss: issuer, aud: 'app', azp: 'app', sub: '1', iat: now, exp: now + 900, nonce: 'n0nce' }
  return new SignJWT({ ...usual, ...claims } as JWTPayload).setProtectedHeader({ alg: 'RS256', kid }).sign(key)
}

describe('verifyIdToken', () => {
  it('gives the claims of a good one', async () => {
    const { options, requests } = setUp()
    await expect(verifyIdToken(await sign({ email: 'a@b.c' }), options)).resolves.toMatchObject({
      sub: '1',
      email: 'a@b.c',
    })
    expect(requests.map(({ url }) => url)).toEqual([`${issuer}/keys`])
    expect(requests[0]?.init).not.toHaveProperty('headers')
  })

  it('fetches the keys once', async () => {
    const { options, requests } = setUp()
    for (let i = 0; i < 3; i += 1) await verifyIdToken(await sign(), options)
    expect(requests).toHaveLength(1)
  })

  describe('for a key it does not know', () => {
    async function setUpRotation() {
      const clock = createFakeClock({ startAt: now * 1000 })
      let current = published
      const { options, requests } = setUp(() => Response.json({ keys: current }))
      const timed = { ...options, now: clock.now, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout }
      const next = { ...(await exportJWK(others.publicKey)), kid: '2', alg: 'RS256', use: 'sig' }
      return {
        clock,
        requests,
        verify: (token: string) => verifyIdToken(token, timed),
        rotate: () => {
          current = [...published, next]
        },
        byNewKey: () => sign({}, { key: others.privateKey, kid: '2' }),
      }
    }

    it('fetches them again at once', async () => {
      const { clock, requests, verify, rotate, byNewKey } = await setUpRotation()
      await verify(await sign())
      await clock.advance(1_000)
      rotate()
      await expect(verify(await byNewKey())).resolves.toMatchObject({ sub: '1' })
      expect(requests).toHaveLength(2)
    })

    it('waits for the end of the cool-down, and never calls a good one invalid for it', async () => {
      const { clock, requests, verify, rotate, byNewKey } = await setUpRotation()
      await verify(await sign())
      rotate()
      const verifying = verify(await byNewKey())
      await clock.advance(999)
      expect(requests).toHaveLength(1)
      await clock.advance(1)
      await expect(verifying).resolves.toMatchObject({ sub: '1' })
      expect(requests).toHaveLength(2)
    })

    it('fetches once a second, however many made-up ids come', async () => {
      const { clock, requests, verify } = await setUpRotation()
      const forged = await sign({}, { kid: 'made up' })
      const refused: unknown[] = []
      for (let ms = 0; ms < 5_000; ms += 50) {
        verify(forged).catch((error: unknown) => refused.push(error))
        await clock.advance(50)
      }
      await clock.advance(2_000)
      expect(refused).toHaveLength(100)
      expect(new Set(refused.map((error) => (error as { reason?: string }).reason))).toEqual(new Set(['invalid']))
      expect(requests.length).toBeLessThanOrEqual(7)
    })

    it('keeps the newest, when an older answer comes after them', async () => {
      const clock = createFakeClock({ startAt: now * 1000 })
      const next = { ...(await exportJWK(others.publicKey)), kid: '2', alg: 'RS256', use: 'sig' }
      const answers: ((response: Response) => void)[] = []
      const { options } = setUp()
      const timed: VerifyIdTokenOptions = {
        ...options,
        timeout: 60_000,
        now: clock.now,
        setTimeout: clock.setTimeout,
        clearTimeout: clock.clearTimeout,
        fetch: () => new Promise((resolve) => answers.push(resolve)),
      }
      const byNewKey = await sign({}, { key: others.privateKey, kid: '2' })
      const first = verifyIdToken(byNewKey, timed)
      await clock.settle()
      const second = verifyIdToken(byNewKey, timed)
      await clock.advance(1_000)
      answers[1]?.(Response.json({ keys: [...published, next] }))
      await expect(second).resolves.toMatchObject({ sub: '1' })
      answers[0]?.(Response.json({ keys: published }))
      await expect(first).resolves.toMatchObject({ sub: '1' })
      await expect(verifyIdToken(byNewKey, timed)).resolves.toMatchObject({ sub: '1' })
      expect(answers).toHaveLength(2)
    })

    it('goes on while another one waits for keys that never come', async () => {
      const clock = createFakeClock({ startAt: now * 1000 })
      let asked = 0
      const { options } = setUp()
      const timed: VerifyIdTokenOptions = {
        ...options,
        now: clock.now,
        setTimeout: clock.setTimeout,
        clearTimeout: clock.clearTimeout,
        async fetch() {
          asked += 1
          return asked === 1 ? new Promise<never>(() => {}) : Response.json({ keys: published })
        },
      }
      const token = await sign()
      verifyIdToken(token, timed).catch(() => {})
      const second = verifyIdToken(token, timed)
      await clock.advance(1_000)
      await expect(second).resolves.toMatchObject({ sub: '1' })
      expect(asked).toBe(2)
    })
  })

  it('fetches them once for all who ask at the same time', async () => {
    const { options, requests } = setUp()
    const token = await sign()
    await Promise.all(Array.from({ length: 20 }, () => verifyIdToken(token, options)))
    expect(requests).toHaveLength(1)
  })

  it('fetches them again when they are old, since Twitch may have taken one back', async () => {
    let time = now * 1000
    let current: object[] = published
    const { options, requests } = setUp(() => Response.json({ keys: current }))
    const token = await sign({ exp: now + 7200 })
    await verifyIdToken(token, { ...options, now: () => time })
    current = [{ ...(published[0] as object), kid: '9' }]
    time += 600_000
    expect(await rejection(verifyIdToken(token, { ...options, now: () => time }))).toMatchObject({ reason: 'invalid' })
    expect(requests).toHaveLength(2)
  })

  it('takes a list of audiences', async () => {
    const { options } = setUp()
    await expect(verifyIdToken(await sign({ aud: ['app', 'x'] }), options)).resolves.toHaveProperty('sub', '1')
  })

  it('allows for clocks that differ a little', async () => {
    const { options } = setUp()
    await verifyIdToken(await sign({ exp: now - 20 }), options)
    expect(await rejection(verifyIdToken(await sign({ exp: now - 20 }), { ...options, leeway: 0 }))).toMatchObject({
      reason: 'invalid',
    })
  })

  it('asks for nothing without a client id or a nonce, or where nothing can be proved', async () => {
    const { options, requests } = setUp()
    const token = await sign({ nonce: undefined })
    for (const wrong of [{ clientId: '' }, { nonce: '' }, { nonce: undefined as never }])
      await expect(verifyIdToken(token, { ...options, ...wrong })).rejects.toThrow(
        new TypeError('To verify an id token takes the client id and the nonce.'),
      )
    vi.stubGlobal('crypto', {})
    await expect(verifyIdToken(token, options)).rejects.toMatchObject({ name: 'UnsupportedError' })
    expect(requests).toEqual([])
  })

  it('takes no leeway that would make every time good', async () => {
    const { options } = setUp()
    const ended = await sign({ exp: now - 900 })
    for (const leeway of [Number.NaN, Number.POSITIVE_INFINITY, -1, '1 day' as never]) {
      await expect(verifyIdToken(ended, { ...options, leeway })).rejects.toThrow(RangeError)
    }
  })

  it('belongs to its access token', async () => {
    const { options } = setUp()
    const token = await sign({ at_hash: AT_HASH })
    await verifyIdToken(token, { ...options, accessToken: 'access' })
    const urlSafe = await sign({ at_hash: 'dceFVpM-vR2cQ5L4-_MFfg' })
    await verifyIdToken(urlSafe, { ...options, accessToken: 'access9' })
    expect(await rejection(verifyIdToken(token, { ...options, accessToken: 'other' }))).toMatchObject({
      reason: 'invalid',
    })
  })

  it('need not say which access token and which party it is for, nor be asked', async () => {
    const { options } = setUp()
    for (const [claims, accessToken] of [
      [{}, 'access'],
      [{ at_hash: AT_HASH }, undefined],
      [{ azp: undefined }, undefined],
    ] as const)
      await expect(verifyIdToken(await sign(claims), { ...options, accessToken })).resolves.toHaveProperty('sub', '1')
  })

  it('is proved by keys that the fetch of its place brings, if no other is given', async () => {
    const { options, requests } = setUp()
    vi.stubGlobal('fetch', options.fetch)
    await verifyIdToken(await sign(), { ...options, fetch: undefined })
    expect(requests).toHaveLength(1)
  })

  it.each<[string, Claims, string]>([
    ['another app', { aud: 'other' }, 'wrong-app'],
    ['another authorized party', { azp: 'other' }, 'wrong-app'],
    ['another issuer', { iss: 'https://evil.example' }, 'invalid'],
    ['another nonce', { nonce: 'other' }, 'invalid'],
    ['no nonce', { nonce: undefined }, 'invalid'],
    ['the past', { exp: now - 31 }, 'invalid'],
    ['nobody', { sub: undefined }, 'invalid'],
    ['ever', { exp: undefined }, 'invalid'],
  ])('refuses one for %s', async (_, claims, reason) => {
    const { options } = setUp()
    const error = await rejection(verifyIdToken(await sign({ email: 'a@b.c', ...claims }), options))
    expect(error).toMatchObject({ name: 'TokenRejectedError', reason })
    expect(printed(error)).not.toContain('a@b.c')
  })

  it('refuses one that somebody else signed', async () => {
    const { options } = setUp()
    expect(await rejection(verifyIdToken(await sign({}, { key: others.privateKey }), options))).toMatchObject({
      reason: 'invalid',
    })
  })

  it.each(['', 'x', 'a.b.c', `${btoa('{"alg":"none"}').replaceAll('=', '')}.e30.`, 'a'.repeat(100_000)])(
    'refuses what is no id token',
    async (token) => {
      const { options } = setUp()
      expect(await rejection(verifyIdToken(token, options))).toMatchObject({
        name: 'TokenRejectedError',
        reason: 'invalid',
      })
    },
  )

  it('refuses HS256 with the public key as its secret', async () => {
    const { options } = setUp()
    const secret = new TextEncoder().encode(JSON.stringify(published[0]))
    const token = await new SignJWT({ iss: issuer, aud: 'app', sub: '1', nonce: 'n0nce' })
      .setProtectedHeader({ alg: 'HS256', kid: '1' })
      .setIssuedAt(now)
      .setExpirationTime(now + 900)
      .sign(secret)
    expect(await rejection(verifyIdToken(token, options))).toMatchObject({ reason: 'invalid' })
  })

  it.each<[string, () => Response]>([
    ['a 503', () => new Response('', { status: 503 })],
    ['HTML', () => new Response('<html>')],
    ['no keys', () => Response.json({})],
    [
      'no network',
      () => {
        throw new TypeError('Failed to fetch')
      },
    ],
  ])('knows nothing after %s', async (_, answer) => {
    const { options } = setUp(answer)
    expect(await rejection(verifyIdToken(await sign(), options))).toMatchObject({ name: 'NetworkError' })
  })

  it.each<[string, () => object | Promise<object>]>([
    ['private', () => exportJWK(keys.privateKey)],
    ['garbled', () => ({ kty: 'RSA', n: '!', e: 'AQAB' })],
  ])('knows nothing by a key that is %s', async (_, make) => {
    const key = { ...(await make()), kid: '1', alg: 'RS256', use: 'sig' }
    const { options } = setUp(() => Response.json({ keys: [key] }))
    expect(await rejection(verifyIdToken(await sign(), options))).toMatchObject({ name: 'NetworkError' })
  })

  it('knows when to ask again for keys that did not come', async () => {
    const { options } = setUp(() => new Response('', { status: 503, headers: { 'retry-after': '7' } }))
    expect(await rejection(verifyIdToken(await sign(), options))).toMatchObject({
      name: 'NetworkError',
      status: 503,
      retryAt: (now + 7) * 1000,
    })
  })

  it('trusts the fake Twitch', async () => {
    const redirectUri = 'http://localhost/back'
    const twitch = createFakeTwitch({
      clock: createFakeClock(),
      users: [{ id: '1', login: 'dev' }],
      apps: [{ clientId: 'app', clientType: 'confidential', clientSecret: 's', redirectUris: [redirectUri] }],
    })
    const url = authorizeUrl({
      clientId: 'app',
      redirectUri,
      responseType: 'token id_token',
      scopes: ['openid'],
      state: 'S',
      nonce: 'n0nce',
    })
    const signIn = async () => {
      const callback = readCallback(await twitch.id.authorize(url, { login: 'dev' }))
      if (callback?.type !== 'token' || callback.id_token === undefined) throw new Error('No id token came.')
      const { fetch, endpoints, now } = twitch.platform
      const options = { clientId: 'app', nonce: 'n0nce', accessToken: callback.access_token, fetch, endpoints, now }
      return verifyIdToken(callback.id_token, options)
    }
    await expect(signIn()).resolves.toMatchObject({ sub: '1' })
  })
})
