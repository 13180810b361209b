import { describe, expect, it } from 'vitest'
import { createFakeClock, createFakeTwitch, type HttpFault } from '../../src/testing/index.ts'

const VALIDATE = 'https://id.twitch.tv/oauth2/validate'
const TOKEN = 'https://id.twitch.tv/oauth2/token'

function setUp() {
  const clock = createFakeClock()
  const twitch = createFakeTwitch({
    clock,
    users: [{ id: '1', login: 'streamer' }],
    apps: [{ clientId: 'app', clientType: 'public' }],
  })
  const pair = twitch.id.issue({ clientId: 'app', login: 'streamer', scopes: ['chat:read'] })
  const headers = { Authorization: `OAuth ${pair.accessToken}` }
  const validate = (init: RequestInit = {}) => twitch.fetch(VALIDATE, { headers, ...init })
  const renew = (init: RequestInit = {}) =>
    twitch.fetch(TOKEN, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'app', grant_type: 'refresh_token', refresh_token: pair.refreshToken }),
      ...init,
    })
  const strike = (fault: HttpFault) => twitch.faults.add({ host: 'id', fault })
  return { clock, twitch, pair, headers, validate, renew, strike }
}

const failed = new TypeError('Failed to fetch')

describe('fetch', () => {
  it('answers with a Response of the platform, which is read once', async () => {
    const { validate } = setUp()
    const response = await validate()
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.ok, response.url]).toEqual([200, true, VALIDATE])
    expect(await response.clone().json()).toMatchObject({ login: 'streamer' })
    expect(await response.json()).toMatchObject({ login: 'streamer' })
    await expect(response.text()).rejects.toThrow(TypeError)
  })

  it('takes a Request, a URL, and every kind of body', async () => {
    const { twitch, pair, headers } = setUp()
    const fields = { client_id: 'app', token: 'nobody' }
    const form = new FormData()
    form.set('client_id', 'app')
    form.set('token', 'nobody')
    const urlencoded = 'application/x-www-form-urlencoded'
    const bodies: [RequestInit['body'], string?][] = [
      [new URLSearchParams(fields)],
      ['client_id=app&token=nobody', urlencoded],
      [form],
      [new Blob(['client_id=app&token=nobody']), urlencoded],
      [new TextEncoder().encode('client_id=app&token=nobody'), urlencoded],
    ]
    for (const [body, type] of bodies) {
      const init = { method: 'POST', body: body ?? null, ...(type ? { headers: { 'Content-Type': type } } : {}) }
      for (const input of ['https://id.twitch.tv/oauth2/revoke', new URL('https://id.twitch.tv/oauth2/revoke')]) {
        expect(await (await twitch.fetch(input, init)).json()).toEqual({ status: 400, message: 'Invalid token' })
      }
    }
    expect((await twitch.fetch(new Request(VALIDATE, { headers }))).status).toBe(200)
    expect((await twitch.fetch(VALIDATE, { headers: new Headers(headers) })).status).toBe(200)
    expect(twitch.id.isAlive(pair.accessToken)).toBe(true)
  })

  it('reads no form where the content type says text', async () => {
    const { twitch } = setUp()
    const response = await twitch.fetch('https://id.twitch.tv/oauth2/revoke', { method: 'POST', body: 'client_id=app' })
    expect(await response.json()).toEqual({ status: 400, message: 'missing client id' })
  })

  it('knows no other host', async () => {
    const { twitch } = setUp()
    for (const url of ['https://example.com/', 'http://id.twitch.tv/oauth2/validate', 'https://api.twitch.tv/other']) {
      await expect(twitch.fetch(url)).rejects.toThrow(failed)
    }
  })

  it('takes the body as it was when fetch was called', async () => {
    const { twitch, pair } = setUp()
    const body = new URLSearchParams({ client_id: 'app', token: pair.accessToken })
    const sent = twitch.fetch('https://id.twitch.tv/oauth2/revoke', { method: 'POST', body })
    body.set('token', 'changed')
    expect((await sent).status).toBe(200)
    expect(twitch.requests[0]?.params).toEqual({ client_id: 'app', token: pair.accessToken })
  })

  it('does nothing in the turn in which it is called', async () => {
    const { twitch, pair, renew } = setUp()
    const sent = renew()
    expect(twitch.id.spends(pair.refreshToken)).toBe(0)
    await sent
    expect(twitch.id.spends(pair.refreshToken)).toBe(1)
  })

  it('works at any address', async () => {
    const twitch = createFakeTwitch({
      endpoints: { id: 'http://127.0.0.1:8080/auth/v2', helix: 'http://127.0.0.1:8080/helix' },
    })
    expect((await twitch.fetch('http://127.0.0.1:8080/auth/v2/validate')).status).toBe(401)
    expect((await twitch.fetch('http://127.0.0.1:8080/helix/users')).status).toBe(401)
    expect((await twitch.handle(new Request('http://localhost:1/auth/v2/validate'))).status).toBe(401)
    await expect(twitch.fetch(VALIDATE)).rejects.toThrow(failed)
  })
})

