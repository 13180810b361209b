import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as extension from '../../src/extension/index.ts'
import type { PlatformOptions, TokenStore } from '../../src/index.ts'
import * as library from '../../src/index.ts'
import { createPage } from '../token/sign-in/support.ts'
import { leaksIn, SECRETS, shown, spellings } from './secrets.ts'

const CLIENT_ID = 'client'
const { accessToken, refreshToken, clientSecret, code, deviceCode, state, nonce, idToken } = SECRETS

/** What the other side does with a request, in the worst case: it gives back all that it got. */
const worlds: Readonly<Record<string, (sent: string) => Response | Promise<Response>>> = {
  'no answer': () => Promise.reject(new TypeError('Failed to fetch')),
  ...Object.fromEntries(
    [400, 401, 403, 404, 429, 500].map((status) => [
      `HTTP ${status} that repeats the request`,
      (sent: string) => Response.json({ status, message: `invalid: ${sent}`, error: sent }, { status }),
    ]),
  ),
  'a refusal of the client, with the request': (sent) =>
    Response.json({ status: 400, message: `missing client secret ${sent}` }, { status: 400 }),
  'a refusal of the token, with the request': (sent) =>
    Response.json({ status: 400, message: `Invalid refresh token ${sent}` }, { status: 400 }),
  'HTML that repeats the request': (sent) => new Response(`<h1>${sent}</h1>`, { status: 502 }),
  'JSON that nobody expects': (sent) => Response.json({ access_token: 7, client_id: '', said: sent }),
  'a text with status 200': (sent) => new Response(sent),
}

interface World {
  readonly options: PlatformOptions
  readonly urls: string[]
}

function createWorld(answer: (sent: string) => Response | Promise<Response>): World {
  const urls: string[] = []
  return {
    urls,
    options: {
      locks: undefined,
      channel: undefined,
      setTimeout: (callback, delay) => setTimeout(callback, Math.min(delay, 1)),
      fetch: async (url, { body, headers } = {}) => {
        urls.push(url)
        return answer(`${body ?? ''} ${JSON.stringify(headers ?? {})}`)
      },
    },
  }
}

const broken = (why: string): TokenStore => ({
  name: 'broken',
  durable: true,
  consistency: 'atomic',
  get: () => Promise.reject(new library.StoreError(why, { reason: 'failed' })),
  replace: () => Promise.reject(new library.StoreError(why, { reason: 'failed' })),
  keys: () => Promise.reject(new library.StoreError(why, { reason: 'failed' })),
})

const app = { clientId: CLIENT_ID, clientSecret }
const claims = { user_id: '1' }
const stored = (clientType: 'public' | 'confidential', platform: PlatformOptions) =>
  new library.StoredTokenHandler({
    clientId: CLIENT_ID,
    clientType: clientType as 'confidential',
    clientSecret: clientType === 'confidential' ? clientSecret : undefined,
    store: library.memoryStore(),
    platform,
  })
const asPublic = (platform: PlatformOptions) =>
  stored('public', platform) as unknown as library.StoredTokenHandler<'public'>
const records = () => ({ version: 1, accessToken, refreshToken })

/** What is called with which secrets. Not what a function is there to give, but whatever else it lets out is searched. */
type Feed = (options: PlatformOptions) => unknown

