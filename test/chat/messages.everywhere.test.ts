import { describe, expect, expectTypeOf, test } from 'vitest'
import type { ChatEvents, PrivateMessage, UserNoticeMessage } from '../../src/chat/events.ts'
import { parseIrcMessage } from '../../src/chat/irc-message.ts'
import { MessageView } from '../../src/chat/messages.ts'
import { readMessage } from '../../src/chat/read-message.ts'
import { readUserNotice, type UserNoticeContent } from '../../src/chat/user-notices.ts'

function view<Type extends keyof ChatEvents>(_: Type, line: string): ChatEvents[Type] {
  const irc = parseIrcMessage(line)
  if (irc === undefined) throw new Error('not read')
  return new MessageView(irc) as unknown as ChatEvents[Type]
}

const PRIVMSG =
  '@badge-info=subscriber/27;badges=subscriber/24,bits/100;bits=100;client-nonce=abc;color=#00FF7F;custom-reward-id=r-1;display-name=Nuuls;emotes=;first-msg=1;flags=;id=3e0750f7;mod=1;msg-id=highlighted-message;reply-parent-display-name=Par\\sEnt;reply-parent-msg-body=hi\\sthere\\:;reply-parent-msg-id=p-1;reply-parent-user-id=9;reply-parent-user-login=parent;reply-thread-parent-msg-id=t-1;reply-thread-parent-user-login=top;returning-chatter=1;room-id=11148817;source-badge-info=subscriber/52;source-badges=vip/1,subscriber/48;source-id=0dd9957e;source-only=1;source-room-id=22484632;subscriber=1;tmi-sent-ts=1729627237027;turbo=0;user-id=100229878;user-type=mod;vip=1 :nuuls!nuuls@nuuls.tmi.twitch.tv PRIVMSG #pajlada :\x01ACTION waves\x01'

test('a PRIVMSG has all that Twitch says of it', () => {
  const message = view('privmsg', PRIVMSG)
  expect(message).toMatchObject({
    command: 'PRIVMSG',
    channel: 'pajlada',
    roomId: '11148817',
    id: '3e0750f7',
    userId: '100229878',
    login: 'nuuls',
    displayName: 'Nuuls',
    color: '#00FF7F',
    text: 'waves',
    action: true,
    bits: 100,
    badges: [
      { name: 'subscriber', version: '24' },
      { name: 'bits', version: '100' },
    ],
    badgeInfo: [{ name: 'subscriber', version: '27' }],
    userType: 'mod',
    broadcaster: false,
    mod: true,
    vip: true,
    subscriber: true,
    sentAt: 1729627237027,
    firstMsg: true,
    returningChatter: true,
    emoteOnly: false,
    msgId: 'highlighted-message',
    highlighted: true,
    customRewardId: 'r-1',
    clientNonce: 'abc',
    reply: {
      msgId: 'p-1',
      userId: '9',
      userLogin: 'parent',
      displayName: 'Par Ent',
      msgBody: 'hi there;',
      threadMsgId: 't-1',
      threadUserLogin: 'top',
    },
    source: {
      id: '0dd9957e',
      roomId: '22484632',
      badges: [
        { name: 'vip', version: '1' },
        { name: 'subscriber', version: '48' },
      ],
      badgeInfo: [{ name: 'subscriber', version: '52' }],
      only: true,
      copied: true,
    },
  })
})

test('a line from elsewhere is read as the reader tells it', () => {
  const message = readMessage(parseIrcMessage('@emotes=25:0-4;id=7 :ann!ann@ann.tmi.twitch.tv PRIVMSG #ben :Kappa hi'))
  expect(message).toMatchObject({ command: 'PRIVMSG', id: '7', login: 'ann', channel: 'ben', text: 'Kappa hi' })
  expect(readMessage(parseIrcMessage(':tmi.twitch.tv 376 ann :>'))).toBeUndefined()
  expect(readMessage(undefined)).toBeUndefined()
  if (message?.command === 'PRIVMSG') expectTypeOf(message).toEqualTypeOf<PrivateMessage>()
})

test('a PRIVMSG without tags has a name and a text, and the rest is empty', () => {
  const message = view('privmsg', ':nuuls!nuuls@nuuls.tmi.twitch.tv PRIVMSG #pajlada :hello')
  expect(message).toMatchObject({
    channel: 'pajlada',
    login: 'nuuls',
    displayName: 'nuuls',
    text: 'hello',
    action: false,
    bits: 0,
    badges: [],
    sentAt: undefined,
    reply: undefined,
    source: undefined,
    customRewardId: undefined,
    mod: false,
  })
})

