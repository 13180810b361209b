import { jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { signExtensionJwt, verifyExtensionJwt } from '../../src/extension/index.ts'
import { createFakeClock, createFakeTwitch } from '../../src/testing/index.ts'

const SECRET = btoa('the secret of an extension: 32 b')
const OTHER = btoa('the other secret of an extension')
const NOW = 1_800_000_000_000
const now = () => NOW
const claims = {
  exp: NOW / 1000 + 3600,
  opaque_user_id: 'U123',
  channel_id: '1001',
  role: 'viewer',
  is_unlinked: false,
  pubsub_perms: { listen: ['broadcast'], send: [] },
}

afterEach(() => {
  vi.unstubAllGlobals()
})

const key = (secret: string) => Uint8Array.from(atob(secret), (character) => character.charCodeAt(0))

function sign(payload: object, secret = SECRET, alg = 'HS256'): Promise<string> {
  return new SignJWT({ ...payload }).setProtectedHeader({ alg, typ: 'JWT' }).sign(key(secret))
}

const verify = (jwt: string, secrets: string | readonly string[] = SECRET) => verifyExtensionJwt(jwt, { secrets, now })
const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

describe('a JWT of a panel', () => {
  test('is proven with the secret, base64 as the console shows it', async () => {
    expect(await verify(await sign(claims))).toEqual(claims)
  })

  test('that the fake Twitch made is good', async () => {
    const clock = createFakeClock()
    const twitch = createFakeTwitch({ clock, users: [{ id: '1001', login: 'ann' }] })
    const { token, userId } = await twitch.extensions.authorize({ clientId: 'panel', channel: 'ann', viewer: 'ann' })
    const secrets = twitch.extensions.secrets('panel')
    const proven = await verifyExtensionJwt(token, { secrets, now: () => clock.now() })
    expect(proven).toMatchObject({ opaque_user_id: userId, user_id: '1001', channel_id: '1001', role: 'broadcaster' })
  })

  test('is proven with any of several secrets while they are rotated', async () => {
    for (const secret of [SECRET, OTHER]) {
      expect(await verify(await sign(claims, secret), [OTHER, SECRET])).toMatchObject({ role: 'viewer' })
    }
  })

  test('is given no leeway that would make every time good', async () => {
    const ended = await sign({ ...claims, exp: NOW / 1000 - 900 })
    for (const leeway of [Number.NaN, Number.POSITIVE_INFINITY, -1, '1 day' as never]) {
      await expect(verifyExtensionJwt(ended, { secrets: SECRET, now, leeway })).rejects.toThrow(RangeError)
    }
  })

  test.each<[unknown, boolean]>([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [undefined, false],
    [1, false],
  ])('that says is_unlinked %j means %j', async (is_unlinked, meant) => {
    expect(await verify(await sign({ ...claims, is_unlinked }))).toMatchObject({ is_unlinked: meant })
  })

  test('has some leeway at its end, and no more', async () => {
    expect(await verify(await sign({ ...claims, exp: NOW / 1000 - 29 }))).toMatchObject({ role: 'viewer' })
    expect(await outcome(verify(await sign({ ...claims, exp: NOW / 1000 - 31 })))).toMatchObject({
      name: 'TokenRejectedError',
      reason: 'invalid',
      message: expect.stringMatching(/ERR_JWT_EXPIRED/),
    })
  })

  test('keeps only topics that are text', async () => {
    const odd = { ...claims, pubsub_perms: { listen: ['broadcast', 7, null], send: 'broadcast' } }
    expect((await verify(await sign(odd))).pubsub_perms).toEqual({ listen: ['broadcast'] })
  })

  test('has nothing in it that was not said', async () => {
    const { channel_id, exp } = claims
    expect(await verify(await sign({ exp, role: 'viewer', channel_id, opaque_user_id: 'U1' }))).toStrictEqual({
      exp,
      role: 'viewer',
      channel_id,
      opaque_user_id: 'U1',
      is_unlinked: false,
    })
    const backend = { exp, role: 'external', user_id: '7', pubsub_perms: { send: ['broadcast'] } }
    expect(await verify(await sign(backend))).toStrictEqual({ ...backend, is_unlinked: false })
  })

  test('needs WebCrypto, and its secret is a text of 16 bytes at least', async () => {
    const shortest = btoa('x'.repeat(16))
    const jwt = await sign(claims, SECRET)
    expect(await outcome(verify(jwt, shortest))).toMatchObject({ name: 'TokenRejectedError' })
    for (const wrong of [btoa('x'.repeat(15)), 123456789012345678901234n as never])
      expect(await outcome(verify(jwt, [wrong]))).toMatchObject({ name: 'ConfigurationError' })
    vi.stubGlobal('crypto', {})
    const without = [verify(jwt), signExtensionJwt({ user_id: '7' }, { secret: SECRET, now })]
    for (const work of without) expect(await outcome(work)).toMatchObject({ name: 'UnsupportedError' })
  })

  test('with another algorithm is refused, even of the same secret', async () => {
    const long = btoa('x'.repeat(64))
    expect(await verify(await sign(claims, long), long)).toMatchObject({ role: 'viewer' })
    for (const alg of ['HS384', 'HS512']) {
      expect(await outcome(verify(await sign(claims, long, alg), long))).toMatchObject({ name: 'TokenRejectedError' })
    }
  })

  test('that is huge is not even looked at', async () => {
    const huge = `${await sign(claims)}${'A'.repeat(1_000_000)}`
    expect(await outcome(verify(huge))).toMatchObject({
      name: 'TokenRejectedError',
      message: expect.stringMatching(/no JWT of Twitch/),
    })
  })

  const hostile: Record<string, () => Promise<string> | string> = {
    'of another secret': () => sign(claims, OTHER),
    'with no algorithm': () => new UnsecuredJWT({ ...claims }).encode(),
    'signed with the base64 text itself': () =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET)),
    'with a changed payload': async () => {
      const [header, , signature] = (await sign(claims)).split('.')
      return `${header}.${btoa(JSON.stringify({ ...claims, role: 'broadcaster' })).replaceAll('=', '')}.${signature}`
    },
    'without a signature': async () => `${(await sign(claims)).split('.').slice(0, 2).join('.')}.`,
    'without an end': () => sign({ ...claims, exp: undefined }),
    'with an end that is text': async () => {
      const parts = [{ alg: 'HS256' }, { ...claims, exp: 'never' }].map((part) =>
        btoa(JSON.stringify(part)).replaceAll('=', ''),
      )
      return `${parts.join('.')}.AAAA`
    },
    'without a role': () => sign({ ...claims, role: undefined }),
    'with a role that is none': () => sign({ ...claims, role: 'admin' }),
    'without a channel': () => sign({ ...claims, channel_id: undefined }),
    'without a viewer': () => sign({ ...claims, opaque_user_id: undefined }),
    'with ids that are no text': () => sign({ ...claims, opaque_user_id: 7, channel_id: { id: 1 } }),
    'with a critical header nobody knows': () =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'HS256', crit: ['x'], x: 1 } as never)
        .sign(key(SECRET), { crit: { x: true } }),
    'that is none': () => 'Bearer nothing',
    'that is empty': () => '',
  }
  test.each(Object.entries(hostile))('%s is refused', async (_what, make) => {
    const error = await outcome(verify(await make(), SECRET))
    expect(error).toMatchObject({ name: 'TokenRejectedError', reason: 'invalid' })
  })

  test.each([undefined, null, 7, {}])('%j instead of one is refused', async (jwt) => {
    expect(await outcome(verify(jwt as never))).toMatchObject({ name: 'TokenRejectedError' })
  })

  test('that is refused is not in the error, nor is the secret', async () => {
    const jwt = await sign({ ...claims, exp: 1, user_id: '777000777' })
    const error = (await outcome(verify(jwt))) as Error
    const printed = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join()
    for (const secret of [jwt, SECRET, '777000777']) expect(printed).not.toContain(secret)
  })
})

