import { describe, expect, test } from 'vitest'
import { formatIrcMessage } from '../../src/chat/format-irc-message.ts'
import { type IrcMessage, parseIrcMessage } from '../../src/chat/irc-message.ts'

const parse = (line: string): IrcMessage => {
  const message = parseIrcMessage(line)
  if (message === undefined) throw new Error(`not read: ${line}`)
  return message
}

describe('parseIrcMessage', () => {
  test('reads a PRIVMSG of Twitch', () => {
    const line =
      '@badge-info=;badges=broadcaster/1;color=#0000FF;display-name=Bar;emotes=;first-msg=0;id=b34ccfc7;mod=0;user-type= :bar!bar@bar.tmi.twitch.tv PRIVMSG #twitchdev :a :b  c '
    const message = parse(`${line}\r\n`)
    expect(message.raw).toBe(line)
    expect(message.command).toBe('PRIVMSG')
    expect(message.params).toEqual(['#twitchdev', 'a :b  c '])
    expect(message.prefix).toEqual({ nick: 'bar', user: 'bar', host: 'bar.tmi.twitch.tv' })
    expect(message.tag('display-name')).toBe('Bar')
    expect(message.tag('badges')).toBe('broadcaster/1')
    expect(message.tag('badge-info')).toBe('')
    expect(message.tag('user-type')).toBe('')
    expect(message.tag('badge')).toBeUndefined()
    expect(message.tag('name')).toBeUndefined()
    expect([...message.tags.keys()]).toEqual(
      'badge-info badges color display-name emotes first-msg id mod user-type'.split(' '),
    )
  })

  test.each([
    ['foo bar baz asdf', undefined, 'foo', ['bar', 'baz', 'asdf']],
    [':coolguy foo bar baz :asdf quux', { nick: 'coolguy' }, 'foo', ['bar', 'baz', 'asdf quux']],
    ['foo bar baz :', undefined, 'foo', ['bar', 'baz', '']],
    ['foo bar baz ::asdf', undefined, 'foo', ['bar', 'baz', ':asdf']],
    [':coolguy foo bar baz :  asdf quux ', { nick: 'coolguy' }, 'foo', ['bar', 'baz', '  asdf quux ']],
    [':src JOIN :#chan', { nick: 'src' }, 'JOIN', ['#chan']],
    [':src AWAY ', { nick: 'src' }, 'AWAY', []],
    [':cool\tguy foo bar', { nick: 'cool\tguy' }, 'foo', ['bar']],
    [':irc.example.com  432   #momo :Bad: nick', { host: 'irc.example.com' }, '432', ['#momo', 'Bad: nick']],
    [':services.example MODE #foo +o foobar  ', { host: 'services.example' }, 'MODE', ['#foo', '+o', 'foobar']],
    ['COMMAND', undefined, 'COMMAND', []],
    ['PRIVMSG', undefined, 'PRIVMSG', []],
    ['PRIVMSGS #a :b', undefined, 'PRIVMSGS', ['#a', 'b']],
    [':a!b@c CLEARCHAT #chan nick', { nick: 'a', user: 'b', host: 'c' }, 'CLEARCHAT', ['#chan', 'nick']],
  ] as const)('splits %j', (line, prefix, command, params) => {
    const message = parse(line)
    expect(message.prefix).toEqual(prefix && { nick: undefined, user: undefined, host: undefined, ...prefix })
    expect(message.command).toBe(command)
    expect(message.params).toEqual(params)
  })

  test.each([
    ['@a=b\\\\and\\nk;c=72\\s45;d=gh\\:764 foo', { a: 'b\\and\nk', c: '72 45', d: 'gh;764' }],
    ['@foo=\\\\\\\\\\:\\\\s\\s\\r\\n COMMAND', { foo: '\\\\;\\s \r\n' }],
    ['@tag1=value\\\\ntest COMMAND', { tag1: 'value\\ntest' }],
    ['@tag1=value\\1 COMMAND', { tag1: 'value1' }],
    ['@tag1=value1\\ COMMAND', { tag1: 'value1' }],
    ['@c;h=;a=b :quux ab cd', { c: '', h: '', a: 'b' }],
    ['@tag2=1;vendor/tag2=8;x=a=b foo', { tag2: '1', 'vendor/tag2': '8', x: 'a=b' }],
    ['@;;a=1; foo', { a: '1' }],
    ['@a=1;a=2 foo', { a: '1' }],
  ])('reads the tags of %j', (line, tags) => {
    const message = parse(line)
    expect(Object.fromEntries(message.tags)).toEqual(tags)
    expect(message.tags.size).toBe(Object.keys(tags).length)
    for (const [name, value] of Object.entries(tags)) {
      expect(message.tag(name)).toBe(value)
      expect(message.tags.get(name)).toBe(value)
      expect(message.tags.has(name)).toBe(true)
    }
    expect(message.tags.has('absent')).toBe(false)
    const walked: string[] = []
    message.tags.forEach((value, key) => {
      walked.push(`${key}=${value}`)
    })
    expect(walked).toEqual([...message.tags.entries()].map(([key, value]) => `${key}=${value}`))
    expect([...message.tags.values()]).toEqual(Object.values(tags))
  })

  test('takes nothing of the text for a tag', () => {
    const message = parse('@id=1 :a PRIVMSG #b :;color=#fff;x= @mod=1;')
    expect(message.tag('color')).toBeUndefined()
    expect(message.tag('x')).toBeUndefined()
    expect(message.tags.size).toBe(1)
  })

  test.each(['', ' ', '\r\n', '@', '@a=b', '@a=b ', '@a=b  ', ':', ':prefix', ':prefix ', '@a :b  \r\n'])(
    'gives undefined for %j, which has no command',
    (line) => expect(parseIrcMessage(line)).toBeUndefined(),
  )
})

