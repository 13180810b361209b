import { describe, expect, test } from 'vitest'
import { createSetting, Wire } from './support.ts'

describe('keepalive', () => {
  test('the server asks, and drops who does not answer', async () => {
    const { world, client } = createSetting({ pingInterval: 300_000, pongTimeout: 10_000 })
    const [polite, rude] = [client('bar'), client('ronni')]
    await world.clock.advance(300_000)
    expect(polite.take()).toEqual(['PING :tmi.twitch.tv'])
    polite.send('PONG :tmi.twitch.tv')
    await world.clock.advance(10_000)
    expect([polite.end, rude.end]).toEqual([undefined, 'terminated'])
    await world.clock.advance(290_000)
    expect(polite.take()).toEqual(['PING :tmi.twitch.tv'])
  })

  test('a period shorter than the patience does not make it endless', async () => {
    const { world, client } = createSetting({ pingInterval: 1000, pongTimeout: 2500 })
    const rude = client('ronni')
    await world.clock.advance(3499)
    expect(rude.end).toBeUndefined()
    await world.clock.advance(1)
    expect(rude.end).toBe('terminated')
  })

  test('the server can stop answering', () => {
    const { server, client } = createSetting()
    const bar = client('bar')
    server.answerPings(false)
    bar.send('PING')
    expect(bar.take()).toEqual([])
  })
})

describe('how a connection ends', () => {
  test('RECONNECT comes first, then the end', async () => {
    const { world, server, client } = createSetting()
    const bar = client('bar')
    server.reconnect({ closeAfter: 5000, code: 1000 })
    expect(bar.take()).toEqual([':tmi.twitch.tv RECONNECT'])
    await world.clock.advance(4999)
    expect(bar.end).toBeUndefined()
    await world.clock.advance(1)
    expect(bar.end).toBe(1000)
    expect(server.connections).toEqual([])
  })

  test('with any code, on the connections that are meant', () => {
    const { server, client } = createSetting()
    const [bar, ronni] = [client('bar', { join: '#foo' }), client('ronni', { join: '#foo' })]
    server.close(4000, { on: server.connections.filter(({ user }) => user?.login === 'bar') })
    expect([bar.end, ronni.end]).toEqual([4000, undefined])
    server.close()
    expect(ronni.end).toBe('terminated')
    server.send('bar', 'foo', 'nobody is left')
    expect(ronni.take()).toEqual([])
  })

  test('half-open: nothing passes, nobody is told, no timer is left', () => {
    const { world, server, client } = createSetting({ pingInterval: 300_000 })
    const bar = client('bar', { join: '#foo' })
    server.halfOpen()
    server.send('ronni', 'foo', 'hello')
    bar.send('PING', 'QUIT')
    expect(bar.take()).toEqual([])
    expect(bar).toMatchObject({ end: undefined, frozen: true })
    expect(server.connections).toMatchObject([{ state: 'half-open' }])
    expect(world.clock.pending).toBe(0)
    bar.hangUp()
    expect(server.connections).toEqual([])
  })

  test('a token that is revoked ends it only where that is asked for; one that expires never does', () => {
    for (const revokedToken of ['ignored', 'closes'] as const) {
      const { world, client } = createSetting({ revokedToken })
      const bar = client('bar')
      world.tokens.delete('token-bar')
      expect(bar.end).toBeUndefined()
      world.kill('token-bar')
      expect(bar.end).toBe(revokedToken === 'closes' ? 1000 : undefined)
      expect(client('bar').end).toBeUndefined()
    }
  })
})

describe('frames', () => {
  const login = ['PASS oauth:token-bar', 'NICK bar']

  test('the numerics come in one', () => {
    const bar = new Wire(createSetting().server)
    bar.send(...login)
    expect(bar.frames).toHaveLength(1)
    expect(bar.frames[0]?.split('\r\n')).toHaveLength(8)
  })

  test('one line a frame', () => {
    const bar = new Wire(createSetting({ frames: { split: true } }).server)
    bar.send(...login)
    expect(bar.frames).toHaveLength(7)
    expect(bar.frames[1]).toBe(':tmi.twitch.tv 002 bar :Your host is tmi.twitch.tv\r\n')
  })

  test('many lines in one', async () => {
    const { world, server } = createSetting({ frames: { merge: 50 } })
    const bar = new Wire(server)
    bar.send(...login, 'JOIN #foo', 'PING :a')
    await world.clock.advance(49)
    expect(bar.frames).toEqual([])
    await world.clock.advance(1)
    expect(bar.frames).toHaveLength(1)
    expect(bar.lines).toHaveLength(11)
  })

  test('a line cut in pieces, but never a character', () => {
    const { server, client } = createSetting()
    const reader = client('justinfan1', { join: '#foo', caps: false })
    server.shapeFrames({ cut: 10 })
    server.send('bar', 'foo', '😂😂😂😂😂😂')
    expect(reader.frames.length).toBeGreaterThan(5)
    expect(reader.frames.join('')).toBe(':bar!bar@bar.tmi.twitch.tv PRIVMSG #foo :😂😂😂😂😂😂\r\n')
    for (const frame of reader.frames) expect(frame.isWellFormed()).toBe(true)
  })

  test('lines lost, repeated, and out of order', async () => {
    const { world, server, client } = createSetting()
    const reader = client('justinfan1', { join: '#foo', caps: false })
    const texts = (): (string | undefined)[] => reader.take().map((line) => line.split(' :')[1])
    const talk = () => {
      for (let n = 1; n <= 6; n += 1) server.send('bar', 'foo', `${n}`)
    }
    server.shapeFrames({ repeat: 3 })
    talk()
    expect(texts()).toEqual(['1', '2', '3', '3', '4', '5', '6', '6'])
    server.shapeFrames({ drop: 2 })
    talk()
    expect(texts()).toHaveLength(3)
    server.shapeFrames({ reorder: 10 })
    talk()
    await world.clock.advance(10)
    const disorder = texts()
    expect(disorder).not.toEqual(['1', '2', '3', '4', '5', '6'])
    expect(disorder.toSorted()).toEqual(['1', '2', '3', '4', '5', '6'])
  })
})

