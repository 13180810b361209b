import { type BrowserContext, expect, type Page, test } from 'playwright/test'
import { startDemo } from '../../examples-web/server/demo.mjs'

type Demo = Awaited<ReturnType<typeof startDemo>>

let demo: Demo
let said: string[]
let failures: Error[]

test.beforeEach(async ({ context }) => {
  demo = await startDemo({ pace: false, deviceCodeInterval: 1 })
  demo.twoTabs.twitch.latency = 40
  said = []
  failures = []
  context.on('console', (message) => said.push(message.text()))
  context.on('weberror', (error) => failures.push(error.error()))
})

test.afterEach(async ({ context }) => {
  await context.close()
  await demo.close()
  expect(failures).toEqual([])
})

const play = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const state = (page: Page) => page.locator('#panel [data-keyring=state]')
const outcome = (page: Page) => page.locator('[data-keyring=outcome]')
const rows = (page: Page, what: string, side = '') =>
  page.locator(`[data-what="${what}"]${side && `[data-side=${side}]`}`)

/** With two tabs that hold a good token. The clock runs, and can be put forward. */
async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.clock.install()
  await page.goto(demo.twoTabs.url)
  await signIn(page)
  return page
}

async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(state(page)).toHaveText('signing-in')
  const code = page.locator('[data-keyring=user-code]')
  demo.twoTabs.twitch.id.allow(await code.innerText(), 'juniper')
  await expect(page.getByRole('button', { name: 'Both want it now' })).toBeEnabled()
}

/** How often a refresh token reached Twitch. */
function sent(): number {
  const { requests } = demo.twoTabs.twitch
  return requests.filter(({ params }) => params['grant_type'] === 'refresh_token').length
}

function endedGrants(): unknown[] {
  return demo.twoTabs.twitch.id.grants().filter(({ ended }) => ended !== undefined)
}

test('one renews, and the other one hears of it', async ({ context }) => {
  const page = await open(context)
  await expect(rows(page, 'signed-in')).toHaveCount(2)
  await play(page, 'Both want it now')
  await expect(outcome(page)).toContainText('one POST')
  for (const once of ['sent', 'answered', 'committed', 'told', 'heard']) await expect(rows(page, once)).toHaveCount(1)
  for (const twice of ['queued', 'locked']) await expect(rows(page, twice)).toHaveCount(2)
  const winner = (await rows(page, 'told').getAttribute('data-side')) ?? ''
  for (const step of ['looked', 'marked', 'sent', 'committed'])
    await expect(rows(page, step, winner)).not.toHaveCount(0)
  await expect(rows(page, 'heard', winner === 'left' ? 'right' : 'left')).toHaveCount(1)
  await expect(page.locator('[data-keyring=posts]')).toHaveText('1 POST')
  for (const name of ['Left tab', 'Right tab']) {
    await expect(page.frameLocator(`[title="${name}"]`).locator('[data-keyring=state]')).toHaveText('ok')
  }
  expect(sent()).toBe(1)

  await play(page, 'Both want it now')
  await expect(outcome(page)).toContainText('one POST')
  expect(sent()).toBe(2)
  expect(endedGrants()).toEqual([])
})

test('who freezes with the lock holds nobody up for ever, and sends nothing when it wakes up', async ({ context }) => {
  const page = await open(context)
  await play(page, 'Freeze the left one')
  await expect(rows(page, 'frozen')).toHaveCount(1)
  await expect(rows(page, 'queued', 'right')).toHaveCount(1)
  await page.clock.fastForward(10_000)
  await expect(outcome(page)).toContainText('went on without the lock')
  await expect(rows(page, 'unlocked', 'right')).toHaveCount(1)
  await expect(rows(page, 'told', 'right')).toHaveCount(1)
  await expect(rows(page, 'heard')).toHaveCount(0)
  expect(sent()).toBe(1)

  await play(page, 'Thaw the left one')
  await expect(outcome(page)).toContainText('woke up too late')
  await expect(rows(page, 'too-late', 'left')).toHaveCount(1)
  await expect(rows(page, 'heard', 'left')).toHaveCount(1)
  await expect(rows(page, 'sent', 'left')).toHaveCount(0)
  expect(sent()).toBe(1)
  expect(endedGrants()).toEqual([])
  await expect(page.getByRole('button', { name: 'Freeze the left one' })).toBeEnabled()
})