test('no view of any strange line throws', () => {
  const getters = Object.keys(Object.getOwnPropertyDescriptors(MessageView.prototype)).filter(
    (name) => name !== 'constructor',
  )
  expect(getters.length).toBeGreaterThan(30)
  const lines = [
    'PRIVMSG',
    'PRIVMSG #a',
    ':x PRIVMSG :',
    '@badges=,;emotes=:;bits=x;tmi-sent-ts=;source-room-id;reply-parent-msg-id= PRIVMSG a :\x01ACTION ',
    '@badges=/;ban-duration=-;msg-param-=1;msg-param-a-=b CLEARCHAT #',
    '@__proto__=1;constructor=2;to-string=3 ROOMSTATE #a',
  ]
  for (const line of lines) {
    const message = view('privmsg', line) as unknown as Record<string, unknown>
    for (const name of getters) void message[name]
    readUserNotice(message as unknown as UserNoticeMessage)
  }
})

describe('a CLEARCHAT', () => {
  test.each([
    ['@room-id=1;tmi-sent-ts=5 :tmi.twitch.tv CLEARCHAT #a', { kind: 'chat', targetLogin: undefined, sentAt: 5 }],
    [
      '@room-id=1;target-user-id=2 :tmi.twitch.tv CLEARCHAT #a :bad',
      { kind: 'ban', targetLogin: 'bad', targetUserId: '2', banDuration: undefined },
    ],
    [
      '@ban-duration=350;target-user-id=2 :tmi.twitch.tv CLEARCHAT #a bad',
      { kind: 'timeout', targetLogin: 'bad', banDuration: 350 },
    ],
  ])('%s', (line, expected) => expect(view('clearchat', line)).toMatchObject(expected))
})

test('a CLEARMSG says which message of whom', () => {
  const line =
    '@login=foo;room-id=;target-msg-id=94e6c7ff;tmi-sent-ts=1642720582342 :tmi.twitch.tv CLEARMSG #bar :what a great day'
  expect(view('clearmsg', line)).toMatchObject({
    channel: 'bar',
    login: 'foo',
    targetMsgId: '94e6c7ff',
    text: 'what a great day',
    roomId: '',
  })
})

test('a ROOMSTATE has all modes, or those that changed', () => {
  const full = view(
    'roomstate',
    '@emote-only=0;followers-only=-1;r9k=1;room-id=12;slow=10;subs-only=0 :tmi.twitch.tv ROOMSTATE #bar',
  )
  expect(full).toMatchObject({ channel: 'bar', roomId: '12' })
  expect(full.state).toEqual({ emoteOnly: false, followersOnly: -1, r9k: true, slow: 10, subsOnly: false })
  expect(view('roomstate', '@room-id=12;slow=0 :tmi.twitch.tv ROOMSTATE #bar').state).toEqual({ slow: 0 })
})

test('USERSTATE, GLOBALUSERSTATE, WHISPER and NOTICE', () => {
  expect(
    view(
      'userstate',
      '@badges=moderator/1;client-nonce=n;color=;display-name=Bot;emote-sets=0,33,a-b;id=5;mod=1 :tmi.twitch.tv USERSTATE #dallas',
    ),
  ).toMatchObject({
    channel: 'dallas',
    id: '5',
    clientNonce: 'n',
    emoteSets: ['0', '33', 'a-b'],
    mod: true,
    displayName: 'Bot',
  })
  expect(
    view('globaluserstate', '@display-name=bot;emote-sets=;user-id=1 :tmi.twitch.tv GLOBALUSERSTATE'),
  ).toMatchObject({ userId: '1', emoteSets: [] })
  expect(
    view('whisper', '@message-id=306;thread-id=1_2;user-id=8 :petsgo!petsgo@petsgo.tmi.twitch.tv WHISPER foo :hello'),
  ).toMatchObject({
    login: 'petsgo',
    text: 'hello',
    messageId: '306',
    threadId: '1_2',
  })
  expect(
    view('notice', '@msg-id=slow_off :tmi.twitch.tv NOTICE #bar :This room is no longer in slow mode.'),
  ).toMatchObject({ channel: 'bar', msgId: 'slow_off' })
  expect(view('notice', ':tmi.twitch.tv NOTICE * :Login authentication failed')).toMatchObject({
    channel: '',
    msgId: '',
  })
})

