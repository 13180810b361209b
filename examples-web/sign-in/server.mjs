// @ts-check
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { build } from 'esbuild'
import { Hono } from 'hono'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { startFakeTwitchServer } from '../server/fake-twitch-server.mjs'
import { listen, shut } from '../server/listen.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const publicId = 'fakepublicapponthiscomputer000'
const confidentialId = 'fakeconfidentialonthiscomputer'
const clientSecret = 'fakesecretofthisveryapp1234567'

/**
 * The sign-in page, a fake Twitch, and the Worker of the page in workerd.
 *
 * @param {import('twitch-keyring/testing').FakeTwitchOptions & { port?: number }} [options]
 */
export async function startSignInDemo({ port = 0, ...options } = {}) {
  const fake = await startFakeTwitchServer({
    users: [
      { login: 'juniper', displayName: 'Juniper', email: 'juniper@example.com' },
      { login: 'hexa', displayName: 'hexa' },
    ],
    apps: [{ clientId: publicId, clientType: 'public', name: 'Code from the screen' }],
    deviceCodeInterval: 2,
    ...options,
  })
  const { endpoints, twitch } = fake
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: await bundleWorker(),
      compatibilityDate: '2026-10-01',
      bindings: { CLIENT_ID: confidentialId, CLIENT_SECRET: clientSecret, ENDPOINTS: JSON.stringify(endpoints) },
    }),
  )

  const app = new Hono()
  app.get('/', ({ redirect }) => redirect('/sign-in/'))
  app.get('/demo.json', ({ json }) => json({ publicId, confidentialId, endpoints }))
  app.use('/dist/*', serveStatic({ root }))
  app.use('/vendor/qrcode-generator.mjs', serveStatic({ path: fileURLToPath(import.meta.resolve('qrcode-generator')) }))
  app.all('/worker/*', async ({ req }) => {
    const { method, headers } = req.raw
    const answer = await worker.dispatchFetch(req.url, {
      method,
      headers: Object.fromEntries(headers),
      redirect: 'manual',
    })
    return new Response(await answer.arrayBuffer().then((body) => (body.byteLength > 0 ? body : null)), {
      status: answer.status,
      headers: [...answer.headers],
    })
  })
  for (const folder of ['sign-in', 'shared']) app.use(`/${folder}/*`, serveStatic({ root: `${root}/examples-web` }))
  const server = createAdaptorServer({ fetch: app.fetch, createServer, overrideGlobalObjects: false })
  const origin = `http://127.0.0.1:${await listen(server, port)}`
  twitch.id.addApp({
    clientId: confidentialId,
    clientType: 'confidential',
    clientSecret,
    redirectUris: [`${origin}/sign-in/`, `${origin}/worker/callback`],
    name: 'One click',
  })
  return {
    url: `${origin}/sign-in/`,
    twitch,
    publicId,
    confidentialId,
    clientSecret,
    close: () => Promise.all([shut(server), worker.dispose(), fake.close()]),
  }
}

async function bundleWorker() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('worker.js', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url, close } = await startSignInDemo({ port: Number(process.env.PORT || 0) })
  console.log(`Open ${url}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close().then(() => process.exit(0)))
}
