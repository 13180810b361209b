import { describe, expect, it } from 'vitest'
import { ENDPOINTS, type Endpoint } from '../../src/helix/endpoints.ts'
import { planRequest } from '../../src/helix/pick.ts'
import type { HelixMethod } from '../../src/helix/request.ts'

const rows = Object.entries(ENDPOINTS).flatMap(([method, paths]) =>
  Object.entries<Endpoint>(paths).map(([path, endpoint]) => ({ name: `${method} ${path}`, path, method, endpoint })),
)

describe('the table of endpoints', () => {
  it('has what the reference has, and what came since', () => {
    const counts = Object.fromEntries(
      Object.entries(ENDPOINTS).map(([method, paths]) => [method, Object.keys(paths).length]),
    )
    expect(counts).toEqual({ GET: 76, POST: 30, PUT: 11, PATCH: 15, DELETE: 17 })
    expect(rows).toHaveLength(149)
  })

  it('names every token but the usual one', () => {
    const by = (token: Endpoint['token']) => rows.filter((row) => row.endpoint.token === token).map((row) => row.name)
    expect(by('app')).toEqual([
      'GET /authorization/users',
      'GET /bits/extensions',
      'GET /eventsub/conduits',
      'GET /eventsub/conduits/shards',
      'GET /extensions/transactions',
      'POST /eventsub/conduits',
      'PUT /bits/extensions',
      'PATCH /eventsub/conduits',
      'PATCH /eventsub/conduits/shards',
      'DELETE /eventsub/conduits',
    ])
    expect(by('jwt')).toEqual([
      'GET /extensions',
      'GET /extensions/configurations',
      'GET /extensions/jwt/secrets',
      'POST /extensions/chat',
      'POST /extensions/jwt/secrets',
      'POST /extensions/pubsub',
      'PUT /extensions/configurations',
      'PUT /extensions/required_configuration',
    ])
    expect(by('none')).toEqual(['GET /schedule/icalendar'])
    expect(by('transport')).toEqual(['POST /eventsub/subscriptions'])
  })

  it.each(rows)(
    'keeps its own rules: $name',
    ({ path, method, endpoint: { scopes, as, asBody, needs = [], token } }) => {
      expect(path).toMatch(/^(\/[a-z_]+)+$/)
      for (const scope of (scopes ?? []).flat()) expect(scope).toMatch(/^[a-z_]+(:[a-z_]+)+$/)
      for (const name of [...needs, as ?? 'x', asBody ?? 'x']) expect(name).toMatch(/^[a-z_]+$/)
      expect(needs).not.toContain(as)
      if (method === 'GET') expect(asBody).toBeUndefined()
      // A user's token that needs no scope would be a slip: every such endpoint takes the app's as well.
      if (token === undefined) expect(scopes?.length).toBeGreaterThan(0)
    },
  )

  it('calls nothing idempotent that a second time would change', () => {
    const once = rows.filter(({ method, path, endpoint: { needs = [], oneOf = [] } }) => {
      const query = Object.fromEntries([...needs, ...oneOf].map((name) => [name, '1']))
      return !planRequest(method as HelixMethod, path, { query, kind: 'user' }).idempotent && method !== 'POST'
    })
    expect(once.map(({ name }) => name)).toEqual([
      'PATCH /channel_points/custom_rewards/redemptions',
      'PATCH /guest_star/slot',
      'PATCH /moderation/unban_requests',
      'PATCH /polls',
      'PATCH /predictions',
      'DELETE /guest_star/slot',
    ])
    expect(planRequest('POST', '/clips', { query: { broadcaster_id: '1' } }).idempotent).toBe(false)
  })
})
