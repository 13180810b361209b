import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ChatClient } from '../../src/chat/client.ts'
import { createFakeChat } from './fake.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The fake remembers what it was asked for a while; it is full before the first look. */
test('an hour of chat with moves, losses and messages of ours takes no more memory at its end', async () => {
  const channels = ['a', 'b', 'c', 'streamer']
  const chat = createFakeChat({ logLimit: 100 })
  const { twitch, clock } = chat
  const client = new ChatClient({ tokens: chat.tokens, platform: twitch.platform, channels })
  let heard = 0
  client.on('privmsg', () => {
    heard += 1
  })
  await clock.until(client.connect())
  const heap: number[] = []
  for (let second = 1; second <= 3600; second += 1) {
    for (let index = 0; index < 4; index += 1)
      twitch.chat.send('viewer', channels[index] as string, `${second} ${index}`)
    if (second % 420 === 0) twitch.chat.reconnect()
    if (second % 660 === 0) twitch.chat.close(1006)
    if (second % 30 === 0) client.say('a', `still here ${second}`, { whenOffline: 'wait' }).catch(() => {})
    await clock.advance(1000)
    if (second % 600 === 0) {
      collectGarbage()
      heap.push(process.memoryUsage().heapUsed)
    }
  }
  client.close()
  expect(heard).toBeGreaterThan(14_300)
  const [, early = 0] = heap
  expect((heap.at(-1) ?? 0) / early).toBeLessThan(1.1)
}, 120_000)
