import { describe, expect, test } from 'vitest'
import { createSetting, type Wire } from './support.ts'

/** The msg-ids of the NOTICEs that came, `ok` for each USERSTATE. */
function answers(wire: Wire): string[] {
  return wire.take().flatMap((line) => /msg-id=(\w+)/.exec(line)?.[1] ?? (line.includes(' USERSTATE ') ? 'ok' : []))
}

const channel = '#foo'
const say = (text: string) => `PRIVMSG ${channel} :${text}`

test('the same text within 30 s is a duplicate, and another text is not', async () => {
  const { world, client } = createSetting()
  const bar = client('bar', { join: channel })
  bar.send(say('hello'))
  await world.clock.advance(29_999)
  bar.send(say('  hello '))
  expect(answers(bar)).toEqual(['ok', 'msg_duplicate'])
  bar.send(say('hello \u{E0000}'))
  await world.clock.advance(30_000)
  bar.send(say('hello \u{E0000}'))
  expect(answers(bar)).toEqual(['ok', 'ok'])
})

test('one message a second in a channel, and another channel has its own', async () => {
  const { world, client } = createSetting()
  const bar = client('bar', { join: `${channel},#ronni` })
  bar.send(say('one'), say('two'), 'PRIVMSG #ronni :two')
  expect(answers(bar)).toEqual(['ok', 'msg_ratelimit', 'ok'])
  await world.clock.advance(1000)
  bar.send(say('two'))
  expect(answers(bar)).toEqual(['ok'])
})

test('neither binds a moderator, a VIP or the broadcaster', () => {
  const { server, client } = createSetting()
  server.setRole('bar', 'foo', { moderator: true })
  server.setRole('ronni', 'foo', { vip: true })
  for (const login of ['bar', 'ronni', 'foo']) {
    const wire = client(login, { join: channel })
    wire.send(say('hello'), say('hello'))
    expect(answers(wire)).toEqual(['ok', 'ok'])
  }
})

test('slow mode says how long to wait', async () => {
  const { world, server, client } = createSetting()
  const bar = client('bar', { join: channel })
  server.setRoomState('foo', { slow: 10 })
  bar.take()
  bar.send(say('one'))
  await world.clock.advance(2500)
  bar.send(say('two'))
  expect(bar.take().at(-1)).toBe(
    '@msg-id=msg_slowmode :tmi.twitch.tv NOTICE #foo :This room is in slow mode and you are sending messages too quickly. You will be able to talk again in 8 seconds.',
  )
  await world.clock.advance(7500)
  bar.send(say('two'))
  expect(answers(bar)).toEqual(['ok'])
})

describe('modes', () => {
  test.each([
    ['emote-only', 1, 'msg_emoteonly'],
    ['subs-only', 1, 'msg_subsonly'],
    ['followers-only', 0, 'msg_followersonly_zero'],
    ['followers-only', 10, 'msg_followersonly'],
  ] as const)('%s=%i refuses a plain viewer with %s', (mode, value, refusal) => {
    const { server, client } = createSetting()
    server.setRoomState('foo', { [mode]: value })
    const bar = client('bar', { join: channel })
    bar.send(say('hello'))
    expect(answers(bar)).toEqual([refusal])
  })

  test('let pass who is what they ask for', async () => {
    const { world, server, client } = createSetting({ limits: false })
    const bar = client('bar', { join: channel })
    server.setRoomState('foo', { 'emote-only': 1 })
    bar.take()
    bar.send(say('Kappa <3'))
    server.setRoomState('foo', { 'emote-only': 0, 'subs-only': 1 })
    server.setRole('bar', 'foo', { subscriber: 3 })
    bar.send(say('subscribed'))
    server.setRoomState('foo', { 'subs-only': 0, 'followers-only': 10 })
    bar.send(say('subscribed and no follower'))
    server.setRole('bar', 'foo', { subscriber: 0, followedAt: world.clock.now() })
    bar.send(say('too young'))
    await world.clock.advance(600_000)
    bar.send(say('old enough'))
    expect(answers(bar).filter((answer) => !/_o(n|ff)$/.test(answer))).toEqual([
      'ok',
      'ok',
      'ok',
      'msg_followersonly_followed',
      'ok',
    ])
  })

  test('unique chat refuses what anybody has said', () => {
    const { server, client } = createSetting()
    server.setRoomState('foo', { r9k: 1 })
    server.send('ronni', 'foo', 'said already')
    const bar = client('bar', { join: channel })
    bar.send(say('said already'))
    expect(answers(bar)).toEqual(['msg_r9k'])
  })
})

