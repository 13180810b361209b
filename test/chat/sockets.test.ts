import { expect, test } from 'vitest'
import { ChatClient } from '../../src/chat/client.ts'
import type { AccessToken } from '../../src/types.ts'
import { CHAT, serveTwitch } from '../peers/serve.ts'

test.skipIf(typeof WebSocket === 'undefined')(
  'on real sockets: log in, say, hear, lose the connection and come back',
  async () => {
    const server = await serveTwitch()
    const { twitch } = server
    const { accessToken } = twitch.id.issue({ clientId: 'public-app', login: 'hexa', scopes: CHAT })
    const token: AccessToken = {
      value: accessToken,
      kind: 'user',
      userId: '1002',
      login: 'hexa',
      scopes: ['chat:read', 'chat:edit'],
    }
    const tokens = {
      clientId: async () => 'public-app',
      get: async () => token,
      getForChat: async () => token,
      renew: async () => token,
    }
    const client = new ChatClient({
      tokens,
      platform: { endpoints: twitch.endpoints, random: () => 0 },
      channels: ['juniper'],
    })
    const heard: string[] = []
    const next = () =>
      new Promise<void>((resolve) => client.on('privmsg', ({ text }) => resolve(void heard.push(text)), { once: true }))
    await client.connect()
    await client.join('juniper')
    const first = next()
    twitch.chat.send('juniper', 'juniper', 'hello 😂')
    await first
    const { ids } = await client.say('juniper', 'hi back')
    expect(ids).toHaveLength(1)
    const rejoined = new Promise((resolve) => client.on('joined', resolve, { once: true }))
    twitch.chat.close(1012)
    await rejoined
    const second = next()
    twitch.chat.send('juniper', 'juniper', 'again')
    await second
    expect(heard).toEqual(['hello 😂', 'again'])
    client.close()
  },
)
