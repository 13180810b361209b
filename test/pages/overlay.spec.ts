import { type BrowserContext, expect, type Page, test } from 'playwright/test'
import { startDemo } from '../../examples-web/server/demo.mjs'

type Demo = Awaited<ReturnType<typeof startDemo>>

let demo: Demo
let said: string[]
let failures: Error[]

test.beforeEach(async ({ context }) => {
  // Tokens last longer than a test, however slow, and are renewed when it says so.
  demo = await startDemo({ pace: false, deviceCodeInterval: 1, accessTokenLifetime: 3_600 })
  said = []
  failures = []
  context.on('console', (message) => said.push(message.text()))
  context.on('weberror', (error) => failures.push(error.error()))
})

test.afterEach(async ({ context }) => {
  await context.unrouteAll({ behavior: 'ignoreErrors' })
  await context.close()
  await demo.close()
  expect(failures).toEqual([])
})

const state = (page: Page) => page.locator('[data-keyring=state]')
const renewals = (page: Page) => page.locator('[data-keyring=renewals]')
const messages = (page: Page) => page.locator('[data-keyring=chat] > *')
const inChat = (page: Page) => expect(page.getByText('in #juniper')).toBeVisible()

/** All has come that a page asks of Helix. Each message waits for the pictures. */
async function loaded(page: Page): Promise<void> {
  await expect(page.locator('#avatar')).toBeVisible()
  demo.twitch.chat.send('hexa', 'juniper', 'is it there?')
  await expect(messages(page)).toContainText(['is it there?'])
}

async function open(context: BrowserContext, query = ''): Promise<Page> {
  const page = await context.newPage()
  await page.goto(demo.url + query)
  return page
}

async function codeOn(page: Page): Promise<string> {
  await expect(state(page)).toHaveText('signing-in')
  return page.locator('[data-keyring=user-code]').innerText()
}

/** As a person would: the code here, the button there. */
async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click()
  const code = await codeOn(page)
  const opened = page.waitForEvent('popup')
  await page.locator('a[data-keyring=verification-uri]').click()
  const activation = await opened
  await expect(activation.getByText(code)).toBeVisible()
  await activation.locator('[data-keyring=allow]').click()
  await expect(activation.getByText('is connected')).toBeVisible()
  await activation.close()
  await expect(state(page)).toHaveText('ok')
  await inChat(page)
}

/** How often a request reached Twitch. */
function asked(path: string, grant?: string): number {
  return demo.twitch.requests.filter(
    (entry) => entry.path === path && entry.method === 'POST' && (!grant || entry.params['grant_type'] === grant),
  ).length
}

test('signs in by a code, joins the channel and shows who talks', async ({ context }) => {
  const page = await open(context)
  await expect(state(page)).toHaveText('needs-login')
  await signIn(page)
  await expect(page.getByText('@juniper')).toBeVisible()
  await expect(page.getByText('chat:read, chat:edit')).toBeVisible()
  demo.twitch.chat.send('hexa', 'juniper', 'good evening')
  await expect(messages(page)).toHaveCount(1)
  await expect(messages(page)).toContainText('good evening')
})

test('counts down, shows the code as a picture too, and can be cancelled', async ({ context }) => {
  const page = await open(context)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText(/expires in 29\u00a0min\u00a0\d+\u00a0s/)).toBeVisible()
  await expect(page.getByAltText('QR code of the activation link')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(state(page)).toHaveText('needs-login')
  await expect(page.getByRole('alert')).toBeEmpty()
})

test('goes on with a sign-in that was begun before a reload', async ({ context }) => {
  const page = await open(context)
  await page.getByRole('button', { name: 'Sign in' }).click()
  const code = await codeOn(page)
  await page.reload()
  await expect(state(page)).toHaveText('signing-in')
  await expect(page.locator('[data-keyring=user-code]')).toHaveText(code)
  demo.twitch.id.allow(code, 'juniper')
  await expect(state(page)).toHaveText('ok')
  expect(asked('/device')).toBe(1)
})

