import { type BrowserContext, expect, type Page, test } from 'playwright/test'
import { startPanelDemo } from '../../examples-web/extension-panel/server.mjs'

let demo: Awaited<ReturnType<typeof startPanelDemo>>
let failures: string[]

test.beforeAll(async () => {
  demo = await startPanelDemo()
})
test.afterAll(() => demo.close())
test.beforeEach(({ context }) => {
  failures = []
  context.on('weberror', (error) => failures.push(String(error.error())))
  context.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) failures.push(message.text())
  })
})
test.afterEach(() => expect(failures).toEqual([]))

const panel = (page: Page) => page.frameLocator('#panel')
const authorize = (page: Page) => page.getByRole('button', { name: 'Authorize again' }).click()

async function open(context: BrowserContext): Promise<Page> {
  await context.addInitScript(() => {
    const { setTimeout } = globalThis
    // What a panel waits for outlasts a machine that is busy: Twitch's tokens, and each answer.
    const patient = (work: () => void, delay = 0) =>
      setTimeout(work, delay === 10_000 && !('hasty' in globalThis) ? 60_000 : delay)
    Object.assign(globalThis, { setTimeout: patient })
  })
  const page = await context.newPage()
  await page.goto(demo.url)
  await expect(panel(page).locator('body')).toHaveAttribute('data-state', 'shown')
  return page
}

test('asks Helix as an extension, and its backend with a JWT, under the CSP of extensions', async ({ context }) => {
  const page = await open(context)
  await expect(panel(page).getByRole('heading')).toHaveText('Juniper')
  await expect(panel(page).getByText('Live: Fungi of the night')).toBeVisible()
  await expect(panel(page).locator('#greeting')).toHaveText(/a viewer who stays unnamed, in the role of viewer/)
  await expect(panel(page).getByRole('alert')).toBeEmpty()
  const asked = demo.twitch.requests.filter(({ host, path }) => host === 'helix' && path === '/users')
  expect(asked.at(-1)?.headers['authorization']).toMatch(/^Extension /)
})

test('uses the newest tokens that Twitch gave', async ({ context }) => {
  const page = await open(context)
  await page.getByLabel('Viewer').selectOption('juniper')
  await authorize(page)
  const { id = '' } = demo.twitch.users.byLogin('juniper') ?? {}
  await expect(async () => {
    await panel(page).getByRole('button', { name: 'Ask again' }).click()
    await expect(panel(page).locator('#greeting')).toHaveText(
      `The backend knows you as user ${id}, in the role of broadcaster.`,
      { timeout: 5_000 },
    )
  }).toPass()
})

test('waits for new tokens when the old ones have ended', async ({ context }) => {
  const page = await open(context)
  demo.twitch.extensions.expireAll(demo.clientId)
  await panel(page).getByRole('button', { name: 'Ask again' }).click()
  await expect(panel(page).locator('body')).toHaveAttribute('data-state', 'asking')
  await authorize(page)
  await expect(panel(page).locator('body')).toHaveAttribute('data-state', 'shown')
  await expect(panel(page).getByRole('alert')).toBeEmpty()
  await expect(panel(page).getByRole('heading')).toHaveText('Juniper')
})

test('says to reload when Twitch gives no new tokens for ten seconds', async ({ context }) => {
  const page = await open(context)
  await panel(page)
    .locator('body')
    .evaluate(() => Object.assign(globalThis, { hasty: true }))
  demo.twitch.extensions.expireAll(demo.clientId)
  const startedAt = performance.now()
  await panel(page).getByRole('button', { name: 'Ask again' }).click()
  await expect(panel(page).getByRole('alert')).toHaveText(/The panel is stale.*Reload/)
  expect(performance.now() - startedAt).toBeGreaterThan(9_900)
})

test('says so in the mobile app, and still has its backend', async ({ context }) => {
  const page = await open(context)
  await page.getByLabel('Mobile app').check()
  await authorize(page)
  await expect(async () => {
    await panel(page).getByRole('button', { name: 'Ask again' }).click()
    await expect(panel(page).getByRole('alert')).toHaveText(/no token for Helix/, { timeout: 5_000 })
  }).toPass()
  await expect(panel(page).locator('#greeting')).toHaveText(/in the role of viewer/)
})

test('shows no token anywhere', async ({ context }) => {
  const said: string[] = []
  context.on('console', (message) => said.push(message.text()))
  const page = await open(context)
  const auth = page.waitForResponse(/\/authorize/)
  await authorize(page)
  const { token, helixToken } = await (await auth).json()
  await panel(page).getByRole('button', { name: 'Ask again' }).click()
  await expect(panel(page).locator('body')).toHaveAttribute('data-state', 'shown')
  const frame = page.frames().find((frame) => frame.url().includes('panel.html'))
  const shown = [await frame?.content(), frame?.url(), page.url(), ...said].join('\n')
  for (const jwt of [token, helixToken]) {
    for (const part of jwt.split('.').slice(1)) expect(shown).not.toContain(part.slice(0, 8 + 8))
  }
})

test('its bundle is readable, as the review wants it, and holds nothing that the panel does not use', () => {
  expect(demo.panelCode).toContain('class ExtensionTokenHandler')
  for (const other of ['jwtVerify', 'PRIVMSG', 'StoredTokenHandler', 'indexedDB']) {
    expect(demo.panelCode).not.toContain(other)
  }
})
