import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { TokenRejectedError } from '../../src/errors.ts'
import { verifyExtensionJwt } from '../../src/extension/index.ts'
import { fc } from '../setup/fast-check.ts'

const SECRET = btoa('the secret of an extension: 32 b')
const key = new TextEncoder().encode(atob(SECRET))
const part = (value: unknown) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))

test('nothing that a stranger makes up is believed, and nothing breaks on it', async () => {
  const made = fc.oneof(
    fc.string(),
    fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
    fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.base64String()).map(([a, b, c]) => `${part(a)}.${part(b)}.${c}`),
  )
  await fc.assert(
    fc.asyncProperty(made, async (jwt) => {
      const outcome = await verifyExtensionJwt(jwt, { secrets: SECRET }).catch((error: unknown) => error)
      expect(outcome).toBeInstanceOf(TokenRejectedError)
    }),
    { numRuns: 300 },
  )
})

test('whatever is signed is either refused or has the shape that the types promise', async () => {
  const mostly = (value: unknown) =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.jsonValue() })
  const claims = fc.record(
    {
      exp: mostly(4_000_000_000),
      role: fc.oneof(mostly('viewer'), mostly('external')),
      channel_id: mostly('1'),
      opaque_user_id: mostly('U1'),
      user_id: fc.jsonValue(),
      is_unlinked: fc.jsonValue(),
      pubsub_perms: fc.jsonValue(),
      nbf: mostly(1),
      iat: mostly(1),
    },
    { requiredKeys: ['exp', 'role'] },
  )
  let believed = 0
  await fc.assert(
    fc.asyncProperty(claims, async (payload) => {
      let jwt: string
      try {
        jwt = await new SignJWT(payload as never).setProtectedHeader({ alg: 'HS256' }).sign(key)
      } catch {
        return
      }
      const outcome = await verifyExtensionJwt(jwt, { secrets: SECRET }).catch((error: unknown) => error)
      if (outcome instanceof TokenRejectedError) return
      believed += 1
      expect(outcome).toMatchObject({
        exp: expect.any(Number),
        role: expect.any(String),
        is_unlinked: expect.any(Boolean),
      })
      const { channel_id = '', opaque_user_id = '', user_id = '' } = outcome as Record<string, unknown>
      for (const id of [channel_id, opaque_user_id, user_id]) expect(id).toBeTypeOf('string')
    }),
    { numRuns: 500 },
  )
  expect(believed).toBeGreaterThan(50)
})
