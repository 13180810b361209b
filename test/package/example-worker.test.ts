import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { bundleWorker, startWorkerDemo } from '../../examples-web/worker/demo.mjs'
import { ChatReader } from '../../src/chat/index.ts'
import { root } from './entries.ts'

const OVERLAY = 'https://overlay.example'
const LIMIT = 20

let demo: Awaited<ReturnType<typeof startWorkerDemo>>
beforeAll(async () => {
  demo = await startWorkerDemo({ limit: LIMIT })
})
afterAll(() => demo?.close())

interface Ask {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** A browser: it keeps cookies, and follows no redirect by itself. */
function openBrowser() {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async ask(path: string, { method = 'GET', body, headers = {} }: Ask = {}) {
      const response = await fetch(new URL(path, demo.url), {
        method,
        redirect: 'manual',
        headers: {
          origin: demo.url,
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        if (value === '') cookies.delete(name)
        else cookies.set(name, value)
      }
      return response
    },
  }
}

async function signIn(login: string, scopes = 'chat:read') {
  const browser = openBrowser()
  const away = await browser.ask(`/sign-in?scopes=${scopes}`)
  const back = await demo.twitch.id.authorize(away.headers.get('location') ?? '', { login })
  const landed = await browser.ask(back)
  expect(landed.status).toBe(302)
  return browser
}

async function makeKey(browser: ReturnType<typeof openBrowser>, scopes = ['chat:read']) {
  const response = await browser.ask('/keys', { method: 'POST', body: { label: 'test', scopes } })
  return (await response.json()) as { id: string; key: string }
}

function trade(key: string, origin = OVERLAY, body: string | null = null, more: Record<string, string> = {}) {
  const headers = { authorization: `Bearer ${key}`, origin, ...more }
  return fetch(`${demo.url}/token`, { method: 'POST', headers, body })
}

describe('signing in', () => {
  test('leads to Twitch and back, and keeps its state in a signed cookie that no script sees', async () => {
    const browser = openBrowser()
    const response = await browser.ask('/sign-in')
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-sign-in=.*; HttpOnly; Secure; SameSite=Lax$/)
    expect(new URL(response.headers.get('location') ?? '').searchParams.get('state')).toMatch(/^[0-9a-f]{32}$/)
    const me = await (await signIn('juniper')).ask('/me')
    expect(await me.json()).toMatchObject({ login: 'juniper', state: 'ok', scopes: ['chat:read'] })
  })

  test('is refused in a browser that did not begin it, or whose cookie was changed', async () => {
    const mine = openBrowser()
    const away = await mine.ask('/sign-in')
    const back = await demo.twitch.id.authorize(away.headers.get('location') ?? '', { login: 'hexa' })
    expect((await openBrowser().ask(back)).status).toBe(400)
    const cookie = mine.cookies.get('__Host-sign-in') ?? ''
    mine.cookies.set('__Host-sign-in', `${cookie.slice(0, -4)}AAAA`)
    expect((await mine.ask(back)).status).toBe(400)
  })

  test('a cookie of one kind does not pass for another', async () => {
    const browser = openBrowser()
    await browser.ask('/sign-in')
    browser.cookies.set('__Host-session', browser.cookies.get('__Host-sign-in') ?? '')
    expect((await browser.ask('/me')).status).toBe(401)
  })

  test('what a cookie lets in does not come from another site', async () => {
    const browser = await signIn('juniper')
    const response = await browser.ask('/sign-out', { method: 'POST', headers: { origin: 'https://evil.example' } })
    expect(response.status).toBe(403)
    expect((await browser.ask('/me')).status).toBe(200)
  })
})

describe('signing out', () => {
  test('ends the sessions of all browsers, whoever kept a cookie', async () => {
    const [browser, other] = [await signIn('hexa'), await signIn('hexa')]
    const kept = new Map(browser.cookies)
    const { key } = await makeKey(browser)
    expect((await browser.ask('/sign-out', { method: 'POST' })).status).toBe(204)
    for (const [name, value] of kept) browser.cookies.set(name, value)
    for (const { ask } of [browser, other]) {
      expect((await ask('/me')).status).toBe(401)
      expect((await ask('/keys', { method: 'POST', body: { scopes: ['chat:read'] } })).status).toBe(401)
      expect(await (await ask('/')).text()).toContain('data-session="none"')
    }
    const again = await signIn('hexa')
    expect(await (await again.ask('/me')).json()).toMatchObject({ login: 'hexa', state: 'ok' })
    expect((await browser.ask('/me')).status).toBe(401)
    expect((await trade(key)).status).toBe(401)
  })

  test('ends no session of anybody else', async () => {
    const [browser, other] = [await signIn('hexa'), await signIn('juniper')]
    await browser.ask('/sign-out', { method: 'POST' })
    expect((await other.ask('/me')).status).toBe(200)
  })
})

describe('an overlay key', () => {
  test('is traded for an access token, of its user and its scopes', async () => {
    const { key } = await makeKey(await signIn('juniper'))
    const response = await trade(key)
    const { access_token, login, scopes } = (await response.json()) as Record<string, string>
    expect({ status: response.status, login, scopes }).toEqual({ status: 200, login: 'juniper', scopes: ['chat:read'] })
    expect(demo.twitch.id.isAlive(access_token ?? '')).toBe(true)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('gives a new token once the old one died', async () => {
    const { key } = await makeKey(await signIn('hexa'))
    const first = (await (await trade(key)).json()) as { access_token: string; user_id: string }
    expect(((await (await trade(key)).json()) as typeof first).access_token).toBe(first.access_token)
    demo.twitch.id.expire(first.access_token)
    const refused = JSON.stringify({ refused: first.access_token })
    const second = (await (await trade(key, OVERLAY, refused)).json()) as typeof first
    expect(second.access_token).not.toBe(first.access_token)
    expect(demo.twitch.id.isAlive(second.access_token)).toBe(true)
  })

  test('is good for nothing once it is revoked, or when it is made up', async () => {
    const browser = await signIn('juniper')
    const { id, key } = await makeKey(browser)
    expect((await trade(key.replace(/.{8}$/, '00000000'))).status).toBe(401)
    expect((await trade(key)).status).toBe(200)
    await browser.ask(`/keys?id=${id}`, { method: 'DELETE' })
    expect((await trade(key)).status).toBe(401)
    expect((await trade('overlay_1')).status).toBe(401)
  })

  test('never gives a token that can do more than the key', async () => {
    const browser = await signIn('hexa', 'chat:read+chat:edit')
    const { key } = await makeKey(browser, ['chat:edit'])
    const response = await trade(key)
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({ error: expect.stringContaining('chat:read') })
  })

  test('is taken from the pages that are listed, byte for byte, and from no others', async () => {
    const { key } = await makeKey(await signIn('juniper'))
    const allowed = (await trade(key)).headers.get('access-control-allow-origin')
    const others = ['https://overlay.example.evil.example', 'https://OVERLAY.example', 'http://overlay.example', 'null']
    const refused = await Promise.all(
      others.map(async (origin) => (await trade(key, origin)).headers.get('access-control-allow-origin')),
    )
    expect([allowed, ...refused]).toEqual([OVERLAY, null, null, null, null])
    const preflight = { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }
    expect((await fetch(`${demo.url}/token`, preflight)).status).toBe(403)
  })

  test('is limited by itself, and not with the others', async () => {
    const browser = await signIn('juniper')
    const [busy, other] = [await makeKey(browser), await makeKey(browser)]
    const statuses = new Set<number>()
    // Limits begin anew with every minute of the clock, and that may be in the middle of this.
    for (let time = 0; time < 2 * LIMIT + 1 && !statuses.has(429); time += 1)
      statuses.add((await trade(busy.key)).status)
    expect([...statuses]).toEqual([200, 429])
    expect((await trade(other.key)).status).toBe(200)
  })
})

describe('keys that are made up', () => {
  const forged = (number: number) => `overlay_${5_000 + number}_${String(number).padStart(12, '0')}_${'A'.repeat(43)}`
  const forge = (number: number, address: string) =>
    trade(forged(number), OVERLAY, null, { 'cf-connecting-ip': address })

  test('are limited by the address they come from, however many', async () => {
    const statuses = new Set<number>()
    for (let number = 0; number < 2 * LIMIT + 1 && !statuses.has(429); number += 1)
      statuses.add((await forge(number, '192.0.2.1')).status)
    expect([...statuses]).toEqual([401, 429])
    expect((await forge(0, '192.0.2.2')).status).toBe(401)
  })

  test('wake no object', async () => {
    const { key } = await makeKey(await signIn('juniper'))
    const objects = () => demo.worker.listDurableObjectIds('OverlayKeys')
    const before = await objects()
    expect(before).not.toEqual([])
    expect((await forge(100, '192.0.2.3')).status).toBe(401)
    const { status } = await trade(key.replace(/^overlay_\d+/, 'overlay_5100'), OVERLAY, null, {
      'cf-connecting-ip': '192.0.2.3',
    })
    expect(status).toBe(401)
    expect(await objects()).toEqual(before)
  })
})

describe('chat', () => {
  // Whoever comes next must not find what is only ending.
  afterEach(() => vi.waitUntil(() => demo.twitch.chat.connections.length === 0))

  const from = { headers: { origin: OVERLAY } }
  const address = () => new URL('/chat', demo.url.replace('http', 'ws'))

  /** A reader of this library, which takes the Worker for Twitch. */
  function open(key: string) {
    const chat = new ChatReader({
      platform: {
        endpoints: { irc: address().href },
        WebSocket: class extends WebSocket {
          constructor(url: string) {
            super(url, ['chat', key], from)
          }
        } as never,
      },
    })
    const heard: string[] = []
    chat.on('privmsg', ({ channel, text }) => void heard.push(`${channel}: ${text}`))
    return { chat, heard }
  }

  /** @returns The status that a WebSocket was answered with. */
  const statusOf = (protocols: string[], headers: Record<string, string> = from.headers) =>
    new Promise<number | undefined>((resolve) => {
      const socket = new WebSocket(address(), protocols, { headers })
      socket.on('open', () => socket.close())
      socket.on('upgrade', ({ statusCode }) => resolve(statusCode))
      socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode))
      socket.on('error', () => {})
    })

  test('is read with an overlay key, in the channel of its user and in no other', async () => {
    const { key } = await makeKey(await signIn('juniper'))
    const { chat, heard } = open(key)
    try {
      await chat.connect()
      await chat.join('juniper')
      await expect(chat.join('hexa')).rejects.toMatchObject({ reason: 'channel-suspended' })
      demo.twitch.chat.send('hexa', 'juniper', 'hello')
      await vi.waitUntil(() => heard.length > 0)
      expect(heard).toEqual(['juniper: hello'])
    } finally {
      chat.close()
    }
  })

  test('of one channel is read once, for all its overlays', async () => {
    const browser = await signIn('juniper')
    const both = [open((await makeKey(browser)).key), open((await makeKey(browser)).key)]
    try {
      await Promise.all(both.map(({ chat }) => chat.connect()))
      await Promise.all(both.map(({ chat }) => chat.join('juniper')))
      const upstream = [...demo.twitch.chat.connections].filter(({ channels }) => channels.includes('juniper'))
      expect(upstream).toHaveLength(1)
      demo.twitch.chat.send('hexa', 'juniper', 'hello')
      await vi.waitUntil(() => both.every(({ heard }) => heard.includes('juniper: hello')))
    } finally {
      for (const { chat } of both) chat.close()
    }
  })

  test('is refused without a key that may read it, and to pages that are not listed', async () => {
    const browser = await signIn('hexa', 'chat:read+chat:edit')
    const { id, key } = await makeKey(browser)
    const { key: speaks } = await makeKey(browser, ['chat:edit'])
    expect(await statusOf(['chat', key])).toBe(101)
    expect(await statusOf(['chat', key], {})).toBe(101)
    expect(await statusOf(['chat', key], { origin: 'https://evil.example' })).toBe(403)
    expect(await statusOf(['chat', speaks])).toBe(403)
    expect(await statusOf(['chat', key.replace(/.{8}$/, '00000000')])).toBe(401)
    expect(await statusOf(['chat'])).toBe(401)
    expect(await statusOf([])).toBe(400)
    expect((await fetch(`${demo.url}/chat`)).status).toBe(426)
    await browser.ask(`/keys?id=${id}`, { method: 'DELETE' })
    expect(await statusOf(['chat', key])).toBe(401)
  })
})

test.each(['null', '7', '"text"', 'no JSON'])('a body %s is refused, and is no fault of the Worker', async (body) => {
  const browser = await signIn('juniper')
  const { key } = await makeKey(browser)
  expect((await trade(key, OVERLAY, body)).status).toBe(400)
  const headers = { origin: demo.url, cookie: [...browser.cookies].map((cookie) => cookie.join('=')).join('; ') }
  expect((await fetch(`${demo.url}/keys`, { method: 'POST', headers, body })).status).toBe(400)
})

test('a page of another origin may read that it used the wrong method', async () => {
  const response = await fetch(`${demo.url}/token`, { headers: { origin: OVERLAY } })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('POST')
  expect(response.headers.get('access-control-allow-origin')).toBe(OVERLAY)
  expect((await fetch(`${demo.url}/tokens`)).status).toBe(404)
})

test('without secrets of an extension there is none', async () => {
  const plain = await startWorkerDemo({ bindings: { EXTENSION_SECRETS: '' } })
  try {
    expect((await fetch(`${plain.url}/panel`)).status).toBe(404)
  } finally {
    await plain.close()
  }
})

test('a panel is believed what Twitch has signed, and nothing else', async () => {
  await signIn('juniper')
  const { token } = await demo.twitch.extensions.authorize({
    clientId: demo.clientId,
    channel: 'juniper',
    viewer: 'hexa',
  })
  const ask = (jwt: string) => fetch(`${demo.url}/panel`, { headers: { authorization: `Bearer ${jwt}` } })
  const answer = await ask(token)
  expect(await answer.json()).toMatchObject({ role: 'viewer', broadcaster: 'ok' })
  expect((await ask(`${token.slice(0, -4)}AAAA`)).status).toBe(401)
})

test('the cron keeps the app token good', async () => {
  const worker = await demo.worker.getWorker()
  expect(await worker.scheduled({ cron: '0 * * * *' })).toMatchObject({ outcome: 'ok' })
  expect(demo.twitch.requests.some(({ params }) => params?.['grant_type'] === 'client_credentials')).toBe(true)
})

test('no answer holds a secret or a refresh token', async () => {
  const browser = await signIn('juniper')
  const { key } = await makeKey(browser)
  const answers = await Promise.all([
    browser.ask('/'),
    browser.ask('/me'),
    browser.ask('/keys'),
    trade(key),
    browser.ask('/callback'),
  ])
  const texts = await Promise.all(
    answers.map(async (answer) => (await answer.text()) + JSON.stringify([...answer.headers])),
  )
  const refreshTokens = demo.twitch.requests.flatMap(({ params }) => params?.['refresh_token'] ?? [])
  for (const secret of [demo.clientSecret, ...refreshTokens]) expect(texts.join()).not.toContain(secret)
})

test('wrangler deploys it as it stands', async () => {
  const out = await mkdtemp(join(tmpdir(), 'twitch-keyring-worker-'))
  try {
    const wrangler = join(root, 'node_modules/.bin/wrangler')
    const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true', WRANGLER_LOG: 'warn' }
    const cwd = join(root, 'examples-web/worker')
    await promisify(execFile)(wrangler, ['deploy', '--dry-run', '--minify', '--outdir', out], { cwd, env })
    expect(await readFile(join(out, 'worker.js'), 'utf8')).toContain('OverlayKeys')
  } finally {
    await rm(out, { recursive: true, force: true })
  }
})

test('it fits into 45.15 kB, the relay and jose included', async () => {
  const size = gzipSync(await bundleWorker(), { level: 9 }).length
  expect(size).toBeLessThanOrEqual(45_150)
})
