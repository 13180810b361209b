import type { Endpoints, Platform, PlatformOptions } from '../types.ts'
import { resolveHttpPlatform } from './http-platform.ts'

/** @see https://dev.twitch.tv/docs/ */
const TWITCH: Endpoints = {
  id: 'https://id.twitch.tv/oauth2',
  helix: 'https://api.twitch.tv/helix',
  irc: 'wss://irc-ws.chat.twitch.tv',
  cdn: 'https://static-cdn.jtvnw.net',
}

/** Fills in what is not replaced. Globals are looked up when they are used, so that importing and constructing do nothing. */
export function resolvePlatform(options: PlatformOptions = {}): Platform {
  const { endpoints, randomId = createRandomId, waitUntil } = options
  return {
    ...resolveHttpPlatform(options),
    endpoints: resolveEndpoints(endpoints),
    WebSocket: options.WebSocket,
    randomId,
    get locks() {
      return 'locks' in options ? options.locks : (globalThis.navigator?.locks ?? undefined)
    },
    get channel() {
      if ('channel' in options) return options.channel
      return typeof BroadcastChannel === 'undefined' ? undefined : (name: string) => new BroadcastChannel(name)
    },
    waitUntil,
  }
}

function resolveEndpoints(given: Partial<Endpoints> = {}): Endpoints {
  const all = { ...TWITCH }
  for (const name of Object.keys(all) as (keyof Endpoints)[]) all[name] = (given[name] ?? all[name]).replace(/\/+$/, '')
  return all
}

/** `getRandomValues`, since `randomUUID` and `subtle` are missing at `http://absolute` (OBS local files). */
function createRandomId(): string {
  let id = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) id += byte.toString(16).padStart(2, '0')
  return id
}
