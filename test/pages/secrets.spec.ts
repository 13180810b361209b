import { expect, test } from 'playwright/test'
import { startSignInDemo } from '../../examples-web/sign-in/server.mjs'
import { leaksIn } from '../secrets/secrets.ts'

let demo: Awaited<ReturnType<typeof startSignInDemo>>

test.beforeAll(async () => {
  demo = await startSignInDemo({ deviceCodeInterval: 1 })
})
test.afterAll(() => demo.close())

test('nothing that is printed shows a secret in the console of Chromium, nor anything else of the page', async ({
  page,
  context,
}) => {
  const session = await context.newCDPSession(page)
  const printed: string[] = []
  session.on('Runtime.consoleAPICalled', (event) => printed.push(JSON.stringify(event.args)))
  session.on('Runtime.exceptionThrown', (event) => printed.push(JSON.stringify(event)))
  await session.send('Runtime.enable')
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url(), request.headers()['referer'] ?? ''))
  await page.goto(demo.url)

  const { twitch, publicId, confidentialId, clientSecret } = demo
  const pairs = [
    twitch.id.issue({ clientId: publicId, login: 'juniper', scopes: ['chat:read'] }),
    twitch.id.issue({ clientId: publicId, login: 'juniper', scopes: ['chat:read'] }),
    twitch.id.issue({ clientId: confidentialId, login: 'hexa', scopes: ['chat:read'] }),
  ] as const
  const panel = await twitch.extensions.authorize({ clientId: 'panel', channel: 'juniper', viewer: 'hexa' })
  const given = { publicId, confidentialId, clientSecret, endpoints: twitch.endpoints, pairs, panel }

  await page.evaluate(async ({ publicId, confidentialId, clientSecret, endpoints, pairs, panel }) => {
    const library: typeof import('twitch-keyring') = await import('/dist/twitch-keyring.min.js' as string)
    const { Client, HelixClient, IrcTokenHandler, SimpleTokenHandler, StoredTokenHandler, Token, TokenManager } =
      library
    const platform = { endpoints }
    const [one, two, three] = pairs
    const app = new StoredTokenHandler({
      clientId: confidentialId,
      clientType: 'confidential',
      clientSecret,
      store: library.memoryStore(),
      platform,
    })
    const handler = new StoredTokenHandler({
      clientId: publicId,
      clientType: 'public',
      store: library.indexedDBStore({ name: 'secrets' }),
      platform,
    })
    const client = new Client(handler)
    for (const type of ['trace', 'warning', 'signedIn', 'tokenRefreshed', 'tokenValidated'] as const) {
      client.on(type, (event) => console.log(type, event))
    }
    await handler.add(one)
    await app.add(three)
    const access = await client.tokens.get()
    await client.tokens.renew(access)
    const chat = client.chat
    await chat.connect()
    const signIn = await library.signInWithDeviceCode(handler, { scopes: [] })
    const simple = new SimpleTokenHandler(two.accessToken, publicId, { refreshToken: two.refreshToken, platform })
    const things = {
      token: new Token(two.accessToken, two.refreshToken),
      access,
      app,
      handler,
      client,
      manager: client.tokens,
      simple,
      irc: new IrcTokenHandler(two.accessToken),
      other: new TokenManager(simple),
      helix: new HelixClient(new TokenManager(simple), { platform }),
      chat,
      users: await handler.users(),
      snapshot: client.getSnapshot(),
      credentials: await simple.getClientCredentials(),
      signIn: signIn.completed,
      error: await client.tokens.get({ scopes: ['bits:read'] }).catch((error: unknown) => error),
    }
    for (const thing of Object.values(things)) {
      console.log(thing)
      console.log([thing], `${thing}`)
      console.dir(thing)
      console.error('it is', thing)
      console.table(thing)
    }
    console.log(things)
    Object.assign(window, { panel })
    signIn.cancel()
    client.close()
    console.log('This is the end.')
  }, given)

  // What the console is told comes by itself, and not with the answer.
  await expect.poll(() => printed.at(-1)).toContain('This is the end.')

  const secrets: Record<string, string> = { clientSecret }
  for (const { value } of twitch.id.refreshTokens()) secrets[value] = value
  for (const { headers, params } of twitch.requests) {
    for (const value of [headers['authorization']?.replace(/^\S+ /, ''), params['device_code']])
      if (value) secrets[value] = value
  }
  expect(Object.keys(secrets).length).toBeGreaterThanOrEqual(6)
  expect(printed.length).toBeGreaterThan(80)
  const shown = [
    ...printed,
    ...requests,
    page.url(),
    await page.content(),
    await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.title]),
    ),
    await page.evaluate(() =>
      performance
        .getEntries()
        .map(({ name }) => name)
        .join('\n'),
    ),
  ].join('\n')
  expect(leaksIn(shown, secrets)).toEqual([])
})

test('the console of Chromium would show a secret that stands in a private field', async ({ page, context }) => {
  const session = await context.newCDPSession(page)
  const printed: string[] = []
  session.on('Runtime.consoleAPICalled', (event) => printed.push(JSON.stringify(event.args)))
  await session.send('Runtime.enable')
  await page.goto(demo.url)
  // As text: the compiler of the tests would turn the field into something else.
  await page.evaluate(
    "console.log(new (class Naive { #secret = 'q1access0token7of4nobody2at8all'; use() { return this.#secret } })())",
  )
  await expect.poll(() => leaksIn(printed.join())).toEqual(['accessToken'])
})