test('says so when the user denies', async ({ context }) => {
  const page = await open(context)
  await page.getByRole('button', { name: 'Sign in' }).click()
  demo.twitch.id.deny(await codeOn(page))
  await expect(page.getByRole('alert')).not.toBeEmpty()
  await expect(state(page)).toHaveText('needs-login')
})

test('needs no new sign-in after a reload', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  await page.reload()
  await expect(state(page)).toHaveText('ok')
  await inChat(page)
  demo.twitch.chat.send('hexa', 'juniper', 'welcome back')
  await expect(messages(page)).toContainText(['welcome back'])
  expect(asked('/device')).toBe(1)
})

test('shows badges, emotes, colours, replies and actions', async ({ context }) => {
  demo.twitch.faults.add({ host: 'helix', path: '/chat/badges/global', fault: { kind: 'none', latency: 700 } })
  const page = await open(context)
  await signIn(page)
  const { chat } = demo.twitch
  chat.setUser('dark', { displayName: 'Dark', color: '#000080' })
  chat.setRole('dark', 'juniper', { moderator: true })
  const first = chat.send('dark', 'juniper', '🦊 look Kappa here')
  chat.send('hexa', 'juniper', 'where?', { 'reply-parent-msg-id': first })
  chat.send('hexa', 'juniper', '/me points')
  chat.send('hexa', 'juniper', '<img src=x onerror=alert(1)>')
  await expect(messages(page)).toHaveCount(4)

  const [looks, reply, action, markup] = await messages(page).all()
  if (!looks || !reply || !action || !markup) throw new Error('There are four messages.')
  for (const picture of [looks.getByAltText('Moderator'), looks.getByAltText('Kappa')]) {
    await expect(picture).toBeVisible()
    expect(
      await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
    ).toBeGreaterThan(0)
  }
  await expect(looks.locator('.text')).toHaveText('🦊 look  here')
  expect(await lightness(looks.locator('.name'))).toBeGreaterThan(0.7)
  await expect(reply.locator('.reply')).toHaveText('Dark: 🦊 look Kappa here')
  await expect(action.locator('.text')).toHaveCSS('font-style', 'italic')
  await expect(markup.locator('.text')).toHaveText('<img src=x onerror=alert(1)>')
})

/** Of the colour as it is painted, from 0 to 1. */
function lightness(locator: ReturnType<Page['locator']>): Promise<number> {
  return locator.evaluate((element) => Number(/oklch\((\S+)/.exec(getComputedStyle(element).color)?.[1]))
}

test('shows chat without badges when Helix has none', async ({ context }) => {
  demo.twitch.faults.add({ host: 'helix', path: '/chat/badges/global', fault: { kind: 'hang' } })
  const page = await open(context)
  await signIn(page)
  demo.twitch.chat.send('juniper', 'juniper', 'good evening')
  await expect(messages(page)).toContainText(['good evening'])
  await expect(page.getByAltText('Broadcaster')).toHaveCount(0)
})

test('lets subscriptions, raids, announcements and highlighted messages stand out', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  const { userNotices } = await import('twitch-keyring/testing')
  const { chat } = demo.twitch
  chat.userNotice('juniper', userNotices.resub({ login: 'hexa', months: 14, text: 'still here' }))
  chat.raid('hexa', 'juniper', 42)
  chat.userNotice('juniper', userNotices.announcement({ login: 'hexa', color: 'BLUE', text: 'race night' }))
  chat.send('hexa', 'juniper', 'wave!', { 'msg-id': 'highlighted-message' })
  await expect(page.locator('.sub')).toContainText(["They've subscribed for 14 months!"])
  await expect(page.locator('.raid')).toHaveText('42 raiders from hexa have joined!')
  await expect(page.locator('.announcement.blue')).toContainText('race night')
  await expect(page.locator('.highlighted')).toContainText('wave!')
})

