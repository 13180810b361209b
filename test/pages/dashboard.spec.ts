import { type BrowserContext, expect, type Page, test } from 'playwright/test'
import { startDemo } from '../../examples-web/server/demo.mjs'

type Demo = Awaited<ReturnType<typeof startDemo>>

let demo: Demo
let failures: Error[]

test.beforeEach(async ({ context }) => {
  demo = await startDemo({ pace: false, deviceCodeInterval: 1 })
  failures = []
  context.on('weberror', (error) => failures.push(error.error()))
})

test.afterEach(async ({ context }) => {
  await context.close()
  await demo.close()
  expect(failures).toEqual([])
})

const state = (page: Page) => page.locator('[data-keyring=state]')
const followers = (page: Page) => page.locator('[data-keyring=followers] > li')
/** Not how long ago they came: that goes on. */
const newest = (page: Page) => followers(page).first().locator('.follower').innerText()
const result = (page: Page) => page.locator('[data-keyring=result]')

async function open(context: BrowserContext, query = ''): Promise<Page> {
  const page = await context.newPage()
  await page.goto(demo.dashboard.url + query)
  return page
}

async function signIn(page: Page, login = 'juniper'): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(state(page)).toHaveText('signing-in')
  demo.twitch.id.allow(await page.locator('[data-keyring=user-code]').innerText(), login)
  await expect(state(page)).toHaveText('ok')
}

/** How often a request reached Twitch. */
function asked(path: string, method = 'GET'): number {
  return demo.twitch.requests.filter((entry) => entry.path === path && entry.method === method).length
}

test('says who I am, that I am live, and who follows me, with their pictures', async ({ context }) => {
  const page = await open(context)
  await expect(page.getByText('Your channel, without a server')).toBeVisible()
  await signIn(page)
  await expect(page.getByText('Juniper', { exact: true })).toBeVisible()
  await expect(page.locator('[data-keyring=live]')).toHaveText('Live')
  await expect(page.getByText('128', { exact: true })).toBeVisible()
  await expect(followers(page)).toHaveCount(12)
  await expect(followers(page).first()).toContainText('amber_otter')
  const face = followers(page).last().locator('img')
  await expect(face).toHaveAttribute('src', /profile_image/)
  // Who I am, and the pictures of twelve followers.
  expect(asked('/users')).toBe(2)
})

test('turns the pages of the followers, there and back', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  await expect(page.getByText('1–12 of 862')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Newer' })).toBeDisabled()
  const first = await newest(page)
  await page.getByRole('button', { name: 'Older' }).click()
  await expect(page.getByText('13–24 of 862')).toBeVisible()
  expect(await newest(page)).not.toBe(first)
  await page.getByRole('button', { name: 'Newer' }).click()
  await expect(page.getByText('1–12 of 862')).toBeVisible()
  expect(await newest(page)).toBe(first)
})

test('draws what has become of three months', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  const chart = page.getByRole('img', { name: /^862 followers; \d+ of them came within a week\.$/ })
  await expect(chart).toBeVisible()
  await expect(followers(page)).toHaveCount(12)
  const painted = await chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
    return [...data].filter((value, index) => index % 4 === 3 && value > 0).length
  })
  expect(painted).toBeGreaterThan(1_000)
  // A hundred at a time, and one for the list and the total each.
  expect(asked('/channels/followers')).toBe(Math.ceil(862 / 100) + 2)
})

test('needs no new sign-in after a reload', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  await page.reload()
  await expect(state(page)).toHaveText('ok')
  await expect(followers(page)).toHaveCount(12)
  expect(asked('/device', 'POST')).toBe(1)
})

test('signs out in every tab, and in again as somebody else, who is not live', async ({ context }) => {
  const here = await open(context)
  await signIn(here)
  const there = await open(context)
  await expect(followers(there)).toHaveCount(12)
  await here.getByRole('button', { name: 'Sign out' }).click()
  for (const page of [here, there]) await expect(page.getByText('Your channel, without a server')).toBeVisible()
  await signIn(there, 'hexa')
  for (const page of [here, there]) {
    await expect(page.getByText('@hexa')).toBeVisible()
    await expect(page.locator('[data-keyring=live]')).toHaveText('Offline')
    await expect(page.getByText('nobody yet')).toBeVisible()
  }
})

test('shows every kind of error, and what to do about it', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  await expect(followers(page)).toHaveCount(12)
  const kinds: Readonly<Record<string, readonly string[]>> = {
    'No answer': ['NetworkError', 'network', 'try later'],
    'HTML for an answer': ['NetworkError', '502'],
    'Rate limit': ['HelixError', '429', 'retryAt'],
    'Not a valid request': ['HelixError', '400', 'Too many ID and login parameters'],
    'Wrong user': ['HelixError', '401', 'wrong-user'],
    'Scope not granted': ['MissingScopeError', 'channel:read:ads'],
    'Another app’s token': ['ConfigurationError', 'another client id'],
    'Nobody by that id': ['TokenRejectedError', 'signed-out'],
    'Storage is full': ['StoreError', 'quota'],
    'Chat not connected': ['ChatError', 'not-connected'],
    'Handler without a method': ['HandlerError', 'getUserToken'],
    'JWT of a backend': ['UnsupportedError', 'JWT'],
    'Mistyped path': ['TypeError', 'no GET /usrs'],
    'Changed my mind': ['AbortError', 'you wanted it so'],
    'Disconnect this app': ['TokenRejectedError', 'refused', 'sign in again'],
  }
  expect(await page.getByRole('group').getByRole('button').allInnerTexts()).toEqual(Object.keys(kinds))
  for (const [label, words] of Object.entries(kinds)) {
    await page.getByRole('button', { name: label }).click()
    for (const word of words) await expect(result(page)).toContainText(word)
  }
  // The last one was no play.
  await expect(state(page)).toHaveText('needs-login')
  await signIn(page)
  await expect(followers(page)).toHaveCount(12)
})

test('shows what it has while Twitch is down, and goes on by itself', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  await expect(followers(page)).toHaveCount(12)
  const end = demo.twitch.faults.add({ host: 'helix', fault: { kind: 'status', status: 503, cors: false } })
  await expect(page.locator('body')).toHaveClass(/offline/)
  await expect(page.locator('#helix')).toHaveText('no answer, asking again')
  await expect(state(page)).toHaveText('ok')
  end()
  demo.twitch.helix.goLive('juniper', { viewerCount: 4_321 })
  await expect(page.getByText('4,321')).toBeVisible()
  await expect(page.locator('body')).not.toHaveClass(/offline/)
  await expect(page.locator('#helix')).toHaveText('answers')
})

test('fits a phone', async ({ context }) => {
  const page = await open(context)
  await page.setViewportSize({ width: 390, height: 844 })
  const button = page.getByRole('button', { name: 'Sign in' })
  await expect(button).toBeInViewport()
  await signIn(page)
  await expect(followers(page)).toHaveCount(12)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})

test('the overlay and the dashboard lead to each other', async ({ context }) => {
  const page = await open(context)
  await page.getByRole('link', { name: 'Chat overlay' }).click()
  await expect(page).toHaveTitle(/^Chat overlay/)
  await page.getByRole('link', { name: /dashboard/ }).click()
  await expect(page).toHaveTitle(/^Dashboard/)
})

test('asks for a client id where there is none', async ({ context }) => {
  const page = await open(context, '?twitch=real')
  await expect(page.getByRole('alert')).toContainText('client_id')
})
