import { describe, expect, test } from 'vitest'
import { ChatClient, type ChatClientOptions } from '../../src/chat/client.ts'
import { MissingScopeError } from '../../src/errors.ts'
import { createFakeChat, createTokens, type FakeChat, texts } from './fake.ts'

async function speaker(chat: FakeChat, options: ChatClientOptions = {}): Promise<ChatClient> {
  const client = new ChatClient({
    tokens: chat.tokens,
    platform: chat.twitch.platform,
    channels: ['streamer'],
    ...options,
  })
  await chat.clock.until(client.connect())
  await chat.clock.advance(500)
  return client
}

async function listener(chat: FakeChat): Promise<string[]> {
  const client = await speaker(chat, { tokens: undefined, channels: ['streamer', 'a', 'b'] })
  return texts(client)
}

describe('say', () => {
  test('resolves with the id once Twitch has confirmed it', async () => {
    const chat = createFakeChat({ chat: { latency: 30 } })
    const heard: string[] = []
    const other = await speaker(chat, { tokens: undefined })
    other.on('privmsg', ({ id, text, login }) => heard.push(`${id} ${login} ${text}`))
    const client = await speaker(chat)
    const { ids } = await chat.clock.until(client.say('#Streamer', 'hello  there'))
    await chat.clock.advance(100)
    expect(heard).toEqual([`${ids[0]} bot hello there`])
  })

  test('me and reply are what they say', async () => {
    const chat = createFakeChat()
    const other = await speaker(chat, { tokens: undefined })
    const seen: unknown[] = []
    other.on('privmsg', ({ text, action, reply }) => seen.push([text, action, reply?.msgId]))
    const client = await speaker(chat)
    const id = chat.twitch.chat.send('viewer', 'streamer', 'a question')
    await chat.clock.until(client.me('streamer', 'waves'))
    await chat.clock.until(client.reply('streamer', id, 'an answer'))
    expect(seen).toEqual([
      ['a question', false, undefined],
      ['waves', true, undefined],
      ['@Viewer an answer'.replace('Viewer', chat.twitch.users.byLogin('viewer')?.displayName ?? ''), false, id],
    ])
  })

  test.each(['msg_banned', 'msg_subsonly', 'msg_emoteonly', 'unrecognized_cmd'])(
    'rejects with the NOTICE %s as a typed error',
    async (reason) => {
      const chat = createFakeChat()
      const client = await speaker(chat)
      if (reason === 'msg_banned') chat.twitch.chat.ban('bot', 'streamer')
      if (reason === 'msg_subsonly') chat.twitch.chat.setRoomState('streamer', { 'subs-only': 1 })
      if (reason === 'msg_emoteonly') chat.twitch.chat.setRoomState('streamer', { 'emote-only': 1 })
      const text = reason === 'unrecognized_cmd' ? '/ban viewer' : 'hi'
      await expect(chat.clock.until(client.say('streamer', text))).rejects.toMatchObject({
        code: 'chat',
        reason,
        channel: 'streamer',
      })
    },
  )

  test('rejects when Twitch says nothing at all', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    chat.twitch.faults.add({ host: 'irc', method: 'PRIVMSG', fault: { kind: 'drop' }, times: 1 })
    const [first, second] = [client.say('streamer', 'lost'), client.say('streamer', 'found')]
    await expect(chat.clock.until(first)).rejects.toMatchObject({ reason: 'no-answer' })
    await chat.clock.until(second)
  })

  test('refuses CR, LF, NUL and empty texts', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    for (const text of ['', '  ', 'a\r\nQUIT', 'a\nb', 'a\0b'])
      expect(() => client.say('streamer', text)).toThrow(TypeError)
    expect(() => client.say('a b', 'text')).toThrow(TypeError)
    expect(() => client.reply('streamer', 'id', '\n')).toThrow(TypeError)
    expect(chat.twitch.chat.connections[0]?.received.filter((line) => line.includes('PRIVMSG'))).toEqual([])
  })

  test('wrong arguments are refused with a sentence, and leave the channel as it was', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    const wrong = (value: unknown) => value as string
    for (const id of [{ id: 'x', text: 'hi' }, undefined, 5, ''])
      expect(() => client.reply('streamer', wrong(id), 'x')).toThrow(/named by its id, a string/)
    for (const text of [undefined, null, 5, {}]) {
      expect(() => client.say('streamer', wrong(text))).toThrow('A message needs a text, which is a string.')
      expect(() => client.me('streamer', wrong(text))).toThrow(TypeError)
      expect(() => client.reply('streamer', 'id', wrong(text))).toThrow(TypeError)
    }
    await chat.clock.until(client.say('streamer', 'still here'))
    expect(heard).toEqual(['#streamer still here'])
  })

  test('mistyped options are refused, and nothing is sent', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    const options = { whenOfline: 'wait' } as object
    const text = 'has no option "whenOfline". It has: timeout, signal, whenLimited, whenOffline.'
    expect(() => client.say('streamer', 'x', options)).toThrow(text)
    expect(() => client.me('streamer', 'x', options)).toThrow(text)
    expect(() => client.reply('streamer', 'id', 'x', options)).toThrow(text)
    await chat.clock.advance(5000)
    expect(heard).toEqual([])
  })

  test('a part that was sent has 10 seconds, however long the whole may take', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    chat.twitch.faults.add({ host: 'irc', method: 'PRIVMSG', fault: { kind: 'drop' } })
    const before = chat.clock.now()
    const said = client.say('streamer', 'lost', { timeout: 60_000 })
    await expect(chat.clock.until(said)).rejects.toMatchObject({ reason: 'no-answer' })
    expect(chat.clock.now() - before).toBe(10_000)
  })

  test('a message that cannot be sent does not hold up those after it', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    let fails = true
    const randomId = () => {
      if (fails) throw new Error('no randomness')
      return 'nonce'
    }
    const client = await speaker(chat, { platform: { ...chat.twitch.platform, randomId } })
    await expect(client.say('streamer', 'lost')).rejects.toThrow('no randomness')
    fails = false
    await chat.clock.until(client.say('streamer', 'found'))
    expect(heard).toEqual(['#streamer found'])
  })

  test('one that would not wait leaves the wait to the one behind it', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    const first = client.say('streamer', '1')
    const second = expect(client.say('streamer', '2', { whenLimited: 'fail' })).rejects.toThrow('would have to wait')
    await chat.clock.until(Promise.all([first, second, client.say('streamer', '3')]))
    expect(heard).toEqual(['#streamer 1', '#streamer 3'])
  })

  test('cuts a long text between words, and every part arrives', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    const text = Array.from({ length: 200 }, (_, index) => `word${index}😂`).join(' ')
    const { ids } = await chat.clock.until(client.say('streamer', text))
    expect(ids).toHaveLength(heard.length)
    expect(heard.length).toBeGreaterThan(2)
    expect(heard.map((line) => line.replace('#streamer ', '')).join(' ')).toBe(text)
  })

  test('a repeat within 30 seconds arrives, and looks the same', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    for (let index = 0; index < 4; index += 1) await chat.clock.until(client.say('streamer', 'same'))
    expect(heard.map((line) => line.replace(' \u{e0000}', ''))).toEqual(Array(4).fill('#streamer same'))
  })

  test('a repeat of what the account said elsewhere arrives too', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const [one, two] = [await speaker(chat), await speaker(chat)]
    await chat.clock.until(one.say('streamer', 'same'))
    await chat.clock.until(two.say('streamer', 'same'))
    expect(heard).toEqual(['#streamer same', '#streamer same \u{e0000}'])
  })
})

