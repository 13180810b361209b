import { UnsupportedError } from '../errors.ts'
import type { Platform, PlatformOptions } from '../types.ts'

/** What chat takes from the place it runs in. */
export interface ChatPlatform
  extends Pick<Platform, 'WebSocket' | 'now' | 'monotonic' | 'setTimeout' | 'clearTimeout' | 'random'> {
  /** Address of the chat server. */
  readonly irc: string
}

/** As `resolvePlatform` does it, for this part alone: who only reads chat pays for no more. */
export function resolveChatPlatform(options: PlatformOptions = {}): ChatPlatform {
  const {
    now = () => Date.now(),
    monotonic = () => performance.now(),
    setTimeout = (callback, delay) => globalThis.setTimeout(callback, delay),
    clearTimeout = (timer) => globalThis.clearTimeout(timer as number),
    random = () => Math.random(),
  } = options
  return {
    irc: options.endpoints?.irc ?? 'wss://irc-ws.chat.twitch.tv',
    get WebSocket() {
      const found = options.WebSocket ?? globalThis.WebSocket
      if (found === undefined) throw new UnsupportedError('There is no WebSocket here: give one as platform.WebSocket.')
      return found
    },
    now,
    monotonic,
    setTimeout,
    clearTimeout,
    random,
  }
}
