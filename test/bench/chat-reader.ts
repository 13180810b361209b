import type { PrivateMessage } from '../../src/chat/index.ts'
import { ChatReader } from '../../src/chat/index.ts'

/** What an account may do of whom nothing is held back. */
export const UNLIMITED = {
  limits: {
    joins: { count: Number.POSITIVE_INFINITY, per: 1000 },
    channels: Number.POSITIVE_INFINITY,
  },
  channelsPerShard: Number.POSITIVE_INFINITY,
} as const

/**
 * A reader that is logged in and has joined, on a socket that leads nowhere.
 *
 * @returns What takes a frame from the server.
 */
export async function connectReader(
  channels: readonly string[],
  read: (message: PrivateMessage) => void,
): Promise<(frame: string) => void> {
  let socket: Socket | undefined
  class Socket {
    readyState = 1
    protocol = ''
    onopen?: () => void
    onmessage?: (event: { data: string }) => void
    constructor() {
      socket = this
      queueMicrotask(() => this.onopen?.())
    }
    send(line: string): void {
      if (line.startsWith('NICK')) this.onmessage?.({ data: ':tmi.twitch.tv 001 justinfan1 :Welcome\r\n' })
      if (line.startsWith('JOIN'))
        for (const channel of line.slice(5).split(','))
          queueMicrotask(() => this.onmessage?.({ data: `@room-id=1 :tmi.twitch.tv ROOMSTATE ${channel}\r\n` }))
    }
    close(): void {}
  }
  const platform = { WebSocket: Socket as unknown as typeof WebSocket }
  const reader = new ChatReader({ channels, platform, ...UNLIMITED })
  reader.on('privmsg', read)
  await reader.connect()
  await Promise.all(channels.map((channel) => reader.join(channel)))
  return (frame) => socket?.onmessage?.({ data: frame })
}
