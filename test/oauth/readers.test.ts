import { describe, expect, it } from 'vitest'
import { TwitchKeyringError } from '../../src/errors.ts'
import type { RequestOptions } from '../../src/internal/request.ts'
import {
  exchangeCode,
  exchangeDeviceCode,
  refreshToken,
  requestAppToken,
  requestDeviceCode,
  revokeToken,
  validateToken,
  verifyIdToken,
} from '../../src/oauth/index.ts'
import { fc } from '../setup/fast-check.ts'
import { printed } from './stub.ts'

const SECRET = 'S3CRET.with/odd%chars'
const app = { clientId: 'c', clientSecret: SECRET, scopes: [], redirectUri: 'http://localhost/back' }

const requests: Record<string, (options: RequestOptions) => Promise<unknown>> = {
  validateToken: (options) => validateToken(SECRET, options),
  refreshToken: (options) => refreshToken(SECRET, { ...app, ...options }),
  revokeToken: (options) => revokeToken(SECRET, { ...app, ...options }),
  requestDeviceCode: (options) => requestDeviceCode({ ...app, ...options }),
  exchangeDeviceCode: (options) => exchangeDeviceCode(SECRET, { ...app, ...options }),
  exchangeCode: (options) => exchangeCode(SECRET, { ...app, ...options }),
  requestAppToken: (options) => requestAppToken({ ...app, ...options }),
  verifyIdToken: (options) => verifyIdToken(SECRET, { clientId: 'c', nonce: 'n', ...options }),
}

const NAMES = ['access_token', 'refresh_token', 'expires_in', 'scope', 'scopes', 'client_id', 'user_id', 'login']
const field = fc.oneof(
  fc.constantFrom(...NAMES, 'device_code', 'user_code', 'interval', 'message', 'keys'),
  fc.string(),
)
/** Bodies that look like Twitch's, and bodies that look like nothing, some of which give back what was sent. */
const body = fc.oneof(
  fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.constant(SECRET))).map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom('', '<html>', `{"message":"${SECRET}"`, `<p>${SECRET}</p>`),
  fc.string(),
)
const status = fc.constantFrom(200, 201, 302, 400, 401, 403, 404, 418, 429, 500, 502, 503)
const headers = fc.dictionary(
  fc.constantFrom('retry-after', 'ratelimit-reset'),
  fc.constantFrom('', 'soon', '-1', '7', '99999999999999'),
)

describe.each(Object.entries(requests))('%s', (_, request) => {
  it('makes an answer or a typed error without secrets of anything that comes back', async () => {
    await fc.assert(
      fc.asyncProperty(status, body, headers, async (status, body, headers) => {
        const fetch = async () => new Response(body, { status, headers })
        try {
          await request({ fetch })
        } catch (error) {
          expect(error).toBeInstanceOf(TwitchKeyringError)
          expect(printed(error)).not.toContain(SECRET)
        }
      }),
      { numRuns: 200 },
    )
  })
})
