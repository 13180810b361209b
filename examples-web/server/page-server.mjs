// @ts-check
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { listen, shut } from './listen.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const vendor = {
  'qrcode-generator.mjs': fileURLToPath(import.meta.resolve('qrcode-generator')),
  'uplot.mjs': fileURLToPath(new URL('uPlot.esm.js', import.meta.resolve('uplot'))),
  'uplot.css': fileURLToPath(new URL('uPlot.min.css', import.meta.resolve('uplot'))),
}

/**
 * Serves the example pages and the built library, as any web server could.
 *
 * @param {{ port?: number, demo?: unknown }} [options] `demo` is what the pages find at `/demo.json`: where the fake Twitch is.
 *   Without it they know only the real one.
 */
export async function startPageServer({ port = 0, demo } = {}) {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    context.header('Cache-Control', 'no-cache')
  })
  app.get('/', (context) => context.redirect('/overlay/'))
  if (demo !== undefined) app.get('/demo.json', (context) => context.json(demo))
  app.use('/dist/*', serveStatic({ root }))
  for (const [name, path] of Object.entries(vendor)) app.use(`/vendor/${name}`, serveStatic({ path }))
  for (const folder of ['overlay', 'dashboard', 'two-tabs', 'shared'])
    app.use(`/${folder}/*`, serveStatic({ root: `${root}/examples-web` }))

  const server = createAdaptorServer({ fetch: app.fetch, createServer, overrideGlobalObjects: false })
  const bound = await listen(server, port)
  return { url: `http://127.0.0.1:${bound}/overlay/`, port: bound, close: () => shut(server) }
}