test('whoever is timed out hears for how long, and may speak after that', async () => {
  const { world, server, client } = createSetting()
  const bar = client('bar', { join: channel })
  server.timeout('bar', 'foo', 60)
  expect(bar.take()).toEqual([
    '@ban-duration=60;room-id=2;target-user-id=1;tmi-sent-ts=1767225600000 :tmi.twitch.tv CLEARCHAT #foo :bar',
  ])
  await world.clock.advance(1000)
  bar.send(say('hello'))
  expect(bar.take()).toEqual([
    '@msg-id=msg_timedout :tmi.twitch.tv NOTICE #foo :You are timed out for 59 more seconds.',
  ])
  await world.clock.advance(59_000)
  bar.send(say('hello'))
  expect(answers(bar)).toEqual(['ok'])
})

test('whoever is banned is put out on every connection, and can neither speak nor come back', () => {
  const { server, client } = createSetting()
  const [one, two] = [client('bar', { join: channel }), client('bar', { join: channel })]
  server.ban('bar', 'foo')
  for (const wire of [one, two]) {
    expect(wire.take()).toEqual([
      '@room-id=2;target-user-id=1;tmi-sent-ts=1767225600000 :tmi.twitch.tv CLEARCHAT #foo :bar',
      ':bar!bar@bar.tmi.twitch.tv PART #foo',
    ])
  }
  one.send(say('let me in'), `JOIN ${channel}`)
  const refusal = '@msg-id=msg_banned :tmi.twitch.tv NOTICE #foo :You are permanently banned from talking in foo.'
  expect(one.take()).toEqual([refusal, refusal])
  server.unban('bar', 'foo')
  one.send(`JOIN ${channel}`)
  expect(one.take()).toHaveLength(5)
})

test('a suspended channel is told apart from one that does not exist', () => {
  const { server, client } = createSetting()
  const bar = client('bar')
  server.setUser('foo', { suspended: true })
  bar.send(`JOIN ${channel},#nobody_is_called_so`)
  expect(bar.take()).toEqual([
    '@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #foo :This channel does not exist or has been suspended.',
  ])
})

test('a token that may only read cannot speak', () => {
  const { world, client } = createSetting()
  world.tokens.set('token-bar', world.tokens.get('read-only') as never)
  const bar = client('bar', { join: channel })
  bar.send(say('hello'))
  expect(answers(bar)).toEqual(['no_permission'])
})

describe('a message over 500 code points', () => {
  test('is dropped without a word', () => {
    const { client } = createSetting()
    const bar = client('bar', { join: channel })
    bar.send(say('😂'.repeat(501)))
    expect(bar.take()).toEqual([])
    bar.send(say('😂'.repeat(500)))
    expect(answers(bar)).toEqual(['ok'])
  })

  test('is cut where that is asked for', () => {
    const { client } = createSetting({ tooLong: 'cut' })
    const [bar, ronni] = [client('bar', { join: channel }), client('ronni', { join: channel })]
    bar.send(say('😂'.repeat(600)))
    expect(ronni.take()[0]?.endsWith(`:${'😂'.repeat(500)}`)).toBe(true)
  })
})

