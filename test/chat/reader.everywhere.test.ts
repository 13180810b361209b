import { describe, expect, test } from 'vitest'
import { ChatReader } from '../../src/chat/reader.ts'
import { ChatError, ConfigurationError, HandlerError, NetworkError, TokenRejectedError } from '../../src/errors.ts'
import { connected, createFakeChat, createReader, texts } from './fake.ts'

describe('a connection', () => {
  test('asks for a token, logs in with it, joins, and delivers what is said', async () => {
    const chat = createFakeChat()
    const reader = createReader(chat, { channels: ['#Streamer'] })
    const heard = texts(reader)
    const joined = reader.join('a')
    await chat.clock.until(reader.connect())
    await chat.clock.until(joined)
    expect(chat.tokens.asked).toBe(1)
    expect(reader.login).toBe('bot')
    expect(reader.joined).toEqual(['streamer', 'a'])
    expect(chat.twitch.chat.connections[0]?.received).toContain('JOIN #streamer,#a')
    chat.twitch.chat.send('viewer', 'streamer', 'hello Kappa')
    chat.twitch.chat.send('viewer', 'a', '/me waves')
    await chat.clock.settle()
    expect(heard).toEqual(['#streamer hello Kappa', '#a waves'])
    reader.close()
    await chat.clock.settle()
    expect(chat.twitch.chat.connections).toHaveLength(0)
    expect(chat.clock.pending).toBe(0)
  })

  test('reads without tokens as justinfan', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { tokens: undefined, channels: ['streamer'] })
    const heard = texts(reader)
    expect(reader.login).toMatch(/^justinfan\d+$/)
    chat.twitch.chat.send('viewer', 'streamer', 'hi')
    await chat.clock.settle()
    expect(heard).toEqual(['#streamer hi'])
    reader.close()
  })

  test('lines that are alike and say nothing by which to tell them are all told', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['streamer'] })
    const heard = texts(reader)
    for (let time = 0; time < 3; time += 1)
      chat.twitch.chat.raw('@color=#FF0000 :viewer!viewer@viewer.tmi.twitch.tv PRIVMSG #streamer :hi')
    await chat.clock.settle()
    expect(heard).toEqual(['#streamer hi', '#streamer hi', '#streamer hi'])
    reader.close()
  })

  test('what is no source of tokens is refused, and what is no token ends it instead of reading as nobody', async () => {
    const chat = createFakeChat()
    for (const wrong of ['oauth:abc', {}, null])
      expect(() => createReader(chat, { tokens: wrong as never })).toThrow('Chat takes a source of access tokens')
    for (const junk of ['abc', {}]) {
      const reader = createReader(chat, { tokens: { ...chat.tokens, getForChat: async () => junk as never } })
      await expect(chat.clock.until(reader.connect())).rejects.toMatchObject({ code: 'handler', method: 'getForChat' })
    }
    expect(chat.twitch.chat.connections).toHaveLength(0)
  })

  test.each(['channelsPerShard', 'pingInterval', 'pongTimeout', 'loginTimeout'])('%s is a number', (name) => {
    for (const wrong of [0, -1, Number.NaN, 'x'])
      expect(() => createReader(createFakeChat(), { [name]: wrong as never })).toThrow(`${name} must be at least 1.`)
  })

  test('does not read anonymously unless it was told to', async () => {
    const chat = createFakeChat()
    const tokens = { ...chat.tokens, getForChat: async () => undefined }
    const reader = createReader(chat, { tokens })
    await expect(reader.connect()).rejects.toBeInstanceOf(TokenRejectedError)
    expect(chat.twitch.chat.connections).toHaveLength(0)
    const anonymous = createReader(chat, { tokens, anonymous: true })
    const told = new Promise((resolve) => anonymous.on('connected', resolve))
    await chat.clock.until(anonymous.connect())
    expect(await told).toMatchObject({ anonymous: true, login: expect.stringMatching(/^justinfan/) })
    anonymous.close()
  })

  test('waits for ever where it is told to, and not for no time at all', async () => {
    const { twitch, clock } = createFakeChat()
    const longest: number[] = []
    const setTimeout = (work: () => void, delay: number) => {
      longest.push(delay)
      return clock.setTimeout(work, delay)
    }
    const reader = new ChatReader({ platform: { ...twitch.platform, setTimeout } })
    await clock.until(reader.connect({ timeout: Number.POSITIVE_INFINITY }))
    expect(Math.max(...longest)).toBe(2 ** 31 - 1)
    reader.close()
  })

  test('answers PING, and measures its own', async () => {
    const chat = createFakeChat({ chat: { latency: 40 } })
    const reader = await connected(chat, { pingInterval: 30_000 })
    await chat.clock.advance(400_000)
    const [connection] = chat.twitch.chat.connections
    expect(connection?.received).toContain('PONG :tmi.twitch.tv')
    expect(reader.latency).toBe(80)
    expect(chat.twitch.chat.connections).toHaveLength(1)
    reader.close()
  })

  test('comes back after a loss with a token asked for anew, and joins again', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['streamer'] })
    const heard = texts(reader)
    const events: string[] = []
    reader.on('disconnected', ({ retryAt }) => events.push(`disconnected ${(retryAt ?? 0) > chat.clock.now()}`))
    reader.on('joined', ({ channel, missedSince }) => events.push(`joined ${channel} ${missedSince !== undefined}`))
    chat.twitch.chat.close(1006)
    await chat.clock.advance(1001)
    expect(events).toEqual(['disconnected true', 'joined streamer true'])
    expect(chat.tokens.asked).toBe(2)
    chat.twitch.chat.send('viewer', 'streamer', 'back')
    await chat.clock.settle()
    expect(heard).toEqual(['#streamer back'])
    reader.close()
  })

  test('waits longer after each failure, by chance between half and the whole', async () => {
    const chat = createFakeChat()
    chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'close', code: 1011 }, times: 7 })
    const reader = createReader(chat)
    const waits: number[] = []
    reader.on('disconnected', ({ retryAt = 0, error }) => {
      expect(error).toBeInstanceOf(NetworkError)
      waits.push(retryAt - chat.clock.now())
    })
    await chat.clock.until(reader.connect({ timeout: 600_000 }))
    expect(waits).toHaveLength(7)
    for (const [index, wait] of waits.entries()) {
      const whole = Math.min(60_000, 1000 * 2 ** index)
      expect(wait).toBeGreaterThanOrEqual(whole / 2)
      expect(wait).toBeLessThanOrEqual(whole)
    }
    reader.close()
  })

  test.each(['no-answer', 'hang'] as const)('gets over a socket whose handshake ends with %s', async (kind) => {
    const chat = createFakeChat()
    chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind }, times: 2 })
    const reader = createReader(chat)
    await chat.clock.until(reader.connect({ timeout: 60_000 }))
    expect(reader.login).toBe('bot')
    reader.close()
  })

  test('gives up waiting, not trying, when nobody answers', async () => {
    const chat = createFakeChat()
    const remove = chat.twitch.faults.add({ host: 'irc', method: 'CONNECT', fault: { kind: 'no-answer' } })
    const reader = createReader(chat, { channels: ['a'] })
    await expect(chat.clock.until(reader.connect())).rejects.toBeInstanceOf(NetworkError)
    remove()
    await chat.clock.advance(60_000)
    expect(reader.joined).toEqual(['a'])
    reader.close()
  })

  test('renews a refused token once, and connects with the new one', async () => {
    const chat = createFakeChat()
    chat.twitch.id.expire(chat.tokens.current.value)
    const reader = await connected(chat)
    expect(chat.tokens).toMatchObject({ asked: 1, renewed: 1 })
    expect(reader.login).toBe('bot')
    reader.close()
  })

  test('renews a token that is refused after a loss, and again after the next', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat)
    for (const times of [1, 2]) {
      chat.twitch.id.expire(chat.tokens.current.value)
      chat.twitch.chat.close(1006)
      await chat.clock.advance(60_000)
      expect(chat.tokens).toMatchObject({ asked: 1 + times, renewed: times })
      expect(reader.login).toBe('bot')
    }
    reader.close()
  })

  test('stops with the reason when the renewed token is refused as well', async () => {
    const chat = createFakeChat()
    chat.twitch.id.expire(chat.tokens.current.value)
    const tokens = { ...chat.tokens, renew: async () => chat.tokens.current }
    const reader = createReader(chat, { tokens })
    await expect(chat.clock.until(reader.connect())).rejects.toMatchObject({ code: 'chat', reason: 'login-failed' })
    await chat.clock.advance(600_000)
    expect(chat.twitch.requests.filter(({ method }) => method === 'CONNECT')).toHaveLength(2)
  })

  test('stops when Twitch says that no token of this kind will do', async () => {
    const chat = createFakeChat()
    const connected = new Promise<void>((resolve) => {
      chat.twitch.faults.add({ host: 'irc', method: 'NICK', fault: { kind: 'drop' } })
      queueMicrotask(resolve)
    })
    await connected
    const reader = createReader(chat)
    const failing = reader.connect()
    await chat.clock.settle()
    chat.twitch.chat.raw(':tmi.twitch.tv NOTICE * :Login unsuccessful')
    await expect(chat.clock.until(failing)).rejects.toBeInstanceOf(ConfigurationError)
    expect(chat.clock.pending).toBe(0)
  })

  test('a NOTICE before the welcome that refuses nothing ends nothing', async () => {
    const chat = createFakeChat()
    chat.twitch.faults.add({ host: 'irc', method: 'NICK', fault: { kind: 'drop' } })
    const reader = createReader(chat)
    const connecting = reader.connect()
    await chat.clock.settle()
    chat.twitch.chat.raw(':tmi.twitch.tv NOTICE * :Chat is slow today')
    chat.twitch.chat.raw(':tmi.twitch.tv 001 bot :Welcome, GLHF!')
    await chat.clock.until(connecting)
    expect(reader.login).toBe('bot')
    reader.close()
  })

  test('stops when the handler lacks a method, and goes on when its database is away', async () => {
    const chat = createFakeChat()
    let error: Error = new HandlerError('No getIrcToken.', { method: 'getIrcToken' })
    const getForChat = async () => {
      throw error
    }
    const reader = createReader(chat, { tokens: { ...chat.tokens, getForChat } })
    await expect(chat.clock.until(reader.connect())).rejects.toBe(error)
    expect(chat.clock.pending).toBe(0)
    error = new HandlerError('It threw.', { method: 'getIrcToken', cause: new Error('database') })
    await expect(chat.clock.until(reader.connect())).rejects.toMatchObject({ code: 'network', cause: error })
    expect(chat.clock.pending).toBe(1)
    reader.close()
  })

  test('ends a wait with the reason of the signal, and goes on by itself', async () => {
    const chat = createFakeChat({ chat: { latency: 100 } })
    const reader = createReader(chat)
    const controller = new AbortController()
    const connecting = reader.connect({ signal: controller.signal })
    controller.abort('enough')
    await expect(connecting).rejects.toBe('enough')
    await chat.clock.advance(1000)
    expect(reader.login).toBe('bot')
    reader.close()
  })

  test('is closed at any moment, and can be connected again', async () => {
    const chat = createFakeChat({ chat: { latency: 100 } })
    for (const after of [0, 100, 150, 250, 500, 5000]) {
      const reader = createReader(chat, { channels: ['streamer'] })
      const connecting = reader.connect()
      connecting.catch(() => {})
      await chat.clock.advance(after)
      reader.close()
      await chat.clock.advance(1000)
      expect(chat.twitch.chat.connections).toHaveLength(0)
      expect(chat.clock.pending).toBe(0)
      await chat.clock.until(reader.connect())
      await chat.clock.advance(1000)
      expect(reader.joined).toEqual(['streamer'])
      reader.close()
      await chat.clock.advance(1000)
    }
  })
})