describe('an abort', () => {
  const reason = new DOMException('enough', 'AbortError')

  it('before the call sends nothing', async () => {
    const { twitch, validate } = setUp()
    await expect(validate({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(twitch.requests).toEqual([])
  })

  it('while a body is being read sends nothing', async () => {
    const { twitch } = setUp()
    const controller = new AbortController()
    const body = new Blob(['client_id=app'])
    const sent = twitch.fetch('https://id.twitch.tv/oauth2/revoke', { method: 'POST', body, signal: controller.signal })
    controller.abort(reason)
    await expect(sent).rejects.toThrow('enough')
    expect(twitch.requests).toEqual([])
  })

  it('on the way ends the wait, and not the work', async () => {
    const { clock, twitch, pair, renew, strike } = setUp()
    strike({ kind: 'none', latency: 100 })
    const controller = new AbortController()
    const sent = renew({ signal: controller.signal })
    await clock.advance(20)
    controller.abort(reason)
    await expect(sent).rejects.toBe(reason)
    await clock.advance(80)
    expect(twitch.id.spends(pair.refreshToken)).toBe(1)
  })

  it('ends a hang', async () => {
    const { clock, validate, strike } = setUp()
    strike({ kind: 'hang' })
    const controller = new AbortController()
    const sent = validate({ signal: controller.signal })
    await clock.advance(1e6)
    controller.abort(reason)
    await expect(sent).rejects.toBe(reason)
  })

  it('ends the reading of a body', async () => {
    const { validate, strike } = setUp()
    const controller = new AbortController()
    const response = await validate({ signal: controller.signal })
    controller.abort(reason)
    await expect(response.text()).rejects.toThrow('enough')

    strike({ kind: 'endless' })
    const second = new AbortController()
    const text = (await validate({ signal: second.signal })).text()
    second.abort(reason)
    await expect(text).rejects.toThrow('enough')
  })

  it('changes nothing once the body was read', async () => {
    const { validate } = setUp()
    const controller = new AbortController()
    const text = await (await validate({ signal: controller.signal })).text()
    controller.abort(reason)
    expect(text).toContain('streamer')
  })
})

describe('a fault', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('no-answer %s the work spends the token %i times', async (at, spends) => {
    const { twitch, pair, renew, strike } = setUp()
    strike({ kind: 'no-answer', at })
    await expect(renew()).rejects.toThrow(failed)
    expect(twitch.id.spends(pair.refreshToken)).toBe(spends)
    expect(twitch.requests.at(-1)?.status).toBe('no answer')
  })

  it.each([
    ['before', true],
    ['after', false],
  ] as const)('status %s the work leaves the token alive: %s', async (at, alive) => {
    const { twitch, pair, renew, strike } = setUp()
    strike({ kind: 'status', at, status: 503, body: 'Service Unavailable' })
    const response = await renew()
    expect([response.status, await response.text()]).toEqual([503, 'Service Unavailable'])
    expect(twitch.id.isAlive(pair.refreshToken)).toBe(alive)
  })

  it('without CORS headers shows a page nothing, and a server the status', async () => {
    const { twitch, validate, strike } = setUp()
    strike({ kind: 'status', status: 500, cors: false })
    await expect(validate()).rejects.toThrow(failed)
    twitch.cors = false
    expect((await validate()).status).toBe(500)
  })

  it('html is a page of a proxy', async () => {
    const { validate, strike } = setUp()
    strike({ kind: 'html' })
    const response = await validate()
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html'])
    await expect(response.json()).rejects.toThrow(SyntaxError)
  })

  it('cut breaks the body off, after the work was done', async () => {
    const { twitch, pair, renew, strike } = setUp()
    strike({ kind: 'cut', length: 20 })
    const response = await renew()
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow(TypeError)
    expect(twitch.id.isAlive(pair.refreshToken)).toBe(false)
  })

  it('cut in silence leaves half a JSON', async () => {
    const { renew, strike } = setUp()
    strike({ kind: 'cut', length: 17, silent: true })
    expect(await (await renew()).text()).toBe('{"access_token":"')
  })

  it('body changes what is said, and not that it was done', async () => {
    const { twitch, pair, renew, strike } = setUp()
    strike({ kind: 'body', body: '{"access_token":7}' })
    const response = await renew()
    expect([response.status, await response.json()]).toEqual([200, { access_token: 7 }])
    expect(twitch.id.isAlive(pair.refreshToken)).toBe(false)
  })

  it('strikes as often as it says, after as many as it says, where it says', async () => {
    const { twitch, validate, renew } = setUp()
    const fault = { kind: 'status', status: 500 } as const
    twitch.faults.add({ host: 'helix', fault })
    twitch.faults.add({ host: 'id', path: '/token', fault })
    twitch.faults.add({ host: 'id', method: 'GET', skip: 1, times: 2, fault })
    const remove = twitch.faults.add({ host: 'id', when: ({ params }) => params?.['x'] === 'y', fault })
    const statuses = []
    for (let i = 0; i < 5; i++) statuses.push((await validate()).status)
    expect(statuses).toEqual([200, 500, 500, 200, 200])
    expect((await renew()).status).toBe(500)
    expect((await twitch.fetch(`${VALIDATE}?x=y`)).status).toBe(500)
    remove()
    expect((await twitch.fetch(`${VALIDATE}?x=y`)).status).toBe(401)
    twitch.faults.clear()
    expect((await renew()).status).toBe(200)
  })

  it('of latency takes half its time each way', async () => {
    const { clock, twitch, pair, renew, strike } = setUp()
    strike({ kind: 'none', latency: 100 })
    let arrived = false
    const sent = renew().then(() => {
      arrived = true
    })
    await clock.advance(49)
    expect(twitch.id.spends(pair.refreshToken)).toBe(0)
    await clock.advance(1)
    expect([twitch.id.spends(pair.refreshToken), arrived]).toEqual([1, false])
    await clock.advance(50)
    expect(arrived).toBe(true)
    await sent
  })
})

describe('handle', () => {
  const request = (init?: RequestInit) => new Request('http://127.0.0.1:1/oauth2/validate', init)

  it.each(['before', 'after'] as const)('rejects with ConnectionLost where no answer comes (%s)', async (at) => {
    const { twitch, strike } = setUp()
    strike({ kind: 'no-answer', at })
    await expect(twitch.handle(request())).rejects.toMatchObject({ name: 'ConnectionLost' })
  })

  it('hangs until the caller is gone', async () => {
    const { twitch, strike } = setUp()
    strike({ kind: 'hang' })
    const controller = new AbortController()
    const answer = twitch.handle(request({ signal: controller.signal }))
    let settled = false
    const note = () => {
      settled = true
    }
    answer.then(note, note)
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)))
    expect(settled).toBe(false)
    controller.abort()
    await expect(answer).rejects.toMatchObject({ name: 'ConnectionLost' })
  })

  it('breaks a body off', async () => {
    const { twitch, strike } = setUp()
    strike({ kind: 'cut' })
    const response = await twitch.handle(request())
    const reader = response.body?.getReader()
    expect((await reader?.read())?.done).toBe(false)
    await expect(reader?.read()).rejects.toMatchObject({ name: 'ConnectionLost' })
  })

  it('spares preflights, unless they are meant', async () => {
    const { twitch } = setUp()
    const fault = { kind: 'no-answer' } as const
    twitch.faults.add({ host: 'id', times: 1, fault })
    expect((await twitch.handle(request({ method: 'OPTIONS' }))).status).toBe(204)
    await expect(twitch.handle(request())).rejects.toMatchObject({ name: 'ConnectionLost' })
    twitch.faults.add({ host: 'id', method: 'OPTIONS', fault })
    await expect(twitch.handle(request({ method: 'OPTIONS' }))).rejects.toMatchObject({ name: 'ConnectionLost' })
  })
})
