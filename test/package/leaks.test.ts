import { describe, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { entries, pkg } from './entries.ts'

/**
 * By what each half of the library is recognised in a bundle: text that only it contains. The hosts of Twitch are no such
 * marks, since the defaults of all endpoints are one small table.
 */
const marks = {
  twitch: ['twitch.tv'],
  stores: ['onversionchange', 'durability'],
  oauth: ['urn:ietf:params:oauth:grant-type:device_code', '/validate', 'Revoking a token'],
  token: ['degraded', 'StoredTokenHandler'],
  helix: ['Client-Id'],
  chat: ['PRIVMSG', 'twitch.tv/tags'],
  extension: ['opaque_user_id'],
  cloudflare: ['twitch_keyring'],
} as const

type Half = keyof typeof marks

/** What an import of an entry must not bring along. */
const withoutHalves: Readonly<Record<string, readonly Half[]>> = {
  [`${pkg.name}/stores`]: ['twitch', 'oauth', 'token', 'helix', 'chat'],
  [`${pkg.name}/oauth`]: ['stores', 'token', 'helix', 'chat'],
  [`${pkg.name}/token`]: ['stores', 'helix', 'chat'],
  [`${pkg.name}/helix`]: ['stores', 'oauth', 'token', 'chat'],
  [`${pkg.name}/chat`]: ['stores', 'oauth', 'token', 'helix'],
  [`${pkg.name}/extension`]: ['stores', 'oauth', 'token', 'helix', 'chat'],
  [`${pkg.name}/cloudflare`]: ['stores', 'helix', 'extension'],
  [pkg.name]: ['extension', 'cloudflare'],
}

describe('an import brings along nothing of the other halves', () => {
  test.each(Object.entries(withoutHalves))('%s', async (entry, halves) => {
    const code = await bundle(`export * from '${entry}'`)
    const found = halves.flatMap((half) => marks[half]).filter((mark) => code.includes(mark))
    expect(found).toEqual([])
  })

  test('twitch-keyring has no fake Twitch in it', async () => {
    const { module = '' } = entries.find(({ specifier }) => specifier === `${pkg.name}/testing`) ?? {}
    const fake = Object.keys((await import(module)) as object)
    const code = await bundle(`export * from '${pkg.name}'`)
    expect(fake.filter((name) => new RegExp(`\\b${name}\\b`).test(code))).toEqual([])
  })
})

describe('the marks are good', () => {
  test.each(Object.entries(marks))('those of %s are somewhere in the library', async (_, marks) => {
    const whole = await bundle(
      entries.map(({ specifier }, index) => `export * as _${index} from '${specifier}'`).join('\n'),
    )
    expect(marks.filter((mark) => !whole.includes(mark))).toEqual([])
  })

  test('every entry but the fake is held to some', () => {
    const held = entries.map(({ specifier }) => specifier).filter((specifier) => specifier !== `${pkg.name}/testing`)
    expect(Object.keys(withoutHalves).sort()).toEqual(held.sort())
  })
})
