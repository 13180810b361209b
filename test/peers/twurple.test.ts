import { connect } from 'node:net'
import { ApiClient } from '@twurple/api'
import {
  exchangeDeviceCode,
  getTokenInfo,
  RefreshingAuthProvider,
  revokeToken,
  startDeviceCodeFlow,
} from '@twurple/auth'
import { ChatClient } from '@twurple/chat'
import { afterEach, expect, test, vi } from 'vitest'
import { atEnd, CHAT, serveTwitch } from './serve.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

type Server = Awaited<ReturnType<typeof serveTwitch>>

/** Twurple's addresses are fixed: they lead here, as an entry in a hosts file would make them. */
async function serve(...options: Parameters<typeof serveTwitch>): Promise<Server> {
  const server = await serveTwitch(...options)
  const { fetch } = globalThis
  const here: Record<string, string> = {
    'https://id.twitch.tv/oauth2': server.endpoints.id,
    'https://api.twitch.tv/helix': server.endpoints.helix,
  }
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    const base = Object.keys(here).find((base) => url.startsWith(base))
    return fetch(base === undefined ? url : url.replace(base, here[base] as string), init)
  })
  return server
}

function createChat({ port }: Server, authProvider?: RefreshingAuthProvider): ChatClient {
  const chat = new ChatClient({
    channels: ['juniper'],
    ssl: false,
    connectionOptions: { wsOptions: { createConnection: () => connect(port, '127.0.0.1') } },
    ...(authProvider && { authProvider }),
  })
  atEnd(() => chat.quit())
  return chat
}

/** Resolves once it is in its channel. */
function join(chat: ChatClient): Promise<void> {
  return new Promise((resolve, reject) => {
    chat.onJoin(() => resolve())
    chat.onAuthenticationFailure((text) => reject(new Error(text)))
    chat.connect()
  })
}

async function createAuth({ twitch }: Server, app: 'public-app' | 'confidential-app') {
  const auth = new RefreshingAuthProvider({
    clientId: app,
    ...(app === 'confidential-app' && { clientSecret: 'hush' }),
  })
  const { accessToken, refreshToken } = twitch.id.issue({ clientId: app, login: 'juniper', scopes: CHAT })
  const expired = { accessToken, refreshToken, expiresIn: 3600, obtainmentTimestamp: Date.now() - 7_200_000 }
  twitch.id.expire(accessToken)
  const refreshed = vi.fn<(userId: string) => void>()
  auth.onRefresh(refreshed)
  await auth.addUserForToken(expired, ['chat'])
  return { auth, refreshed, refreshToken }
}

test.each(['public-app', 'confidential-app'] as const)('twurple renews the token of a %s, and chats', async (app) => {
  const server = await serve()
  const { auth, refreshed, refreshToken } = await createAuth(server, app)
  expect(refreshed).toHaveBeenCalledTimes(1)
  expect(server.twitch.id.spends(refreshToken)).toBe(1)

  const speaker = createChat(server, auth)
  const reader = createChat(server)
  const heard = vi.fn<(channel: string, user: string, text: string) => void>()
  reader.onMessage(heard)
  await Promise.all([join(speaker), join(reader)])
  await speaker.say('juniper', 'hello from twurple')
  await vi.waitFor(() =>
    expect(heard).toHaveBeenCalledWith('juniper', 'juniper', 'hello from twurple', expect.anything()),
  )
})

test('twurple understands subscriptions, raids, announcements and deletions', async () => {
  const server = await serve()
  const { chat } = server.twitch
  const reader = createChat(server)
  const told: string[] = []
  reader.onResub((_channel, user, { months }) => void told.push(`${user} ${months}`))
  reader.onRaid((_channel, user, { viewerCount }) => void told.push(`${user} raids with ${viewerCount}`))
  reader.onAnnouncement((_channel, _user, { color }, { text }) => void told.push(`${color}: ${text}`))
  reader.onMessageRemove((_channel, id) => void told.push(`removed ${id}`))
  reader.onTimeout((_channel, user, seconds) => void told.push(`${user} ${seconds} s`))
  await join(reader)

  const { userNotices } = await import('../../src/testing/index.ts')
  chat.userNotice('juniper', userNotices.resub({ login: 'hexa', months: 14 }))
  chat.raid('hexa', 'juniper', 42)
  chat.announce('juniper', 'juniper', 'race night')
  const id = chat.send('hexa', 'juniper', 'oops')
  chat.delete(id)
  chat.timeout('hexa', 'juniper', 60)
  await vi.waitFor(() => expect(told).toHaveLength(5))
  expect(told).toEqual(['hexa 14', 'hexa raids with 42', 'PRIMARY: race night', `removed ${id}`, 'hexa 60 s'])
})

test('twurple asks Helix, and renews on its 401', async () => {
  const server = await serve()
  const { auth, refreshed } = await createAuth(server, 'confidential-app')
  const api = new ApiClient({ authProvider: auth })
  expect((await api.users.getUserByName('juniper'))?.displayName).toBe('Juniper')
  server.twitch.id.expireAll()
  expect((await api.asUser('1001', (me) => me.users.getAuthenticatedUser('1001'))).name).toBe('juniper')
  expect(refreshed).toHaveBeenCalledTimes(2)
})

test('twurple signs in by device code, validates and revokes', async () => {
  const server = await serve()
  const device = await startDeviceCodeFlow('public-app', CHAT)
  expect(device.verificationUri).toContain(`${server.url}/activate?public=true&device-code=${device.userCode}`)
  await expect(exchangeDeviceCode('public-app', device.deviceCode, CHAT)).rejects.toThrow('authorization_pending')
  server.twitch.id.allow(device.userCode, 'juniper')
  const { accessToken, scope } = await exchangeDeviceCode('public-app', device.deviceCode, CHAT)
  expect([...scope].sort()).toEqual(['chat:edit', 'chat:read'])
  const { userId, userName } = await getTokenInfo(accessToken)
  expect([userId, userName]).toEqual(['1001', 'juniper'])
  await revokeToken('public-app', accessToken)
  await expect(getTokenInfo(accessToken)).rejects.toThrow('Invalid token')
})