test('latency delays both ways and keeps the order', async () => {
  const { world, server, client } = createSetting()
  const bar = client('bar')
  server.setLatency(100)
  bar.send('PING :1')
  await world.clock.advance(50)
  server.setLatency(10)
  bar.send('PING :2')
  await world.clock.advance(59)
  expect(bar.take()).toEqual([])
  await world.clock.advance(1)
  expect(bar.take()).toEqual([':tmi.twitch.tv PONG tmi.twitch.tv :1', ':tmi.twitch.tv PONG tmi.twitch.tv :2'])
})

describe('faults', () => {
  test('strike a handshake, and are used up', () => {
    const { world, server } = createSetting()
    world.faults.add({ host: 'irc', method: 'CONNECT', times: 1, fault: { kind: 'status', status: 503 } })
    world.faults.add({ host: 'irc', method: 'CONNECT', times: 1, fault: { kind: 'hang' } })
    expect(new Wire(server).end).toBe('terminated')
    expect(new Wire(server).frozen).toBe(true)
    expect(new Wire(server)).toMatchObject({ end: undefined, frozen: false })
    expect(world.log.entries).toEqual(['CONNECT / 503', 'CONNECT / no answer', 'CONNECT / 101'])
  })

  test('close a connection as soon as it is open, or during a JOIN', () => {
    const { world, server, client } = createSetting()
    world.faults.add({ host: 'irc', method: 'CONNECT', times: 1, fault: { kind: 'close', code: 1001 } })
    expect(new Wire(server).end).toBe(1001)
    world.faults.add({ host: 'irc', method: 'JOIN', path: '#foo', fault: { kind: 'close' } })
    const bar = client('bar', { join: '#ronni' })
    bar.send('JOIN #foo')
    expect(bar).toMatchObject({ end: 'terminated', lines: [] })
  })

  test('close before the work is done, or a while after it', async () => {
    const { world, client } = createSetting()
    const [bar, ronni] = [client('bar', { join: '#foo' }), client('ronni', { join: '#foo' })]
    world.faults.add({ host: 'irc', method: 'PRIVMSG', times: 1, fault: { kind: 'close', after: 100 } })
    world.faults.add({ host: 'irc', method: 'PRIVMSG', times: 1, fault: { kind: 'close' } })
    bar.send('PRIVMSG #foo :heard')
    expect(ronni.take()).toHaveLength(1)
    ronni.send('PRIVMSG #foo :not heard')
    expect([ronni.end, bar.take().filter((line) => line.includes('not heard'))]).toEqual(['terminated', []])
    await world.clock.advance(100)
    expect(bar.end).toBe('terminated')
  })

  test('lose a line, or its answer', () => {
    const { world, client } = createSetting()
    const [bar, ronni] = [client('bar', { join: '#foo' }), client('ronni', { join: '#foo' })]
    world.faults.add({ host: 'irc', method: 'PRIVMSG', times: 1, fault: { kind: 'drop' } })
    bar.send('PRIVMSG #foo :lost')
    expect([bar.take(), ronni.take()]).toEqual([[], []])
    world.faults.add({ host: 'irc', method: 'PRIVMSG', times: 1, fault: { kind: 'hang', at: 'after' } })
    bar.send('PRIVMSG #foo :heard by others')
    expect([bar.take(), ronni.take()]).toMatchObject([[], [expect.stringContaining('heard by others')]])
    world.faults.add({ host: 'irc', method: 'PRIVMSG', times: 1, fault: { kind: 'no-answer', at: 'after' } })
    ronni.send('PRIVMSG #foo :and gone')
    expect(ronni).toMatchObject({ end: 'terminated', lines: [] })
    expect(bar.take()).toHaveLength(1)
  })

  test('leave a connection half-open, or shape its frames', () => {
    const { world, server, client } = createSetting()
    world.faults.add({ host: 'irc', method: 'CONNECT', times: 1, fault: { kind: 'frames', how: 'split' } })
    const bar = client('bar')
    world.faults.add({ host: 'irc', method: 'JOIN', fault: { kind: 'half-open' } })
    bar.send('JOIN #foo')
    expect(bar).toMatchObject({ frozen: true, lines: [] })
    expect(server.connections[0]?.frames).toEqual({ split: true })
  })

  test('delay a line, and those behind it', async () => {
    const { world, client } = createSetting()
    const bar = client('bar')
    world.faults.add({ host: 'irc', method: 'PING', times: 1, fault: { kind: 'none', latency: 500 } })
    bar.send('PING :1', 'PING :2')
    await world.clock.advance(499)
    expect(bar.take()).toEqual([])
    await world.clock.advance(1)
    expect(bar.take()).toHaveLength(2)
  })
})

test('what a client sent is kept, and said by whom', () => {
  const { server, client } = createSetting()
  client('bar', { join: '#foo' })
  expect(server.connections).toMatchObject([
    {
      nick: 'bar',
      user: { id: '1' },
      channels: ['foo'],
      capabilities: ['twitch.tv/tags', 'twitch.tv/commands'],
      state: 'ready',
      received: ['CAP REQ :twitch.tv/tags twitch.tv/commands', 'PASS oauth:token-bar', 'NICK bar', 'JOIN #foo'],
    },
  ])
})
