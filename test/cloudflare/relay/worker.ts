/** A Worker for tests in real workerd: one relay, and a chat server that is not Twitch's. */
import { DurableObject } from 'cloudflare:workers'
import { createChatRelay } from '../../../src/cloudflare/chat-relay.ts'

interface Env {
  readonly RELAY: DurableObjectNamespace<Relay>
  readonly IRC: string
}

const EVERYBODYS = ['juniper', 'hexa', 'ivy', 'oak', 'secret']

const timers = new Set<unknown>()
const sockets = new Set<WebSocket>()

export class Relay extends createChatRelay(DurableObject<Env>, (env) => ({
  mayJoin: (channel) => channel !== 'secret',
  channelsOf: (request) => new URL(request.url).searchParams.get('channels')?.split(',') ?? EVERYBODYS,
  channels: 3,
  platform: {
    endpoints: { irc: env.IRC },
    setTimeout(callback, delay) {
      const timer = setTimeout(callback, delay)
      timers.add(timer)
      return timer
    },
    WebSocket: class extends WebSocket {
      constructor(url: string) {
        super(url)
        sockets.add(this)
      }
    } as never,
  },
})) {
  /** An open connection and timers keep an object here, for a while. The platform ends them without a word. */
  loseAll(): void {
    for (const timer of timers) clearTimeout(timer as number)
    for (const socket of sockets) {
      socket.onclose = null
      socket.close()
    }
    timers.clear()
    sockets.clear()
  }

  async ring(): Promise<void> {
    await this.alarm()
  }

  nextAlarm(): Promise<number | null> {
    return this.ctx.storage.getAlarm()
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const relay = env.RELAY.get(env.RELAY.idFromName('relay'))
    switch (new URL(request.url).pathname) {
      case '/ring':
        await relay.ring()
        return Response.json(await relay.nextAlarm())
      case '/next-alarm':
        return Response.json(await relay.nextAlarm())
      case '/lose-all':
        await relay.loseAll()
        return new Response()
      default:
        return relay.fetch(request)
    }
  },
}
