import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { verifyIdToken } from '../../../src/oauth/id-token.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import { completeSignIn, popup, signInWithImplicit } from '../../../src/token/index.ts'
import { fc } from '../../setup/fast-check.ts'
import { ANN, BEN, SCOPES } from '../support.ts'
import { createPage, createRedirectWorld, PAGE } from './support.ts'

let page: ReturnType<typeof createPage>

function load(href: string): void {
  page = createPage(href)
  vi.stubGlobal('location', page.location)
  vi.stubGlobal('history', page.history)
}

beforeEach(() => load(PAGE))
afterEach(() => vi.unstubAllGlobals())

/** Leaves for Twitch, where the user agrees, and comes back. */
async function comeBack(login: string = ANN.login, options: { consent?: boolean; extra?: object } = {}) {
  const world = createRedirectWorld()
  const store = memoryStore()
  const { handler } = world.open(store)
  await world.clock.until(
    signInWithImplicit(handler, { scopes: SCOPES, redirectUri: PAGE, ...options.extra, via: undefined }),
  )
  const [url = ''] = page.location.left
  const { consent = true } = options
  const back = await world.clock.until(world.twitch.id.authorize(url, { login, consent }))
  load(back)
  return { ...world, url, back, ...world.open(store), store }
}

describe('an implicit sign-in by redirect', () => {
  test('leaves for the page of Twitch with a state of its own, and asks for a token', async () => {
    const { url } = await comeBack()
    const query = new URL(url).searchParams
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: 'token',
      redirect_uri: PAGE,
      scope: SCOPES.join(' '),
    })
    expect(query.get('state')).toMatch(/^[0-9a-f]{32}$/)
  })

  test('is completed by the page that Twitch sends the browser back to', async () => {
    const { clock, handler, manager, outcome } = await comeBack()
    expect(await outcome(completeSignIn(handler))).toMatchObject({ id: ANN.id, login: 'ann', scopes: SCOPES })
    expect(await clock.until(manager.get())).toMatchObject({ userId: ANN.id })
  })

  test('takes the answer out of the address before anything else, and leaves the rest of it', async () => {
    const { handler, outcome } = await comeBack()
    const completed = completeSignIn(handler)
    expect(page.history.replaced).toEqual([PAGE])
    await outcome(completed)
  })

  test('is completed once by effects that run twice', async () => {
    const { handler, outcome } = await comeBack()
    const [one, two] = [completeSignIn(handler), completeSignIn(handler)]
    expect(await outcome(two)).toEqual(await outcome(one))
    expect(await outcome(completeSignIn(handler))).toBeUndefined()
    expect(await outcome(handler.users())).toHaveLength(1)
  })

  test('checks its state once: the same address does nothing a second time', async () => {
    const { handler, back, outcome } = await comeBack()
    await outcome(completeSignIn(handler))
    load(back)
    expect(await outcome(completeSignIn(handler))).toMatchObject({ reason: 'code-expired' })
  })

  test('takes no token that was not asked for here', async () => {
    const { handler, twitch, outcome } = await comeBack()
    const { accessToken } = twitch.id.issue({ clientId: 'keyringtest', login: BEN.login })
    load(`${PAGE}#access_token=${accessToken}&state=made-up&token_type=bearer`)
    expect(await outcome(completeSignIn(handler))).toMatchObject({ reason: 'code-expired' })
    load(`${PAGE}#access_token=${accessToken}&token_type=bearer`)
    expect(await outcome(completeSignIn(handler))).toMatchObject({ reason: 'code-expired' })
    expect(page.location.href).toBe(PAGE)
    expect(await outcome(handler.users())).toEqual([])
  })

  test('is too late after an hour', async () => {
    const { clock, handler, outcome } = await comeBack()
    clock.jump(3_600_001)
    expect(await outcome(completeSignIn(handler))).toMatchObject({ reason: 'code-expired' })
  })

  test('says no when the user does', async () => {
    const { handler, outcome } = await comeBack(ANN.login, { consent: false })
    expect(await outcome(completeSignIn(handler))).toMatchObject({ name: 'TokenRejectedError', reason: 'denied' })
    expect(page.location.href).toBe(PAGE)
  })

  test('says what to register when the redirect URI is unknown, wherever Twitch sends that to', async () => {
    const { handler, twitch, clock, outcome } = await comeBack(ANN.login)
    await clock.until(signInWithImplicit(handler, { scopes: SCOPES, redirectUri: 'https://other.example/' }))
    load(await twitch.id.authorize(page.location.left[0] ?? '', { login: ANN.login }))
    const error = await outcome(completeSignIn(handler))
    expect(error).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining('byte for byte') })
    load(`${PAGE}&error=redirect_mismatch`)
    expect(await outcome(completeSignIn(handler))).toMatchObject({ name: 'ConfigurationError' })
  })

  test.each([
    ['invalid_scope', 'ConfigurationError', /one of the scopes/],
    ['unauthorized_client', 'ConfigurationError', /client type Public.*needs Confidential/],
    ['unsupported_response_type', 'ConfigurationError', /client type Public.*needs Confidential/],
    ['access_denied', 'TokenRejectedError', /did not agree/],
    ['server_error', 'TokenRejectedError', /begin again/],
  ])('says what to do about %s, and never what the address says', async (error, name, message) => {
    const { handler, url, outcome } = await comeBack()
    const state = new URL(url).searchParams.get('state')
    load(`${PAGE}&error=${error}&error_description=made+up&state=${state}`)
    const refused = await outcome(completeSignIn(handler))
    expect(refused).toMatchObject({ name, message: expect.stringMatching(message) })
    expect(refused).not.toMatchObject({ message: expect.stringContaining('made up') })
  })

  test('keeps the token of somebody else than expected out, and revokes it', async () => {
    const { handler, twitch, outcome } = await comeBack(BEN.login, { extra: { expectedUser: ANN.id } })
    const error = await outcome(completeSignIn(handler))
    expect(error).toMatchObject({ name: 'TokenRejectedError', reason: 'wrong-user' })
    expect(await outcome(handler.users())).toEqual([])
    expect(twitch.requests.filter(({ path }) => path === '/revoke')).toHaveLength(1)
    expect(twitch.id.grants().flatMap(({ accessTokens }) => [...accessTokens])).toEqual([])
  })

  test('keeps a token while Twitch does not say whose it is, and holds it to the expected user', async () => {
    const { clock, handler, manager, twitch, outcome } = await comeBack(BEN.login, { extra: { expectedUser: ANN.id } })
    const silent = twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'status', status: 503 } })
    expect(await outcome(completeSignIn(handler))).toMatchObject({ name: 'NetworkError' })
    silent()
    await clock.until(manager.start())
    await clock.advance(120_000)
    expect(await outcome(handler.users())).toEqual([])
  })

  test('becomes an account by itself when Twitch answers again', async () => {
    const { clock, handler, manager, twitch, outcome } = await comeBack()
    const silent = twitch.faults.add({ host: 'id', path: '/validate', fault: { kind: 'no-answer' } })
    expect(await outcome(completeSignIn(handler))).toMatchObject({ name: 'NetworkError' })
    silent()
    await clock.until(manager.start())
    expect(await outcome(handler.users())).toMatchObject([{ id: ANN.id }])
  })

  test('proves who signed in by the id token, where `openid` was asked for', async () => {
    const { handler, url, outcome } = await comeBack(ANN.login, { extra: { scopes: ['openid'] } })
    expect(new URL(url).searchParams.get('response_type')).toBe('token id_token')
    const account = await outcome(completeSignIn(handler, { verifyIdToken }))
    expect(account).toMatchObject({ id: ANN.id, claims: { sub: ANN.id, aud: 'keyringtest' } })
  })

  test('refuses a sign-in whose id token is missing or of another sign-in', async () => {
    for (const change of [
      (back: string) => back.replace(/id_token=[^&]+&?/, ''),
      (back: string) => back.replace(/(id_token=[^&.]+\.)[^&.]+/, '$1eyJzdWIiOiIxMDAyIn0'),
    ]) {
      const { handler, back, outcome } = await comeBack(ANN.login, { extra: { scopes: ['openid'] } })
      load(change(back))
      expect(await outcome(completeSignIn(handler, { verifyIdToken }))).toMatchObject({ reason: 'invalid' })
      expect(await outcome(handler.users())).toEqual([])
    }
  })

  test('finds no answer in any other address', async () => {
    const { handler, outcome } = await comeBack()
    load('https://dashboard.example/?state=x#top')
    expect(await outcome(completeSignIn(handler))).toBeUndefined()
    expect(page.history.replaced).toEqual([])
    vi.unstubAllGlobals()
    expect(await outcome(completeSignIn(handler))).toBeUndefined()
  })

  test('twenty at once are kept, the oldest is forgotten', async () => {
    const { clock, open, twitch, outcome } = createRedirectWorld()
    const { handler } = open()
    for (let count = 0; count < 21; count += 1) {
      await clock.until(signInWithImplicit(handler, { scopes: [], redirectUri: PAGE }))
    }
    const { left } = page.location
    for (const [at, expected] of [
      [0, { reason: 'code-expired' }],
      [20, { id: ANN.id }],
    ] as const) {
      load(await twitch.id.authorize(left[at] ?? '', { login: ANN.login }))
      expect(await outcome(completeSignIn(handler))).toMatchObject(expected)
    }
  })
})

