import { describe, expect, test } from 'vitest'
import { ChatClient, type ChatClientOptions } from '../../src/chat/client.ts'
import type { SayOptions } from '../../src/chat/speaking.ts'
import { createFakeChat, createTokens, type FakeChat, texts } from './fake.ts'

async function speaker(chat: FakeChat, options: ChatClientOptions = {}): Promise<ChatClient> {
  const platform = chat.twitch.platform
  const client = new ChatClient({ tokens: chat.tokens, platform, channels: ['streamer'], ...options })
  await chat.clock.until(client.connect())
  await chat.clock.advance(500)
  return client
}

/** What came to Twitch as a message, tags and all. */
function sentTo({ twitch }: FakeChat): string[] {
  return twitch.chat.connections.flatMap(({ received }) => received.filter((line) => line.includes(' PRIVMSG ')))
}

/** A Twitch that takes messages without a word, so that a test says what comes back. */
async function silent(options: SayOptions = {}) {
  const chat = createFakeChat()
  const client = await speaker(chat)
  chat.twitch.faults.add({ host: 'irc', method: 'PRIVMSG', fault: { kind: 'drop' } })
  const state: { outcome?: unknown } = {}
  client.say('streamer', 'hello', options).then(
    (sent) => {
      state.outcome = sent
    },
    (error: unknown) => {
      state.outcome = error
    },
  )
  await chat.clock.settle()
  const answer = async (line: string) => {
    chat.twitch.chat.raw(line)
    await chat.clock.settle()
  }
  const refuse = (msgId: string, text: string) => answer(`@msg-id=${msgId} :tmi.twitch.tv NOTICE #streamer :${text}`)
  return { chat, client, state, answer, refuse }
}

describe('what confirms a message', () => {
  test('is a USERSTATE with its nonce, and none without an id or with the nonce of another one', async () => {
    const { chat, state, answer } = await silent()
    await answer('@badges= :tmi.twitch.tv USERSTATE #streamer')
    await answer('@client-nonce=other;id=1 :tmi.twitch.tv USERSTATE #streamer')
    expect(state.outcome).toBeUndefined()
    const nonce = /client-nonce=([^; ]+)/.exec(sentTo(chat)[0] as string)?.[1]
    await answer(`@client-nonce=${nonce};id=2 :tmi.twitch.tv USERSTATE #streamer`)
    expect(state.outcome).toEqual({ channel: 'streamer', ids: ['2'] })
  })

  test('is one with an id, where the server echoes no nonce', async () => {
    const { state, answer } = await silent()
    await answer('@id=3 :tmi.twitch.tv USERSTATE #streamer')
    expect(state.outcome).toEqual({ channel: 'streamer', ids: ['3'] })
  })

  test('is told to whoever listens for it, too', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    const heard: string[] = []
    for (const type of ['userstate', 'roomstate', 'notice'] as const) client.on(type, () => heard.push(type))
    await chat.clock.until(client.say('streamer', 'hello'))
    chat.twitch.chat.setRoomState('streamer', { r9k: 1 })
    await chat.clock.settle()
    expect(heard).toEqual(['userstate', 'roomstate', 'notice'])
    const waits = client.say('streamer', 'under way')
    const [connection] = chat.twitch.chat.connections
    connection?.raw('@msg-id=slow_off :tmi.twitch.tv NOTICE #streamer :This room is no longer in slow mode.')
    await chat.clock.until(waits)
    expect(heard).toEqual(['userstate', 'roomstate', 'notice', 'notice', 'userstate'])
  })
})

describe('what refuses a message', () => {
  test.each(['msg_rejected', 'no_permission', 'tos_ban', 'unrecognized_cmd', 'invalid_user'])(
    'is a NOTICE %s, in its words',
    async (reason) => {
      const { state, refuse } = await silent()
      await refuse(reason, 'No, and this is why.')
      expect(state.outcome).toMatchObject({
        code: 'chat',
        reason,
        channel: 'streamer',
        message: 'No, and this is why.',
      })
    },
  )

  test('is no NOTICE of something else', async () => {
    const { state, answer, refuse } = await silent()
    await refuse('emote_only_on', 'This room is now in emote-only mode.')
    await answer(':tmi.twitch.tv NOTICE #streamer :Hello')
    await answer('@msg-id=msg_banned :tmi.twitch.tv NOTICE #a :You are permanently banned from talking in a.')
    expect(state.outcome).toBeUndefined()
  })

  test('is heard of a channel that is not joined', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    chat.twitch.chat.ban('bot', 'b')
    const before = chat.clock.now()
    await expect(chat.clock.until(client.say('b', 'hello'))).rejects.toMatchObject({ reason: 'msg_banned' })
    expect(chat.clock.now()).toBe(before)
    expect(client.wanted).toEqual(['streamer'])
  })
})

