import { afterEach } from 'vitest'
import { startFakeTwitchServer } from '../../examples-web/server/fake-twitch-server.mjs'
import { createFakeTwitch, type FakeTwitchOptions } from '../../src/testing/index.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** Runs after the test, last come first. */
export function atEnd(end: () => unknown): void {
  endings.push(end)
}

/** A fake Twitch as other programs meet it: over HTTP and WebSocket. It ends with the test. */
export async function serveTwitch(options: FakeTwitchOptions = {}) {
  const server = await startFakeTwitchServer({
    createFakeTwitch,
    users: [
      { id: '1001', login: 'juniper', displayName: 'Juniper' },
      { id: '1002', login: 'hexa' },
    ],
    apps: [
      { clientId: 'public-app', clientType: 'public' },
      { clientId: 'confidential-app', clientType: 'confidential', clientSecret: 'hush' },
    ],
    ...options,
  })
  atEnd(() => server.close())
  return server
}

export const CHAT = ['chat:read', 'chat:edit']
