import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startFakeTwitchServer } from '../../examples-web/server/fake-twitch-server.mjs'
import { createFakeTwitch, type FakeTwitchOptions } from '../../src/testing/index.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

async function start(options: FakeTwitchOptions & { port?: number } = {}) {
  const server = await startFakeTwitchServer({
    createFakeTwitch,
    users: [{ login: 'juniper', displayName: 'Juniper' }],
    apps: [{ clientId: 'overlay', clientType: 'public', name: 'Chat <overlay>' }],
    ...options,
  })
  running.push(server)
  return server
}

type Server = Awaited<ReturnType<typeof start>>

function post(url: string, fields: Record<string, string>) {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
}

async function requestDevice({ endpoints }: Server) {
  const answer = await post(`${endpoints.id}/device`, { client_id: 'overlay', scopes: 'chat:read chat:edit' })
  return (await answer.json()) as { user_code: string; device_code: string; verification_uri: string }
}

async function exchange({ endpoints }: Server, device_code: string) {
  const answer = await post(`${endpoints.id}/token`, {
    client_id: 'overlay',
    device_code,
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** A chat connection, and the lines that came over it. */
async function chat(url: string, ...lines: string[]) {
  const socket = new WebSocket(url, 'irc')
  let text = ''
  const waiting = new Set<() => void>()
  socket.on('message', (data) => {
    text += String(data)
    for (const look of waiting) look()
  })
  await once(socket, 'open')
  for (const line of lines) socket.send(line)
  return {
    socket,
    seen: (part: string) =>
      new Promise<string>((resolve) => {
        const look = () => {
          if (!text.includes(part)) return
          waiting.delete(look)
          resolve(text)
        }
        waiting.add(look)
        look()
      }),
  }
}

describe('a served fake Twitch', () => {
  test('names its own addresses', async () => {
    const { url, port, endpoints } = await start()
    expect(url).toBe(`http://127.0.0.1:${port}`)
    expect(endpoints).toEqual({
      id: `${url}/oauth2`,
      helix: `${url}/helix`,
      cdn: `${url}/cdn`,
      irc: `ws://127.0.0.1:${port}/irc`,
    })
  })

  test('answers as Twitch over real HTTP, to the header', async () => {
    const { twitch, endpoints } = await start()
    const { accessToken } = twitch.id.issue({ clientId: 'overlay', login: 'juniper' })
    const headers = { Authorization: `Bearer ${accessToken}`, 'Client-Id': 'overlay' }
    const answer = await fetch(`${endpoints.helix}/users`, { headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('ratelimit-remaining')).toBe('799')
    expect(await answer.json()).toMatchObject({ data: [{ login: 'juniper' }] })
    expect((await fetch(`${endpoints.id}/validate`)).status).toBe(401)
  })

  test('tells a preflight that id.twitch.tv takes no Client-Id', async () => {
    const { endpoints } = await start()
    const preflight = { method: 'OPTIONS', headers: { 'Access-Control-Request-Headers': 'client-id' } }
    const allowed = async (url: string) => (await fetch(url, preflight)).headers.get('access-control-allow-headers')
    expect(await allowed(`${endpoints.id}/validate`)).not.toMatch(/client-id/i)
    expect(await allowed(`${endpoints.helix}/users`)).toMatch(/client-id/i)
  })

  test('breaks the connection where a fault leaves no answer', async () => {
    const { twitch, endpoints } = await start()
    twitch.faults.add({ host: 'id', fault: { kind: 'no-answer' }, times: 1 })
    await expect(fetch(`${endpoints.id}/validate`)).rejects.toThrow(TypeError)
    expect((await fetch(`${endpoints.id}/validate`)).status).toBe(401)
  })

  test('breaks off a body in the middle', async () => {
    const { twitch, endpoints } = await start()
    twitch.faults.add({ host: 'id', fault: { kind: 'cut' } })
    const answer = await fetch(`${endpoints.id}/keys`)
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow(TypeError)
  })

  test('is silent until the caller gives up', async () => {
    const { twitch, endpoints } = await start()
    twitch.faults.add({ host: 'id', fault: { kind: 'hang' } })
    const giveUp = new AbortController()
    const asked = fetch(`${endpoints.id}/validate`, { signal: giveUp.signal })
    await expect.poll(() => twitch.requests.length).toBe(1)
    giveUp.abort()
    await expect(asked).rejects.toThrow(/abort/)
  })

  test('closes while a request is waiting', async () => {
    const server = await start()
    server.twitch.faults.add({ host: 'id', fault: { kind: 'hang' } })
    const asked = fetch(`${server.endpoints.id}/validate`)
    asked.catch(() => {})
    await expect.poll(() => server.twitch.requests.length).toBe(1)
    await server.close()
    await expect(asked).rejects.toThrow(TypeError)
    await expect(start({ port: server.port })).resolves.toMatchObject({ port: server.port })
  })

  test('says that a port is taken', async () => {
    const { port } = await start()
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('knows no other path', async () => {
    const { url, port } = await start()
    expect((await fetch(`${url}/kraken`)).status).toBe(404)
    await expect(chat(`ws://127.0.0.1:${port}/kraken`)).rejects.toThrow('404')
  })
})

describe('chat of a served fake Twitch', () => {
  test.each(['/irc', '/'])('listens at %s', async (path) => {
    const { port } = await start()
    const { seen } = await chat(`ws://127.0.0.1:${port}${path}`, 'NICK justinfan1')
    await seen(':tmi.twitch.tv 001 justinfan1 :Welcome, GLHF!')
  })

  test('carries a message from one connection to another', async () => {
    const { twitch, endpoints } = await start()
    const { accessToken } = twitch.id.issue({
      clientId: 'overlay',
      login: 'juniper',
      scopes: ['chat:read', 'chat:edit'],
    })
    const reader = await chat(endpoints.irc, 'NICK justinfan1\r\nJOIN #juniper')
    await reader.seen('366')
    await chat(endpoints.irc, `PASS oauth:${accessToken}`, 'NICK juniper', 'JOIN #juniper', 'PRIVMSG #juniper :hello')
    await reader.seen(':juniper!juniper@juniper.tmi.twitch.tv PRIVMSG #juniper :hello')
  })

  test('breaks and closes as it is told', async () => {
    const { twitch, endpoints } = await start()
    for (const code of [1006, 1001, 4000]) {
      const { socket, seen } = await chat(endpoints.irc, 'NICK justinfan1')
      await seen('001')
      const closed = once(socket, 'close')
      twitch.chat.close(code)
      expect((await closed)[0]).toBe(code)
    }
  })

  test('refuses a connection as a fault says', async () => {
    const { twitch, endpoints } = await start()
    twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'status', status: 503 }, times: 1 })
    await expect(chat(endpoints.irc)).rejects.toThrow('503')
    twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'no-answer' }, times: 1 })
    await expect(chat(endpoints.irc)).rejects.toThrow('socket hang up')
    await expect(chat(endpoints.irc)).resolves.toBeDefined()
  })

  test('leaves a half-open connection standing, and answers nothing on it', async () => {
    const { twitch, endpoints } = await start()
    const { socket, seen } = await chat(endpoints.irc, 'NICK justinfan1')
    await seen('001')
    twitch.chat.halfOpen()
    let pong = false
    socket.on('pong', () => {
      pong = true
    })
    socket.send('PING :anybody')
    socket.ping()
    // Another connection is served meanwhile, so that there was time for an answer.
    const other = await chat(endpoints.irc, 'NICK justinfan2', 'PING :anybody')
    await other.seen('PONG')
    expect(pong).toBe(false)
    expect(socket.readyState).toBe(WebSocket.OPEN)
    expect(twitch.chat.connections[0]?.received).toEqual(['NICK justinfan1'])
  })

  test('forgets a client that broke off', async () => {
    const { twitch, endpoints } = await start()
    const { socket, seen } = await chat(endpoints.irc, 'NICK justinfan1')
    await seen('001')
    socket.terminate()
    await expect.poll(() => twitch.chat.connections.length).toBe(0)
  })
})

