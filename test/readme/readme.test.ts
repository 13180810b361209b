import { join } from 'node:path'
import { IDBFactory } from 'fake-indexeddb'
import ts from 'typescript'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { TokenVault } from '../../src/cloudflare/index.ts'
import { Client, SimpleTokenHandler } from '../../src/index.ts'
import { indexedDBStore } from '../../src/stores/index.ts'
import { createFakeClock, createFakeTwitch, userNotices } from '../../src/testing/index.ts'
import { StoredTokenHandler } from '../../src/token/index.ts'
import { createAlarms } from './alarms.ts'
import { writeExamples } from './examples.ts'
import { createNamespace } from './namespace.ts'

const examples = writeExamples()

interface VaultExample {
  readonly default: { fetch(request: Request, env: object): Promise<Response> }
  readonly TokenVault: new (ctx: never, env: object) => TokenVault
}

async function example<Exports = void>(name: string): Promise<() => Promise<Exports>> {
  const found = examples.find((example) => example.name === name)
  if (found === undefined) expect.fail(`There is no example "${name}".`)
  const { run } = await import(found.file)
  return run
}

/** A browser as the examples find it, with the fake Twitch as its network and its clock. */
function openPlace(clientId: string, clientType: 'public' | 'confidential' = 'public') {
  // IndexedDB works in tasks of its own.
  const settle = async () => {
    for (let task = 0; task < 300; task += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const clock = createFakeClock({ settle })
  const clientSecret = clientType === 'public' ? undefined : 'secret'
  const twitch = createFakeTwitch({
    clock,
    users: [{ id: '1234', login: 'streamer' }],
    apps: [{ clientId, clientType, clientSecret, redirectUris: ['https://worker.example/callback'] }],
  })
  vi.stubGlobal('fetch', twitch.fetch)
  vi.stubGlobal('WebSocket', twitch.WebSocket)
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('setTimeout', clock.setTimeout)
  vi.stubGlobal('clearTimeout', clock.clearTimeout)
  const shown: string[] = []
  vi.stubGlobal('show', (text: string) => {
    shown.push(text)
    const [, code] = /enter ([A-Z]{8})/.exec(text) ?? []
    if (code !== undefined) twitch.id.allow(code, 'streamer')
  })
  return { clock, twitch, shown, clientSecret }
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('every example compiles', { timeout: 180_000 }, () => {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    types: [],
    skipLibCheck: true,
  }
  const globals = join(import.meta.dirname, 'globals.d.ts')
  const program = ts.createProgram([globals, ...examples.map(({ file }) => file)], options)
  const found = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || !/\/src\//.test(file.fileName))
  const problems = found.map((problem) => {
    const at = problem.file === undefined ? '' : `${problem.file.fileName.split('/').at(-1)}: `
    return `${at}${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`
  })
  expect(problems).toEqual([])
})

test('the first example signs in, says hello in chat, and reads what others say', async () => {
  const { clock, twitch, shown } = openPlace('your-client-id')
  const run = await example('README.md 1')
  await clock.until(run())
  expect(shown[0]).toMatch(/^Open https:\/\/www\.twitch\.tv\/activate\S* and enter [A-Z]{8}$/)
  expect(twitch.chat.connections[0]?.channels).toContain('streamer')
  twitch.users.add({ id: '99', login: 'viewer', displayName: 'Viewer' })
  twitch.chat.send('viewer', 'streamer', 'hello you')
  await clock.advance(1_000)
  expect(shown).toContain('Viewer: hello you')
})

test('the example with a handler of one’s own connects, and saves what is renewed', async () => {
  const { clock, twitch, clientSecret } = openPlace('confidential-id', 'confidential')
  const pair = twitch.id.issue({ clientId: 'confidential-id', login: 'streamer', scopes: ['chat:read', 'chat:edit'] })
  twitch.id.expire(pair.accessToken)
  const irc = twitch.id.issue({ clientId: 'confidential-id', login: 'streamer', scopes: ['chat:read'] })
  const put = vi.fn(async () => {})
  vi.stubGlobal('db', { get: async () => ({ access: pair.accessToken, refresh: pair.refreshToken }), put })
  vi.stubGlobal('config', { userId: '1234', clientId: 'confidential-id', clientSecret, ircToken: irc.accessToken })
  const run = await example('README.md 2')
  await clock.until(run())
  expect(put).toHaveBeenCalledExactlyOnceWith('1234', expect.objectContaining({ access: expect.any(String) }))
  expect(twitch.chat.connections[0]?.channels).toContain('streamer')
})

test('the example of a place says where it is, and what to use there', async () => {
  const { clock, shown } = openPlace('your-client-id')
  const run = await example('README.md 3')
  await clock.until(run())
  expect(shown[0]).toMatch(/^other\. signInWithDeviceCode: .*\. indexedDBStore: It is durable, .*\.$/)
  expect(shown).toContainEqual(expect.stringMatching(/^document: /))
})

test('the example of states and events shows them', async () => {
  const { clock, twitch, shown } = openPlace('your-client-id')
  const pair = twitch.id.issue({ clientId: 'your-client-id', login: 'streamer' })
  const client = new Client(
    new SimpleTokenHandler(pair.accessToken, 'your-client-id', { refreshToken: pair.refreshToken }),
  )
  vi.stubGlobal('client', client)
  const run = await example('README.md 4')
  await clock.until(run())
  await clock.until(client.tokens.get())
  twitch.id.expireAll()
  await clock.until(client.tokens.renew(await client.tokens.get()))
  expect(shown).toContain('streamer: ok ')
  expect(shown).toContain('streamer was renewed here')
})

test.each<[string, number, unknown]>([
  ['tests an overlay', 1, ['viewer: hello', '* 7 raiders from viewer have joined!', 'viewer: still here?']],
  ['answers one more endpoint of Helix', 2, ['{"id":"a","title":"Tea or coffee?"}']],
  ['shows that a 503 logs nobody out', 3, [expect.stringMatching(/^(ok|degraded)$/)]],
])('the example of the fake Twitch %s', async (_, number, expected) => {
  const shown: string[] = []
  vi.stubGlobal('show', (text: string) => shown.push(text))
  const run = await example(`docs/testing.md ${number}`)
  await run()
  expect(shown).toEqual(expected)
})

test('the example of a store runs all its cases', async () => {
  const cases: (() => Promise<void>)[] = []
  vi.stubGlobal('test', (_: string, run: () => Promise<void>) => cases.push(run))
  const run = await example('docs/testing.md 4')
  await run()
  expect(cases.length).toBeGreaterThan(5)
  for (const run of cases) await run()
})

test('the examples of Helix say who is live and who follows, and what is missing', async () => {
  const { clock, twitch, shown } = openPlace('your-client-id')
  const scopes = ['moderator:read:followers']
  const { accessToken } = twitch.id.issue({ clientId: 'your-client-id', login: 'streamer', scopes })
  twitch.users.add({ id: '99', login: 'viewer', displayName: 'Viewer' })
  twitch.helix.follow('viewer', 'streamer')
  twitch.helix.goLive('streamer', { viewerCount: 7 })
  vi.stubGlobal('client', new Client(new SimpleTokenHandler(accessToken, 'your-client-id')))
  for (const number of [1, 2, 3]) {
    const run = await example(`docs/helix.md ${number}`)
    await clock.until(run())
  }
  expect(shown).toEqual(['7 watch streamer', 'Viewer', 'Sign in again and allow channel:read:ads', '0 accounts'])
})

test('the examples of chat read, loop until they close, speak and answer', async () => {
  const { clock, twitch, shown } = openPlace('your-client-id')
  vi.stubGlobal('performance', { now: clock.monotonic })
  for (const [id, login] of Object.entries({ 98: 'twitchdev', 99: 'viewer' })) twitch.users.add({ id, login })
  const scopes = ['chat:read', 'chat:edit']
  const { accessToken } = twitch.id.issue({ clientId: 'your-client-id', login: 'streamer', scopes })
  const client = new Client(new SimpleTokenHandler(accessToken, 'your-client-id'), { chat: { channels: ['streamer'] } })
  vi.stubGlobal('client', client)
  const [read, tell, loop, speak] = await Promise.all([1, 2, 3, 4].map((number) => example(`docs/chat.md ${number}`)))
  await clock.until(read?.() ?? expect.fail())
  const looped = loop?.()
  await clock.advance(1_000)
  twitch.chat.send('viewer', 'twitchdev', '!close')
  await clock.until(looped ?? expect.fail())
  expect(shown).toEqual(expect.arrayContaining([expect.stringMatching(/^#twitchdev viewer: !close$/i), '!close']))
  await tell?.()
  await clock.until(speak?.() ?? expect.fail())
  expect(shown.at(-1)).toMatch(/^Said as \S+$/)
  twitch.chat.userNotice('streamer', userNotices.raid({ login: 'viewer', viewers: 7 }))
  await clock.advance(1_000)
  expect(shown.at(-1)).toBe('viewer brings 7')
  twitch.chat.send('viewer', 'streamer', '!ping')
  await clock.advance(5_000)
  expect(twitch.chat.connections.flatMap(({ received }) => received)).toContainEqual(expect.stringMatching(/pong$/))
  client.close()
})

test('the service worker of an extension does what is due whenever its alarm rings, whatever failed before', async () => {
  const { clock, twitch } = openPlace('your-client-id')
  let now = clock.now()
  vi.spyOn(Date, 'now').mockImplementation(() => now)
  vi.stubGlobal('performance', { now: () => now })
  const handler = new StoredTokenHandler({ clientId: 'your-client-id', clientType: 'public', store: indexedDBStore() })
  const pair = twitch.id.issue({ clientId: 'your-client-id', login: 'streamer' })
  await clock.until(handler.add(pair))
  const alarms = createAlarms()
  vi.stubGlobal('chrome', { alarms })
  const asked = () => twitch.requests.filter(({ path }) => path === '/validate').length
  const run = await example('docs/places/mv3.md 1')
  await clock.until(run())
  await clock.settle()
  expect(alarms.created).toEqual([{ name: 'maintain', periodInMinutes: expect.any(Number) }])
  const before = asked()

  const broken = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new Error('The disk is full.')
  })
  now += 3_600_000
  await clock.until(alarms.ring('maintain'))
  expect(asked()).toBe(before)
  broken.mockRestore()
  now += 60_000
  await clock.until(alarms.ring('maintain'))
  await clock.settle()
  expect(asked()).toBeGreaterThan(before)

  await clock.until(run())
  await clock.settle()
  expect(alarms.created).toHaveLength(1)
})

test('the example of a vault signs a user in, and asks Helix with their token', async () => {
  const { clock, twitch } = openPlace('your-client-id', 'confidential')
  const run = await example<VaultExample>('docs/places/worker.md 2')
  const { default: worker, TokenVault } = await run()
  const env: Record<string, unknown> = { TWITCH_CLIENT_ID: 'your-client-id', TWITCH_CLIENT_SECRET: 'secret' }
  env['VAULTS'] = createNamespace((ctx) => new TokenVault(ctx, env))
  const begun = await clock.until(worker.fetch(new Request('https://worker.example/sign-in'), env))
  expect(begun.status).toBe(302)
  const back = await clock.until(twitch.id.authorize(begun.headers.get('location') ?? '', { login: 'streamer' }))
  const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? ''
  const answer = await clock.until(worker.fetch(new Request(back, { headers: { cookie } }), env))
  expect(await answer.text()).toBe('Hello streamer')
})

beforeAll(() => {
  expect(examples.map(({ name }) => name)).toEqual([
    'README.md 1',
    'README.md 2',
    'README.md 3',
    'README.md 4',
    'docs/testing.md 1',
    'docs/testing.md 2',
    'docs/testing.md 3',
    'docs/testing.md 4',
    'docs/helix.md 1',
    'docs/helix.md 2',
    'docs/helix.md 3',
    'docs/chat.md 1',
    'docs/chat.md 2',
    'docs/chat.md 3',
    'docs/chat.md 4',
    'docs/chat.md 5',
    // Most of the places need OBS, Twitch's frame, or a browser extension: they are compiled.
    ...[
      'obs 1',
      'dashboard 1',
      'dashboard 2',
      'extension 1',
      'extension 2',
      'mv3 1',
      'mv3 2',
      'worker 1',
      'worker 2',
    ].map((example) => `docs/places/${example}`.replace(' ', '.md ')),
  ])
})
