/** As little of Twitch chat as a benchmark needs, in a thread of its own: it lets everybody in, and floods who is named. */
import { createServer } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import { type WebSocket, WebSocketServer } from 'ws'
import { createCorpus } from '../chat-corpus.ts'

export interface FirehoseOptions {
  readonly page: string
  readonly linesPerFrame: number
}

/** Sends so many frames to whoever dialled this host. */
export interface Flood {
  readonly host: string
  readonly frames: number
}

const { page, linesPerFrame } = workerData as FirehoseOptions
const corpus = createCorpus(1000)
const frames = Array.from({ length: corpus.length / linesPerFrame }, (_, index) =>
  Buffer.from(
    corpus
      .slice(index * linesPerFrame, (index + 1) * linesPerFrame)
      .map((line) => `${line}\r\n`)
      .join(''),
  ),
)
const CAPABILITIES = 'twitch.tv/commands twitch.tv/membership twitch.tv/tags'
const clients = new Map<string, WebSocket>()

const server = createServer((_request, response) => response.end(page))
new WebSocketServer({ server }).on('connection', (socket, { headers }) => {
  clients.set(headers.host ?? '', socket)
  let nick = ''
  socket.on('message', (data) => {
    for (const line of String(data).split('\r\n')) {
      if (line.startsWith('NICK ')) {
        nick = line.slice(5)
        socket.send(welcome(nick))
      } else if (line.startsWith('CAP LS')) socket.send(`:tmi.twitch.tv CAP * LS :${CAPABILITIES}\r\n`)
      else if (line.startsWith('CAP REQ')) socket.send(`:tmi.twitch.tv CAP * ACK ${line.slice(8)}\r\n`)
      else if (line.startsWith('PING')) socket.send(`:tmi.twitch.tv PONG tmi.twitch.tv ${line.slice(5)}\r\n`)
      else if (line.startsWith('JOIN '))
        for (const channel of line.slice(5).split(',')) socket.send(joined(nick, channel))
    }
  })
})

function welcome(nick: string): string {
  return ['001', '002', '003', '004', '375', '372', '376']
    .map((numeric) => `:tmi.twitch.tv ${numeric} ${nick} :Welcome, GLHF!\r\n`)
    .join('')
}

function joined(nick: string, channel: string): string {
  const lines = [`:${nick}!${nick}@${nick}.tmi.twitch.tv JOIN ${channel}`]
  lines.push(`:${nick}.tmi.twitch.tv 353 ${nick} = ${channel} :${nick}`)
  lines.push(`:${nick}.tmi.twitch.tv 366 ${nick} ${channel} :End of /NAMES list`)
  const state = 'emote-only=0;followers-only=-1;r9k=0;room-id=1;slow=0;subs-only=0'
  lines.push(`@${state} :tmi.twitch.tv ROOMSTATE ${channel}`)
  return lines.map((line) => `${line}\r\n`).join('')
}

/** Never more under way than a socket holds: it is the reader whose speed is asked for. */
async function flood(socket: WebSocket, count: number): Promise<void> {
  for (let sent = 0; sent < count; ) {
    const until = Math.min(count, sent + 32)
    await new Promise<void>((resolve) => {
      for (; sent < until; sent += 1)
        socket.send(
          frames[sent % frames.length] as Buffer,
          { binary: false },
          sent === until - 1 ? () => resolve() : undefined,
        )
    })
  }
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  parentPort?.postMessage(typeof address === 'object' ? address?.port : undefined)
})
parentPort?.on('message', ({ host, frames }: Flood) => {
  const socket = clients.get(host)
  if (socket !== undefined) flood(socket, frames)
})