describe('the activation page', () => {
  test('lets a user allow the app that waits', async () => {
    const server = await start()
    const { user_code, device_code, verification_uri } = await requestDevice(server)
    const page = await (await fetch(verification_uri)).text()
    expect(page).toContain(user_code)
    expect(page).toContain('Chat &lt;overlay&gt; wants to use your account')
    expect(page).toContain('chat:edit')
    expect((await exchange(server, device_code)).body).toMatchObject({ message: 'authorization_pending' })
    await post(`${server.url}/activate`, { code: user_code, login: 'juniper', choice: 'allow' })
    expect(await exchange(server, device_code)).toMatchObject({ status: 200, body: { scope: expect.any(Array) } })
  })

  test('lets a user deny it', async () => {
    const server = await start()
    const { user_code, device_code } = await requestDevice(server)
    await post(`${server.url}/activate`, { code: user_code, login: 'juniper', choice: 'deny' })
    expect(await exchange(server, device_code)).toMatchObject({ status: 400, body: { message: 'access_denied' } })
  })

  test('asks for a code that it knows, whatever is sent', async () => {
    const { url } = await start()
    expect((await fetch(`${url}/activate`)).status).toBe(200)
    const unknown = await fetch(`${url}/activate?device-code=${encodeURIComponent('"><script>')}`)
    expect(unknown.status).toBe(404)
    expect(await unknown.text()).not.toContain('<script>')
    expect((await post(`${url}/activate`, { code: 'NOBODY', choice: 'allow' })).status).toBe(404)
  })
})