describe('a message that was given up', () => {
  test.each(['msg_rejected', 'msg_ratelimit'])('is what %s is about, and not the next one', async (msgId) => {
    const chat = createFakeChat()
    chat.twitch.chat.setRole('bot', 'streamer', { moderator: true })
    const client = await speaker(chat)
    chat.twitch.faults.add({ host: 'irc', method: 'PRIVMSG', times: 1, fault: { kind: 'drop' } })
    const controller = new AbortController()
    const first = client.say('streamer', 'first', { signal: controller.signal })
    await chat.clock.settle()
    const second = client.say('streamer', 'second')
    controller.abort('taken back')
    await expect(first).rejects.toBe('taken back')
    await chat.clock.settle()
    expect(sentTo(chat)).toHaveLength(1)
    chat.twitch.chat.raw(`@msg-id=${msgId} :tmi.twitch.tv NOTICE #streamer :About the first.`)
    expect((await chat.clock.until(second)).ids).toHaveLength(1)
    await chat.clock.advance(20_000)
    expect(sentTo(chat).map((line) => line.split(' :')[1])).toEqual(['first', 'second'])
  })
})

describe('a refusal that time mends', () => {
  test.each([
    ['msg_slowmode', 'This room is in slow mode. You may send messages every 10 seconds.', 10_000],
    ['msg_slowmode', 'You may talk again later.', 5000],
    ['msg_ratelimit', 'You are sending messages too quickly.', 1000],
    ['msg_duplicate', 'It is identical to the previous one you sent.', 1000],
  ])('%s: the message is sent again after its time, and not much later (%s)', async (msgId, text, ms) => {
    const { chat, state, refuse } = await silent()
    await refuse(msgId, text)
    await chat.clock.advance(ms)
    expect(sentTo(chat)).toHaveLength(1)
    await chat.clock.advance(1000)
    expect(sentTo(chat)).toHaveLength(2)
    expect(state.outcome).toBeUndefined()
  })

  test('is told after the third time', async () => {
    const { chat, state, refuse } = await silent()
    for (let time = 1; time <= 3; time += 1) {
      expect(sentTo(chat)).toHaveLength(time)
      expect(state.outcome).toBeUndefined()
      await refuse('msg_ratelimit', 'Too quickly.')
      await chat.clock.advance(5000)
    }
    expect(sentTo(chat)).toHaveLength(3)
    expect(state.outcome).toMatchObject({ reason: 'msg_ratelimit', message: 'Too quickly.' })
  })

  test('is counted for each part by itself', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    chat.twitch.faults.add({ host: 'irc', method: 'PRIVMSG', fault: { kind: 'drop' } })
    const said = client.say('streamer', `${'a'.repeat(490)} ${'b'.repeat(490)}`)
    for (let time = 1; time <= 6; time += 1) {
      await chat.clock.advance(2500)
      expect(sentTo(chat)).toHaveLength(time)
      const answer = time % 3 === 0 ? `@id=${time}` : '@msg-id=msg_ratelimit'
      chat.twitch.chat.raw(
        `${answer} :tmi.twitch.tv ${time % 3 === 0 ? 'USERSTATE' : 'NOTICE'} #streamer :Too quickly.`,
      )
    }
    expect(await chat.clock.until(said)).toEqual({ channel: 'streamer', ids: ['3', '6'] })
  })

  test('is told at once to whoever does not want to wait', async () => {
    const { chat, state, refuse } = await silent({ whenLimited: 'fail' })
    await refuse('msg_slowmode', 'You may send messages every 10 seconds.')
    expect(state.outcome).toMatchObject({ reason: 'msg_slowmode' })
    await chat.clock.advance(60_000)
    expect(sentTo(chat)).toHaveLength(1)
  })
})

