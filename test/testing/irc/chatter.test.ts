import { expect, test } from 'vitest'
import { createChatter } from '../../../src/testing/irc/chatter.ts'
import { generateChat } from '../../../src/testing/irc/generate-chat.ts'
import { createSetting } from './support.ts'

test('the same seed makes the same lines, another one others', () => {
  expect(generateChat(7, 500)).toEqual(generateChat(7, 500))
  expect(generateChat(8, 500)).not.toEqual(generateChat(7, 500))
})

test('the lines are shaped like real chat', () => {
  const lines = generateChat(1, 5000)
  const messages = lines.filter((line) => line.includes(' PRIVMSG #'))
  expect(lines).toHaveLength(5000)
  expect(messages.length / lines.length).toBeGreaterThan(0.97)
  expect(messages.length / lines.length).toBeLessThan(0.99)
  const average = messages.reduce((sum, line) => sum + line.length, 0) / messages.length
  expect(average).toBeGreaterThan(340)
  expect(average).toBeLessThan(420)
  for (const part of [
    'CLEARCHAT #',
    'CLEARMSG #',
    'ROOMSTATE #',
    ';msg-id=raid;',
    ';msg-id=subgift;',
    ';msg-id=announcement;',
    ';reply-parent-msg-id=',
    '\x01ACTION ',
    ';bits=',
    'badges=moderator/1',
    '😂',
    '🙏',
  ])
    expect(
      lines.some((line) => line.includes(part)),
      part,
    ).toBe(true)
  for (const line of lines) expect(line).toMatch(/^@\S+ :\S+ [A-Z]+ #lantern/)
})

test('viewers talk every second or so, until they are stopped', async () => {
  const { world, server, client } = createSetting()
  const reader = client('justinfan1', { join: '#foo' })
  const stop = server.simulateViewers({ channel: 'foo', every: 1000 })
  await world.clock.advance(60_000)
  const count = reader.take().filter((line) => line.includes(' PRIVMSG ')).length
  expect(count).toBeGreaterThan(45)
  expect(count).toBeLessThan(80)
  stop()
  await world.clock.advance(60_000)
  expect(reader.take()).toEqual([])
})

test('a reader of 1,000 channels gets each of 20,000 messages once', () => {
  const { world, server, client } = createSetting({ limits: false })
  const channels = Array.from({ length: 1000 }, (_, n) => `channel${n}`)
  for (const login of channels) world.users.add({ login })
  const join = channels.map((channel) => `#${channel}`).join(',')
  let frames = 0
  const session = server.accept({ send: () => (frames += 1), close() {}, terminate() {} })
  session.receive(`CAP REQ :twitch.tv/tags twitch.tv/commands\r\nNICK justinfan1\r\nJOIN ${join}`)
  client('bar', { join })
  frames = 0
  for (let n = 0; n < 20_000; n += 1) server.send(`viewer${n % 50}`, channels[n % 1000] ?? '', `message ${n} Kappa`)
  expect(frames).toBe(20_000)
})

test('a chatter needs a channel', () => {
  const { server } = createSetting()
  expect(() => createChatter(server, { channel: 'nobody_is_called_so' })).toThrow(RangeError)
})