const feeds: Readonly<Record<string, readonly Feed[]>> = {
  authorizeUrl: [
    () => library.authorizeUrl({ clientId: '', redirectUri: '', responseType: 'token', scopes: [], state, nonce }),
  ],
  validateToken: [
    (options) => library.validateToken(accessToken, options),
    (o) => library.validateToken(`${accessToken}\n`, o),
  ],
  refreshToken: [(options) => library.refreshToken(refreshToken, { ...app, ...options })],
  revokeToken: [(options) => library.revokeToken(accessToken, { clientId: CLIENT_ID, ...options })],
  exchangeCode: [(options) => library.exchangeCode(code, { ...app, redirectUri: 'http://localhost', ...options })],
  requestAppToken: [(options) => library.requestAppToken({ ...app, ...options })],
  requestDeviceCode: [(options) => library.requestDeviceCode({ clientId: CLIENT_ID, scopes: [], ...options })],
  exchangeDeviceCode: [(o) => library.exchangeDeviceCode(deviceCode, { clientId: CLIENT_ID, scopes: [], ...o })],
  verifyIdToken: [
    (options) => library.verifyIdToken(idToken, { clientId: CLIENT_ID, nonce, accessToken, ...options }),
    () => library.verifyIdToken(idToken, { clientId: '', nonce }),
  ],
  readCallback: [() => library.readCallback(`not an address ${accessToken}`) && undefined],
  withoutCallback: [
    () => library.withoutCallback(`not an address ${accessToken}`),
    () => library.withoutCallback(`http://localhost/#access_token=${accessToken}&state=${state}&id_token=${idToken}`),
    () => library.withoutCallback(`http://localhost/?code=${code}&state=${state}`),
  ],
  Token: [
    () => new library.Token(accessToken, refreshToken),
    () => new library.Token(accessToken, 7 as never),
    () => new library.Token([accessToken] as never),
  ],
  SimpleTokenHandler: [
    () => new library.SimpleTokenHandler(accessToken, CLIENT_ID, { refreshToken, clientSecret }),
    () => new library.SimpleTokenHandler(accessToken, '', { refreshToken, clientSecret }),
    () => new library.SimpleTokenHandler(accessToken, CLIENT_ID, { secret: clientSecret } as never),
    (platform) =>
      new library.TokenManager(
        new library.SimpleTokenHandler(accessToken, CLIENT_ID, { refreshToken, clientSecret, platform }),
      ).get(),
    (platform) =>
      new library.TokenManager(
        new library.SimpleTokenHandler(accessToken, CLIENT_ID, { clientToken: SECRETS.otherToken, platform }),
      ).get({ kind: 'app' }),
  ],
  IrcTokenHandler: [
    () => new library.IrcTokenHandler(`oauth:${accessToken}`),
    (platform) => new library.TokenManager(new library.IrcTokenHandler(accessToken, { platform })).getForChat(0),
    (platform) => new library.TokenManager(new library.IrcTokenHandler(accessToken, { platform })).clientId(),
  ],
  StoredTokenHandler: [
    (platform) => stored('confidential', platform),
    (platform) => stored('public', platform).add({ accessToken, refreshToken }),
    (platform) => stored('confidential', platform).add({ accessToken, refreshToken }),
    (platform) => stored('confidential', platform).add({ accessToken, refreshToken: 7 as never }),
    (platform) =>
      new library.StoredTokenHandler({
        ...app,
        clientType: 'public' as 'confidential',
        store: library.memoryStore(),
        platform,
      }),
    (platform) =>
      new library.StoredTokenHandler({
        clientId: CLIENT_ID,
        clientType: 'public',
        store: broken('It is broken.'),
        platform,
      }).add({ accessToken, refreshToken }),
  ],
  TokenManager: [
    (platform) => {
      const manager = new library.TokenManager(stored('confidential', platform))
      return manager.get({ kind: 'app' }).finally(() => manager.close())
    },
    (platform) =>
      new library.TokenManager(asPublic(platform), { journal: library.memoryStore(), clientSecret } as never),
  ],
  Client: [
    (platform) =>
      new library.Client(
        new library.SimpleTokenHandler(accessToken, CLIENT_ID, { refreshToken, clientSecret, platform }),
      ),
    (platform) => new library.Client(stored('confidential', platform)),
  ],
  BaseTokenHandler: [
    (platform) => {
      class Own extends library.BaseTokenHandler {
        override async getUserToken() {
          return new library.Token(accessToken, refreshToken)
        }
        override async getClientCredentials() {
          return app
        }
      }
      const handler = new Own(platform)
      return new library.TokenManager(handler).get()
    },
    (platform) => {
      class Wrong extends library.BaseTokenHandler {
        override async getUserToken(): Promise<never> {
          return { token: accessToken } as never
        }
      }
      return new library.TokenManager(new Wrong(platform)).get()
    },
  ],
  signInWithDeviceCode: [
    (platform) => library.signInWithDeviceCode(asPublic(platform), { scopes: [] }),
    (platform) => library.signInWithDeviceCode(stored('confidential', platform) as never, { scopes: [] }),
  ],
  resumeSignIn: [(platform) => library.resumeSignIn(asPublic(platform))],
  streamSafe: [
    () =>
      library.streamSafe({
        userCode: 'ABCDEFGH',
        verificationUri: 'https://twitch.tv',
        expiresAt: 0,
        completed: new Promise(() => {}),
        cancel() {},
      }),
  ],
  signInWithImplicit: [
    (platform) =>
      library.signInWithImplicit(stored('confidential', platform), {
        scopes: [],
        redirectUri: 'http://localhost/',
        via: async (url) =>
          `http://localhost/#access_token=${accessToken}&state=${new URL(url).searchParams.get('state')}`,
      }),
    (platform) =>
      library.signInWithImplicit(stored('confidential', platform), {
        scopes: ['openid'],
        redirectUri: 'http://localhost/',
        via: async (url) =>
          `http://localhost/#access_token=${accessToken}&id_token=${idToken}&state=${new URL(url).searchParams.get('state')}`,
        verifyIdToken: library.verifyIdToken,
      }),
  ],
  completeSignIn: [
    (platform) => {
      const page = createPage(`http://localhost/#access_token=${accessToken}&state=${state}&id_token=${idToken}`)
      vi.stubGlobal('location', page.location)
      vi.stubGlobal('history', page.history)
      return library.completeSignIn(stored('confidential', platform)).catch((error: unknown) => [error, page])
    },
  ],
  popup: [() => library.popup(`http://localhost/?state=${state}`, AbortSignal.timeout(1))],
  signInWithCode: [
    (platform) => library.signInWithCode(stored('public', platform), { scopes: [], redirectUri: 'http://localhost/' }),
    (platform) => library.signInWithCode(stored('confidential', platform), { scopes: [], redirectUri: '' }),
  ],
  completeSignInWithCode: [
    async (platform) => {
      const handler = stored('confidential', platform)
      const begun = await library.signInWithCode(handler, { scopes: [], redirectUri: 'http://localhost/' })
      return library.completeSignInWithCode(handler, `/?code=${code}&state=${begun.state}`, { state: begun.state })
    },
    (platform) => library.completeSignInWithCode(stored('confidential', platform), `/?code=${code}&state=x`, { state }),
    (platform) => library.completeSignInWithCode(stored('confidential', platform), `http://[${code}`, { state }),
  ],
  HelixClient: [
    (platform) =>
      new library.HelixClient(
        new library.TokenManager(new library.SimpleTokenHandler(accessToken, CLIENT_ID, { platform })),
        { platform },
      ).get('/users'),
  ],
  ChatClient: [
    () =>
      new library.ChatClient({
        tokens: new library.TokenManager(new library.IrcTokenHandler(accessToken)),
        token: accessToken,
      } as never),
  ],
  withTokens: [
    async (platform) => {
      const tokens = new library.TokenManager(new library.IrcTokenHandler(accessToken, { platform }))
      const auth = library.withTokens(tokens)(0)
      const refusal = auth.readRefusal('Login authentication failed')
      return [auth, refusal, await auth.getToken(AbortSignal.timeout(1)).catch((error: unknown) => error)]
    },
  ],
  encryptedStore: [
    () => library.encryptedStore(library.memoryStore()).replace('key', undefined, records() as never),
    () => library.encryptedStore(broken('It is broken.')).replace('key', undefined, records() as never),
  ],
  indexedDBStore: [() => library.indexedDBStore().replace('key', undefined, records() as never)],
  localStorageStore: [
    async () => {
      vi.stubGlobal('localStorage', {
        getItem: () => null,
        setItem: (_key: string, value: string) => {
          throw new Error(`The quota has been exceeded: ${value.length}`)
        },
      })
      return library.localStorageStore().replace('key', undefined, records() as never)
    },
    async () => {
      vi.stubGlobal('localStorage', { getItem: () => `{"version":1,"accessToken":"${accessToken}"` })
      return library.localStorageStore({ onProblem: (problem: unknown) => console.warn(problem) } as never).get('key')
    },
  ],
  memoryStore: [() => library.memoryStore().replace('key', 3, records() as never)],
  chromeStorageStore: [
    () =>
      library
        .chromeStorageStore({ get: async () => ({}), set: () => Promise.reject(new Error('QUOTA_BYTES')) } as never)
        .replace('key', undefined, records() as never),
  ],
  ExtensionTokenHandler: [
    async () => {
      let authorize = (_auth: unknown) => {}
      const tokens = new extension.ExtensionTokenHandler({
        helper: { onAuthorized: (callback) => (authorize = callback) },
        timeout: 1,
      })
      authorize({
        channelId: '1',
        clientId: 'c',
        userId: 'U1',
        token: SECRETS.extensionJwt,
        helixToken: SECRETS.helixToken,
      })
      const [helix, backend, facts] = [await tokens.get(), await tokens.getForBackend(), await tokens.authorization()]
      const refused = await tokens.renew(helix).catch((error: unknown) => error)
      return [tokens, helix, backend, facts, refused]
    },
  ],
  verifyExtensionJwt: [
    () => extension.verifyExtensionJwt(SECRETS.extensionJwt, { secrets: SECRETS.extensionSecret }),
    () => extension.verifyExtensionJwt(SECRETS.extensionJwt, { secrets: [clientSecret, '!'] }),
  ],
  signExtensionJwt: [
    () => extension.signExtensionJwt(claims, { secret: `!${SECRETS.extensionSecret}` }),
    () => extension.signExtensionJwt({ user_id: 7 as never }, { secret: SECRETS.extensionSecret }),
  ],
}

