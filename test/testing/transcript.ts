import { expect } from 'vitest'
import { createFakeClock, createFakeTwitch, type FakeTwitch, type FakeTwitchOptions } from '../../src/testing/index.ts'

/** Values that every transcript may name. */
export const known = {
  public: 'uo6dggojyb8d6soh92zknwmi5ej1q2',
  confidential: 'wbmytr93xzw8zbg0p1izqyzzc5mbiz',
  secret: 'eyuzhrgxsv7c2u2xmx1q8ud4k5w5a7',
  publicAccess: 'cfabdegwdoklmawdzdo98xt2fo512y',
  publicRefresh: '5b93chm6hdve3mycz05zfzatkfdenfspp1h1ar2xxdalen01xy',
  confidentialAccess: 'rfx2uswqe8l4g1mkagrvg5tv0ks3ab',
  confidentialRefresh: 'gdw3k62zpqi0kw01escg7zgbdhtxi6hm0155tiwcztxczkx17a',
} as const

export function createTwitch(options: FakeTwitchOptions = {}): FakeTwitch {
  const twitch = createFakeTwitch({
    clock: createFakeClock({ startAt: Date.UTC(2026, 0, 1) }),
    accessTokenLifetime: { code: 14124, device: 14820, app: 5_011_271, implicit: 5_520_838 },
    users: [
      { id: '141981764', login: 'twitchdev', displayName: 'TwitchDev', email: 'not-real@email.com' },
      { id: '12826', login: 'twitch', displayName: 'Twitch' },
      { id: '4242', login: 'ghost', suspended: true },
    ],
    apps: [
      { clientId: known.public, clientType: 'public' },
      {
        clientId: known.confidential,
        clientType: 'confidential',
        clientSecret: known.secret,
        redirectUris: ['http://localhost:3000/callback'],
      },
    ],
    ...options,
  })
  twitch.id.issue({
    clientId: known.public,
    login: 'twitchdev',
    scopes: ['chat:read', 'chat:edit'],
    accessToken: known.publicAccess,
    refreshToken: known.publicRefresh,
  })
  twitch.id.issue({
    clientId: known.confidential,
    login: 'twitchdev',
    scopes: ['channel:moderate', 'chat:edit', 'chat:read'],
    accessToken: known.confidentialAccess,
    refreshToken: known.confidentialRefresh,
  })
  return twitch
}

/**
 * Plays a conversation, written down as on the wire, and compares every answer to the letter.
 *
 * `>` is what is sent, `<` what must come back (headers: at least those named). `{name}` stands for a known value; `{name:30}` takes
 * 30 letters and digits and remembers them; `{name:30A}` are capitals. `wait 60` lets seconds pass.
 */
export async function play(twitch: FakeTwitch, transcript: string): Promise<void> {
  await valuesOf(twitch, transcript)
}

/** Plays a conversation, and answers with what it remembers. */
export async function valuesOf(twitch: FakeTwitch, transcript: string): Promise<Record<string, string>> {
  const values: Record<string, string> = { ...known }
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
  const lines = transcript
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

  while (lines.length > 0) {
    const [, seconds] = /^wait (\d+)$/.exec(lines[0] ?? '') ?? []
    if (seconds !== undefined) {
      lines.shift()
      const { clock } = twitch
      if ('advance' in clock) await (clock as { advance(ms: number): Promise<void> }).advance(Number(seconds) * 1000)
      continue
    }
    const [start = '', headers, body] = take('>')
    const [method = '', path = ''] = start.split(' ')
    const request = new Request(`http://fake.test${path}`, { method, headers, ...(body === '' ? {} : { body }) })
    const response = await twitch.handle(request)

    const [status, expectedHeaders, expectedBody] = take('<')
    expect(`${response.status}`, start).toBe(status)
    expect(Object.fromEntries(response.headers), start).toMatchObject(
      Object.fromEntries(expectedHeaders.map(([name, value]) => [name.toLowerCase(), value])),
    )
    matchBody(await response.text(), expectedBody, start)
  }
  return values

  function take(side: '>' | '<'): [string, [string, string][], string] {
    const part: string[] = []
    while (lines[0]?.startsWith(side)) part.push(fill((lines.shift() as string).slice(1).trim()))
    if (part.length === 0) throw new Error(`The transcript lacks a line with ${side} before: ${lines[0]}`)
    const [start = '', ...rest] = part
    const gap = rest.indexOf('')
    const head = gap < 0 ? rest : rest.slice(0, gap)
    const headers = head.map((line): [string, string] => {
      const [name = '', value = ''] = line.split(/: (.*)/s)
      return [name, value]
    })
    return [start, headers, gap < 0 ? '' : rest.slice(gap + 1).join('')]
  }

  function matchBody(body: string, expected: string, what: string): void {
    const names: string[] = []
    const pattern = expected
      .split(/(\{\w+:\d+A?\})/)
      .map((piece) => {
        const [, name, length, capitals] = /^\{(\w+):(\d+)(A?)\}$/.exec(piece) ?? []
        if (name === undefined) return piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
        names.push(name)
        return `(${capitals ? '[A-Z]' : '[A-Za-z0-9]'}{${length}})`
      })
      .join('')
    const found = new RegExp(`^${pattern}$`).exec(body)
    if (found === null) expect(body, what).toBe(expected)
    names.forEach((name, index) => {
      values[name] = found?.[index + 1] ?? ''
    })
  }
}