describe('strange lines', () => {
  test('are delivered raw, and break nothing', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['streamer'] })
    const raw: string[] = []
    reader.on('line', (line) => {
      raw.push(line.raw)
    })
    const heard = texts(reader)
    const told: unknown[] = []
    for (const type of ['connected', 'joined', 'joinFailed'] as const) reader.on(type, (event) => told.push(event))
    const lines = [
      '@',
      ':only',
      ' ',
      'CONNECTED #streamer',
      ':x JOINED',
      '@a=b PRIVMSG',
      'PRIVMSG #streamer',
      '@;=;= :! 1 2',
    ]
    for (const line of lines) chat.twitch.chat.raw(line)
    chat.twitch.chat.send('viewer', 'streamer', 'still here')
    await chat.clock.settle()
    expect(raw.slice(0, lines.length)).toEqual(lines)
    expect(heard).toEqual(['#streamer ', '#streamer still here'])
    expect(told).toEqual([])
    reader.close()
  })

  test('a listener that throws stops neither the others nor the next line', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat, { channels: ['streamer'] })
    const reported: unknown[] = []
    const before = globalThis.reportError
    globalThis.reportError = (error) => reported.push(error)
    reader.on('privmsg', () => {
      throw new Error('mine')
    })
    const heard = texts(reader)
    chat.twitch.chat.send('viewer', 'streamer', '1')
    chat.twitch.chat.send('viewer', 'streamer', '2')
    await chat.clock.settle()
    globalThis.reportError = before
    expect(heard).toEqual(['#streamer 1', '#streamer 2'])
    expect(reported).toHaveLength(2)
    reader.close()
  })
})