test('a semicolon in the text ends no tag', () => {
  const { tags } = parse('@a=1;b=2 :a!a@a PRIVMSG #c :x; y=3; z')
  expect([...tags]).toEqual([
    ['a', '1'],
    ['b', '2'],
  ])
  expect([tags.get('a'), tags.get('b'), tags.get('y')]).toEqual(['1', '2', undefined])
  expect([...tags[Symbol.iterator]()]).toEqual([...tags])
})

test('a name with dots before an @ or a ! is a nick all the same', () => {
  expect(parse(':a.b!c PING').prefix).toEqual({ nick: 'a.b', user: 'c', host: undefined })
})

describe('formatIrcMessage', () => {
  test('writes what can be sent', () => {
    expect(formatIrcMessage({ command: 'JOIN', params: ['#a,#b'] })).toBe('JOIN #a,#b')
    expect(formatIrcMessage({ command: 'A:B@C', params: ['a:b', 'c'] })).toBe('A:B@C a:b :c')
    expect(['a:b', 'a b', ':a', ''].map((param) => formatIrcMessage({ command: 'X', params: [param] }))).toEqual([
      'X a:b',
      'X :a b',
      'X ::a',
      'X :',
    ])
    expect(formatIrcMessage({ command: 'PRIVMSG', params: ['#a', 'b'] })).toBe('PRIVMSG #a :b')
    expect(formatIrcMessage({ command: 'CAP', params: ['REQ', 'twitch.tv/tags twitch.tv/commands'] })).toBe(
      'CAP REQ :twitch.tv/tags twitch.tv/commands',
    )
    const tags = new Map([
      ['client-nonce', 'a b;c\\'],
      ['x', ''],
    ])
    expect(formatIrcMessage({ tags, command: 'PRIVMSG', params: ['#a', ''] })).toBe(
      '@client-nonce=a\\sb\\:c\\\\;x= PRIVMSG #a :',
    )
    expect(formatIrcMessage(parse('@a=1 :n!u@h FOO a b :c d'))).toBe('@a=1 :n!u@h FOO a b :c d')
    expect(formatIrcMessage({ prefix: { host: 'tmi.twitch.tv' }, command: '376' })).toBe(':tmi.twitch.tv 376')
    expect(formatIrcMessage({ tags: { a: '1', b: 'c d' }, command: 'FOO' })).toBe('@a=1;b=c\\sd FOO')
    expect(() => formatIrcMessage({} as never)).toThrow(TypeError)
  })

  test.each([
    { command: 'PRIVMSG', params: ['#a', 'b\r\nQUIT'] },
    { command: 'PRIVMSG', params: ['#a', 'b\0'] },
    { command: 'PRIVMSG', params: ['#a b', 'c'] },
    { command: 'PRIVMSG', params: ['', 'c'] },
    { command: 'PRIVMSG', params: [':a', 'c'] },
    { command: 'A B' },
    { command: '' },
    { command: ':A' },
    { command: 'A', tags: new Map([['a b', '']]) },
    { command: 'A', tags: new Map([['a', '\0']]) },
    { command: 'A', prefix: {} },
    { command: 'A', prefix: { nick: 'a b' } },
  ])('refuses %j', (parts) => {
    expect(() => formatIrcMessage(parts)).toThrow(TypeError)
  })
})
