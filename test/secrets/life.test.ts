import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Client, resumeSignIn, signInWithDeviceCode } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { FakeTwitch } from '../../src/testing/index.ts'
import type { Channel, ClientType } from '../../src/types.ts'
import { ANN, createPlace, createWorld, SCOPES, SECRET } from '../token/support.ts'
import { leaksIn, shown } from './secrets.ts'

const HOUR = 3_600_000

let seen: string[]
beforeEach(() => {
  seen = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => void seen.push(...values.map(shown)))
  }
  vi.stubGlobal('reportError', (error: unknown) => seen.push(shown(error)))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** All tokens and codes that the fake Twitch has ever given out. */
function givenOut(twitch: FakeTwitch): Record<string, string> {
  const secrets: Record<string, string> = { clientSecret: SECRET }
  const add = (value: string | undefined) => {
    if (value) secrets[`${Object.keys(secrets).length}: ${value}`] = value
  }
  for (const { value } of twitch.id.refreshTokens()) add(value)
  for (const { headers, params } of twitch.requests) {
    add(headers['authorization']?.replace(/^\S+ /, ''))
    for (const name of ['device_code', 'token', 'refresh_token', 'pass']) add(params[name])
  }
  return secrets
}

/** A tab in which everything that can be heard, sent or read is written down. */
function openTab(world: ReturnType<typeof createWorld>, store = memoryStore(), place = createPlace()) {
  const { twitch } = world
  const channel = (name: string): Channel => {
    const inner = place.channel(name)
    return {
      ...inner,
      postMessage(message) {
        seen.push(name, shown(message))
        inner.postMessage(message)
      },
    }
  }
  const locks: typeof place.locks = {
    request(name, options, callback) {
      seen.push(name)
      return place.locks.request(name, options, callback)
    },
  }
  const fetch: typeof globalThis.fetch = (url, init) => {
    seen.push(String(url))
    return twitch.fetch(url, init)
  }
  const { handler } = world.openTab(store, { channel, locks, fetch })
  const client = new Client(handler)
  for (const type of [
    'signedIn',
    'signedOut',
    'tokenRefreshed',
    'tokenValidated',
    'needsLogin',
    'warning',
    'trace',
  ] as const) {
    client.on(type, (event) => seen.push(shown(event)))
  }
  client.subscribe(() => seen.push(shown(client.getSnapshot())))
  const { chat } = client
  for (const type of ['connected', 'disconnected', 'joined', 'joinFailed', 'privmsg', 'notice', 'line'] as const) {
    chat.on(type as 'connected', (event) => seen.push(shown(event)))
  }
  return { handler, client, store }
}

describe.each<ClientType>(['public', 'confidential'])('the whole life of the token of a %s app', (clientType) => {
  test('shows no token, code or secret to anybody', async () => {
    const world = createWorld({ clientType })
    const { clock, twitch, issue } = world
    const place = createPlace()
    const here = openTab(world, memoryStore(), place)
    const there = openTab(world, here.store, place)
    const note = async (what: Promise<unknown>) => {
      const outcome = await clock.until(what.catch((error: unknown) => error))
      seen.push(shown(outcome))
      return outcome
    }
    await note(here.client.start())
    await note(there.client.start())

    if (clientType === 'public') {
      const signIn = await clock.until(signInWithDeviceCode(here.handler, { scopes: SCOPES }))
      seen.push(shown(signIn), shown(await clock.until(resumeSignIn(there.handler))))
      twitch.id.allow(signIn.userCode, ANN.login)
      await note(signIn.completed)
    } else await note(here.handler.add(issue()))
    seen.push(shown(here), shown(there), shown(await clock.until(here.client.tokens.get())))

    await note(here.client.chat.connect())
    await note(here.client.chat.join(ANN.login))
    await note(here.client.chat.say(ANN.login, 'hello'))
    await note(here.client.helix.get('/users'))
    await note(here.client.helix.get('/bits/leaderboard'))
    await note(here.client.tokens.get({ kind: 'app' }))

    // A day in which everything goes wrong once.
    const bad = [
      { host: 'id', path: '/token', times: 1, fault: { kind: 'no-answer' } },
      { host: 'id', path: '/token', times: 1, fault: { kind: 'status', status: 503 } },
      { host: 'id', path: '/token', times: 1, fault: { kind: 'html' } },
      { host: 'id', path: '/validate', times: 2, fault: { kind: 'no-answer', at: 'after' } },
      { host: 'id', path: '/validate', times: 1, fault: { kind: 'html' } },
    ] as const
    for (const rule of bad) {
      twitch.faults.add(rule)
      twitch.id.expireAll()
      await note(here.client.helix.get('/users'))
      await clock.advance(6 * HOUR)
    }
    twitch.chat.close()
    await clock.advance(HOUR)
    twitch.id.disconnect(ANN.login, 'keyringtest')
    await note(here.client.helix.get('/users'))
    await note(there.client.tokens.get())
    await clock.advance(HOUR)
    await note(here.handler.add(issue()))
    await note(there.client.signOut(ANN.id))
    await note(here.client.chat.connect())
    for (const { client } of [here, there]) {
      seen.push(shown(client), shown(client.tokens), shown(client.helix), shown(client.chat))
      client.close()
    }

    const secrets = givenOut(twitch)
    expect(Object.keys(secrets).length).toBeGreaterThan(6)
    expect(seen.length).toBeGreaterThan(50)
    expect(leaksIn(seen.join('\n'), secrets)).toEqual([])
  })
})
