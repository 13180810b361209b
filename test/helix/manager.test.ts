import { describe, expect, it } from 'vitest'
import { Client } from '../../src/client.ts'
import { HelixClient } from '../../src/helix/client.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { createFakeClock, createFakeTwitch } from '../../src/testing/index.ts'
import { StoredTokenHandler, TokenManager } from '../../src/token/index.ts'
import { rejection } from '../oauth/stub.ts'

async function setUp(scopes: readonly string[] = ['channel:manage:polls']) {
  const clock = createFakeClock()
  const twitch = createFakeTwitch({
    clock,
    users: [
      { id: '1', login: 'dev' },
      { id: '2', login: 'mod' },
    ],
    apps: [{ clientId: 'app', clientType: 'public' }],
  })
  const { platform } = twitch
  const store = memoryStore()
  const handler = new StoredTokenHandler({ clientId: 'app', clientType: 'public', store, platform })
  const tokens = new TokenManager(handler)
  const add = async (login: string) => {
    const issued = twitch.id.issue({ clientId: 'app', login, scopes })
    await handler.add({ accessToken: issued.accessToken, refreshToken: issued.refreshToken })
    return issued
  }
  const asked = (host: string, path: string) =>
    twitch.requests.filter((entry) => entry.host === host && entry.path.endsWith(path)).length
  return { clock, twitch, store, handler, tokens, add, asked, helix: new HelixClient(tokens, { platform }) }
}

describe('Helix with a TokenManager', () => {
  it('renews once for many requests whose token died, stragglers included', async () => {
    const { twitch, tokens, add, asked, helix } = await setUp()
    const { refreshToken } = await add('dev')
    await helix.get('/users')
    twitch.id.expireAll()
    const answers = await Promise.all(Array.from({ length: 50 }, () => helix.get('/users')))
    expect(answers.every(({ data }) => data[0]?.id === '1')).toBe(true)
    expect(twitch.id.spends(refreshToken)).toBe(1)
    expect(asked('id', '/token')).toBe(1)
    tokens.close()
  })

  it('takes the token of the user whom the request names', async () => {
    const { tokens, add, twitch, helix } = await setUp()
    await add('dev')
    await add('mod')
    twitch.helix.answer('GET', '/polls', ({ owner }) => ({ body: { data: [{ broadcaster_id: owner.user?.id }] } }))
    for (const broadcaster_id of ['1', '2']) {
      await expect(helix.get('/polls', { query: { broadcaster_id } })).resolves.toMatchObject({
        data: [{ broadcaster_id }],
      })
    }
    tokens.close()
  })

  it('says what must be granted before any request leaves', async () => {
    const { tokens, add, asked, helix } = await setUp([])
    await add('dev')
    expect(await rejection(helix.get('/polls'))).toMatchObject({
      name: 'MissingScopeError',
      missing: ['channel:read:polls'],
    })
    expect(asked('helix', '/polls')).toBe(0)
    tokens.close()
  })

  it('says that nobody is signed in, where an app has no token of its own', async () => {
    const { tokens, helix } = await setUp()
    expect(await rejection(helix.get('/streams'))).toMatchObject({ name: 'TokenRejectedError', reason: 'signed-out' })
    tokens.close()
  })

  it('waits as long as the Client was told, and no longer than the Client is open', async () => {
    const { handler, add, asked, twitch } = await setUp()
    twitch.helix.rateLimit = 10_000
    await add('dev')
    const patient = new Client(handler)
    const hasty = new Client(handler, { helix: { maxWait: 0 } })
    for (const { helix } of [patient, hasty]) for (let i = 0; i < 800; i += 1) await helix.get('/users')
    expect(await rejection(hasty.helix.get('/users'))).toMatchObject({ name: 'HelixError', status: 429 })
    const waiting = rejection(patient.helix.get('/users'))
    await new Promise((resolve) => setImmediate(resolve))
    patient.close()
    hasty.close()
    expect(await waiting).toMatchObject({ name: 'AbortError' })
    expect(asked('helix', '/users')).toBe(1_600)
  })

  it('renews once for two Clients on one store, whose requests find the token dead at once', async () => {
    const { twitch, store, tokens, add, asked } = await setUp()
    const { refreshToken } = await add('dev')
    const { platform } = twitch
    const clients = [1, 2].map(
      () => new Client(new StoredTokenHandler({ clientId: 'app', clientType: 'public', store, platform })),
    )
    for (const { helix } of clients) await helix.get('/users')
    twitch.id.expireAll()
    const answers = await Promise.all(clients.flatMap(({ helix }) => [helix.get('/users'), helix.get('/users')]))
    expect(answers.map(({ data }) => data[0]?.id)).toEqual(['1', '1', '1', '1'])
    expect(twitch.id.spends(refreshToken)).toBe(1)
    expect(asked('id', '/token')).toBe(1)
    for (const client of [...clients, tokens]) client.close()
  })
})