describe('limits', () => {
  test('that are undefined are those of any account, and unknown ones are refused', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat, {
      channels: ['a'],
      limits: { joins: undefined as never, messages: undefined as never },
    })
    await chat.clock.until(client.say('a', 'hello'))
    client.close()
    expect(() => new ChatClient({ limits: { join: 1 } as never })).toThrow('limits has no option "join"')
  })

  test('how a message waits is said in one of two words', async () => {
    const client = new ChatClient()
    for (const name of ['whenLimited', 'whenOffline'])
      expect(() => client.say('a', 'hi', { [name]: 'nope' })).toThrow(`${name} must be 'wait' or 'fail'.`)
  })

  test('a hundred messages by somebody without a role all arrive, in order', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    const all = Promise.all(
      Array.from({ length: 100 }, (_, index) => client.say('streamer', `${index}`, { timeout: 600_000 })),
    )
    await chat.clock.until(all)
    expect(heard).toEqual(Array.from({ length: 100 }, (_, index) => `#streamer ${index}`))
  })

  test('a moderator is not held up', async () => {
    const chat = createFakeChat()
    chat.twitch.chat.setRole('bot', 'streamer', { moderator: true })
    const heard = await listener(chat)
    const client = await speaker(chat)
    const before = chat.clock.now()
    await chat.clock.until(Promise.all(Array.from({ length: 90 }, (_, index) => client.say('streamer', `${index}`))))
    expect(chat.clock.now() - before).toBeLessThan(1000)
    expect(heard).toHaveLength(90)
  })

  test('slow mode is waited for', async () => {
    const chat = createFakeChat()
    chat.twitch.chat.setRoomState('streamer', { slow: 10 })
    const client = await speaker(chat)
    const before = chat.clock.now()
    await chat.clock.until(Promise.all([client.say('streamer', '1'), client.say('streamer', '2')]))
    expect(chat.clock.now() - before).toBeGreaterThanOrEqual(10_000)
  })

  test('channels are paced apart from each other', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat, { channels: ['streamer', 'a', 'b'] })
    const before = chat.clock.now()
    await chat.clock.until(Promise.all(['streamer', 'a', 'b'].map((channel) => client.say(channel, 'hi'))))
    expect(chat.clock.now() - before).toBeLessThan(1000)
  })

  test('whoever does not want to wait is told at once', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    await chat.clock.until(client.say('streamer', '1'))
    await expect(client.say('streamer', '2', { whenLimited: 'fail' })).rejects.toMatchObject({ reason: 'rate-limited' })
  })

  test('a wait ends by its signal or its deadline, and the message is never sent', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    const controller = new AbortController()
    const first = client.say('streamer', '1')
    const second = client.say('streamer', '2', { signal: controller.signal })
    const third = client.say('streamer', '3', { timeout: 500 })
    controller.abort('enough')
    await expect(second).rejects.toBe('enough')
    await chat.clock.until(first)
    const late = 'The turn of the message to streamer did not come within 500 ms: nothing was sent.'
    await expect(chat.clock.until(third)).rejects.toMatchObject({ reason: 'rate-limited', message: late })
    await chat.clock.advance(60_000)
    expect(heard).toEqual(['#streamer 1'])
  })
})