describe('a secret', () => {
  test.each(['', 'not base64 at all!', 'c2hvcnQ=', undefined, null])('%j is a ConfigurationError', async (secret) => {
    const jwt = await sign(claims)
    expect(await outcome(verifyExtensionJwt(jwt, { secrets: [secret as never], now }))).toMatchObject({
      name: 'ConfigurationError',
    })
    expect(await outcome(signExtensionJwt({ user_id: '1' }, { secret: secret as never }))).toMatchObject({
      name: 'ConfigurationError',
    })
  })

  test('is needed at least once', async () => {
    expect(await outcome(verifyExtensionJwt('x', { secrets: [] }))).toBeInstanceOf(TypeError)
  })
})

describe('a JWT of a backend', () => {
  test('is what Twitch wants of one', async () => {
    const jwt = await signExtensionJwt(
      { user_id: '1001', channel_id: '1002', pubsub_perms: { send: ['broadcast'] } },
      { secret: SECRET, now },
    )
    const { payload, protectedHeader } = await jwtVerify(jwt, key(SECRET), { currentDate: new Date(NOW) })
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(payload).toEqual({
      exp: NOW / 1000 + 60,
      user_id: '1001',
      channel_id: '1002',
      role: 'external',
      pubsub_perms: { send: ['broadcast'] },
    })
    expect(await verify(jwt)).toMatchObject({ role: 'external', user_id: '1001' })
  })

  test('lives as long as was said', async () => {
    const jwt = await signExtensionJwt({ user_id: '1001' }, { secret: SECRET, now, lifetime: 4_000 })
    expect(await verify(jwt)).toEqual({ exp: NOW / 1000 + 4, role: 'external', user_id: '1001', is_unlinked: false })
  })

  test.each([{ user_id: 1001 }, { user_id: '' }, {}])('of %j is a TypeError', async (wrong) => {
    expect(await outcome(signExtensionJwt(wrong as never, { secret: SECRET }))).toBeInstanceOf(TypeError)
  })

  test.each([0, -1, Number.NaN])('for %d milliseconds is a RangeError', async (lifetime) => {
    expect(await outcome(signExtensionJwt({ user_id: '1' }, { secret: SECRET, lifetime }))).toBeInstanceOf(RangeError)
  })
})

