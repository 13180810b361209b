import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BrowserContext, chromium, expect, type Page, test } from 'playwright/test'
import { startFakeTwitchServer } from '../../examples-web/server/fake-twitch-server.mjs'
import { launchOptions } from '../browsers.mjs'
import { serveFolder } from '../setup/serve-folder.ts'
import { type App, beginSignIn, endSignIn, open, renew, take } from '../token/places/proof.ts'

const root = join(import.meta.dirname, '../..')
const PLACE = '/test/token/places/place.html'
const clientId = 'placestestclient00000000000000'

/** Where steps run: a page, a frame or a worker. */
interface Place {
  evaluate<Result, Input>(step: (input: Input) => Result, input: Input): Promise<Awaited<Result>>
}

let twitch: Awaited<ReturnType<typeof startFakeTwitchServer>>
let files: Awaited<ReturnType<typeof serveFolder>>
let app: App
const endings: (() => unknown)[] = []

test.beforeEach(async () => {
  twitch = await startFakeTwitchServer({
    users: [{ id: '1001', login: 'juniper' }],
    apps: [{ clientId, clientType: 'public' }],
    deviceCodeInterval: 1,
  })
  files = await serveFolder(root)
  app = { clientId, endpoints: twitch.endpoints }
})

test.afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
  await Promise.all([twitch.close(), files.close()])
})

/** Signs in by a code and renews, as anywhere. */
async function signInAndRenew(place: Place): Promise<void> {
  const code = await place.evaluate(beginSignIn, undefined)
  twitch.twitch.id.allow(code, 'juniper')
  expect(await place.evaluate(endSignIn, undefined)).toBe('juniper')
  await place.evaluate(take, undefined)
  twitch.twitch.id.expireAll()
  expect(await place.evaluate(renew, undefined)).toEqual({ renewed: true, origins: ['here'], state: 'ok' })
  expect(renewals()).toBe(1)
}

function renewals(): number {
  return twitch.twitch.requests.filter(
    ({ path, method, params }) => path === '/token' && method === 'POST' && params['grant_type'] === 'refresh_token',
  ).length
}