describe('frames', () => {
  test.each([
    ['split', { split: true }],
    ['merged', { merge: 20 }],
    ['cut anywhere', { cut: 100 }],
    ['repeated', { repeat: 1 }],
  ] as const)('%s lose nothing and double nothing', async (_, frames) => {
    const chat = createFakeChat({ chat: { frames } })
    const reader = createReader(chat, { channels: ['streamer'] })
    const heard = texts(reader)
    await chat.clock.until(reader.connect())
    await chat.clock.advance(1000)
    for (let index = 0; index < 50; index += 1) chat.twitch.chat.send('viewer', 'streamer', `${index} 😂 é`)
    await chat.clock.advance(1000)
    expect(heard).toEqual(Array.from({ length: 50 }, (_, index) => `#streamer ${index} 😂 é`))
    reader.close()
  })
})

describe('join', () => {
  test('rejects for a channel that does not exist, is suspended or has banned us, each with its reason', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat)
    chat.twitch.chat.ban('bot', 'b')
    const suspended = chat.twitch.users.byLogin('c')
    if (suspended) suspended.suspended = true
    const failures: string[] = []
    reader.on('joinFailed', ({ channel, error }) => failures.push(`${channel} ${error.reason}`))
    const outcomes = Promise.allSettled(['a', 'b', 'c', 'nobody'].map((channel) => reader.join(channel)))
    const [a, b, c, nobody] = await chat.clock.until(outcomes)
    expect(a?.status).toBe('fulfilled')
    expect(b).toMatchObject({ reason: { reason: 'banned', channel: 'b' } })
    expect(c).toMatchObject({ reason: { reason: 'channel-suspended', channel: 'c' } })
    expect(nobody).toMatchObject({ reason: { reason: 'no-answer', channel: 'nobody' } })
    expect(failures.sort()).toEqual(['b banned', 'c channel-suspended', 'nobody no-answer'])
    expect(reader.joined).toEqual(['a'])
    expect(reader.wanted).toEqual(['a', 'b', 'c', 'nobody'])
    reader.close()
  })

  test('refuses what is no name of a channel', () => {
    const reader = createReader(createFakeChat())
    for (const name of ['', '#', 'a b', 'a,b', 'ä', 'a\r\nQUIT', 'x'.repeat(26)])
      expect(() => reader.join(name)).toThrow(TypeError)
    for (const nothing of [undefined, null, 5, {}]) {
      const name = nothing as unknown as string
      expect(() => reader.join(name)).toThrow(`A channel is named by its login, and not "${nothing}".`)
      expect(() => reader.part(name)).toThrow(TypeError)
      expect(() => createReader(createFakeChat(), { channels: [name] })).toThrow(TypeError)
    }
    expect(reader.wanted).toEqual([])
  })

  test('a login where the list of channels belongs is not taken for letters', () => {
    const channels = 'streamer' as unknown as readonly string[]
    expect(() => createReader(createFakeChat(), { channels })).toThrow('channels must be a list of logins')
  })

  test('mistyped options are refused, and nothing is wanted', () => {
    const reader = createReader(createFakeChat())
    const options = { timeOut: 5 } as object
    expect(() => reader.join('streamer', options)).toThrow('join has no option "timeOut"')
    expect(() => reader.connect(options)).toThrow('connect has no option "timeOut"')
    expect(reader.wanted).toEqual([])
  })

  test('what is no object with options is refused', () => {
    for (const nothing of ['streamer', 5, null])
      expect(() => createReader(createFakeChat()).join('streamer', nothing as unknown as object)).toThrow(
        'join takes an object with options: timeout, signal.',
      )
  })

  test('before connect() it says that this is missing, and stays wanted', async () => {
    const chat = createFakeChat()
    const reader = createReader(chat)
    await expect(chat.clock.until(reader.join('streamer'))).rejects.toMatchObject({
      reason: 'not-connected',
      message: 'Call connect() first: it joins streamer, which stays wanted.',
    })
    await chat.clock.until(reader.connect())
    await chat.clock.settle()
    expect(reader.joined).toEqual(['streamer'])
    reader.close()
  })

  test('a join that nobody waits for is no unhandled rejection', async () => {
    const chat = createFakeChat()
    const reader = await connected(chat)
    reader.join('nobody')
    await chat.clock.advance(30_000)
    reader.join('nobody2')
    reader.close()
    await chat.clock.settle()
  })
})