describe('who gives the wrong options hears of the right ones', () => {
  const jwt = 'a.b.c'
  test.each<[string, () => Promise<unknown>, string]>([
    ['{ secret }', () => verifyExtensionJwt(jwt, { secret: SECRET } as never), 'no option "secret". It has: secrets, '],
    ['{}', () => verifyExtensionJwt(jwt, {} as never), 'takes { secrets }'],
    ['no secret at all', () => verifyExtensionJwt(jwt, { secrets: [] }), 'takes { secrets }'],
    ['a number', () => verifyExtensionJwt(jwt, { secrets: 7 } as never), 'takes { secrets }'],
    ['the bare secret', () => verifyExtensionJwt(jwt, SECRET as never), 'an object with options: secrets, '],
    [
      'nothing',
      () => (verifyExtensionJwt as (jwt: string) => Promise<unknown>)(jwt),
      'an object with options: secrets, ',
    ],
    [
      '{ secrets } to sign',
      () => signExtensionJwt({ user_id: '1' }, { secrets: SECRET } as never),
      'no option "secrets". It has: secret, ',
    ],
    ['no claims', () => signExtensionJwt(undefined as never, { secret: SECRET }), 'user_id must be'],
  ])('%s', async (_, call, said) => {
    const error = await outcome(call())
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toContain(said)
    expect((error as Error).message).not.toContain(SECRET)
  })
})