async function goTo(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** A browser of its own, for what must be said when it starts. */
async function launch(...args: string[]): Promise<BrowserContext> {
  const options = launchOptions('chromium')
  const browser = await chromium.launch({ ...options, args: [...(options.args ?? []), ...args] })
  endings.push(() => browser.close())
  return browser.newContext()
}

test('a page of a site loses nothing', async ({ context }) => {
  const page = await goTo(context, files.url + PLACE)
  expect(await page.evaluate(open, app)).toEqual({
    place: 'page',
    missing: [],
    advice: ['signInWithDeviceCode', 'indexedDBStore'],
    store: 'indexeddb:twitch-keyring',
    durable: true,
    lost: [],
    state: 'needs-login',
  })
  await signInAndRenew(page)
  await page.reload()
  expect(await page.evaluate(open, app)).toMatchObject({ state: 'ok' })
})

test('a local file in OBS (http://absolute) has no Web Locks and no subtle, and keeps its sign-in', async () => {
  const { port } = new URL(files.url)
  const context = await launch(`--host-resolver-rules=MAP absolute 127.0.0.1:${port}`)
  await context.addInitScript(() => {
    const obsstudio = { getControlLevel: (callback: (level: number) => void) => setTimeout(callback, 5, 1) }
    Object.assign(globalThis, { obsstudio })
  })
  const page = await goTo(context, `http://absolute${PLACE}`)
  expect(await page.evaluate(() => ['locks' in navigator, isSecureContext])).toEqual([false, false])
  expect(await page.evaluate(open, app)).toEqual({
    place: 'obs-local-file',
    missing: ['secureContext', 'locks', 'subtle'],
    advice: ['signInWithDeviceCode', 'indexedDBStore'],
    store: 'indexeddb:twitch-keyring',
    durable: true,
    lost: [],
    state: 'needs-login',
  })
  await signInAndRenew(page)
  await page.reload()
  expect(await page.evaluate(open, app)).toMatchObject({ state: 'ok' })
})

test('two local files in OBS renew one token between them, by a lease', async () => {
  const { port } = new URL(files.url)
  const context = await launch(`--host-resolver-rules=MAP absolute 127.0.0.1:${port}`)
  const [one, two] = [await goTo(context, `http://absolute${PLACE}`), await goTo(context, `http://absolute${PLACE}`)]
  await one.evaluate(open, app)
  await signInAndRenew(one)
  expect(await two.evaluate(open, app)).toMatchObject({ state: 'ok' })
  for (const page of [one, two]) await page.evaluate(take, undefined)
  twitch.twitch.latency = 100
  twitch.twitch.id.expireAll()
  const results = await Promise.all([one.evaluate(renew, undefined), two.evaluate(renew, undefined)])
  expect(results.map(({ renewed, state }) => ({ renewed, state }))).toEqual(
    Array(2).fill({ renewed: true, state: 'ok' }),
  )
  expect(results.flatMap(({ origins }) => origins.slice(-1)).sort()).toEqual(['elsewhere', 'here'])
  expect(renewals()).toBe(2)
})

test('a sandboxed frame keeps its sign-in until it ends', async ({ context }) => {
  const page = await goTo(context, `${files.url}/test/token/places/sandbox.html`)
  const frame = page.frames()[1]
  if (frame === undefined) throw new Error('There is no frame.')
  const { lost, ...report } = await frame.evaluate(open, app)
  expect(report).toMatchObject({
    place: 'page',
    missing: ['indexedDB', 'localStorage', 'locks'],
    advice: ['signInWithDeviceCode', 'memoryStore'],
    durable: false,
    state: 'needs-login',
  })
  expect(lost).toContain('Tokens are kept in memory: whoever signs in must do so again after this page.')
  await signInAndRenew(frame)
})

test('a browser that blocks site data keeps the sign-in until the page ends', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'twitch-keyring-profile-'))
  endings.push(() => rmSync(profile, { recursive: true, force: true }))
  mkdirSync(join(profile, 'Default'))
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } }
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(blocked))
  const context = await chromium.launchPersistentContext(profile, launchOptions('chromium'))
  endings.push(() => context.close())

  const page = await goTo(context, files.url + PLACE)
  const { lost, missing, ...report } = await page.evaluate(open, app)
  expect(missing).toEqual(expect.arrayContaining(['indexedDB', 'localStorage']))
  expect(report).toMatchObject({ place: 'page', durable: false, state: 'needs-login' })
  expect(lost).toContain('Tokens are kept in memory: whoever signs in must do so again after this page.')
  await signInAndRenew(page)
  await page.reload()
  expect(await page.evaluate(open, app)).toMatchObject({ state: 'needs-login' })
})

test('a service worker shares the sign-in with the pages of its site', async ({ context }) => {
  const page = await goTo(context, files.url + PLACE)
  const [worker] = await Promise.all([
    context.waitForEvent('serviceworker'),
    page.evaluate(() => navigator.serviceWorker.register('service-worker.mjs', { type: 'module' })),
  ])
  await page.evaluate(() => navigator.serviceWorker.ready)
  expect(await worker.evaluate(open, app)).toEqual({
    place: 'service-worker',
    missing: ['document', 'localStorage'],
    advice: ['signInWithDeviceCode', 'indexedDBStore'],
    store: 'indexeddb:twitch-keyring',
    durable: true,
    lost: [expect.stringContaining('localStorage')],
    state: 'needs-login',
  })
  await signInAndRenew(worker)
  expect(await page.evaluate(open, app)).toMatchObject({ state: 'ok' })
})

test('a page from the disk keeps its sign-in', async ({ context }) => {
  const page = await goTo(context, pathToFileURL(root + PLACE).href)
  expect(await page.evaluate(open, app)).toMatchObject({
    place: 'page',
    missing: [],
    store: 'indexeddb:twitch-keyring',
    lost: [],
    state: 'needs-login',
  })
  await signInAndRenew(page)
  await page.reload()
  expect(await page.evaluate(open, app)).toMatchObject({ state: 'ok' })
})
