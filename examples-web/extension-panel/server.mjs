// @ts-check
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { Hono } from 'hono'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { rollup } from 'rollup'
import { startFakeTwitchServer } from '../server/fake-twitch-server.mjs'
import { listen, shut } from '../server/listen.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const clientId = 'fakeextensiononthiscomputer000'
const channel = 'juniper'

/**
 * A channel page, the panel in it under the CSP of extensions, its backend in workerd, and a fake Twitch behind them.
 *
 * @param {import('twitch-keyring/testing').FakeTwitchOptions & { port?: number }} [options]
 */
export async function startPanelDemo({ port = 0, ...options } = {}) {
  const fake = await startFakeTwitchServer({
    users: [
      { login: channel, displayName: 'Juniper' },
      { login: 'hexa', displayName: 'hexa' },
    ],
    ...options,
  })
  const { twitch, endpoints } = fake
  twitch.helix.goLive(channel, { title: 'Fungi of the night', viewerCount: 42 })

  const page = new Hono()
  const panel = new Hono()
  const pageServer = createAdaptorServer({ fetch: page.fetch, createServer, overrideGlobalObjects: false })
  const panelServer = createAdaptorServer({ fetch: panel.fetch, createServer, overrideGlobalObjects: false })
  const origin = `http://127.0.0.1:${await listen(pageServer, port)}`
  const panelOrigin = `http://127.0.0.1:${await listen(panelServer, 0)}`

  const [panelCode, backendCode] = await Promise.all([bundle('panel.js'), bundle('backend.js')])
  const backend = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: backendCode,
      compatibilityDate: '2026-10-01',
      bindings: { SECRETS: twitch.extensions.secrets(clientId).join(), PANEL: panelOrigin },
    }),
  )
  const backendUrl = (await backend.ready).origin

  panel.use(async (context, next) => {
    await next()
    context.header('Content-Security-Policy', contentSecurityPolicy({ origin, endpoints, backendUrl }))
  })
  panel.get('/panel.bundle.js', ({ body }) => body(panelCode, 200, { 'content-type': 'text/javascript' }))
  panel.get('/demo.json', ({ json }) => json({ endpoints, backend: backendUrl }))
  for (const file of ['panel.html', 'panel.css', 'helper.js']) {
    panel.get(`/${file}`, serveStatic({ path: join(here, file) }))
  }

  page.get('/', serveStatic({ path: join(here, 'channel.html') }))
  page.get('/channel.js', serveStatic({ path: join(here, 'channel.js') }))
  page.get('/channel.json', ({ json }) => json({ panelUrl: `${panelOrigin}/panel.html` }))
  page.get('/authorize', async ({ req, json }) => {
    const viewer = req.query('viewer') || undefined
    return json(
      await twitch.extensions.authorize({ clientId, channel, viewer, helixToken: req.query('mobile') !== 'true' }),
    )
  })

  return {
    url: `${origin}/`,
    twitch,
    clientId,
    panelCode,
    close: () => Promise.all([shut(pageServer), shut(panelServer), backend.dispose(), fake.close()]),
  }
}

/**
 * As Twitch's, with the fake in the place of its hosts; the backend is in the allowlist of the extension.
 *
 * @param {{ origin: string, endpoints: { helix: string, cdn: string }, backendUrl: string }} hosts
 */
function contentSecurityPolicy({ origin, endpoints, backendUrl }) {
  const [helix, cdn] = [endpoints.helix, endpoints.cdn].map((url) => new URL(url).origin)
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `connect-src 'self' ${helix} ${backendUrl}`,
    `img-src 'self' data: blob: ${cdn}`,
    `frame-ancestors ${origin}`,
  ].join('; ')
}

/** @param {string} file */
async function bundle(file) {
  const built = await rollup({ input: join(here, file), plugins: [nodeResolve({ browser: true })] })
  const { output } = await built.generate({ format: 'es' })
  await built.close()
  return output[0].code
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url, close } = await startPanelDemo({ port: Number(process.env.PORT || 0) })
  console.log(`Open ${url}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close().then(() => process.exit(0)))
}
