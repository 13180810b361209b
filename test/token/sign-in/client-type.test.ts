import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../src/stores/memory.ts'
import {
  completeSignInWithCode,
  StoredTokenHandler,
  signInWithCode,
  signInWithDeviceCode,
  signInWithImplicit,
} from '../../../src/token/index.ts'
import { CLIENT_ID, createWorld, SCOPES } from '../support.ts'
import { CALLBACK, createRedirectWorld, PAGE } from './support.ts'

const HOUR = 3_600_000
const app = { clientId: CLIENT_ID, store: memoryStore() }
const publicApp = new StoredTokenHandler({ ...app, clientType: 'public' })
const confidentialApp = new StoredTokenHandler({ ...app, clientType: 'confidential' })

describe('the client type decides which sign-ins exist, for the compiler and at run time', () => {
  test('a device code needs a public app', async () => {
    // @ts-expect-error A confidential app cannot renew what comes of it without its secret.
    const error = await signInWithDeviceCode(confidentialApp, { scopes: [] }).catch((error) => error)
    expect(error).toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/clientType must be 'public'.*dev\.twitch\.tv\/console.*secret/),
    })
  })

  test('a token in the address needs a confidential one', async () => {
    // @ts-expect-error Twitch lets public apps use device codes only.
    const error = await signInWithImplicit(publicApp, { scopes: [], redirectUri: PAGE }).catch((error) => error)
    expect(error).toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/clientType must be 'confidential'.*device codes only/),
    })
  })

  test('and so does a code', async () => {
    // @ts-expect-error A public app has no secret.
    const begun = await signInWithCode(publicApp, { scopes: [], redirectUri: CALLBACK }).catch((error) => error)
    // @ts-expect-error A public app has no secret.
    const completed = await completeSignInWithCode(publicApp, CALLBACK, { state: 'x' }).catch((error) => error)
    for (const error of [begun, completed]) {
      expect(error).toMatchObject({
        name: 'ConfigurationError',
        message: expect.stringMatching(/clientType must be 'confidential'.*secret/),
      })
    }
  })
})

test('an app that is registered as Confidential after all is found out at the first renewal, and said in words', async () => {
  const { clock, twitch, openTab } = createWorld({
    apps: [{ clientId: CLIENT_ID, clientType: 'confidential', clientSecret: 'nobody gave it' }],
  })
  const { handler, manager } = openTab()
  await clock.until(manager.start())
  const signIn = await clock.until(signInWithDeviceCode(handler, { scopes: SCOPES }))
  twitch.id.allow(signIn.userCode, 'ann')
  await clock.until(signIn.completed)
  await clock.advance(5 * HOUR)
  const registered = expect.stringMatching(/registered as Confidential.*client type Public/)
  const error = await clock.until(manager.get().catch((error) => error))
  expect(error).toMatchObject({ name: 'ConfigurationError', message: registered })
  expect(manager.status()).toMatchObject({ state: 'degraded', why: registered })
})

test.each(['scopes', 'redirectUri'])('a redirect without %s is a TypeError', async (name) => {
  const { open, outcome } = createRedirectWorld()
  const options = { scopes: [], redirectUri: PAGE, [name]: undefined } as never
  expect(await outcome(signInWithImplicit(open().handler, options))).toBeInstanceOf(TypeError)
})