describe('the controls', () => {
  test('expire every access token', async () => {
    const { url, twitch } = await start()
    const { accessToken, refreshToken } = twitch.id.issue({ clientId: 'overlay', login: 'juniper' })
    expect((await fetch(`${url}/control/expire`, { method: 'POST' })).status).toBe(204)
    expect(twitch.id.isAlive(accessToken)).toBe(false)
    expect(twitch.id.isAlive(refreshToken)).toBe(true)
  })

  test('take Twitch down and bring it back', async () => {
    const { url, endpoints } = await start()
    const { socket, seen } = await chat(endpoints.irc, 'NICK justinfan1')
    await seen('001')
    const closed = once(socket, 'close')
    await fetch(`${url}/control/down?on=true`, { method: 'POST' })
    expect((await closed)[0]).toBe(1006)
    const down = await fetch(`${endpoints.id}/validate`)
    expect(down.status).toBe(503)
    expect(down.headers.has('access-control-allow-origin')).toBe(false)
    await expect(chat(endpoints.irc)).rejects.toThrow()

    await fetch(`${url}/control/down?on=false`, { method: 'POST' })
    expect((await fetch(`${endpoints.id}/validate`)).status).toBe(401)
    await expect(chat(endpoints.irc)).resolves.toBeDefined()
  })

  test('cut every chat connection', async () => {
    const { url, endpoints } = await start()
    const { socket, seen } = await chat(endpoints.irc, 'NICK justinfan1')
    await seen('001')
    const closed = once(socket, 'close')
    await fetch(`${url}/control/cut-sockets`, { method: 'POST' })
    expect((await closed)[0]).toBe(1006)
  })

  test('listen to this machine alone', async () => {
    const { port } = await start()
    const { address } = await new Promise<{ address: string }>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        resolve({ address: socket.remoteAddress ?? '' })
        socket.destroy()
      }).on('error', reject)
    })
    expect(address).toBe('127.0.0.1')
  })
})