test('what we say while channels move arrives once, and does not come back to us', async () => {
  const chat = createFakeChat({ chat: { latency: 20 } })
  chat.twitch.chat.setRole('bot', 'streamer', { moderator: true })
  const heard = await listener(chat)
  const client = await speaker(chat)
  const own = texts(client)
  chat.twitch.chat.reconnect({ on: chat.twitch.chat.connections.filter(({ user }) => user !== undefined) })
  const said: Promise<unknown>[] = []
  for (let index = 0; index < 60; index += 1) {
    said.push(client.say('streamer', `${index}`))
    await chat.clock.advance(100)
  }
  await chat.clock.until(Promise.all(said))
  expect(heard).toEqual(Array.from({ length: 60 }, (_, index) => `#streamer ${index}`))
  expect(own).toEqual([])
})

describe('join', () => {
  test('the hundred and first channel is a typed error', async () => {
    const chat = createFakeChat()
    const channels = Array.from({ length: 100 }, (_, index) => `channel${index}`)
    const client = new ChatClient({ tokens: chat.tokens, platform: chat.twitch.platform, channels })
    await expect(client.join('one_more')).rejects.toMatchObject({ reason: 'join-limit', channel: 'one_more' })
    expect(client.wanted).not.toContain('one_more')
    client.part('channel7')
    client.join('one_more')
    expect(client.wanted).toHaveLength(100)
  })

  test("one's own channel and those one moderates do not count", async () => {
    const chat = createFakeChat()
    for (const role of [{}, { moderator: true }]) {
      chat.twitch.chat.setRole('bot', 'a', role)
      const client = await speaker(chat, { channels: ['a'], limits: { channels: 1 } })
      const joined = chat.clock.until(
        client.join('b').then(
          () => 'joined',
          ({ reason }) => reason,
        ),
      )
      expect(await joined).toBe('moderator' in role ? 'joined' : 'join-limit')
      await chat.clock.until(client.join('bot'))
      client.close()
    }
  })
})

