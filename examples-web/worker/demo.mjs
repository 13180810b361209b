// @ts-check
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { startFakeTwitchServer } from '../server/fake-twitch-server.mjs'

const clientId = 'fakeworkerappofthiscomputer000'
const clientSecret = 'fakesecretofthisverycomputer00'

/**
 * The Worker in workerd, and a fake Twitch beside it.
 *
 * @param {import('twitch-keyring/testing').FakeTwitchOptions & { port?: number, bindings?: Record<string, string>, limit?: number }} [options]
 */
export async function startWorkerDemo({ port = 0, bindings = {}, limit, ...options } = {}) {
  const fake = await startFakeTwitchServer({
    users: [{ login: 'juniper', displayName: 'Juniper' }, { login: 'hexa' }],
    ...options,
  })
  const { vars, compatibility_date, durable_objects, ratelimits } = await readConfig()
  const secrets = fake.twitch.extensions.secrets(clientId)
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundleWorker() }],
      compatibilityDate: compatibility_date,
      bindings: {
        ...vars,
        TWITCH_CLIENT_ID: clientId,
        TWITCH_CLIENT_SECRET: clientSecret,
        COOKIE_SECRET: crypto.randomUUID(),
        EXTENSION_SECRETS: secrets.join(','),
        TWITCH_ENDPOINTS: JSON.stringify(fake.endpoints),
        ...bindings,
      },
      durableObjects: Object.fromEntries(
        durable_objects.bindings.map(({ name, class_name }) => [name, { className: class_name, useSQLite: true }]),
      ),
      ratelimits: Object.fromEntries(
        ratelimits.map(({ name, namespace_id, simple }) => [
          name,
          { namespace_id, simple: { ...simple, limit: limit ?? simple.limit } },
        ]),
      ),
    }),
  )
  const url = (await worker.ready).origin
  const redirectUris = [`${url}/callback`]
  fake.twitch.id.addApp({
    clientId,
    clientType: 'confidential',
    clientSecret,
    redirectUris,
    name: 'Tokens at the edge',
  })
  return {
    url,
    twitch: fake.twitch,
    clientId,
    clientSecret,
    worker,
    close: () => Promise.all([worker.dispose(), fake.close()]),
  }
}

/**
 * What `wrangler deploy` goes by, without its comments.
 *
 * @returns {Promise<{
 *   vars: Record<string, string>,
 *   compatibility_date: string,
 *   durable_objects: { bindings: { name: string, class_name: string }[] },
 *   ratelimits: { name: string, namespace_id: string, simple: { limit: number, period: 10 | 60 } }[],
 * }>}
 */
async function readConfig() {
  const text = await readFile(new URL('wrangler.jsonc', import.meta.url), 'utf8')
  return JSON.parse(text.replace(/^\s*\/\/.*$/gm, ''))
}

export async function bundleWorker() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('src/worker.js', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['cloudflare:workers'],
    conditions: ['workerd', 'worker', 'browser'],
    loader: { '.html': 'text' },
  })
  return outputFiles[0]?.text ?? ''
}
