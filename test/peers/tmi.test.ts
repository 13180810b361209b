import { createRequire } from 'node:module'
import { expect, test, vi } from 'vitest'
import { atEnd, CHAT, serveTwitch } from './serve.ts'

/** What is used of tmi.js, which brings no types. */
interface TmiClient {
  connect(): Promise<[server: string, port: number]>
  disconnect(): Promise<unknown>
  join(channel: string): Promise<[channel: string]>
  say(channel: string, text: string): Promise<[channel: string]>
  action(channel: string, text: string): Promise<[channel: string]>
  on(event: string, listener: (...args: never[]) => void): void
  readyState(): string
  currentLatency: number
}

const tmi = createRequire(import.meta.url)('tmi.js') as {
  Client: new (options: Record<string, unknown>) => TmiClient
}

function createClient(port: number, options: Record<string, unknown> = {}): TmiClient {
  const client = new tmi.Client({
    connection: { server: '127.0.0.1', port, secure: false, reconnectInterval: 100 },
    options: { skipUpdatingEmotesets: true, joinInterval: 300 },
    logger: { info() {}, warn() {}, error() {} },
    ...options,
  })
  // It gives the server so long to answer, and 600 ms at the least: too little where the machine is busy.
  client.currentLatency = 30_000
  atEnd(() => (client.readyState() === 'OPEN' ? client.disconnect() : undefined))
  return client
}

type Heard = [channel: string, user: Record<string, unknown>, text: string, self: boolean]

test('tmi.js reads anonymously: text, badges, emotes and deletions', async () => {
  const { port, twitch } = await serveTwitch()
  const client = createClient(port)
  const heard = vi.fn<(...message: Heard) => void>()
  const deleted = vi.fn<(channel: string, login: string, text: string, tags: Record<string, unknown>) => void>()
  client.on('message', heard)
  client.on('messagedeleted', deleted)
  await client.connect()
  await client.join('juniper')

  twitch.chat.setRole('hexa', 'juniper', { moderator: true })
  const id = twitch.chat.send('hexa', 'juniper', 'hello Kappa')
  twitch.chat.delete(id)
  await vi.waitFor(() => expect(deleted).toHaveBeenCalled())
  const [channel, user, text] = heard.mock.calls[0] as Heard
  expect([channel, text]).toEqual(['#juniper', 'hello Kappa'])
  expect(user).toMatchObject({ username: 'hexa', mod: true, badges: { moderator: '1' }, emotes: { 25: ['6-10'] } })
  expect(deleted.mock.calls[0]?.slice(0, 3)).toEqual(['#juniper', 'hexa', 'hello Kappa'])
})

test('tmi.js is refused with a dead token, renews it as Twitch says, and chats', async () => {
  const { port, twitch, endpoints } = await serveTwitch()
  const pair = twitch.id.issue({ clientId: 'public-app', login: 'juniper', scopes: CHAT })
  let { accessToken } = pair
  twitch.id.expire(accessToken)
  const client = createClient(port, { identity: { username: 'juniper', password: () => `oauth:${accessToken}` } })
  await expect(client.connect()).rejects.toBe('Login authentication failed')

  const answer = await fetch(`${endpoints.id}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: 'public-app',
      grant_type: 'refresh_token',
      refresh_token: pair.refreshToken,
    }),
  })
  accessToken = ((await answer.json()) as { access_token: string }).access_token
  await client.connect()
  await client.join('juniper')
  const reader = createClient(port)
  const heard = vi.fn<(...message: Heard) => void>()
  reader.on('message', heard)
  await reader.connect()
  await reader.join('juniper')

  await client.say('juniper', 'good evening')
  await client.action('juniper', 'waves')
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2))
  expect(heard.mock.calls.map(([, user, text]) => [user['username'], user['message-type'], text])).toEqual([
    ['juniper', 'chat', 'good evening'],
    ['juniper', 'action', 'waves'],
  ])
})

test('tmi.js comes back after its connection breaks', async () => {
  const { port, twitch } = await serveTwitch()
  const client = createClient(port, { channels: ['juniper'] })
  const joined = vi.fn<(channel: string) => void>()
  const heard = vi.fn<(...message: Heard) => void>()
  client.on('join', joined)
  client.on('message', heard)
  await client.connect()
  await vi.waitFor(() => expect(joined).toHaveBeenCalledTimes(1))
  twitch.chat.close(1006)
  await vi.waitFor(() => expect(joined).toHaveBeenCalledTimes(2))
  twitch.chat.send('hexa', 'juniper', 'still there?')
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
})
