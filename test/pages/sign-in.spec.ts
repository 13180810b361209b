import { type BrowserContext, expect, type Page, test } from 'playwright/test'
import { startSignInDemo } from '../../examples-web/sign-in/server.mjs'

let demo: Awaited<ReturnType<typeof startSignInDemo>>
let failures: Error[]

test.beforeAll(async () => {
  demo = await startSignInDemo({ deviceCodeInterval: 1 })
})
test.afterAll(() => demo.close())
test.beforeEach(({ context }) => {
  failures = []
  context.on('weberror', (error) => failures.push(error.error()))
})
test.afterEach(() => expect(failures).toEqual([]))

const card = (page: Page, name: string) => page.locator(`#${name}`)
const allow = (page: Page, login: string) => page.getByRole('link', { name: `Authorize as ${login}` }).click()

async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(demo.url)
  await expect(card(page, 'worker')).toHaveAttribute('data-state', 'out')
  return page
}

/** The popup, once it shows Twitch: it is blank until the sign-in is kept. */
async function openPopup(page: Page): Promise<Page> {
  const opened = page.waitForEvent('popup')
  await page.getByRole('button', { name: 'In a popup' }).click()
  const popup = await opened
  await popup.waitForURL(/authorize/)
  return popup
}

async function expectAccount(page: Page, name: string, login: string): Promise<void> {
  await expect(card(page, name)).toHaveAttribute('data-state', 'in')
  await expect(card(page, name).locator('[data-keyring=login]')).toHaveText(login)
}

test('a code signs in, is a picture too, and survives a reload', async ({ context }) => {
  const page = await open(context)
  await page.getByRole('button', { name: 'Show a code' }).click()
  await expect(page.getByAltText('QR code of the activation link')).toBeVisible()
  const code = await page.locator('[data-keyring=user-code]').innerText()
  await page.reload()
  await expect(page.locator('[data-keyring=user-code]')).toHaveText(code)
  demo.twitch.id.allow(code, 'juniper')
  await expectAccount(page, 'device', 'juniper')
  await page.reload()
  await expectAccount(page, 'device', 'juniper')
  await card(page, 'device').getByRole('button', { name: 'Sign out' }).click()
  await expect(card(page, 'device')).toHaveAttribute('data-state', 'out')
})

test('in a source of OBS no code is shown while it streams', async ({ context }) => {
  await context.addInitScript(() => {
    const answer = (value: unknown) => (callback: (value: unknown) => void) => void setTimeout(callback, 5, value)
    Object.assign(window, { obsstudio: { getControlLevel: answer(1), getStatus: answer({ streaming: true }) } })
  })
  const page = await open(context)
  await page.getByRole('button', { name: 'Show a code' }).click()
  await expect(page.locator('[data-keyring=user-code]')).toContainText('while OBS streams')
  const [waiting] = demo.twitch.id.deviceRequests().slice(-1)
  const code = waiting?.userCode ?? 'none'
  expect(await page.content()).not.toContain(code)
  await expect(page.getByAltText('QR code of the activation link')).toBeHidden()
  await page.evaluate(() => window.dispatchEvent(new Event('obsStreamingStopped')))
  await expect(page.locator('[data-keyring=user-code]')).toHaveText(code)
})

test('one click leaves for Twitch, and nothing of the answer stays in the address or the history', async ({
  context,
}) => {
  const page = await open(context)
  await page.getByRole('button', { name: 'Leave for Twitch' }).click()
  await allow(page, 'hexa')
  await expectAccount(page, 'implicit', 'hexa')
  expect(page.url()).toBe(demo.url)
  await page.reload()
  await expectAccount(page, 'implicit', 'hexa')
  await page.goBack()
  await page.goForward()
  expect(page.url()).toBe(demo.url)
  await expectAccount(page, 'implicit', 'hexa')
})

test('one click that is refused says so', async ({ context }) => {
  const page = await open(context)
  await page.getByRole('button', { name: 'Leave for Twitch' }).click()
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect(page.getByRole('alert')).toHaveText(/did not agree/)
  expect(page.url()).toBe(demo.url)
})

test('an answer that was not asked for signs nobody in', async ({ context }) => {
  const { accessToken } = demo.twitch.id.issue({ clientId: demo.confidentialId, login: 'hexa' })
  const page = await context.newPage()
  await page.goto(`${demo.url}#access_token=${accessToken}&state=made-up&token_type=bearer`)
  await expect(page.getByRole('alert')).toHaveText(/no sign-in that was begun here/)
  await expect(card(page, 'implicit')).toHaveAttribute('data-state', 'out')
  expect(page.url()).toBe(demo.url)
})

test('a popup signs in, and closes by itself', async ({ context }) => {
  const page = await open(context)
  const other = await openPopup(page)
  const closed = other.waitForEvent('close')
  await allow(other, 'juniper')
  await closed
  await expectAccount(page, 'implicit', 'juniper')
  expect(page.url()).toBe(demo.url)
})

