import { describe, expect, test } from 'vitest'
import { userNotices } from '../../../src/testing/irc/user-notices.ts'
import { createSetting, userOf } from './support.ts'

test('a message reaches every other connection of the room once, and never the one that sent it', () => {
  const { client } = createSetting()
  const [bar, alsoBar, ronni, elsewhere] = [
    client('bar', { join: '#foo' }),
    client('bar', { join: '#foo' }),
    client('ronni', { join: '#foo', caps: false }),
    client('ronni', { join: '#bar' }),
  ]
  bar.send('PRIVMSG #foo :hello')
  expect(bar.take().filter((line) => line.includes('PRIVMSG'))).toEqual([])
  expect(alsoBar.take()).toHaveLength(1)
  expect(ronni.take()).toEqual([':bar!bar@bar.tmi.twitch.tv PRIVMSG #foo :hello'])
  expect(elsewhere.take()).toEqual([])
})

test('without the commands capability none of its commands comes', () => {
  const { server, client } = createSetting()
  const bar = client('bar', { join: '#foo', caps: 'twitch.tv/tags' })
  bar.send('PRIVMSG #foo :hello', 'PRIVMSG #foo :too fast')
  server.clear('foo')
  server.setRoomState('foo', { slow: 3 })
  server.raid('ronni', 'foo', 3)
  server.host('foo', 'bar', 3)
  server.connections[0]?.reconnect()
  expect(bar.take()).toEqual([])
})

test('roles show as badges and tags', () => {
  const { server, client } = createSetting()
  const reader = client('justinfan1', { join: '#foo' })
  server.setRole('bar', 'foo', { moderator: true, subscriber: 27, badges: ['bits/100'] })
  server.setRole('ronni', 'foo', { vip: true, subscriber: 1 })
  server.send('bar', 'foo', 'one')
  server.send('ronni', 'foo', 'two')
  server.send('foo', 'foo', 'three')
  expect(reader.take()).toEqual([
    '@badge-info=subscriber/27;badges=moderator/1,subscriber/24,bits/100;color=;display-name=bar;emotes=;first-msg=1;flags=;id=id-1;mod=1;returning-chatter=0;room-id=2;subscriber=1;tmi-sent-ts=1767225600000;turbo=0;user-id=1;user-type=mod :bar!bar@bar.tmi.twitch.tv PRIVMSG #foo :one',
    '@badge-info=subscriber/1;badges=vip/1,subscriber/0;color=;display-name=ronni;emotes=;first-msg=1;flags=;id=id-2;mod=0;returning-chatter=0;room-id=2;subscriber=1;tmi-sent-ts=1767225600000;turbo=0;user-id=3;user-type=;vip=1 :ronni!ronni@ronni.tmi.twitch.tv PRIVMSG #foo :two',
    '@badge-info=;badges=broadcaster/1;color=;display-name=Foo;emotes=;first-msg=1;flags=;id=id-3;mod=0;returning-chatter=0;room-id=2;subscriber=0;tmi-sent-ts=1767225600000;turbo=0;user-id=2;user-type= :foo!foo@foo.tmi.twitch.tv PRIVMSG #foo :three',
  ])
})

test('a reply to a reply names both, and belongs to the thread of the first', () => {
  const { server, client } = createSetting()
  const reader = client('justinfan1', { join: '#foo' })
  server.send('bar', 'foo', 'first')
  server.send('ronni', 'foo', 'second', { 'reply-parent-msg-id': 'id-1' })
  server.send('bar', 'foo', 'third', { 'reply-parent-msg-id': 'id-2' })
  server.send('bar', 'foo', 'to nobody', { 'reply-parent-msg-id': 'id-99' })
  const [, , third, lost] = reader.take()
  expect(third).toMatch(/reply-parent-msg-id=id-2;.*reply-thread-parent-msg-id=id-1;.* :@ronni third$/)
  expect(lost).toMatch(/^(?!.*reply-).* :to nobody$/)
})

test('a message is deleted, a chat is cleared', () => {
  const { server, client } = createSetting()
  const reader = client('justinfan1', { join: '#foo' })
  const id = server.send('bar', 'foo', 'rude words')
  reader.take()
  server.delete(id)
  server.clear('foo')
  expect(reader.take()).toEqual([
    '@login=bar;room-id=2;target-msg-id=id-1;tmi-sent-ts=1767225600000 :tmi.twitch.tv CLEARMSG #foo :rude words',
    '@room-id=2;tmi-sent-ts=1767225600000 :tmi.twitch.tv CLEARCHAT #foo',
  ])
  expect(() => server.delete(id)).toThrow(RangeError)
})

