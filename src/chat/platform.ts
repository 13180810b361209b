import { ConfigurationError } from '../errors.ts'
import { fillIn } from '../internal/options.ts'
import type { Platform, PlatformOptions } from '../types.ts'

/** What chat takes from the place it runs in. */
export interface ChatPlatform extends Pick<Platform, 'now' | 'monotonic' | 'setTimeout' | 'clearTimeout' | 'random'> {
  /** @throws {ConfigurationError} There is no WebSocket here, or none may be opened to the chat server. */
  openSocket(): WebSocket
}

/** As `resolvePlatform` does it, for this part alone: who only reads chat pays for no more. */
export function resolveChatPlatform(options: PlatformOptions = {}): ChatPlatform {
  return {
    ...fillIn(options, {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      setTimeout: (callback: () => void, delay: number) => setTimeout(callback, delay),
      clearTimeout: (timer: unknown) => clearTimeout(timer as number),
      random: () => Math.random(),
    }),
    openSocket() {
      const { irc = 'wss://irc-ws.chat.twitch.tv' } = options.endpoints ?? {}
      try {
        const { WebSocket = globalThis.WebSocket } = options
        return new WebSocket(irc)
      } catch (cause) {
        throw new ConfigurationError(`There is no WebSocket to ${irc} here: give one as platform.WebSocket.`, { cause })
      }
    },
  }
}