describe('the pace', () => {
  test('in slow mode is that of the room, without asking Twitch for it', async () => {
    const chat = createFakeChat()
    chat.twitch.chat.setRoomState('streamer', { slow: 10 })
    const client = await speaker(chat)
    chat.twitch.chat.setRoomState('streamer', { 'emote-only': 1 })
    chat.twitch.chat.setRoomState('streamer', { 'emote-only': 0 })
    await chat.clock.settle()
    const before = chat.clock.now()
    await chat.clock.until(Promise.all([client.say('streamer', '1'), client.say('streamer', '2')]))
    expect(chat.clock.now() - before).toBeGreaterThanOrEqual(10_000)
    expect(chat.clock.now() - before).toBeLessThan(11_000)
    expect(sentTo(chat)).toHaveLength(2)
  })

  test('is the usual one where a ROOMSTATE says what is no number', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    chat.twitch.chat.raw('@room-id=102;slow=soon :tmi.twitch.tv ROOMSTATE #streamer')
    await chat.clock.settle()
    await chat.clock.until(Promise.all([client.say('streamer', '1'), client.say('streamer', '2')]))
    expect(sentTo(chat)).toHaveLength(2)
  })

  test.each([
    ['the broadcaster', 'bot', {}],
    ['a moderator', 'streamer', { moderator: true }],
    ['a VIP', 'streamer', { vip: true }],
  ])('is no matter to %s, nor are repeats', async (_, channel, role) => {
    const chat = createFakeChat()
    chat.twitch.chat.setRole('bot', channel, role)
    const heard = texts(await speaker(chat, { tokens: undefined, channels: [channel] }))
    const client = await speaker(chat, { channels: [channel] })
    const before = chat.clock.now()
    await chat.clock.until(Promise.all(['same', 'same', 'same'].map((text) => client.say(channel, text))))
    expect(chat.clock.now()).toBe(before)
    expect(heard).toEqual(Array(3).fill(`#${channel} same`))
  })

  test('of a moderator is a hundred in 30 seconds, and all that is said arrives', async () => {
    const chat = createFakeChat()
    chat.twitch.chat.setRole('bot', 'streamer', { moderator: true })
    const heard = texts(await speaker(chat, { tokens: undefined }))
    const client = await speaker(chat)
    const all = Array.from({ length: 150 }, (_, index) => client.say('streamer', `${index}`, { timeout: 60_000 }))
    await chat.clock.until(Promise.all(all))
    expect(heard).toHaveLength(150)
  })

  test('holds in a channel that is not joined, from the first message on', async () => {
    const chat = createFakeChat()
    const heard = texts(await speaker(chat, { tokens: undefined, channels: ['a'] }))
    const client = await speaker(chat)
    await chat.clock.until(Promise.all(['1', '2', '3'].map((text) => client.say('a', text))))
    expect(heard).toEqual(['#a 1', '#a 2', '#a 3'])
    expect(sentTo(chat)).toHaveLength(3)
  })
})

describe('a repeat', () => {
  test('is made another one before Twitch refuses it, at any hour, and for 30 seconds only', async () => {
    const chat = createFakeChat()
    const heard = texts(await speaker(chat, { tokens: undefined }))
    const client = await speaker(chat)
    await chat.clock.advance(3_600_000)
    for (const after of [0, 31_000, 29_000]) {
      await chat.clock.advance(after)
      await chat.clock.until(client.say('streamer', 'same'))
    }
    expect(heard).toEqual(['#streamer same', '#streamer same', '#streamer same \u{e0000}'])
    expect(sentTo(chat)).toHaveLength(3)
  })
})

test('what differs in spaces alone is a repeat', async () => {
  const chat = createFakeChat()
  const client = await speaker(chat)
  for (const text of ['hi there', 'hi there ', ' hi  there']) {
    await chat.clock.advance(1200)
    await chat.clock.until(client.say('streamer', text, { whenLimited: 'fail' }))
  }
  expect(sentTo(chat)).toHaveLength(3)
})

describe('the length', () => {
  test('of a message with /me and of a repeat is within what Twitch takes, and not cut without need', async () => {
    const chat = createFakeChat()
    const heard = texts(await speaker(chat, { tokens: undefined }))
    const client = await speaker(chat)
    const text = 'x'.repeat(490)
    await chat.clock.until(client.say('streamer', text))
    await chat.clock.until(client.say('streamer', text))
    await chat.clock.until(client.me('streamer', text + text))
    expect(heard.slice(0, 2)).toEqual([`#streamer ${text}`, `#streamer ${text} \u{e0000}`])
    expect(heard).toHaveLength(4)
    for (const line of sentTo(chat)) expect(line.split(' :')[1]?.length).toBeLessThanOrEqual(500)
  })
})

test('what is nothing but spaces is no part of a long message', async () => {
  const chat = createFakeChat()
  chat.twitch.chat.setRole('bot', 'streamer', { moderator: true })
  const client = await speaker(chat)
  const { ids } = await chat.clock.until(client.say('streamer', `a${' '.repeat(1100)}b`))
  expect(ids).toHaveLength(2)
  const parts = sentTo(chat).map((line) => line.split(' :')[1]?.trim())
  expect(parts).toEqual(['a', 'b'])
})