test('a change of mode is told once, with the changed tag alone', () => {
  const { server, client } = createSetting()
  const reader = client('justinfan1', { join: '#foo' })
  server.setRoomState('foo', { slow: 10, 'followers-only': 60 })
  server.setRoomState('foo', { slow: 10 })
  expect(reader.take()).toEqual([
    '@room-id=2;slow=10 :tmi.twitch.tv ROOMSTATE #foo',
    '@msg-id=slow_on :tmi.twitch.tv NOTICE #foo :This room is now in slow mode. You may send messages every 10 seconds.',
    '@followers-only=60;room-id=2 :tmi.twitch.tv ROOMSTATE #foo',
    '@msg-id=followers_on :tmi.twitch.tv NOTICE #foo :This room is now in 1 hour followers-only mode.',
  ])
})

test('a subscription and a raid look as they were seen', () => {
  const { server, client } = createSetting()
  const reader = client('justinfan1', { join: '#foo' })
  server.userNotice('foo', userNotices.sub({ login: 'bar', text: 'hi Kappa' }))
  server.raid('twitchdev', 'foo', 2)
  expect(reader.take()).toEqual([
    '@badge-info=;badges=;color=;display-name=bar;emotes=25:3-7;flags=;id=id-1;login=bar;mod=0;msg-id=sub;msg-param-cumulative-months=1;msg-param-months=0;msg-param-multimonth-duration=1;msg-param-multimonth-tenure=0;msg-param-should-share-streak=0;msg-param-sub-plan-name=Channel\\sSubscription\\s(Tier\\s1);msg-param-sub-plan=1000;msg-param-was-gifted=false;room-id=2;subscriber=0;system-msg=bar\\ssubscribed\\sat\\sTier\\s1.;tmi-sent-ts=1767225600000;user-id=1;user-type=;vip=0 :tmi.twitch.tv USERNOTICE #foo :hi Kappa',
    '@badge-info=;badges=;color=;display-name=TwitchDev;emotes=;flags=;id=id-2;login=twitchdev;mod=0;msg-id=raid;msg-param-displayName=TwitchDev;msg-param-login=twitchdev;msg-param-profileImageURL=https://static-cdn.jtvnw.net/jtv_user_pictures/twitchdev-profile_image-%s.png;msg-param-viewerCount=2;room-id=2;subscriber=0;system-msg=2\\sraiders\\sfrom\\sTwitchDev\\shave\\sjoined!;tmi-sent-ts=1767225600000;user-id=141981764;user-type=;vip=0 :tmi.twitch.tv USERNOTICE #foo',
  ])
})

test('every kind of USERNOTICE can be told, also one that nobody knows', () => {
  const { server, client } = createSetting()
  const reader = client('justinfan1', { join: '#foo' })
  const recipient = { id: '3', login: 'ronni', displayName: 'ronni' }
  const login = 'bar'
  const made = [
    userNotices.resub({ login, months: 5, streak: 2 }),
    userNotices.subgift({ login, recipient }),
    userNotices.anonymousSubgift({ recipient }),
    userNotices.submysterygift({ login, count: 5 }),
    userNotices.giftpaidupgrade({ login, gifter: 'Foo' }),
    userNotices.anongiftpaidupgrade({ login }),
    userNotices.primepaidupgrade({ login }),
    userNotices.rewardgift({ login, count: 5 }),
    userNotices.standardpayforward({ login, gifter: 'Foo', recipient }),
    userNotices.communitypayforward({ login, gifter: 'Foo' }),
    userNotices.extendsub({ login, months: 5, endMonth: 4 }),
    userNotices.unraid({ login: 'foo' }),
    userNotices.announcement({ login, text: 'hear hear', color: 'BLUE' }),
    userNotices.bitsbadgetier({ login, threshold: 1000 }),
    userNotices.viewermilestone({ login, streams: 7 }),
    userNotices.modiversary({ login, months: 12 }),
    userNotices.ritual({ login, text: 'hi' }),
    userNotices.charitydonation({ login, charity: 'Trees', amount: 1050 }),
    userNotices.socialsharingbadge({ login, level: 2 }),
    { msgId: 'brandnewkind', login, systemMessage: 'something new; really', params: { 'what-is-it': 'a b' } },
  ]
  for (const notice of made) server.userNotice('foo', notice)
  const lines = reader.take()
  expect(lines.map((line) => /;msg-id=(\w+)/.exec(line)?.[1])).toEqual(made.map(({ msgId }) => msgId))
  expect(lines[2]).toMatch(/display-name=AnAnonymousGifter;.*;login=ananonymousgifter;.*;user-id=274598607;/)
  expect(lines.at(-1)).toMatch(/msg-param-what-is-it=a\\sb;.*system-msg=something\\snew\\:\\sreally;/)
})

