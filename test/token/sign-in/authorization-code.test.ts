import { describe, expect, test, vi } from 'vitest'
import { verifyIdToken } from '../../../src/oauth/id-token.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import { type CodeSignInOptions, completeSignInWithCode, signInWithCode } from '../../../src/token/index.ts'
import { ANN, BEN, SCOPES, SECRET } from '../support.ts'
import { CALLBACK, createRedirectWorld } from './support.ts'

async function comeBack(login: string = ANN.login, options: Partial<CodeSignInOptions> = {}, consent = true) {
  const world = createRedirectWorld()
  const store = memoryStore()
  const begun = await world.clock.until(
    signInWithCode(world.open(store, SECRET).handler, { scopes: SCOPES, redirectUri: CALLBACK, ...options }),
  )
  const back = await world.clock.until(world.twitch.id.authorize(begun.url, { login, consent }))
  return { ...world, ...begun, back, ...world.open(store, SECRET), store }
}

describe('a sign-in with a code', () => {
  test('ends with an account that is renewed with the secret', async () => {
    const { clock, twitch, handler, manager, back, state, outcome } = await comeBack()
    expect(back).toContain('?code=')
    const account = await outcome(completeSignInWithCode(handler, back, { state }))
    expect(account).toMatchObject({ id: ANN.id, login: 'ann', scopes: SCOPES })
    await clock.until(manager.start())
    await clock.advance(4 * 3_600_000)
    expect(await clock.until(manager.get())).toMatchObject({ userId: ANN.id })
    const spent = twitch.requests.filter(({ params }) => params['grant_type'] === 'refresh_token')
    expect(spent.map(({ params }) => params['client_secret'])).toContain(SECRET)
  })

  test('takes the path of a request as well as its whole address', async () => {
    const { handler, back, state, outcome } = await comeBack()
    const { pathname, search } = new URL(back)
    expect(await outcome(completeSignInWithCode(handler, pathname + search, { state }))).toMatchObject({ id: ANN.id })
  })

  test('is only for the browser that began it', async () => {
    const { handler, back, state, twitch, outcome } = await comeBack()
    for (const other of ['', 'made-up', undefined]) {
      const refused = await outcome(completeSignInWithCode(handler, back, { state: other }))
      expect(refused).toMatchObject({ reason: 'code-expired' })
    }
    expect(twitch.requests.filter(({ path }) => path === '/token')).toEqual([])
    expect(await outcome(completeSignInWithCode(handler, back, { state }))).toMatchObject({ id: ANN.id })
  })

  test('is not for another browser that began one as well', async () => {
    const { clock, handler, back, outcome } = await comeBack()
    const other = await clock.until(signInWithCode(handler, { scopes: [], redirectUri: CALLBACK }))
    for (const kept of [{ state: other.state }, { pending: other.pending }]) {
      expect(await outcome(completeSignInWithCode(handler, back, kept))).toMatchObject({ reason: 'code-expired' })
    }
  })

  test('checks its state once', async () => {
    const { handler, back, state, twitch, outcome } = await comeBack()
    const both = [completeSignInWithCode(handler, back, { state }), completeSignInWithCode(handler, back, { state })]
    const outcomes = await Promise.all(both.map(outcome))
    expect(outcomes).toContainEqual(expect.objectContaining({ id: ANN.id }))
    expect(outcomes).toContainEqual(expect.objectContaining({ reason: 'code-expired' }))
    expect(twitch.requests.filter(({ path }) => path === '/token')).toHaveLength(1)
  })

  test('can be kept by the browser instead of the store', async () => {
    const { clock, open, back, pending, store, outcome } = await comeBack(ANN.login, { keep: false })
    expect(await store.keys()).toEqual([])
    const cookie = JSON.parse(JSON.stringify(pending))
    const { handler } = open(memoryStore(), SECRET)
    expect(await outcome(completeSignInWithCode(handler, back, { pending: cookie }))).toMatchObject({ id: ANN.id })
    clock.jump(3_600_001)
    const late = await outcome(completeSignInWithCode(handler, back, { pending: cookie }))
    expect(late).toMatchObject({ reason: 'code-expired' })
  })

  test.each([{}, null, 'text', { state: 1 }, { state: 'x', scopes: [] }])('believes no pending %j', async (pending) => {
    const { handler, back, outcome } = await comeBack()
    const refused = await outcome(completeSignInWithCode(handler, back, { pending: pending as never }))
    expect(refused).toMatchObject({ reason: 'code-expired' })
  })

  test('says no when the user does', async () => {
    const { handler, back, state, outcome } = await comeBack(ANN.login, {}, false)
    expect(await outcome(completeSignInWithCode(handler, back, { state }))).toMatchObject({ reason: 'denied' })
  })

  test('keeps somebody else than expected out, and revokes the token', async () => {
    const { handler, back, state, twitch, outcome } = await comeBack(BEN.login, { expectedUser: ANN.id })
    expect(await outcome(completeSignInWithCode(handler, back, { state }))).toMatchObject({ reason: 'wrong-user' })
    expect(await outcome(handler.users())).toEqual([])
    expect(twitch.requests.filter(({ path }) => path === '/revoke')).toHaveLength(1)
  })

  test('proves who signed in, where `openid` was asked for', async () => {
    const { clock, handler, back, state, outcome } = await comeBack(ANN.login, { scopes: ['openid'] })
    // WebCrypto works outside the fake clock's time, which must wait for it.
    const verify: typeof verifyIdToken = (...given) => {
      const verified = verifyIdToken(...given)
      clock.hold(verified)
      return verified
    }
    const account = await outcome(completeSignInWithCode(handler, back, { state, verifyIdToken: verify }))
    expect(account).toMatchObject({ id: ANN.id, claims: { sub: ANN.id } })
  })

  test('signs out for good: the token is revoked', async () => {
    const { clock, twitch, handler, manager, back, state, outcome } = await comeBack()
    await outcome(completeSignInWithCode(handler, back, { state }))
    await clock.until(manager.signOut())
    expect(await outcome(handler.users())).toEqual([])
    expect(twitch.requests.filter(({ path }) => path === '/revoke')).toMatchObject([{ status: 200 }])
  })
})

describe('the client secret', () => {
  test('is missing in words', async () => {
    const { open, outcome } = createRedirectWorld()
    const error = await outcome(signInWithCode(open().handler, { scopes: [], redirectUri: CALLBACK }))
    expect(error).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining('clientSecret') })
  })

  test.each([
    ['a page', { document: {} }],
    ['a browser extension', { location: new URL('chrome-extension://abc/worker.js') }],
  ])('is refused in %s', async (_place, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    try {
      const { open, outcome } = createRedirectWorld()
      const error = await outcome(
        signInWithCode(open(memoryStore(), SECRET).handler, { scopes: [], redirectUri: CALLBACK }),
      )
      expect(error).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining('read by everybody') })
      expect(String((error as Error).message)).not.toContain(SECRET)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})
