// @ts-check
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { chromium } from 'playwright'
import { listen, shut } from '../../examples-web/server/listen.mjs'
import { launchOptions } from '../browsers.mjs'

const root = join(import.meta.dirname, '../..')

/** Chromium with a profile on the disk: without one IndexedDB lives in memory, and strict durability costs nothing. */
export async function openChromium() {
  const app = new Hono()
  for (const path of ['/dist/*', '/node_modules/idb-keyval/*', '/test/bench/*']) app.use(path, serveStatic({ root }))
  const server = createAdaptorServer({ fetch: app.fetch, createServer, overrideGlobalObjects: false })
  const port = await listen(server, 0)
  const profile = await mkdtemp(join(tmpdir(), 'twitch-keyring-'))
  const context = await chromium.launchPersistentContext(profile, launchOptions('chromium'))
  return {
    async openPage() {
      const page = await context.newPage()
      await page.goto(`http://127.0.0.1:${port}/test/bench/token-page.html`)
      await page.waitForFunction('window.bench')
      return page
    },
    async close() {
      await context.close()
      await shut(server)
      await rm(profile, { recursive: true, force: true })
    },
  }
}