describe('a message that waits', () => {
  test('ends after 30 seconds, if nothing else was said', async () => {
    const chat = createFakeChat()
    const client = new ChatClient({ tokens: chat.tokens, platform: chat.twitch.platform })
    const before = chat.clock.now()
    const waits = client.say('streamer', 'later', { whenOffline: 'wait' })
    await expect(chat.clock.until(waits)).rejects.toMatchObject({ reason: 'not-connected' })
    expect(chat.clock.now() - before).toBe(30_000)
  })

  test('is not sent for a signal that is aborted already', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    await expect(client.say('streamer', 'x', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
    await chat.clock.advance(5000)
    expect(sentTo(chat)).toEqual([])
  })

  test('and ends early takes none of the others with it, and leaves the signal alone', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    const { signal } = new AbortController()
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      if (args[0] === 'abort') listeners -= 1
      removeEventListener.apply(signal, args)
    }
    const controller = new AbortController()
    const first = client.say('streamer', '1', { signal })
    const second = client.say('streamer', '2', { signal: controller.signal })
    const third = client.say('streamer', '3')
    controller.abort('enough')
    await expect(second).rejects.toBe('enough')
    await chat.clock.until(Promise.all([first, third]))
    expect(sentTo(chat)).toHaveLength(2)
    expect(listeners).toBe(0)
  })

  test('is one of a thousand at the most, in each channel', async () => {
    const chat = createFakeChat()
    const client = new ChatClient({ tokens: chat.tokens, platform: chat.twitch.platform })
    const say = (channel: string) => client.say(channel, 'later', { whenOffline: 'wait' })
    const all = Promise.allSettled(Array.from({ length: 1000 }, () => say('streamer')))
    await expect(say('streamer')).rejects.toMatchObject({ reason: 'rate-limited', channel: 'streamer' })
    const other = expect(say('a')).rejects.toMatchObject({ reason: 'closed' })
    client.close()
    await other
    for (const outcome of await all) expect(outcome).toMatchObject({ reason: { reason: 'closed' } })
  })

  test('keeps nobody behind it waiting for a connection who would not wait for one', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    chat.twitch.chat.close(1006)
    await chat.clock.settle()
    const before = chat.clock.now()
    const first = client.say('streamer', 'first', { whenOffline: 'wait' })
    await expect(chat.clock.until(client.say('streamer', 'second'))).rejects.toMatchObject({ reason: 'not-connected' })
    expect(chat.clock.now()).toBe(before)
    await chat.clock.until(first)
    await chat.clock.advance(20_000)
    expect(sentTo(chat).map((line) => line.split(' :')[1])).toEqual(['first'])
  })

  test.each([Number.POSITIVE_INFINITY, 30 * 86_400_000])('may do so for %d ms', async (timeout) => {
    const chat = createFakeChat()
    // A real timer of more than 2 ** 31 - 1 ms rings at once.
    const setTimeout = (work: () => void, ms: number) => chat.clock.setTimeout(work, ms < 2 ** 31 ? ms : 1)
    const platform = { ...chat.twitch.platform, setTimeout }
    const client = await speaker(chat, { platform })
    chat.twitch.faults.add({ host: 'irc', method: 'PRIVMSG', fault: { kind: 'none', latency: 50 } })
    expect((await chat.clock.until(client.say('streamer', 'hello', { timeout }))).ids).toHaveLength(1)
    client.close()
  })

  test('for a limit keeps nobody behind it who would not wait for one', async () => {
    const chat = createFakeChat()
    chat.twitch.chat.setRoomState('streamer', { slow: 25 })
    const client = await speaker(chat)
    await chat.clock.until(client.say('streamer', 'first'))
    const waits = client.say('streamer', 'second')
    const before = chat.clock.now()
    const fails = () => client.say('streamer', 'third', { whenLimited: 'fail' })
    const outcomes = await chat.clock.until(Promise.allSettled([fails(), fails()]))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { reason: 'rate-limited' } })
    expect(chat.clock.now()).toBe(before)
    await chat.clock.until(waits)
    expect(sentTo(chat).map((line) => line.split(' :')[1])).toEqual(['first', 'second'])
  })

  test('and is under way when its time is over may have been sent, and is said so', async () => {
    const { chat, state } = await silent({ timeout: 3000 })
    await chat.clock.advance(3000)
    expect(state.outcome).toMatchObject({
      reason: 'no-answer',
      message: 'Twitch did not confirm the message to streamer within 3000 ms: it may have been dropped or not.',
    })
  })
})

