import { expect, test } from 'vitest'
import { startEdge } from '../cloudflare/edge/edge.ts'

test('the built vault runs in workerd without compatibility flags', async () => {
  const edge = await startEdge({ built: true })
  try {
    expect(await edge.ask({ op: 'globals' })).toEqual([])
    const [{ accessToken = '' } = {}] = await edge.signIn()
    expect(await edge.ask({ op: 'get', user: '1001' })).toEqual({ token: accessToken })
    edge.twitch.id.expireAll()
    const { token = '' } = await edge.ask({ op: 'renew', user: '1001', refused: accessToken })
    expect(edge.twitch.id.isAlive(token)).toBe(true)
  } finally {
    await edge.close()
  }
})
