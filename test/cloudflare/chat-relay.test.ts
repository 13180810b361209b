import { join } from 'node:path'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startFakeTwitchServer } from '../../examples-web/server/fake-twitch-server.mjs'
import { ChatClient, ChatReader } from '../../src/chat/index.ts'
import { createFakeTwitch } from '../../src/testing/index.ts'

let twitch: Awaited<ReturnType<typeof startFakeTwitchServer>>
let miniflare: Miniflare
let irc: string
const clients: ChatReader[] = []

beforeAll(async () => {
  twitch = await startFakeTwitchServer({
    createFakeTwitch,
    users: ['juniper', 'hexa', 'ivy', 'oak', 'secret'].map((login) => ({ login })),
  })
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'relay/worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    external: ['cloudflare:workers'],
  })
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'relay',
      modules: [{ type: 'ESModule', path: 'worker.js', contents: outputFiles[0]?.text ?? '' }],
      compatibilityDate: '2025-01-01',
      bindings: { IRC: twitch.endpoints.irc },
      durableObjects: { RELAY: { className: 'Relay', useSQLite: true } },
    }),
  )
  irc = (await miniflare.ready).origin.replace('http', 'ws')
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await vi.waitUntil(() => upstream().length === 0)
})
afterAll(async () => {
  await miniflare?.dispose()
  await twitch?.close()
})

/** A reader of this library, which takes the relay for Twitch. */
async function read(...channels: string[]) {
  const chat = new ChatReader({ platform: { endpoints: { irc } } })
  clients.push(chat)
  const heard: string[] = []
  chat.on('privmsg', ({ channel, text }) => heard.push(`${channel}: ${text}`))
  await chat.connect()
  await Promise.all(channels.map((channel) => chat.join(channel)))
  return { chat, heard }
}

const upstream = () => [...twitch.twitch.chat.connections].filter(({ state }) => state !== 'closed')
const say = (channel: string, text: string) => twitch.twitch.chat.send('hexa', channel, text)
const hears = (heard: string[], line: string) => vi.waitUntil(() => heard.includes(line))
const nextAlarm = async () => (await miniflare.dispatchFetch('http://relay.example/next-alarm')).json()
const ring = async () => (await miniflare.dispatchFetch('http://relay.example/ring')).json()

test('many clients read over one connection, each what it joined', async () => {
  const first = await read('juniper')
  const second = await read('juniper', 'ivy')
  expect(upstream()).toHaveLength(1)
  say('juniper', 'hello')
  say('ivy', 'hi')
  await hears(second.heard, 'ivy: hi')
  await hears(second.heard, 'juniper: hello')
  await hears(first.heard, 'juniper: hello')
  expect(first.heard).toEqual(['juniper: hello'])
})

test('leaves the channels that nobody wants any more, and then Twitch', async () => {
  const first = await read('juniper')
  const second = await read('ivy')
  second.chat.close()
  await vi.waitUntil(() => upstream()[0]?.channels.length === 1)
  first.chat.close()
  await vi.waitUntil(() => upstream().length === 0)
  expect(await ring()).toBe(null)
})

test('clients outlive the object, and hear on after its alarm', async () => {
  const { chat, heard } = await read('juniper')
  const disconnected = vi.fn()
  chat.on('disconnected', disconnected)
  await miniflare.dispatchFetch('http://relay.example/lose-all')
  await vi.waitUntil(() => upstream().length === 0)
  await miniflare.unsafeEvictDurableObject('relay', 'Relay', { name: 'relay' })
  expect(await ring()).toBeGreaterThan(Date.now() + 30_000)
  await vi.waitUntil(() => upstream()[0]?.channels.includes('juniper'))
  say('juniper', 'still here')
  await hears(heard, 'juniper: still here')
  expect(disconnected).not.toHaveBeenCalled()
})

test('whoever comes brings the connection back for those who are there, and puts no alarm off', async () => {
  const { heard } = await read('juniper')
  const at = await nextAlarm()
  await miniflare.dispatchFetch('http://relay.example/lose-all')
  await vi.waitUntil(() => upstream().length === 0)
  await miniflare.unsafeEvictDurableObject('relay', 'Relay', { name: 'relay' })
  const silent = new WebSocket(irc)
  await vi.waitUntil(() => upstream()[0]?.channels.includes('juniper'))
  silent.close()
  say('juniper', 'still here')
  await hears(heard, 'juniper: still here')
  expect(await nextAlarm()).toBe(at)
})

test('refuses channels that may not be read, and more than it may read', async () => {
  const { chat } = await read('juniper')
  await expect(chat.join('secret')).rejects.toMatchObject({ reason: 'channel-suspended' })
  await Promise.all([chat.join('ivy'), chat.join('oak')])
  await expect(chat.join('hexa')).rejects.toMatchObject({ reason: 'channel-suspended' })
})

test('lets a client into the channels that the Worker in front names, also after the object was away', async () => {
  const chat = new ChatReader({ platform: { endpoints: { irc: `${irc}/?channels=juniper,ivy` } } })
  clients.push(chat)
  await chat.connect()
  await chat.join('juniper')
  await expect(chat.join('oak')).rejects.toMatchObject({ reason: 'channel-suspended' })
  await vi.waitUntil(() => upstream()[0]?.channels.includes('juniper'))
  await miniflare.dispatchFetch('http://relay.example/lose-all')
  await vi.waitUntil(() => upstream().length === 0)
  await miniflare.unsafeEvictDurableObject('relay', 'Relay', { name: 'relay' })
  await expect(chat.join('oak')).rejects.toMatchObject({ reason: 'channel-suspended' })
  await chat.join('ivy')
})

test('tells who joins a channel that is read already what state it is in', async () => {
  await read('juniper')
  const chat = new ChatReader({ platform: { endpoints: { irc } } })
  clients.push(chat)
  const states: string[] = []
  chat.on('line', ({ raw, message }) => message?.command === 'ROOMSTATE' && states.push(raw))
  await chat.connect()
  await chat.join('juniper')
  expect(states).toHaveLength(1)
  expect(states[0]).toMatch(/^@.*room-id=\d+.* ROOMSTATE #juniper$/)
  expect(upstream()).toHaveLength(1)
})

test('takes no message for Twitch', async () => {
  const chat = new ChatClient({ platform: { endpoints: { irc } }, channels: ['juniper'] })
  clients.push(chat)
  await chat.connect()
  await expect(chat.say('juniper', 'hello')).rejects.toMatchObject({ name: 'ChatError' })
})

test('whoever comes without a WebSocket is told so', async () => {
  expect((await miniflare.dispatchFetch('http://relay.example/')).status).toBe(426)
})