test('takes away what moderators take away', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  const { chat } = demo.twitch
  const spam = chat.send('hexa', 'juniper', 'buy followers')
  for (const login of ['pebble', 'pebble', 'moonbeam']) chat.send(login, 'juniper', `hello from ${login}`)
  await expect(messages(page)).toHaveCount(4)
  chat.delete(spam)
  await expect(messages(page)).toHaveCount(3)
  chat.timeout('pebble', 'juniper', 60)
  await expect(messages(page)).toContainText(['hello from moonbeam'])
  await expect(messages(page)).toHaveCount(1)
  chat.clear('juniper')
  await expect(messages(page)).toHaveCount(0)
})

test('says a line, and shows it with its emotes', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  await loaded(page)
  const other = await open(context, '?overlay=1')
  await expect.poll(() => demo.twitch.chat.connections.filter(({ channels }) => channels.length > 0).length).toBe(2)
  await page.getByLabel('Message').fill('hello everyone Kappa')
  await page.getByLabel('Message').press('Enter')
  await expect(messages(page)).toContainText(['hello everyone'])
  await expect(messages(page).getByAltText('Kappa')).toBeVisible()
  await expect(messages(page).getByAltText('Broadcaster')).toBeVisible()
  await expect(messages(other)).toContainText(['hello everyone'])
  await expect(page.getByLabel('Message')).toHaveValue('')
})

test('a line that is said before the pictures are there waits for them, as every other does', async ({ context }) => {
  demo.twitch.faults.add({ host: 'helix', path: '/chat/badges/global', fault: { kind: 'none', latency: 2_000 } })
  const page = await open(context)
  await signIn(page)
  await page.getByLabel('Message').fill('first Kappa')
  await page.getByLabel('Message').press('Enter')
  await expect(messages(page)).toContainText(['first'])
  await expect(messages(page).getByAltText('Kappa')).toBeVisible()
  await expect(messages(page).getByAltText('Broadcaster')).toBeVisible()
})

/** Tokens last so many seconds, until so many were renewed: then the count stands still. */
function shorten(lifetime: number, renewals: number): void {
  const { id } = demo.twitch
  const spent = () => id.refreshTokens().filter(({ spends }) => spends > 0).length
  Object.defineProperty(id.switches, 'accessTokenLifetime', { get: () => (spent() < renewals ? lifetime : 3_600) })
}

test('renews before the end of a token, without being asked', async ({ context }) => {
  shorten(4, 2)
  const page = await open(context)
  await signIn(page)
  await expect(renewals(page)).toHaveText('2')
  await expect(state(page)).toHaveText('ok')
  expect(asked('/token', 'refresh_token')).toBe(2)
})

test('two tabs share one renewal, and each says whose it was', async ({ context }) => {
  const here = await open(context)
  await signIn(here)
  const there = await open(context)
  await expect(state(there)).toHaveText('ok')
  await inChat(there)
  await loaded(there) // else it may be the one whose request finds out
  await here.getByRole('button', { name: 'Expire now' }).click()
  for (const page of [here, there]) {
    await expect(renewals(page)).toHaveText('1')
    await expect(state(page)).toHaveText('ok')
  }
  await expect(here.getByText('Renewed here')).toBeVisible()
  await expect(there.getByText('Renewed in another tab')).toBeVisible()
  expect(asked('/token', 'refresh_token')).toBe(1)
})

test('comes back by itself when Twitch does', async ({ context }) => {
  demo.twitch.id.switches.accessTokenLifetime = 6
  const page = await open(context)
  await signIn(page)
  const down = page.getByRole('button', { name: 'Twitch down' })
  await down.click()
  await expect(down).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByText('Chat was cut off')).toBeVisible()
  await expect(state(page)).toHaveText('degraded')
  await page.reload()
  await expect(state(page)).toHaveText('degraded')
  await expect(down).toHaveAttribute('aria-pressed', 'true')

  demo.twitch.id.switches.accessTokenLifetime = 60
  await down.click()
  await expect(page.getByText('in #juniper')).toBeVisible()
  await expect(state(page)).toHaveText('ok')
  demo.twitch.chat.send('hexa', 'juniper', 'we are back')
  await expect(messages(page)).toContainText(['we are back'])
  expect(asked('/device')).toBe(1)
})

