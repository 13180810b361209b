import { describe, expect, it } from 'vitest'
import { readCallback, withoutCallback } from '../../src/oauth/callback.ts'
import { fc } from '../setup/fast-check.ts'

const page = 'http://localhost/back'

describe('readCallback', () => {
  it.each([
    [
      '#access_token=abc&scope=chat%253Aread&state=S&token_type=bearer',
      { type: 'token', access_token: 'abc', state: 'S' },
    ],
    ['#access_token=abc&id_token=jwt&state=S', { type: 'token', access_token: 'abc', id_token: 'jwt', state: 'S' }],
    ['#id_token=jwt&state=S', { type: 'id_token', id_token: 'jwt', state: 'S' }],
    ['?code=xyz&scope=chat%3Aread&state=S', { type: 'code', code: 'xyz', state: 'S' }],
    ['?code=xyz', { type: 'code', code: 'xyz' }],
    [
      '?error=access_denied&error_description=The+user+denied+you+access&state=S',
      { type: 'error', error: 'access_denied', error_description: 'The user denied you access', state: 'S' },
    ],
    ['#error=access_denied&state=S', { type: 'error', error: 'access_denied', state: 'S' }],
  ])('reads %s', (part, callback) => expect(readCallback(page + part)).toEqual(callback))

  it.each(['', '?page=2#top', '?state=S', '#scope=chat', '?code='])('finds no answer in %j', (part) =>
    expect(readCallback(page + part)).toBeUndefined(),
  )

  it.each([
    '?code=a&code=b&state=S',
    '?code=a&state=S&state=T',
    '?state=S#access_token=a&state=T',
    '?code=a&state=S#access_token=b',
    '?error=x#error=y',
  ])('believes nothing of %s', (part) =>
    expect(readCallback(page + part)).toMatchObject({ type: 'error', error: 'invalid_response' }),
  )

  it('repeats nothing of what is no address', () => {
    for (const read of [readCallback, withoutCallback]) {
      expect(() => read('no address: code=xyz')).toThrow(expect.not.objectContaining({ input: expect.anything() }))
      expect(() => read('no address: code=xyz')).toThrow(/cannot be read/)
    }
  })

  it('reads any address without an exception', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string(), (url, junk) => {
        readCallback(url)
        readCallback(`${page}?${junk}#${junk}`)
      }),
    )
  })
})

describe('withoutCallback', () => {
  it.each([
    ['#access_token=abc&scope=x&state=S&token_type=bearer', ''],
    ['?code=xyz&scope=x&state=S', ''],
    ['?page=2&code=xyz&state=S#top', '?page=2#top'],
    ['?page=2#top', '?page=2#top'],
    ['?q=a%20b', '?q=a%20b'],
    ['#tab=1&access_token=abc', '#tab=1'],
  ])('makes %s into %j', (before, after) => expect(withoutCallback(page + before)).toBe(page + after))
})

it.each<[string, object]>([
  ['#access_token=a', { type: 'token', access_token: 'a' }],
  ['#id_token=i', { type: 'id_token', id_token: 'i' }],
  ['?code=c', { type: 'code', code: 'c' }],
  ['?error=access_denied', { type: 'error', error: 'access_denied' }],
])('%s has nothing in it that was not said', (address, read) => {
  expect(readCallback(`https://a.example/${address}`)).toStrictEqual(read)
})