test('mistyped options are refused', () => {
  const options = { chanels: ['a'] } as object
  expect(() => new ChatClient(options)).toThrow(
    /^ChatClient has no option "chanels". It has: tokens, anonymous, channels/,
  )
})

describe('who may not speak', () => {
  test('anonymous readers are told so', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat, { tokens: undefined })
    await expect(client.say('streamer', 'hi')).rejects.toMatchObject({ reason: 'read-only' })
  })

  test('a token without chat:edit is a missing scope', async () => {
    const chat = createFakeChat()
    const tokens = createTokens(chat.twitch)
    tokens.current = { ...tokens.current, value: tokens.current.value, scopes: ['chat:read'] }
    const client = await speaker(chat, { tokens })
    await expect(client.say('streamer', 'hi')).rejects.toBeInstanceOf(MissingScopeError)
  })
})

describe('an outage', () => {
  test('nothing said during it is sent after it, unless asked', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    chat.twitch.chat.close(1006, { on: chat.twitch.chat.connections.filter(({ user }) => user !== undefined) })
    await chat.clock.settle()
    await expect(client.say('streamer', 'now')).rejects.toMatchObject({ reason: 'not-connected' })
    const later = client.say('streamer', 'later', { whenOffline: 'wait' })
    await chat.clock.until(later)
    expect(heard).toEqual(['#streamer later'])
  })

  test('what never had a connection was not sent, and is said so', async () => {
    const chat = createFakeChat()
    const client = new ChatClient({ tokens: chat.tokens, platform: chat.twitch.platform })
    const error = {
      reason: 'not-connected',
      message: expect.stringMatching(/nothing was sent\. Call connect\(\) first/),
    }
    await expect(client.say('streamer', 'now')).rejects.toMatchObject(error)
    const waits = client.say('streamer', 'later', { whenOffline: 'wait', timeout: 1000 })
    await expect(chat.clock.until(waits)).rejects.toMatchObject(error)
    chat.twitch.faults.add({ host: 'irc', fault: { kind: 'no-answer' } })
    client.connect().catch(() => {})
    const tried = client.say('streamer', 'later', { whenOffline: 'wait', timeout: 1000 })
    await expect(chat.clock.until(tried)).rejects.toMatchObject({
      reason: 'not-connected',
      message: expect.stringMatching(/nothing was sent\.$/),
    })
    client.close()
  })

  test('what waited for its turn is not sent after it', async () => {
    const chat = createFakeChat()
    const heard = await listener(chat)
    const client = await speaker(chat)
    const said = [client.say('streamer', '1'), client.say('streamer', '2'), client.say('streamer', '3')]
    const outcomes = Promise.allSettled(said)
    await chat.clock.until(said[0] as Promise<unknown>)
    chat.twitch.chat.close(1006, { on: chat.twitch.chat.connections.filter(({ user }) => user !== undefined) })
    const [, second, third] = await chat.clock.until(outcomes)
    expect(second).toMatchObject({ reason: { reason: 'not-connected' } })
    expect(third).toMatchObject({ reason: { reason: 'not-connected' } })
    await chat.clock.advance(60_000)
    expect(heard).toEqual(['#streamer 1'])
  })

  test('a message that was under way is said to be unknown, and not sent twice', async () => {
    const chat = createFakeChat({ chat: { latency: 100 } })
    const heard = await listener(chat)
    const client = await speaker(chat)
    const said = client.say('streamer', 'maybe', { whenOffline: 'wait' })
    await chat.clock.advance(150)
    chat.twitch.chat.close(1006, { on: chat.twitch.chat.connections.filter(({ user }) => user !== undefined) })
    await expect(chat.clock.until(said)).rejects.toMatchObject({ reason: 'no-answer' })
    await chat.clock.advance(60_000)
    expect(heard).toEqual(['#streamer maybe'])
  })

  test('close ends every message that waits', async () => {
    const chat = createFakeChat()
    const client = await speaker(chat)
    const outcomes = Promise.allSettled([client.say('streamer', '1'), client.say('streamer', '2')])
    client.close()
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { reason: 'closed' } })
    await chat.clock.settle()
    expect(chat.clock.pending).toBe(0)
  })
})
