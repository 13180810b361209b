/** What runs in Chromium: one client, and a handler that reads channel, user and text. */
import { ChatClient as TwurpleClient } from '@twurple/chat'
// @ts-expect-error It brings no types.
import tmi from 'tmi.js'
import { ChatReader } from '../../src/chat/index.ts'
import { CHANNELS } from './chat-corpus.ts'

/** Keeps the reading from being optimised away. */
let sink = 0
let left = 0
let done = (): void => {}

function read(channel: string, user: string | undefined, text: string): void {
  sink += channel.length + (user?.length ?? 0) + text.length + text.charCodeAt(text.length - 1)
  left -= 1
  if (left === 0) done()
}

/** Each resolves once it is in all channels. */
const clients: Readonly<Record<string, (host: string) => Promise<unknown>>> = {
  async ours(host) {
    const chat = new ChatReader({ channels: CHANNELS, platform: { endpoints: { irc: `ws://${host}` } } })
    chat.on('privmsg', ({ channel, login, text }) => read(channel, login, text))
    await chat.connect()
    await Promise.all(CHANNELS.map((channel) => chat.join(channel)))
  },
  async tmi(host) {
    const client = new tmi.Client({
      channels: [...CHANNELS],
      connection: { server: host, port: 80, secure: false },
      options: { skipUpdatingEmotesets: true, joinInterval: 300 },
      logger: { info() {}, warn() {}, error() {} },
    })
    client.on('message', (channel: string, user: Record<string, string>, text: string) =>
      read(channel, user['username'], text),
    )
    const joined = allJoined((listener) => client.on('join', listener))
    await client.connect()
    await joined
  },
  async twurple(host) {
    const client = new TwurpleClient({ channels: [...CHANNELS], hostName: host, ssl: false })
    client.onMessage((channel, user, text) => read(channel, user, text))
    const joined = allJoined((listener) => client.onJoin(listener))
    client.connect()
    await joined
  },
  /** What no client can do without. */
  socket: (host) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://${host}`)
      socket.onopen = resolve
      socket.onmessage = ({ data }) => {
        for (let at = data.indexOf(' PRIVMSG '); at !== -1; at = data.indexOf(' PRIVMSG ', at + 9)) read('', '', 'x')
      }
    }),
}

function allJoined(listen: (listener: (channel: string) => void) => void): Promise<void> {
  const channels = new Set<string>()
  return new Promise((resolve) =>
    listen((channel) => {
      if (channels.add(channel).size === CHANNELS.length) resolve()
    }),
  )
}

const bench = {
  connect: (name: string, host: string) => clients[name]?.(host),
  /** Gets ready for so many messages. */
  read(count: number): void {
    left = count
    const start = performance.now()
    bench.ended = new Promise((resolve) => {
      done = () => resolve(performance.now() - start)
    })
  },
  /** Milliseconds from then until all of them were read. */
  ended: Promise.resolve(0),
  sink: () => sink,
}

Object.assign(globalThis, { bench })
