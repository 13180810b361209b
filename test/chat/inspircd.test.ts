import { expect, test, vi } from 'vitest'
import { ChatClient, ChatReader } from '../../src/chat/index.ts'
import type { AccessTokenSource } from '../../src/types.ts'
import { findInspircd } from '../inspircd.mjs'
import { atEnd } from '../peers/serve.ts'
import { texts } from './fake.ts'
import { enter, startInspIRCd } from './irc-server.ts'

const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 60_000 })

const sent: string[] = []

/** As a page would dial. A frame is a line here as well, of which this server says nothing by a subprotocol. */
class Socket extends WebSocket {
  override readonly protocol = 'text.ircv3.net'
  constructor(url: string) {
    super(url, { headers: { Origin: 'http://127.0.0.1' } } as never)
  }
  override send(line: string): void {
    sent.push(line)
    super.send(line)
  }
}

const token = { value: 'anytoken', kind: 'user', login: 'bot', scopes: ['chat:read', 'chat:edit'] } as const

/** Of a server that asks for no password. */
const tokens: AccessTokenSource = {
  clientId: async () => 'public-app',
  get: async () => token,
  getForChat: async () => token,
  renew: async () => token,
}

test.skipIf(findInspircd() === undefined)(
  'InspIRCd is read and spoken to, answers and is answered its PING, and is come back to',
  async () => {
    const { ports, stop, restart } = await startInspIRCd()
    const options = {
      platform: { endpoints: { irc: `ws://127.0.0.1:${ports.web}` }, WebSocket: Socket, random: () => 0 },
      pingInterval: 100,
      pongTimeout: 30_000,
    }
    const client = new ChatClient({ ...options, tokens })
    const reader = new ChatReader({ ...options, channels: ['twitchdev'] })
    atEnd(() => client.close())
    atEnd(() => reader.close())
    await Promise.all([client.connect(), reader.connect()])
    expect(client.login).toBe('bot')
    await Promise.all([client.join('twitchdev'), reader.join('twitchdev')])

    const guest = await enter(ports.plain, 'guest', '#twitchdev')
    const [toClient, toReader] = [texts(client), texts(reader)]
    guest.say('PRIVMSG #twitchdev :good evening')
    await waitFor(() => expect(toClient).toEqual(['#twitchdev good evening']))
    expect(await client.say('twitchdev', 'привет 😂')).toEqual({ channel: 'twitchdev', ids: [] })
    await waitFor(() => expect(toReader).toEqual(['#twitchdev good evening', '#twitchdev привет 😂']))
    await waitFor(() =>
      expect(guest.heard).toContainEqual(expect.stringMatching(/^:bot!.* PRIVMSG #twitchdev :привет 😂$/)),
    )

    await waitFor(() => expect(client.latency).toBeGreaterThanOrEqual(0))
    await waitFor(() => expect(sent).toContain('PONG :irc.example'))

    const lost = vi.fn<() => void>()
    reader.on('disconnected', lost)
    await stop()
    await waitFor(() => expect(lost).toHaveBeenCalled())
    await restart()
    await reader.join('twitchdev', { timeout: 60_000 })
    const again = await enter(ports.plain, 'guest', '#twitchdev')
    again.say('PRIVMSG #twitchdev :and again')
    await waitFor(() => expect(toReader).toContain('#twitchdev and again'))
  },
)
