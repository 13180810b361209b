import { beforeAll, describe, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { pkg } from './entries.ts'

/** By which text each sign-in is recognised in a bundle. */
const marks = {
  signInWithDeviceCode: 'urn:ietf:params:oauth:grant-type:device_code',
  signInWithImplicit: 'There is no page here that could leave for Twitch',
  signInWithCode: 'authorization_code',
  popup: 'The browser blocked the sign-in window',
  streamSafe: 'obsStreamingStarted',
  verifyIdToken: 'The id token is not good',
  jose: 'ERR_JWT_EXPIRED',
} as const

type Mark = keyof typeof marks

/** What each import needs of the others. */
const needs: Readonly<Record<string, readonly Mark[]>> = {
  'StoredTokenHandler, TokenManager': [],
  signInWithDeviceCode: ['signInWithDeviceCode'],
  resumeSignIn: ['signInWithDeviceCode'],
  streamSafe: ['streamSafe'],
  signInWithImplicit: ['signInWithImplicit'],
  popup: ['popup'],
  signInWithCode: [],
  completeSignInWithCode: ['signInWithCode'],
}

describe('only what is imported is bundled', () => {
  test.each(Object.entries(needs))('%s', async (names, needed) => {
    const code = await bundle(`export { ${names} } from '${pkg.name}/token'`)
    const found = Object.entries(marks).flatMap(([name, mark]) => (code.includes(mark) ? [name] : []))
    expect(found).toEqual(needed)
  })

  let whole: string
  beforeAll(async () => {
    whole = await bundle(`export * from '${pkg.name}'`)
  })
  test.each(Object.values(marks))('"%s" is in the whole library', (mark) => expect(whole).toContain(mark))
})
