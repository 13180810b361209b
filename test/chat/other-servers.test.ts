import { expect, test } from 'vitest'
import { ChatClient } from '../../src/chat/client.ts'
import { createFakeChat, texts } from './fake.ts'

/** A server that is not Twitch: no capabilities of its, no ROOMSTATE, and by IRC's own subprotocol a frame is a line. */
function plainServer(sent: string[]): typeof WebSocket {
  class PlainSocket {
    readyState = 0
    protocol = 'text.ircv3.net'
    onopen?: () => void
    onmessage?: (event: { data: unknown }) => void
    constructor() {
      queueMicrotask(() => {
        this.readyState = 1
        this.onopen?.()
      })
    }
    send(line: string): void {
      sent.push(line)
      const say = (reply: string) => queueMicrotask(() => this.onmessage?.({ data: reply }))
      if (line.startsWith('CAP REQ')) say(`:irc.example CAP * NAK ${line.slice(8)}`)
      if (line === 'CAP END') say(':irc.example 001 bot :Welcome')
      const channel = /^JOIN (#\S+)$/.exec(line)?.[1]
      if (channel !== undefined) {
        say(`:bot!bot@host JOIN :${channel}`)
        say(`:irc.example 353 bot = ${channel} :bot other`)
        say(`:irc.example 366 bot ${channel} :End of /NAMES list.`)
        say(`:other!o@host PRIVMSG ${channel} :hello`)
        this.onmessage?.({ data: new ArrayBuffer(2) })
      }
    }
    close(): void {}
  }
  return PlainSocket as unknown as typeof WebSocket
}

test('an IRC server that is not Twitch is read, and spoken to', async () => {
  const chat = createFakeChat()
  const sent: string[] = []
  const platform = { ...chat.twitch.platform, WebSocket: plainServer(sent) }
  const client = new ChatClient({ tokens: chat.tokens, platform, channels: ['twitchdev'] })
  const heard = texts(client)
  await chat.clock.until(client.connect())
  await chat.clock.until(client.join('twitchdev'))
  await chat.clock.settle()
  expect(heard).toEqual(['#twitchdev hello'])
  expect(await chat.clock.until(client.say('twitchdev', 'hi'))).toEqual({ channel: 'twitchdev', ids: [] })
  expect(sent.slice(1, 5)).toEqual([
    `PASS oauth:${chat.tokens.current.value}`,
    'NICK bot',
    'USER bot 0 * :bot',
    'CAP END',
  ])
  client.close()
})