describe('the limits of an account', () => {
  test('the 21st message in 30 s is ignored, and all others for an hour, over all connections', async () => {
    const { world, server, client } = createSetting({ limits: { channelMessages: false } })
    const wires = [client('bar', { join: channel }), client('bar', { join: channel })] as const
    for (let n = 0; n < 20; n += 1) wires[(n % 2) as 0 | 1].send(say(`message ${n}`))
    expect(wires.flatMap(answers)).toHaveLength(20)
    wires[0].send(say('one too many'))
    await world.clock.advance(3_599_999)
    wires[1].send(say('still ignored'))
    expect(wires.flatMap(answers)).toEqual([])
    server.setRole('bar', 'ronni', { moderator: true })
    wires[1].send('PRIVMSG #ronni :a moderator is heard')
    expect(answers(wires[1])).toEqual(['ok'])
    await world.clock.advance(1)
    wires[1].send(say('heard again'))
    expect(answers(wires[1])).toEqual(['ok'])
  })

  test('a moderator has 100, and they count for the 20 elsewhere', () => {
    const { server, client } = createSetting()
    server.setRole('bar', 'foo', { moderator: true })
    const bar = client('bar', { join: channel })
    for (let n = 0; n < 100; n += 1) bar.send(say(`message ${n}`))
    expect(answers(bar)).toHaveLength(100)
    bar.send('PRIVMSG #ronni :elsewhere', say('the 102nd'))
    expect(answers(bar)).toEqual([])
  })

  test('a verified bot has 7,500', () => {
    const { server, client } = createSetting({ limits: { channelMessages: false, duplicates: false } })
    server.setUser('bar', { verifiedBot: true })
    const bar = client('bar', { join: channel })
    for (let n = 0; n < 7501; n += 1) bar.send(say(`message ${n}`))
    expect(answers(bar)).toHaveLength(7500)
  })

  test('the 21st JOIN in 10 s ends the connection, over all connections', async () => {
    const { world, server, client } = createSetting()
    for (let n = 0; n < 30; n += 1) world.users.add({ login: `channel${n}` })
    const [one, two] = [client('bar'), client('bar')]
    one.send(`JOIN ${Array.from({ length: 15 }, (_, n) => `#channel${n}`).join(',')}`)
    two.send('JOIN #channel15', 'JOIN #channel16', 'JOIN #channel17', 'JOIN #channel18', 'JOIN #channel19')
    expect([one.end, two.end]).toEqual([undefined, undefined])
    expect(server.connections.map(({ channels }) => channels.length)).toEqual([15, 5])
    two.send('JOIN #channel20,#channel21')
    expect([one.end, two.end]).toEqual([undefined, 'terminated'])
    await world.clock.advance(10_000)
    one.send('JOIN #channel20')
    expect(one.end).toBeUndefined()
  })

  test('at most 100 channels are joined, not counting those one moderates', async () => {
    const { world, server, client } = createSetting({ limits: { joins: false } })
    for (let n = 0; n < 101; n += 1) world.users.add({ login: `channel${n}` })
    const bar = client('bar')
    for (let n = 0; n < 101; n += 1) bar.send(`JOIN #channel${n}`)
    server.setRole('bar', 'ronni', { moderator: true })
    bar.send('JOIN #bar,#ronni')
    expect(server.connections[0]?.channels.slice(-3)).toEqual(['channel99', 'bar', 'ronni'])
    bar.send('PART #channel0', 'JOIN #channel100')
    expect(server.connections[0]?.channels.at(-1)).toBe('channel100')
  })

  test('the 21st login in 10 s gets no answer', async () => {
    const { world, client, server } = createSetting()
    for (let n = 0; n < 20; n += 1) client('bar')
    expect(client('bar').end).toBe('terminated')
    expect(server.connections).toHaveLength(20)
    await world.clock.advance(10_000)
    expect(client('bar').end).toBeUndefined()
  })

  test('anonymous readers have none, unless that is asked for', () => {
    const join = Array.from({ length: 21 }, () => channel).join(',')
    expect(createSetting().client('justinfan1', { join }).end).toBeUndefined()
    expect(createSetting({ limits: { anonymous: true } }).client('justinfan1', { join }).end).toBe('terminated')
  })

  test('all of them can be lifted', () => {
    const { client } = createSetting({ limits: false })
    const bar = client('bar', { join: channel })
    for (let n = 0; n < 200; n += 1) bar.send(say('again'))
    expect(answers(bar)).toHaveLength(200)
  })
})