test('who crashes before it sends leaves the lock to the other one', async ({ context }) => {
  const page = await open(context)
  await play(page, 'Crash the left one')
  await expect(outcome(page)).toContainText('the right one renewed: one POST')
  await expect(page.getByTitle('Left tab')).toHaveCount(0)
  await expect(rows(page, 'sent', 'right')).toHaveCount(1)
  await expect(rows(page, 'told', 'right')).toHaveCount(1)
  expect(sent()).toBe(1)

  await page.getByRole('button', { name: 'Open it again' }).click()
  await expect(page.frameLocator('[title="Left tab"]').locator('[data-keyring=state]')).toHaveText('ok')
  expect(sent()).toBe(1)
  expect(endedGrants()).toEqual([])
})

for (const name of ['Crash it mid-request', 'Lose the answer']) {
  test(`${name}: a token that was spent is never sent again`, async ({ context }) => {
    const page = await open(context)
    await play(page, name)
    const crashes = name.startsWith('Crash')
    await expect(rows(page, crashes ? 'crashed' : 'lost')).toHaveCount(1)
    await expect(rows(page, 'waits')).toHaveCount(crashes ? 1 : 2)
    // Two looks: a clock that leaps tells of a machine that slept, and of nothing that was watched.
    await page.clock.fastForward(18_000)
    await page.clock.fastForward(18_000)
    await expect(outcome(page)).toContainText('sent nothing')
    await expect(rows(page, 'ended')).toHaveCount(1)
    await expect(rows(page, 'sent')).toHaveCount(1)
    await expect(state(page)).toHaveText('needs-login')
    expect(sent()).toBe(1)
    expect(endedGrants()).toEqual([])

    await signIn(page)
    await play(page, 'Both want it now')
    await expect(outcome(page)).toContainText('one POST')
    expect(sent()).toBe(2)
  })
}

test('signs out in both', async ({ context }) => {
  const page = await open(context)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(rows(page, 'signed-out')).toHaveCount(2)
  await expect(state(page)).toHaveText('needs-login')
})

test('leads to the overlay, and back', async ({ page }) => {
  await page.goto(demo.url)
  await page.getByRole('link', { name: 'See two tabs renew one token' }).click()
  await expect(page).toHaveURL(demo.twoTabs.url)
  await page.getByRole('link', { name: 'The overlay' }).click()
  await expect(page).toHaveURL(demo.url)
})

test('fits into a window and a telephone', async ({ context }) => {
  const page = await open(context)
  await play(page, 'Both want it now')
  await expect(outcome(page)).toContainText('one POST')
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
  }
})

test('shows no token anywhere', async ({ context }) => {
  const page = await context.newPage()
  const told: string[] = []
  await page.exposeFunction('overhear', (message: string) => told.push(message))
  await page.addInitScript(() => {
    if (window !== top) return
    addEventListener('message', ({ data }) => {
      ;(window as unknown as { overhear(message: string): void }).overhear(JSON.stringify(data))
    })
  })
  await page.goto(demo.twoTabs.url)
  await signIn(page)
  await play(page, 'Both want it now')
  await expect(outcome(page)).toContainText('one POST')

  const { id } = demo.twoTabs.twitch
  const secrets = id.refreshTokens().map(({ value }) => value)
  for (const grant of id.grants()) for (const { value } of grant.accessTokens) secrets.push(value)
  expect(secrets.length).toBeGreaterThanOrEqual(3)
  expect(told.length).toBeGreaterThan(10)
  const seen = await Promise.all(page.frames().map((frame) => frame.content()))
  const everything = [...seen, ...told, ...said].join('\n')
  for (const secret of secrets) expect(everything.includes(secret)).toBe(false)
})
