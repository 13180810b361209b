// @ts-check
import { createServer } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { WebSocketServer } from 'ws'
import { activation } from './activation.mjs'
import { control } from './control.mjs'
import { listen, shut } from './listen.mjs'

/** @typedef {import('twitch-keyring/testing').FakeTwitch} FakeTwitch */
/** @typedef {import('twitch-keyring/testing').FakeTwitchOptions} FakeTwitchOptions */
/** @typedef {{ Bindings: import('@hono/node-server').HttpBindings }} OnNode */

/**
 * Serves one fake Twitch over real HTTP and WebSocket, on this machine only, for browsers and other programs.
 *
 * `/oauth2`, `/helix`, `/cdn` and `ws://…/irc` are Twitch; `/activate` is where a person allows an app; `/control` makes
 * Twitch misbehave. Chat listens at `/` too, for clients that can be told a host and a port but no path.
 *
 * @param {FakeTwitchOptions & {
 *   port?: number,
 *   createFakeTwitch?: (options: FakeTwitchOptions) => FakeTwitch,
 * }} [options] What is not for the server goes to `createFakeTwitch`, whose default is that of the built package.
 * @returns {Promise<{ url: string, port: number, twitch: FakeTwitch, endpoints: FakeTwitch['endpoints'], close(): Promise<void> }>}
 */
export async function startFakeTwitchServer({ port = 0, createFakeTwitch, ...options } = {}) {
  const create = createFakeTwitch ?? (await import('twitch-keyring/testing')).createFakeTwitch
  /** @type {Hono<OnNode>} */
  const app = new Hono()
  const server = createAdaptorServer({ fetch: app.fetch, createServer, overrideGlobalObjects: false })
  const sockets = new WebSocketServer({ noServer: true })

  const bound = await listen(server, port)
  const host = `127.0.0.1:${bound}`
  const twitch = create({
    ...options,
    endpoints: {
      id: `http://${host}/oauth2`,
      helix: `http://${host}/helix`,
      irc: `ws://${host}/irc`,
      cdn: `http://${host}/cdn`,
    },
    verificationUri: `http://${host}/activate`,
  })

  for (const path of ['/oauth2/*', '/helix/*', '/cdn/*']) {
    app.all(path, async ({ req, env: { outgoing } }) => {
      try {
        await send(await twitch.handle(await genuine(req.raw)), outgoing)
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ConnectionLost')) console.error(error)
        outgoing.destroy()
      }
      return RESPONSE_ALREADY_SENT
    })
  }
  app.get('/favicon.ico', ({ body }) => body(null, 204))
  app.route('/activate', activation(twitch))
  app.route('/control', control(twitch))

  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://fake')
    if (pathname !== '/irc' && pathname !== '/') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
      return
    }
    const handshake = twitch.handshake()
    setTimeout(() => {
      if (handshake.outcome === 'hang') return
      if (handshake.outcome === 'open') {
        sockets.handleUpgrade(request, socket, head, (webSocket) => accept(twitch, webSocket, handshake))
      } else if (handshake.status === undefined) socket.destroy()
      else socket.end(`HTTP/1.1 ${handshake.status} Refused\r\nConnection: close\r\n\r\n`)
    }, handshake.latency)
  })

  return {
    url: `http://${host}`,
    port: bound,
    twitch,
    endpoints: twitch.endpoints,
    async close() {
      for (const client of sockets.clients) client.terminate()
      await shut(server)
    },
  }
}

/**
 * @param {FakeTwitch} twitch
 * @param {import('ws').WebSocket} socket
 * @param {import('twitch-keyring/testing').Handshake} handshake
 */
function accept(twitch, socket, handshake) {
  const session = twitch.accept(
    {
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
      freeze: () => socket.pause(),
    },
    handshake,
  )
  socket.on('message', (data) => session.receive(String(data)))
  socket.on('close', (code) => session.closed(code))
  socket.on('error', () => socket.terminate())
}

/**
 * Hono's requests only look like those of the platform: `new Request(request)` fails.
 *
 * @param {Request} request
 */
async function genuine(request) {
  const { url, method, headers, signal } = request
  const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer()
  return new Request(url, { method, headers, body, signal })
}

/**
 * Hono's own way reads a short body to its end before the head leaves, so an answer that breaks off would arrive as a 500.
 *
 * @param {Response} response
 * @param {import('@hono/node-server').HttpBindings['outgoing']} outgoing
 */
async function send({ status, headers, body }, outgoing) {
  outgoing.writeHead(status, Object.fromEntries(headers))
  outgoing.flushHeaders()
  try {
    for await (const chunk of body ?? []) outgoing.write(chunk)
    outgoing.end()
  } catch {
    outgoing.destroy() // a fault cuts the body off
  }
}