/** Compiles only while each kind has its own params. */
function describeNotice(notice: UserNoticeContent, { msgId, sourceMsgId, text }: UserNoticeMessage): string {
  switch (notice.kind) {
    case 'sub':
    case 'resub': {
      const months: number | undefined = notice.params.cumulativeMonths
      return `${months} ${notice.params.subPlan} ${notice.params.wasGifted}`
    }
    case 'subgift':
      return `${notice.params.recipientUserName} ${notice.params.months}`
    case 'raid':
      return `${notice.params.viewerCount} ${notice.params.displayName}`
    case 'announcement': {
      const color: 'PRIMARY' | 'BLUE' | 'GREEN' | 'ORANGE' | 'PURPLE' | undefined = notice.params.color
      return `${color} ${text}`
    }
    case 'sharedchatnotice':
      return `copy of ${sourceMsgId}`
    case 'other':
      return `new: ${msgId} ${JSON.stringify(notice.params)}`
    default:
      return notice.kind
  }
}

test.each([
  ['msg-id=resub;msg-param-cumulative-months=7;msg-param-sub-plan=1000;msg-param-was-gifted=true', '7 1000 true'],
  ['msg-id=subgift;msg-param-months=2;msg-param-recipient-user-name=123', '123 2'],
  ['msg-id=raid;msg-param-viewerCount=15;msg-param-displayName=99', '15 99'],
  ['msg-id=announcement;msg-param-color=BLUE', 'BLUE text'],
  ['msg-id=sharedchatnotice;source-msg-id=sub', 'copy of sub'],
  ['msg-id=tomorrow;msg-param-new-thing=x', 'new: tomorrow {"newThing":"x"}'],
  ['msg-id=unraid', 'unraid'],
  ['msg-id=subs', 'new: subs {}'],
  ['', 'new:  {}'],
])('USERNOTICE %s', (tags, expected) => {
  const message = view('usernotice', `@id=1;${tags} :tmi.twitch.tv USERNOTICE #a :text`)
  expect(describeNotice(readUserNotice(message), message)).toBe(expected)
})

test('a USERNOTICE has its sender and what Twitch shows', () => {
  const line =
    '@display-name=foly__;login=foly__;msg-id=sub;system-msg=foly__\\ssubscribed\\sat\\sTier\\s1.;user-id=44 :tmi.twitch.tv USERNOTICE #x'
  expect(view('usernotice', line)).toMatchObject({
    login: 'foly__',
    systemMsg: 'foly__ subscribed at Tier 1.',
    text: '',
    channel: 'x',
  })
})

test('a broadcaster is who has the badge of one', () => {
  const broadcaster = (badges: string) => view('privmsg', `@badges=${badges} :a!a@a PRIVMSG #a :x`).broadcaster
  expect(['broadcaster/1', 'vip/1,broadcaster/1', 'no-broadcaster/1', ''].map(broadcaster)).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test('the answer to a message that began no thread is of the thread of that one', () => {
  const tags = 'reply-parent-msg-id=p-1;reply-parent-user-login=parent;reply-thread-parent-msg-id='
  expect(view('privmsg', `@${tags} :a!a@a PRIVMSG #a :x`).reply).toMatchObject({
    threadMsgId: 'p-1',
    threadUserLogin: 'parent',
  })
})

test('what was said in its own room of a shared chat is no copy', () => {
  const tags = (room: number) => `@id=1;room-id=1;source-id=1;source-room-id=${room}`
  const copied = (room: number) => view('privmsg', `${tags(room)} :a!a@a PRIVMSG #a :x`).source?.copied
  expect([copied(1), copied(2)]).toEqual([false, true])
})

test('what is empty, or no number, is not there', () => {
  const { clientNonce, customRewardId, bits, sentAt, login, badges } = view(
    'privmsg',
    '@client-nonce=;custom-reward-id=;bits=100x;tmi-sent-ts=x100;badges=a/b/c PRIVMSG #a :x',
  )
  expect([clientNonce, customRewardId, bits, sentAt, login]).toEqual([undefined, undefined, 0, undefined, ''])
  expect(badges).toEqual([{ name: 'a', version: 'b/c' }])
})

test('lines of these commands are read, and no others', () => {
  const read = (command: string) => readMessage(parseIrcMessage(`${command} #a :x`))?.command
  const known =
    'PRIVMSG USERNOTICE CLEARCHAT CLEARMSG NOTICE ROOMSTATE USERSTATE GLOBALUSERSTATE WHISPER JOIN PART'.split(' ')
  expect(known.map(read)).toEqual(known)
  expect(['001', 'PING', 'REJOIN', 'PARTY', 'CAP'].map(read)).toEqual(Array(5).fill(undefined))
})