test('a message under way on a connection that is lost ends at once, and one on another goes on', async () => {
  const chat = createFakeChat()
  const client = await speaker(chat, { channels: ['a', 'b'], channelsPerShard: 1 })
  chat.twitch.faults.add({ host: 'irc', method: 'PRIVMSG', fault: { kind: 'none', latency: 2000 } })
  const before = chat.clock.now()
  const lost = client.say('a', 'on the first')
  const kept = client.say('b', 'on the second')
  await chat.clock.settle()
  chat.twitch.chat.close(1006, { on: chat.twitch.chat.connections.slice(0, 1) })
  await expect(chat.clock.until(lost)).rejects.toMatchObject({
    reason: 'no-answer',
    message: expect.stringMatching(/^The connection was lost before Twitch confirmed the message to a/),
  })
  expect(chat.clock.now()).toBe(before)
  expect(await chat.clock.until(kept)).toMatchObject({ channel: 'b', ids: [expect.any(String)] })
})

test('each channel is spoken to on its own connection, by the account that is logged in there', async () => {
  const chat = createFakeChat()
  const other = createTokens(chat.twitch, 'viewer')
  const getForChat = async (shardId: number) => (shardId === 0 ? chat.tokens.current : other.current)
  const said: string[] = []
  const listener = await speaker(chat, { tokens: undefined, channels: ['a', 'b', 'c'] })
  listener.on('privmsg', ({ channel, login }) => said.push(`${login} in ${channel}`))
  const client = await speaker(chat, {
    tokens: { ...chat.tokens, getForChat },
    channels: ['a', 'b'],
    channelsPerShard: 1,
  })
  for (const channel of ['a', 'b', 'c']) await chat.clock.until(client.say(channel, 'hello'))
  expect(said).toEqual(['bot in a', 'viewer in b', 'bot in c'])
})

test('an old token with chat_login may speak', async () => {
  const chat = createFakeChat()
  const scopes = ['chat_login'] as const
  const { accessToken: value } = chat.twitch.id.issue({ clientId: 'my-app', login: 'bot', scopes: [...scopes] })
  const tokens = { ...chat.tokens, getForChat: async () => ({ value, kind: 'user', login: 'bot', scopes }) as const }
  const client = await speaker(chat, { tokens })
  expect((await chat.clock.until(client.say('streamer', 'hello'))).ids).toHaveLength(1)
})

test('who one was somewhere is forgotten with the account that was', async () => {
  const chat = createFakeChat()
  chat.twitch.chat.setRole('bot', 'a', { moderator: true })
  const client = await speaker(chat, { channels: ['a'], limits: { channels: 1 } })
  client.close()
  await expect(client.join('b')).rejects.toMatchObject({ reason: 'join-limit' })
})

test('close leaves no timer behind, however much waited', async () => {
  const chat = createFakeChat()
  const client = await speaker(chat)
  const outcomes = Promise.allSettled(['1', '2', '3', '4'].map((text) => client.say('streamer', text)))
  await chat.clock.advance(200)
  const last = expect(client.say('streamer', '5')).rejects.toMatchObject({ reason: 'closed' })
  client.close()
  await Promise.all([outcomes, last])
  await chat.clock.settle()
  expect(chat.clock.pending).toBe(0)
})

test('a channel that is wanted already can be joined again at the limit', async () => {
  const chat = createFakeChat()
  const client = await speaker(chat, { channels: ['a'], limits: { channels: 1 } })
  await chat.clock.until(client.join('A'))
  expect(client.joined).toEqual(['a'])
})

test('a join over the limit that nobody awaits is told by `joinFailed`, and is no unhandled rejection', async () => {
  const chat = createFakeChat()
  const client = await speaker(chat, { limits: { channels: 1 } })
  const failed: string[] = []
  client.on('joinFailed', ({ channel, error }) => failed.push(`${channel} ${error.reason}`))
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  client.join('a')
  // Node tells of them once all microtasks are done.
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', onUnhandled)
  expect(failed).toEqual(['a join-limit'])
  expect(unhandled).toEqual([])
})

test('every option of a reader is one of a client', () => {
  const options = { membership: true, channelsPerShard: 5, pingInterval: 1000, pongTimeout: 1000, loginTimeout: 1000 }
  expect(() => new ChatClient({ anonymous: true, ...options })).not.toThrow()
})
