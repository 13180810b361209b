import { expect, test } from 'playwright/test'
import { startWorkerDemo } from '../../examples-web/worker/demo.mjs'

let demo: Awaited<ReturnType<typeof startWorkerDemo>>
test.beforeAll(async () => {
  demo = await startWorkerDemo()
})
test.afterAll(() => demo.close())

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]) {
  test(`a key is made, traded for a token, and chat is read with it, in ${viewport.width} pixels`, async ({
    browser,
  }) => {
    const page = await browser.newPage({ viewport })
    const failures: unknown[] = []
    page.on('pageerror', (error) => failures.push(error))
    page.on('console', (message) => {
      if (message.type() === 'error') failures.push(`${message.text()} ${message.location().url}`)
    })
    await page.goto(demo.url)
    await page.getByRole('link', { name: 'Sign in with Twitch' }).click()
    await page.getByRole('link', { name: 'Authorize as juniper' }).click()
    await page.getByRole('button', { name: 'New overlay key' }).click()
    await page.getByRole('button', { name: 'Trade for a token' }).click()
    await expect(page.locator('output')).toContainText('A token of juniper for chat:read')
    // Twice, as somebody who is impatient: it is read once.
    for (let time = 1; time <= 2; time += 1) {
      await page.getByRole('button', { name: 'Read chat' }).click()
      await expect(page.locator('output')).toHaveText('Reading the chat of juniper.')
    }
    const isRead = () => [...demo.twitch.chat.connections].some(({ channels }) => channels.includes('juniper'))
    await expect.poll(isRead).toBe(true)
    demo.twitch.chat.send('hexa', 'juniper', 'hello')
    demo.twitch.chat.send('hexa', 'juniper', '/me waves')
    await expect(page.getByRole('log')).toHaveText('hexa: hellohexa: waves')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page.getByRole('link', { name: 'Sign in with Twitch' })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('link', { name: 'Sign in with Twitch' })).toBeVisible()
    expect(failures).toEqual([])
    await page.close()
  })
}