test('says that Helix does not answer for as long as it does not, beside a token that is good', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  const helix = page.locator('#helix')
  await expect(helix).toHaveText('answers')
  const down = page.getByRole('button', { name: 'Twitch down' })
  await down.click()
  await expect(down).toHaveAttribute('aria-pressed', 'true')
  await page.getByRole('button', { name: 'Expire now' }).click()
  await expect(helix).toHaveText('no answer, asking again')
  await expect(page.getByRole('alert')).toBeEmpty()
  await page.getByLabel('Message').fill('anybody?')
  await page.getByLabel('Message').press('Enter')
  await expect(page.getByRole('alert')).not.toBeEmpty()
  await down.click()
  await expect(helix).toHaveText('answers')
  await expect(renewals(page)).toHaveText('1')
  await inChat(page)
  await expect(page.getByRole('alert')).toBeEmpty()
})

test('two tabs renew each token once, by the clock alone', async ({ context }) => {
  const first = await open(context)
  const pages = [first, await open(context)]
  await signIn(first)
  // Whoever is not there yet hears of no renewal.
  for (const page of pages) await expect(state(page)).toHaveText('ok')
  shorten(4, 3)
  await first.getByRole('button', { name: 'Expire now' }).click()
  for (const page of pages) await expect(renewals(page)).toHaveText('3')
  const { id } = demo.twitch
  for (const { value } of id.refreshTokens()) expect(id.spends(value)).toBeLessThanOrEqual(1)
})

test('joins again when the socket is cut', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  await page.getByRole('button', { name: 'Cut the socket' }).click()
  await expect(page.getByText('Chat was cut off')).toBeVisible()
  await inChat(page)
  demo.twitch.chat.send('hexa', 'juniper', 'still here?')
  await expect(messages(page)).toContainText(['still here?'])
})

test('whoever signs in while Twitch does not say who it is need not do it again', async ({ context }) => {
  const page = await open(context)
  await page.getByRole('button', { name: 'Sign in' }).click()
  const code = await codeOn(page)
  const speak = demo.twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'status', status: 503 } })
  demo.twitch.id.allow(code, 'juniper')
  // By then the pair is written.
  await expect.poll(() => demo.twitch.requests.filter(({ path }) => path === '/validate').length).toBeGreaterThan(0)
  await page.reload()
  await expect(page.locator('#why')).toHaveText('Twitch has not said yet whose the tokens are.')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeHidden()
  speak()
  await page.reload() // or wait 20 seconds
  await expect(state(page)).toHaveText('ok')
  await inChat(page)
})

test('signs out in every tab, and in again as somebody else', async ({ context }) => {
  const here = await open(context)
  await signIn(here)
  const there = await open(context)
  await expect(state(there)).toHaveText('ok')
  await here.getByRole('button', { name: 'Sign out' }).click()
  for (const page of [here, there]) await expect(state(page)).toHaveText('needs-login')
  await expect.poll(() => demo.twitch.chat.connections.length).toBe(0)

  await there.getByRole('button', { name: 'Sign in' }).click()
  demo.twitch.id.allow(await codeOn(there), 'hexa')
  for (const page of [here, there]) {
    await expect(state(page)).toHaveText('ok')
    await expect(page.getByText('@hexa')).toBeVisible()
    await inChat(page)
  }
})

test('says why a new sign-in is needed', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  demo.twitch.id.disconnect('juniper', demo.clientId)
  await page.getByRole('button', { name: 'Expire now' }).click()
  await expect(state(page)).toHaveText('needs-login')
  await signIn(page)
})

