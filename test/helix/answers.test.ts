import { describe, expect, it } from 'vitest'
import { TwitchKeyringError } from '../../src/errors.ts'
import { HelixClient } from '../../src/helix/client.ts'
import { readMissingScope } from '../../src/helix/request.ts'
import { printed } from '../oauth/stub.ts'
import { fc } from '../setup/fast-check.ts'
import { stubPlatform, stubTokens } from './stub.ts'

const message = fc.oneof(
  fc.constantFrom('Invalid OAuth token', 'Missing scope: a:b or c:d', 'Client ID and OAuth token do not match', ''),
  fc.string(),
)
const body = fc.oneof(
  fc.record({ status: fc.jsonValue(), message }).map((value) => JSON.stringify(value)),
  fc.record({ data: fc.jsonValue(), pagination: fc.jsonValue() }).map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom('', '<html>', '{"data":['),
  fc.string(),
)
const status = fc.constantFrom(200, 202, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503)
const headers = fc.dictionary(
  fc.constantFrom('ratelimit-remaining', 'ratelimit-reset', 'ratelimit-limit', 'retry-after'),
  fc.constantFrom('', '0', '-5', '800', 'NaN', '1005', '99999999999999'),
)

async function outcome(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    expect(error).toBeInstanceOf(TwitchKeyringError)
    for (const secret of ['first', 'second', '127.0.0.1']) expect(printed(error)).not.toContain(secret)
  }
}

describe('HelixClient', () => {
  it('makes an answer or a typed error of anything that comes back, and asks a few times at the most', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(status, body, headers), { minLength: 1, maxLength: 4 }), async (replies) => {
        const { platform, calls } = stubPlatform(...replies)
        const helix = new HelixClient(stubTokens().tokens, { platform })
        await outcome(helix.get('/users'))
        await outcome(helix.post('/clips', { query: { broadcaster_id: '1' } }))
        await outcome(helix.lookUp('users', { id: '1' }))
        await outcome(helix.paginate('/streams').next())
        expect(calls.length).toBeLessThan(40)
      }),
      { numRuns: 300 },
    )
  })
})

describe('readMissingScope', () => {
  it('finds a scope only where Twitch says that one is missing', () => {
    fc.assert(fc.property(fc.string(), (text) => void readMissingScope(text)))
    expect(readMissingScope('user:edit is nice')).toEqual([])
    expect(readMissingScope('Missing scope')).toEqual([])
  })
})