/** They are given no secret: text of chat, scopes, pictures, the place, and errors that say what they are told. */
const withoutSecrets = [
  'ChatError',
  'ChatReader',
  'ConfigurationError',
  'ENDPOINTS',
  'HandlerError',
  'HelixError',
  'MissingScopeError',
  'NetworkError',
  'StoreError',
  'TokenRejectedError',
  'TwitchKeyringError',
  'UnsupportedError',
  'VERIFIED_LIMITS',
  'badgeImageUrl',
  'describeEnvironment',
  'emoteImageUrl',
  'formatIrcMessage',
  'fragments',
  'missingScopes',
  'openStore',
  'parseIrcMessage',
  'readMessage',
  'readUserNotice',
  'readScopes',
  'satisfies',
  'scopesToRequest',
]

let printed: string[]

beforeEach(() => {
  printed = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
      printed.push(...values.map(shown))
    })
  }
  vi.stubGlobal('reportError', (error: unknown) => printed.push(shown(error)))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('everything that is exported is fed, or is given no secret', () => {
  const exported = [...Object.keys(library), ...Object.keys(extension)]
  expect([...Object.keys(feeds), ...withoutSecrets].sort()).toEqual(exported.sort())
})

describe.each(Object.entries(feeds))('%s lets out no secret', (_name, calls) => {
  test.each(Object.entries(worlds))('to %s', async (_what, answer) => {
    for (const call of calls) {
      const { options, urls } = createWorld(answer)
      const outcome = await Promise.resolve()
        .then(() => call(options))
        .catch((error: unknown) => error)
      expect(leaksIn([shown(outcome), ...urls, ...printed].join('\n'))).toEqual([])
    }
  })
})

describe('a secret is found', () => {
  const secret = SECRETS.refreshToken
  test.each<[string, string]>([
    ['as it is', secret],
    ['in part', secret.slice(0, 8)],
    ['in an address', encodeURIComponent(secret)],
    ['in an address in an address', encodeURIComponent(encodeURIComponent(secret))],
    ...[0, 1, 2].map(
      (before) => [`in base64, ${before} in`, btoa(`${'-'.repeat(before)}${secret}--`)] as [string, string],
    ),
  ])('%s', (_how, text) => {
    expect(leaksIn(`before ${text} after`)).toEqual(['refreshToken'])
  })

  test('in the cause of a cause, beside a message, and where nothing enumerates it', () => {
    const deep = new Error('out', { cause: new Error('in', { cause: { token: secret } }) })
    const beside = Object.defineProperty(new Error('out'), 'hidden', { value: secret, enumerable: false })
    for (const value of [deep, beside, { list: [{ secret }] }]) expect(leaksIn(shown(value))).toContain('refreshToken')
    expect(spellings(secret).every((spelling) => spelling.length >= 8)).toBe(true)
  })
})