test('a channel that was left is heard no more, not even what was under way', async () => {
  const chat = createFakeChat({ chat: { latency: 50 } })
  const reader = await connected(chat, { channels: ['a', 'b'] })
  await chat.clock.advance(1000)
  const heard = texts(reader)
  chat.twitch.chat.send('viewer', 'a', '1')
  chat.twitch.chat.send('viewer', 'b', '2')
  reader.part('a')
  await chat.clock.advance(1000)
  expect(heard).toEqual(['#b 2'])
  expect(chat.twitch.chat.connections[0]?.channels).toEqual(['b'])
  reader.close()
})

test('events are a loop with a bounded queue that says what it dropped, and ends by its signal', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat, { channels: ['streamer'] })
  const controller = new AbortController()
  const dropped: number[] = []
  const events = reader.events('privmsg', {
    signal: controller.signal,
    limit: 3,
    onDropped: (count) => dropped.push(count),
  })
  for (let index = 0; index < 10; index += 1) chat.twitch.chat.send('viewer', 'streamer', `${index}`)
  await chat.clock.settle()
  const heard: string[] = []
  await expect(async () => {
    for await (const { text } of events) {
      heard.push(text)
      if (heard.length === 3) controller.abort('enough')
    }
  }).rejects.toBe('enough')
  expect(heard).toEqual(['7', '8', '9'])
  expect(dropped).toEqual([7])
  reader.close()
})

test('close ends a loop over events, and one that begins after it hears what comes after', async () => {
  const chat = createFakeChat()
  const reader = await connected(chat, { channels: ['streamer'] })
  const heard: string[] = []
  const listen = async () => {
    for await (const { text } of reader.events('privmsg')) heard.push(text)
  }
  const first = listen()
  chat.twitch.chat.send('viewer', 'streamer', 'before')
  await chat.clock.settle()
  reader.close()
  await first
  await chat.clock.until(reader.connect())
  await chat.clock.settle()
  const second = listen()
  chat.twitch.chat.send('viewer', 'streamer', 'after')
  await chat.clock.settle()
  reader.close()
  await second
  expect(heard).toEqual(['before', 'after'])
})

test('close ends every wait with its reason', async () => {
  const chat = createFakeChat()
  const reader = createReader(chat)
  const connecting = reader.connect()
  const joining = reader.join('a')
  reader.close()
  await expect(connecting).rejects.toBeInstanceOf(ChatError)
  await expect(joining).rejects.toMatchObject({ reason: 'closed' })
})
