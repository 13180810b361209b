import { describe, expect, test } from 'vitest'
import { type Fragment, type FragmentOptions, fragments } from '../../src/chat/fragments.ts'
import { badgeImageUrl, emoteImageUrl } from '../../src/chat/images.ts'
import { parseIrcMessage } from '../../src/chat/irc-message.ts'
import { MessageView } from '../../src/chat/messages.ts'

function cut(tags: string, text: string, options?: FragmentOptions): Fragment[] {
  const irc = parseIrcMessage(`@${tags} :a!a@a PRIVMSG #c :${text}`)
  if (irc === undefined) throw new Error('not read')
  return fragments(new MessageView(irc), options)
}

const text = (value: string): Fragment => ({ type: 'text', text: value })
const emote = (value: string, id: string): Fragment => ({ type: 'emote', text: value, id })

describe('emotes', () => {
  test.each([
    [
      '25:0-4,12-16/1902:6-10',
      'Kappa Keepo Kappa',
      [emote('Kappa', '25'), text(' '), emote('Keepo', '1902'), text(' '), emote('Kappa', '25')],
    ],
    ['25:0-4,8-12', 'Kappa 😂 Kappa', [emote('Kappa', '25'), text(' 😂 '), emote('Kappa', '25')]],
    ['1:2-3', '😂😂:)', [text('😂😂'), emote(':)', '1')]],
    ['emotesv2_abc:0-3', 'abcd', [emote('abcd', 'emotesv2_abc')]],
    ['25:0-4', '\x01ACTION Kappa\x01', [emote('Kappa', '25')]],
    ['', 'plain', [text('plain')]],
  ])('%s of %j', (tag, message, expected) => {
    expect(cut(`emotes=${tag}`, message)).toEqual(expected)
  })

  test.each([
    '25:3-99',
    '25:-1-2',
    '25:a-b',
    '25',
    ':0-1',
    '25:',
    '//',
    '25:5-3',
    '25:0-1,0-1,1-2',
    '25:99-100',
    '25:0-4:1',
  ])('of %j nothing is lost, and nothing throws', (tag) => {
    for (const message of ['Kappa', 'K😂ppa', '😂'])
      expect(
        cut(`emotes=${tag}`, message)
          .map((fragment) => fragment.text)
          .join(''),
      ).toBe(message)
  })

  test('that end past the text are clamped', () => {
    expect(cut('emotes=25:2-40', 'a Kappa')).toEqual([text('a '), emote('Kappa', '25')])
    expect(cut('emotes=25:2-40', '😂 Kappa')).toEqual([text('😂 '), emote('Kappa', '25')])
  })
})

test('of a line that was only parsed are found as well', () => {
  const message = parseIrcMessage('@emotes=25:0-4 PRIVMSG #a :\x01ACTION Kappa hi\x01')
  expect(message && fragments(message)).toEqual([
    { type: 'emote', text: 'Kappa', id: '25' },
    { type: 'text', text: ' hi' },
  ])
})

test('mentions, links and cheermotes are found', () => {
  expect(cut('bits=150', 'Cheer100 hey @TwitchDev, see https://twitch.tv/a?b=1. corgo50 x@y Nope1')).toEqual([
    { type: 'cheermote', text: 'Cheer100', prefix: 'Cheer', bits: 100 },
    text(' hey '),
    { type: 'mention', text: '@TwitchDev', login: 'twitchdev' },
    text(', see '),
    { type: 'link', text: 'https://twitch.tv/a?b=1', url: 'https://twitch.tv/a?b=1' },
    text('. '),
    { type: 'cheermote', text: 'corgo50', prefix: 'corgo', bits: 50 },
    text(' x@y Nope1'),
  ])
})

test('cheermotes need bits, and may be of the channel', () => {
  expect(cut('id=1', 'Cheer100')).toEqual([text('Cheer100')])
  expect(cut('bits=1', 'mine1', { cheermotes: ['Mine'] })).toEqual([
    { type: 'cheermote', text: 'mine1', prefix: 'mine', bits: 1 },
  ])
})