describe('an implicit sign-in that cannot go on', () => {
  test('refuses to prove an id token in a page that is left, and says which page proves it', async () => {
    const { open, outcome } = createRedirectWorld()
    const { handler, store } = open()
    const options = { scopes: ['openid'], redirectUri: PAGE, verifyIdToken } as const
    const error = await outcome(signInWithImplicit(handler, options as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: expect.stringContaining('completeSignIn') })
    expect(page.location.left).toEqual([])
    expect(await store.keys()).toEqual([])
  })

  test('does not leave a page that does not want to any more, while the store takes its time', async () => {
    const { clock, open, outcome } = createRedirectWorld()
    const store = memoryStore()
    const { replace } = store
    let keep: () => void = () => {}
    const waiting = new Promise<void>((resolve) => (keep = resolve))
    store.replace = (...parameters) => waiting.then(() => replace(...parameters))
    const controller = new AbortController()
    const options = { scopes: [], redirectUri: PAGE, signal: controller.signal }
    const signIn = signInWithImplicit(open(store).handler, options)
    await clock.settle()
    controller.abort('unmounted')
    expect(await outcome(signIn)).toBe('unmounted')
    keep()
    await clock.settle()
    expect(page.location.left).toEqual([])
  })

  test('is not begun where there is no page to leave, such as a service worker', async () => {
    vi.unstubAllGlobals()
    const { open, outcome } = createRedirectWorld()
    const { handler, store } = open()
    const error = await outcome(signInWithImplicit(handler, { scopes: [], redirectUri: PAGE }))
    expect(error).toMatchObject({ name: 'UnsupportedError', message: expect.stringContaining('`via`') })
    expect(await store.keys()).toEqual([])
  })

  test('is over when its token ends, which nobody can renew, and Twitch is left alone after that', async () => {
    const { clock, handler, manager, twitch, outcome } = await comeBack()
    await outcome(completeSignIn(handler))
    await clock.until(manager.start())
    twitch.id.expireAll()
    await clock.advance(3_700_000)
    expect(manager.status()).toMatchObject({ state: 'needs-login', reason: 'invalid', login: 'ann' })
    const asked = twitch.requests.length
    await clock.advance(24 * 3_600_000)
    expect(twitch.requests.length).toBe(asked)
    expect(twitch.requests.filter(({ path }) => path === '/token')).toEqual([])
  })

  test('is signed out of like any other: the token is revoked', async () => {
    const { clock, handler, manager, twitch, outcome } = await comeBack()
    await outcome(completeSignIn(handler))
    await clock.until(manager.signOut())
    expect(await outcome(handler.users())).toEqual([])
    expect(twitch.requests.at(-1)).toMatchObject({ path: '/revoke', status: 200 })
  })
})