test('a popup that is closed lets one begin again', async ({ context }) => {
  const page = await open(context)
  for (const attempt of [1, 2]) {
    const opened = page.waitForEvent('popup')
    await page.getByRole('button', { name: 'In a popup' }).click()
    await (await opened).close()
    await expect(card(page, 'implicit'), `attempt ${attempt}`).toHaveAttribute('data-state', 'out')
  }
  await expect(page.locator('#problem')).toBeEmpty()
})

test('a popup goes on by itself when the page that opened it is gone', async ({ context }) => {
  const page = await open(context)
  const other = await openPopup(page)
  await page.close()
  await allow(other, 'juniper')
  await expectAccount(other, 'implicit', 'juniper')
  expect(other.url()).toBe(demo.url)
})

for (const [how, leave] of [
  ['closed', (page: Page) => page.close()],
  ['loaded again', (page: Page) => page.reload()],
  ['left', (page: Page) => page.goto(`${demo.url}sign-in.css`)],
] as const) {
  test(`a popup goes on by itself when the page that has taken its answer is ${how} at once`, async ({ context }) => {
    const page = await open(context)
    const other = await openPopup(page)
    await page.evaluate(() => {
      const stuck = new Promise<void>((resolve) => {
        IDBObjectStore.prototype.get = () => {
          resolve()
          return {} as IDBRequest // it never answers
        }
      })
      Object.assign(globalThis, { stuck })
    })
    await allow(other, 'juniper')
    await page.evaluate(() => (globalThis as unknown as { stuck: Promise<void> }).stuck)
    await leave(page)
    await expectAccount(other, 'implicit', 'juniper')
    await expect(other.locator('#problem')).toBeEmpty()
  })
}

test('a popup goes on by itself when the page that has stored its token ends before it knows whose it is', async ({
  context,
}) => {
  const page = await open(context)
  const other = await openPopup(page)
  const before = demo.twitch.requests.length
  demo.twitch.faults.add({ host: 'id', path: '/validate', times: 1, fault: { kind: 'hang' } })
  await allow(other, 'juniper')
  await expect.poll(() => demo.twitch.requests.slice(before).map(({ path }) => path)).toContain('/validate')
  await page.close()
  await expectAccount(other, 'implicit', 'juniper')
  await expect(other.locator('#problem')).toBeEmpty()
})

test('a message of another window is no answer', async ({ context }) => {
  const page = await open(context)
  const other = await openPopup(page)
  await page.evaluate(() => window.postMessage('twitch-keyring:answered', location.origin))
  // The popup shows Twitch, which is of another origin, and says it is done.
  await other.evaluate(() => window.opener.postMessage('twitch-keyring:answered', '*'))
  await expect(card(page, 'implicit')).toHaveAttribute('data-state', 'waiting')
  await allow(other, 'hexa')
  await expectAccount(page, 'implicit', 'hexa')
})

test('a Worker signs in with a code, and the page never sees secret, code or token', async ({ context }) => {
  const said: string[] = []
  context.on('console', (message) => said.push(message.text()))
  const page = await open(context)
  await page.getByRole('link', { name: 'Sign in with Twitch' }).click()
  await page.waitForURL(/authorize/)
  const answer = page.waitForResponse('**/worker/me')
  await allow(page, 'juniper')
  await expectAccount(page, 'worker', 'juniper')
  await expect(page.getByText('juniper@example.com')).toBeVisible()
  expect(page.url()).toBe(demo.url)

  const { id } = demo.twitch
  const tokens = id.grants().flatMap(({ accessTokens, refreshTokens }) => [...accessTokens, ...refreshTokens])
  const secrets = [demo.clientSecret, ...tokens.map(({ value }) => value)]
  const seen = await (await answer).text()
  const shown = [await page.content(), seen, ...said, await page.evaluate(() => document.cookie)].join('\n')
  for (const secret of secrets) expect(shown).not.toContain(secret)

  await card(page, 'worker').getByRole('button', { name: 'Sign out' }).click()
  await expect(card(page, 'worker')).toHaveAttribute('data-state', 'out')
  expect(demo.twitch.requests.at(-1)).toMatchObject({ path: '/revoke', status: 200 })
})

test('a Worker refuses a callback of a browser that began nothing', async ({ context, browser }) => {
  const page = await open(context)
  await page.getByRole('link', { name: 'Sign in with Twitch' }).click()
  const link = page.getByRole('link', { name: 'Authorize as hexa' })
  const url = new URL((await link.getAttribute('href')) ?? '', page.url())
  const callback = await demo.twitch.id.authorize(url, { login: 'hexa' })
  const elsewhere = await browser.newContext()
  const victim = await elsewhere.newPage()
  await victim.goto(callback)
  await expect(victim.getByRole('alert')).toHaveText(/no sign-in that was begun here/)
  await expect(card(victim, 'worker')).toHaveAttribute('data-state', 'out')
  expect(victim.url()).toBe(demo.url)
  await elsewhere.close()
})