test('?overlay=1 is the chat alone, on nothing, for OBS', async ({ context }) => {
  const overlay = await open(context, '?overlay=1')
  await expect(overlay.getByText('Nobody is signed in')).toBeVisible()
  const panel = await open(context)
  await signIn(panel)
  await expect(overlay.getByText('Nobody is signed in')).toBeHidden()
  await expect(overlay.getByRole('complementary')).toBeHidden()
  for (const part of ['body', '.stage']) {
    await expect(overlay.locator(part)).toHaveCSS('background-color', 'rgba(0, 0, 0, 0)')
    await expect(overlay.locator(part)).toHaveCSS('background-image', 'none')
  }
  await expect.poll(() => demo.twitch.chat.connections.filter(({ channels }) => channels.length > 0).length).toBe(2)
  demo.twitch.chat.send('hexa', 'juniper', 'good evening')
  await expect(messages(overlay)).toContainText(['good evening'])
})

test('keeps still for those who asked for less motion', async ({ context }) => {
  const page = await open(context)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await signIn(page)
  const { chat } = demo.twitch
  const id = chat.send('hexa', 'juniper', 'good evening')
  await expect(messages(page)).toHaveCount(1)
  expect(await messages(page).evaluate((element) => element.getAnimations({ subtree: true }).length)).toBe(0)
  chat.delete(id)
  await expect(messages(page)).toHaveCount(0)
})

test('shows no token anywhere', async ({ context }) => {
  const page = await open(context)
  await signIn(page)
  await page.getByRole('button', { name: 'Expire now' }).click()
  await expect(renewals(page)).toHaveText('1')
  await page.getByRole('button', { name: 'Twitch down' }).click()
  await expect(page.getByText('Chat was cut off')).toBeVisible()

  const { id } = demo.twitch
  const secrets = new Set(id.refreshTokens().map(({ value }) => value))
  for (const grant of id.grants()) for (const { value } of grant.accessTokens) secrets.add(value)
  for (const { headers } of demo.twitch.requests) {
    const bearer = headers['authorization']?.replace(/^\w+ /, '')
    if (bearer) secrets.add(bearer)
  }
  expect(secrets.size).toBeGreaterThanOrEqual(4)

  const seen = await page.evaluate(() => [
    document.documentElement.outerHTML,
    location.href,
    JSON.stringify({ ...localStorage }),
    JSON.stringify({ ...sessionStorage }),
    document.cookie,
    performance
      .getEntries()
      .map(({ name }) => name)
      .join(' '),
  ])
  const everything = [...seen, ...said].join('\n')
  for (const secret of secrets) expect(everything.includes(secret)).toBe(false)
})

test('runs unchanged on the real Twitch', async ({ context }) => {
  const { twitch, clientId } = demo
  const hosts = {
    'https://id.twitch.tv/oauth2': twitch.endpoints.id,
    'https://api.twitch.tv/helix': twitch.endpoints.helix,
  }
  for (const [real, fake] of Object.entries(hosts)) {
    await context.route(`${real}/**`, async (route) => {
      const answer = await route.fetch({ url: route.request().url().replace(real, fake) })
      await route.fulfill({ response: answer })
    })
  }
  await context.route('https://static-cdn.jtvnw.net/**', (route) => route.abort())
  await context.routeWebSocket('wss://irc-ws.chat.twitch.tv/', (socket) => {
    const session = twitch.accept({
      send: (text) => socket.send(text),
      close: (code, reason) => void socket.close({ code: code ?? 1000, reason: reason ?? '' }),
      terminate: () => void socket.close(),
    })
    socket.onMessage((text) => session.receive(String(text)))
    socket.onClose((code) => session.closed(code))
  })

  const page = await open(context, `?twitch=real&client_id=${clientId}`)
  await expect(page.getByText('on Twitch', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Expire now' })).toBeHidden()
  await page.getByRole('button', { name: 'Sign in' }).click()
  twitch.id.allow(await codeOn(page), 'hexa')
  await expect(state(page)).toHaveText('ok')
  await expect(page.getByText('in #hexa')).toBeVisible()
  twitch.chat.send('juniper', 'hexa', 'my own channel')
  await expect(messages(page)).toContainText(['my own channel'])
})

test('asks for a client id where there is none', async ({ context }) => {
  const page = await open(context, '?twitch=real')
  await expect(page.getByRole('alert')).toContainText('client_id')
})