describe('a shared chat', () => {
  test('copies messages and notices to every room, with where they come from', () => {
    const { server, client } = createSetting()
    const [here, there] = [client('justinfan1', { join: '#foo' }), client('justinfan2', { join: '#ronni' })]
    server.setRole('bar', 'foo', { subscriber: 6 })
    server.setRole('bar', 'ronni', { vip: true })
    server.shareChat(['foo', 'ronni'])
    server.send('bar', 'foo', 'hello')
    server.userNotice('foo', userNotices.sub({ login: 'bar' }))
    const original = here.take()
    const copies = there.take()
    expect(original[0]).toMatch(/badges=subscriber\/6;.*;id=id-1;.*;room-id=2;.*;source-id=id-1;.*;source-room-id=2;/)
    expect(copies[0]).toMatch(
      /badges=vip\/1;.*;id=id-2;.*;room-id=3;source-badge-info=subscriber\/6;source-badges=subscriber\/6;source-id=id-1;source-only=0;source-room-id=2;.* PRIVMSG #ronni :hello$/,
    )
    expect(original[1]).toContain(';msg-id=sub;')
    expect(copies[1]).toMatch(/;msg-id=sharedchatnotice;.*;source-msg-id=sub;/)
  })

  test('keeps what is for one room only, and ends', () => {
    const { server, client } = createSetting()
    const there = client('justinfan2', { join: '#ronni' })
    server.shareChat(['foo', 'ronni'])
    server.send('bar', 'foo', 'only here', { 'source-only': '1' })
    server.endSharedChat('ronni')
    server.send('bar', 'foo', 'alone again')
    expect(there.take()).toEqual([])
  })
})

describe('membership', () => {
  const caps = 'twitch.tv/membership twitch.tv/commands'

  test('names who is there, and tells of comings and goings in batches', async () => {
    const { world, server, client } = createSetting()
    client('ronni', { join: '#foo' })
    const bar = client('bar', { caps })
    bar.send('JOIN #foo')
    expect(bar.take().filter((line) => line.includes(' 353 '))).toEqual([
      ':bar.tmi.twitch.tv 353 bar = #foo :ronni',
      ':bar.tmi.twitch.tv 353 bar = #foo :bar',
    ])
    server.arrive('viewer1', 'foo')
    const late = client('twitchdev', { join: '#foo' })
    late.hangUp()
    await world.clock.advance(9999)
    expect(bar.take()).toEqual([])
    await world.clock.advance(1)
    expect(bar.take()).toEqual([
      ':viewer1!viewer1@viewer1.tmi.twitch.tv JOIN #foo',
      ':twitchdev!twitchdev@twitchdev.tmi.twitch.tv PART #foo',
    ])
  })

  test('is not told in a room of more than 1,000', async () => {
    const { world, server, client } = createSetting()
    const bar = client('bar', { caps, join: '#foo' })
    for (let n = 0; n < 1000; n += 1) server.arrive(`viewer${n}`, 'foo')
    await world.clock.advance(10_000)
    expect(bar.take()).toEqual([])
  })
})

test('a whisper reaches those whose token may read whispers', () => {
  const { world, server, client } = createSetting()
  const deaf = client('bar')
  world.tokens.set('token-bar', { user: userOf(world, 'bar'), clientId: 'app', scopes: ['chat:read', 'whispers:read'] })
  const bar = client('bar')
  server.whisper('twitchdev', 'bar', 'psst')
  expect(deaf.take()).toEqual([])
  expect(bar.take()).toEqual([
    '@badges=;color=;display-name=TwitchDev;emotes=;message-id=id-1;thread-id=1_141981764;turbo=0;user-id=141981764;user-type= :twitchdev!twitchdev@twitchdev.tmi.twitch.tv WHISPER bar :psst',
  ])
})

test('a message that came over HTTP meets the same rules', () => {
  const { world, server, client } = createSetting()
  const reader = client('justinfan1', { join: '#foo' })
  const message = {
    broadcaster: userOf(world, 'foo'),
    sender: userOf(world, 'bar'),
    text: 'by post',
    replyParentMessageId: undefined,
  }
  expect(server.post(message)).toEqual({ messageId: 'id-1' })
  expect(reader.take()[0]).toContain('PRIVMSG #foo :by post')
  expect(server.post(message)).toMatchObject({ dropReason: { code: 'msg_duplicate' } })
})