test('no address that a stranger makes up signs anybody in, and each is cleaned', async () => {
  const { handler, twitch, outcome } = await comeBack()
  const { accessToken } = twitch.id.issue({ clientId: 'keyringtest', login: BEN.login })
  const parameter = fc.tuple(
    fc.constantFrom('access_token', 'code', 'error', 'id_token', 'state', 'token_type', 'scope', 'error_description'),
    fc.oneof(fc.constant(accessToken), fc.constantFrom('access_denied', 'invalid_scope', ''), fc.string()),
  )
  const part = fc.array(parameter, { maxLength: 6 }).map((pairs) => new URLSearchParams(pairs).toString())
  await fc.assert(
    fc.asyncProperty(part, part, async (query, fragment) => {
      load(`https://dashboard.example/?${query}#${fragment}`)
      const refused = await outcome(completeSignIn(handler))
      if (refused !== undefined) {
        expect(refused).toMatchObject({ name: expect.stringMatching(/^(TokenRejected|Configuration)Error$/) })
        const { search, hash } = new URL(page.location.href)
        expect([search, hash]).toEqual(['', ''])
      }
      expect(await handler.users()).toEqual([])
    }),
    { numRuns: 200 },
  )
})

describe('an implicit sign-in in another window', () => {
  test.each([{ via: 'popup' }, { expectedUser: 'ann', via: async () => undefined }])(
    'begins nothing with %o',
    async (options) => {
      const { open, outcome } = createRedirectWorld()
      const { handler, store } = open()
      const signIn = signInWithImplicit(handler, { scopes: [], redirectUri: PAGE, ...options } as never)
      expect(await outcome(signIn)).toBeInstanceOf(TypeError)
      expect(await store.keys()).toEqual([])
    },
  )

  test('comes back with the account, as `launchWebAuthFlow` does', async () => {
    const { clock, twitch, open } = createRedirectWorld()
    const { handler } = open()
    const launchWebAuthFlow = async ({ url }: { url: string }) => twitch.id.authorize(url, { login: ANN.login })
    const via = (url: string) => launchWebAuthFlow({ url })
    const account = await clock.until(signInWithImplicit(handler, { scopes: SCOPES, redirectUri: PAGE, via }))
    expect(account).toMatchObject({ id: ANN.id })
    expect(page.location.left).toEqual([])
  })

  test('opens in the same turn as the click', () => {
    const { open } = createRedirectWorld()
    const via = vi.fn(async () => undefined)
    signInWithImplicit(open().handler, { scopes: [], redirectUri: PAGE, via }).catch(() => {})
    expect(via).toHaveBeenCalledOnce()
  })

  test('shows Twitch in a popup when it is kept, so that nobody agrees to what ends with this page', async () => {
    const opened = { location: { href: '' }, closed: false, close: vi.fn() }
    for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, vi.fn())
    const open = vi.fn(() => opened)
    vi.stubGlobal('open', open)
    const { clock, outcome, open: openTab } = createRedirectWorld()
    const store = memoryStore()
    const inner = store.replace
    let keep: () => void = () => {}
    const waiting = new Promise<void>((resolve) => (keep = resolve))
    store.replace = (...parameters) => waiting.then(() => inner(...parameters))
    const controller = new AbortController()
    const options = { scopes: [], redirectUri: PAGE, via: popup, signal: controller.signal }
    const signIn = signInWithImplicit(openTab(store).handler, options)
    expect(open).toHaveBeenCalledOnce()
    await clock.settle()
    expect(opened.location.href).toBe('')
    keep()
    await clock.settle()
    expect(opened.location.href).toContain('/authorize?')
    controller.abort('unmounted')
    expect(await outcome(signIn)).toBe('unmounted')
    expect(opened.close).toHaveBeenCalled()
  })

  test('takes only the answer to its own question', async () => {
    const { twitch, open, outcome } = createRedirectWorld()
    const { handler } = open()
    await signInWithImplicit(handler, { scopes: [], redirectUri: PAGE })
    const other = await twitch.id.authorize(page.location.left[0] ?? '', { login: BEN.login })
    const signIn = signInWithImplicit(handler, { scopes: [], redirectUri: PAGE, via: async () => other })
    expect(await outcome(signIn)).toMatchObject({ reason: 'code-expired' })
  })

  test('is closed when nobody waits any more', async () => {
    const { open, outcome } = createRedirectWorld()
    const controller = new AbortController()
    const reason = new Error('unmounted')
    let closed = false
    const via = (_url: string, signal: AbortSignal) =>
      new Promise<string>((_, reject) => {
        signal.addEventListener('abort', () => {
          closed = true
          reject(signal.reason)
        })
      })
    const signIn = signInWithImplicit(open().handler, {
      scopes: [],
      redirectUri: PAGE,
      via,
      signal: controller.signal,
    })
    controller.abort(reason)
    expect(await outcome(signIn)).toBe(reason)
    expect(closed).toBe(true)
  })

  test('is waited for no longer than the signal says, though the window knows of none', async () => {
    const { open, twitch, clock, outcome } = createRedirectWorld()
    const { handler } = open()
    const controller = new AbortController()
    let agree = () => {}
    const launchWebAuthFlow = ({ url }: { url: string }) =>
      new Promise<string>((resolve) => {
        agree = () => resolve(twitch.id.authorize(url, { login: ANN.login }))
      })
    const via = (url: string) => launchWebAuthFlow({ url })
    const options = { scopes: [], redirectUri: PAGE, via, signal: controller.signal }
    const signIn = signInWithImplicit(handler, options)
    await clock.settle()
    const reason = new Error('unmounted')
    controller.abort(reason)
    expect(await outcome(signIn)).toBe(reason)
    agree()
    await clock.settle()
    expect(await handler.users()).toEqual([])
  })

  test('that has come back is waited for no longer either, and signs in all the same', async () => {
    const { open, twitch, clock, outcome } = createRedirectWorld()
    const { handler } = open()
    const controller = new AbortController()
    twitch.faults.add({ host: 'id', path: '/validate', times: 1, fault: { kind: 'none', latency: 8_000 } })
    const via = async (url: string) => twitch.id.authorize(url, { login: ANN.login })
    const signIn = signInWithImplicit(handler, { scopes: [], redirectUri: PAGE, via, signal: controller.signal })
    await clock.advance(4_000)
    controller.abort('unmounted')
    const at = clock.now()
    expect(await outcome(signIn)).toBe('unmounted')
    expect(clock.now()).toBe(at)
    await clock.advance(5_000)
    expect(await handler.users()).toMatchObject([{ id: ANN.id }])
  })

  test('is closed when the sign-in cannot be kept', async () => {
    const { open, outcome } = createRedirectWorld()
    const full = { ...memoryStore(), replace: () => Promise.reject(new Error('full')) }
    let closed = false
    const via = (_url: string, signal: AbortSignal) =>
      new Promise<string>(() => signal.addEventListener('abort', () => (closed = true)))
    const signIn = signInWithImplicit(open(full).handler, { scopes: [], redirectUri: PAGE, via })
    expect(await outcome(signIn)).toMatchObject({ code: 'store', cause: { message: 'full' } })
    expect(closed).toBe(true)
  })
})
