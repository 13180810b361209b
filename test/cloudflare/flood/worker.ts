/** A relay in workerd, and a Worker beside it whose clients count what they hear. */
import { DurableObject } from 'cloudflare:workers'
import { createChatRelay } from 'twitch-keyring/cloudflare'

interface Env {
  readonly RELAY: DurableObjectNamespace<Relay>
  readonly IRC: string
}

export class Relay extends createChatRelay(DurableObject<Env>, (env) => ({
  platform: { endpoints: { irc: env.IRC } },
})) {}

export default {
  /**
   * Opens `?clients=` WebSockets that join one channel, and answers when each of them has heard `?lines=` messages.
   *
   * @returns Milliseconds from the first message to the last.
   */
  async fetch(request: Request, env: Env): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const clients = Number(searchParams.get('clients'))
    const lines = Number(searchParams.get('lines'))
    const relay = env.RELAY.get(env.RELAY.idFromName('relay'))
    let heard = 0
    let first = 0
    let end: (() => void) | undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const sockets: WebSocket[] = []
    for (let at = 0; at < clients; at += 1) {
      const { webSocket } = await relay.fetch('https://relay.example/', { headers: { upgrade: 'websocket' } })
      if (webSocket === null) throw new Error('The relay opens no WebSocket.')
      webSocket.accept()
      webSocket.addEventListener('message', ({ data }) => {
        if (!String(data).includes(' PRIVMSG ')) return
        if (heard === 0) first = Date.now()
        heard += 1
        if (heard === clients * lines) end?.()
      })
      webSocket.send('NICK justinfan1\r\nJOIN #juniper')
      sockets.push(webSocket)
    }
    await fetch(String(searchParams.get('ready')))
    await ended
    const took = Date.now() - first
    for (const socket of sockets) socket.close()
    return Response.json(took)
  },
}