test('a link is never anything but http', () => {
  expect(cut('id=1', 'javascript:alert(1).com')).toEqual([text('javascript:alert(1).com')])
  expect(cut('id=1', 'data:text/html.com')).toEqual([text('data:text/html.com')])
  expect(cut('id=1', 'clips.twitch.tv/x')).toEqual([
    { type: 'link', text: 'clips.twitch.tv/x', url: 'https://clips.twitch.tv/x' },
  ])
  expect(cut('id=1', 'so... yes')).toEqual([text('so... yes')])
})

test('pictures have addresses', () => {
  expect(emoteImageUrl('25')).toBe('https://static-cdn.jtvnw.net/emoticons/v2/25/default/dark/2.0')
  expect(emoteImageUrl('a/b', { format: 'static', theme: 'light', scale: '3.0', cdn: 'http://x' })).toBe(
    'http://x/emoticons/v2/a%2Fb/static/light/3.0',
  )
  const version = { id: '1', image_url_1x: 'one', image_url_2x: 'two', image_url_4x: 'four' }
  const sets = [{ set_id: 'vip', versions: [version] }]
  expect(badgeImageUrl({ name: 'vip', version: '1' }, sets)).toBe('two')
  expect(badgeImageUrl({ name: 'vip', version: '1' }, sets, '4x')).toBe('four')
  expect(badgeImageUrl({ name: 'vip', version: '2' }, sets)).toBeUndefined()
})

describe('ranges', () => {
  test.each([
    ['25:5-9', 'hi', [text('hi')]],
    ['25:0-1x', 'hi', [text('hi')]],
    ['25:x0-1', 'hi', [text('hi')]],
    [':0-1', 'hi', [text('hi')]],
    ['1902:6-10/25:0-4', 'Kappa Keepo', [emote('Kappa', '25'), text(' '), emote('Keepo', '1902')]],
    ['1:0-10/2:2-4', 'Kappa Keepo', [emote('Kappa Keepo', '1')]],
    ['1:0-8/2:0-4', 'Kappa Kee', [emote('Kappa', '2'), text(' Kee')]],
  ])('%s of %j that overlap, come late or make no sense', (tag, message, expected) => {
    expect(cut(`emotes=${tag}`, message)).toEqual(expected)
  })
})

test.each([
  ['someone@example.com', undefined],
  ['example.com|x', undefined],
  ['HTTPS://EXAMPLE.COM/A', 'https://example.com/A'],
  ['example.com/?next=https://twitch.tv', 'https://example.com/?next=https://twitch.tv'],
  ['Example.COM', 'https://example.com/'],
])('%s is a link to %s', (message, url) => {
  expect(cut('id=1', message)).toEqual([url === undefined ? text(message) : { type: 'link', text: message, url }])
})

test.each([
  ['https://en.wikipedia.org/wiki/Mercury_(planet)', ''],
  ['https://en.wikipedia.org/wiki/Mercury_(planet)', ').'],
  ['https://example.com/?a=[1]', '!'],
  ['https://example.com/{a}', '}'],
  ['https://example.com/a', ')'],
  ['example.com', ')))"'],
])('a bracket that %s opened is a part of it, and %j is not', (link, rest) => {
  const url = /^https/.test(link) ? link : `https://${link}/`
  const [first, ...others] = cut('id=1', link + rest)
  expect(first).toEqual({ type: 'link', text: link, url: new URL(url).href })
  expect(others).toEqual(rest === '' ? [] : [text(rest)])
})

test.each([
  ['CHEER100', true],
  ['!cheer100', false],
  ['cheer100!', false],
  ['cheer100cheer', false],
])('%s cheers: %s', (message, cheers) => {
  expect(cut('bits=100', message)).toEqual([
    cheers ? { type: 'cheermote', text: message, prefix: 'CHEER', bits: 100 } : text(message),
  ])
})
