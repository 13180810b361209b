import { describe, expect, it } from 'vitest'
import {
  createChatter,
  createFakeClock,
  createFakeTwitch,
  tokenStoreCases,
  userNotices,
} from '../../src/testing/index.ts'
import { rejection } from '../oauth/stub.ts'

// What a test in JavaScript may give: none of it has a type.
const given = (value: unknown) => value as never

function setUp() {
  return createFakeTwitch({
    clock: createFakeClock(),
    users: [
      { id: '1', login: 'streamer' },
      { id: '2', login: 'viewer' },
    ],
    apps: [{ clientId: 'app', clientType: 'public' }],
  })
}

type Twitch = ReturnType<typeof setUp>

/** What a test does, and what it is told. Everything that has no such name is told all the names that there are. */
const slips: readonly [act: (twitch: Twitch) => unknown, message: RegExp | string][] = [
  [() => createFakeTwitch(given({ foo: 1 })), /^createFakeTwitch\(\) has no "foo". It has: clock, seed, users, apps, /],
  [() => createFakeTwitch(given([])), /^createFakeTwitch\(\) must be an object with: clock, /],
  [() => createFakeTwitch(given({ users: { id: '1', login: 'a' } })), 'createFakeTwitch(): "users" must be a list.'],
  [() => createFakeTwitch(given({ users: [{}] })), 'A user needs "login": a string.'],
  [() => createFakeTwitch(given({ users: ['streamer'] })), /^A user must be an object with: login, id, displayName, /],
  [() => createFakeTwitch(given({ users: [{ id: 1, login: 'a' }] })), 'A user: "id" must be a string.'],
  [
    () => createFakeTwitch(given({ apps: [{ clientId: 'a', type: 'confidential', secret: 's' }] })),
    'An app has no "type". It has: clientId, clientType, clientSecret, redirectUris, name.',
  ],
  [() => createFakeTwitch(given({ apps: [{ clientType: 'public' }] })), 'An app needs "clientId": a string.'],
  [
    () => createFakeTwitch(given({ apps: [{ clientId: 'a' }] })),
    'An app needs "clientType": "public" or "confidential".',
  ],
  [() => createFakeTwitch(given({ clock: Date })), /"clock" must be a clock, such as createFakeClock\(\) makes/],
  [() => createFakeTwitch(given({ clock: {} })), /"clock" must be a clock, such as createFakeClock\(\) makes/],
  [() => createFakeTwitch(given({ seed: 'one' })), 'createFakeTwitch(): "seed" must be a number.'],
  [
    () => createFakeTwitch(given({ endpoints: { api: 'http://a' } })),
    'endpoints has no "api". It has: id, helix, irc, cdn.',
  ],
  [() => createFakeTwitch(given({ endpoints: { id: '/oauth2' } })), 'endpoints: "id" must be an absolute URL.'],
  [
    () => createFakeTwitch(given({ latency: [1] })),
    /"latency" must be milliseconds, or a list of the fewest and the most/,
  ],
  [() => createFakeTwitch(given({ latency: -1 })), /"latency" must be milliseconds/],
  [() => createFakeTwitch(given({ tokenScope: 'list' })), /"tokenScope" must be "array" or "blank" or "missing" or /],
  [
    () => createFakeTwitch(given({ accessTokenLifetime: { devise: 1 } })),
    'accessTokenLifetime has no "devise". It has: code, device, implicit, app.',
  ],
  [() => createFakeTwitch(given({ chat: { pings: 1 } })), /^chat has no "pings". It has: limits, pingInterval, /],
  [
    () => createFakeTwitch(given({ chat: { pingInterval: true } })),
    /"pingInterval" must be false, or a number that is not negative/,
  ],
  [() => createFakeTwitch(given({ chat: { limits: { join: 1 } } })), /^limits has no "join". It has: logins, /],
  [
    () => createFakeTwitch(given({ chat: { limits: { joins: { count: 1 } } } })),
    'A rate needs "per": a number that is not negative.',
  ],
  [
    () => createFakeTwitch(given({ chat: { frames: { splits: true } } })),
    /^chat.frames has no "splits". It has: drop, split, /,
  ],
  [() => createFakeClock(given({ start: 0 })), 'createFakeClock() has no "start". It has: startAt, settle, patience.'],
  [() => createFakeClock({ startAt: Number.NaN }), 'createFakeClock(): "startAt" must be a number.'],

  [
    ({ users }) => users.add(given({ login: 'a', name: 'A' })),
    /^A user has no "name". It has: login, id, displayName, /,
  ],
  [({ users }) => users.add(given(undefined)), /^A user must be an object with: /],
  [({ users }) => Object.assign(users.byLogin('viewer') ?? {}, { colour: '#fff' }), /not extensible/],
  [
    ({ id }) => id.addApp(given({ clientId: 'b', clientType: 'web' })),
    'An app: "clientType" must be "public" or "confidential".',
  ],
  [
    ({ id }) => id.issue(given({ clientId: 'app', user: 'viewer' })),
    /^issue\(\) has no "user". It has: clientId, login, scopes, /,
  ],
  [({ id }) => id.issue(given({ clientId: 'app' })), 'issue() needs "login": a string.'],
  [
    ({ id }) => id.issue(given({ clientId: 'app', login: 'viewer', scopes: 'chat:read' })),
    'issue(): "scopes" must be a list, of which each is a string.',
  ],
  [({ id }) => id.issue({ clientId: 'ap', login: 'viewer' }), 'There is no app ap. There is: app.'],
  [({ id }) => id.issue({ clientId: 'app', login: 'vewer' }), 'There is no user vewer. There is: streamer, viewer.'],
  [
    ({ id }) => id.authorize('https://id.twitch.tv/oauth2/authorize', given({ login: 'viewer', allow: false })),
    'The consent of authorize() has no "allow". It has: login, consent.',
  ],
  [
    ({ id }) => Object.assign(id.switches, { slowdown: true }),
    /^switches has no "slowdown". It has: accessTokenLifetime, /,
  ],
  [({ id }) => Object.assign(id.switches, { slowDown: 1 }), 'switches: "slowDown" must be true or false.'],
  [
    (twitch) => Object.assign(twitch, { rateLimit: 5 }),
    /^twitch has no "rateLimit". It has: fetch, WebSocket, clock, /,
  ],
  [(twitch) => Object.assign(twitch, { latency: '5' }), /^twitch: "latency" must be milliseconds/],

  [
    ({ faults }) => faults.add(given({ host: 'zz', fault: { kind: 'hang' } })),
    'A rule of faults: "host" must be "id" or "helix" or "cdn" or "irc".',
  ],
  [({ faults }) => faults.add(given({ host: 'id' })), /^A rule of faults needs "fault"/],
  [
    ({ faults }) => faults.add(given({ host: 'id', count: 1, fault: { kind: 'hang' } })),
    /^A rule of faults has no "count". It has: host, fault, method, path, when, times, skip.$/,
  ],
  [
    ({ faults }) => faults.add(given({ host: 'id', path: 'token', fault: { kind: 'hang' } })),
    /"path" must be a path below the endpoint/,
  ],
  [
    ({ faults }) => faults.add({ host: 'helix', path: '/helix/users', fault: { kind: 'hang' } }),
    /"path" must be a path below the endpoint/,
  ],
  [
    ({ faults }) => faults.add({ host: 'helix', path: '/users?id=1', fault: { kind: 'hang' } }),
    /"path" must be a path below the endpoint/,
  ],
  [
    ({ faults }) => faults.add(given({ host: 'id', times: '1', fault: { kind: 'hang' } })),
    /"times" must be a number that is not negative/,
  ],
  [
    ({ faults }) => faults.add(given({ host: 'id', fault: { kind: 'nope' } })),
    /^The fault of a rule for id needs "kind": "none" or "no-answer" or "hang" or /,
  ],
  [({ faults }) => faults.add(given({ host: 'id', fault: 'hang' })), /^The fault of a rule for id needs "kind"/],
  [
    ({ faults }) => faults.add(given({ host: 'helix', fault: { kind: 'close' } })),
    /^The fault of a rule for helix needs "kind"/,
  ],
  [
    ({ faults }) => faults.add(given({ host: 'id', fault: { kind: 'hang', when: 'after' } })),
    'The fault "hang" has no "when". It has: kind, latency, at.',
  ],
  [
    ({ faults }) => faults.add(given({ host: 'id', fault: { kind: 'hang', at: 'end' } })),
    'The fault "hang": "at" must be "before" or "after".',
  ],
  [
    ({ faults }) => faults.add(given({ host: 'id', fault: { kind: 'status' } })),
    'The fault "status" needs "status": an HTTP status from 200 to 599.',
  ],
  [
    ({ faults }) => faults.add({ host: 'id', fault: { kind: 'status', status: 700 } }),
    /"status" must be an HTTP status/,
  ],
  [
    ({ faults }) => faults.add(given({ host: 'irc', fault: { kind: 'frames', how: 'lost' } })),
    /"how" must be "split" or /,
  ],

  [
    ({ helix }) => helix.goLive('streamer', given({ viewers: 5 })),
    /^A stream has no "viewers". It has: title, gameId, gameName, language, tags, viewerCount.$/,
  ],
  [({ helix }) => Object.assign(helix.channel('streamer'), { game: 'Chess' }), /not extensible/],
  [({ helix }) => helix.goLive('steamer'), 'There is no user steamer. There is: streamer, viewer.'],
  [
    ({ helix }) => helix.answer('GET', 'polls', () => ({})),
    /^helix.answer\(\): "path" must be a path below the endpoint/,
  ],
  [({ helix }) => helix.answer('FETCH', '/polls', () => ({})), /"method" must be "GET" or "POST" or /],
  [({ helix }) => helix.answer('GET', '/polls', given({ body: {} })), 'helix.answer(): "answerer" must be a function.'],
  [
    ({ helix }) => helix.answer('GET', '/polls', () => ({}), given({ scope: 'a' })),
    /^The last argument of helix.answer\(\) has no "scope". It has: scopes, self, app, cost.$/,
  ],
  [
    ({ helix }) => Object.assign(helix, { rateLimit: 'none' }),
    'helix: "rateLimit" must be a number that is not negative.',
  ],
  [({ helix }) => Object.assign(helix, { limit: 5 }), /^helix has no "limit". It has: /],
  [
    ({ extensions }) => extensions.authorize(given({ clientId: 'app', channelId: '1' })),
    /^authorize\(\) has no "channelId". It has: clientId, channel, viewer, /,
  ],
  [({ extensions }) => extensions.authorize(given({ clientId: 'app' })), 'authorize() needs "channel": a string.'],

  [
    ({ chat }) => chat.setLimits(given({ messages: 20 })),
    'limits: "messages" must be false, or an object with: count, per.',
  ],
  [
    ({ chat }) => chat.send('viewer', 'streamer', 'hi', given({ bits: 100 })),
    'send(): "tags" must be an object, in which each is a string.',
  ],
  [
    ({ chat }) => chat.setUser('viewer', given({ name: 'V' })),
    /^setUser\(\) has no "name". It has: displayName, color, /,
  ],
  [
    ({ chat }) => chat.setRole('viewer', 'streamer', given({ mod: true })),
    'A role has no "mod". It has: moderator, vip, subscriber, tier, followedAt, badges.',
  ],
  [
    ({ chat }) => chat.setRole('viewer', 'streamer', given({ subscriber: true })),
    'A role: "subscriber" must be a number that is not negative.',
  ],
  [
    ({ chat }) => chat.setRoomState('streamer', given({ slowMode: 5 })),
    'The state of a room has no "slowMode". It has: emote-only, followers-only, r9k, slow, subs-only.',
  ],
  [({ chat }) => chat.setRoomState('streamer', given({ r9k: true })), 'The state of a room: "r9k" must be 0 or 1.'],
  [
    ({ chat }) => chat.userNotice('streamer', given({ login: 'viewer', msgId: 'raid' })),
    'A user notice needs "systemMessage": a string.',
  ],
  [
    ({ chat }) => chat.simulateViewers(given({ channel: 'streamer', rate: 5 })),
    'simulateViewers() has no "rate". It has: channel, seed, viewers, every.',
  ],
  [({ chat }) => createChatter(chat, given({ viewers: 5 })), 'createChatter() needs "channel": a string.'],
  [({ chat }) => chat.raw('PING', given({ connections: [] })), 'raw() has no "connections". It has: on.'],
  [({ chat }) => chat.reconnect(given({ after: 5 })), 'reconnect() has no "after". It has: on, closeAfter, code.'],
  [({ chat }) => chat.close(1006, given({ text: 'bye' })), 'close() has no "text". It has: on, reason.'],
  [({ chat }) => chat.halfOpen(given({ connection: 1 })), 'halfOpen() has no "connection". It has: on.'],
  [
    ({ chat }) => chat.shapeFrames(given({ delay: 5 })),
    'shapeFrames() has no "delay". It has: drop, split, merge, reorder, repeat, cut.',
  ],
  [() => userNotices.sub(given({ user: 'viewer' })), 'userNotices.sub() has no "user". It has: login, plan, text.'],
  [
    () => userNotices.resub(given({ login: 'viewer' })),
    'userNotices.resub() needs "months": a number that is not negative.',
  ],
  [
    () => userNotices.subgift(given({ login: 'viewer', recipient: 'a' })),
    /"recipient" must be an object with: id, login, displayName/,
  ],

  [() => tokenStoreCases(given({})), 'tokenStoreCases() takes a function that makes a store.'],
  [
    () =>
      tokenStoreCases(
        given(() => {}),
        given({ consistent: true }),
      ),
    'tokenStoreCases() has no "consistent". It has: consistency, shared.',
  ],
]

describe('a slip in a test', () => {
  it.each(slips.map(([act, message]) => [String(message), act, message] as const))('is told: %s', (_, act, message) => {
    const tell = () => act(setUp())
    expect(tell).toThrow(TypeError)
    expect(tell).toThrow(message)
  })

  it('is told where a function answers for Helix, too', async () => {
    const twitch = setUp()
    const { accessToken } = twitch.id.issue({ clientId: 'app', login: 'viewer' })
    twitch.helix.answer('GET', '/polls', () => given({ data: [] }))
    const headers = { Authorization: `Bearer ${accessToken}`, 'Client-Id': 'app' }
    expect(await rejection(twitch.fetch('https://api.twitch.tv/helix/polls', { headers }))).toMatchObject({
      name: 'TypeError',
      message: 'What the function of helix.answer() gives has no "data". It has: status, body, headers.',
    })
  })

  it('changes nothing', () => {
    const twitch = setUp()
    expect(() => Object.assign(twitch.id.switches, { slowDown: 1 })).toThrow(TypeError)
    expect(() => twitch.chat.setRole('viewer', 'streamer', given({ moderator: true, mod: true }))).toThrow(TypeError)
    expect(twitch.id.switches.slowDown).toBe(false)
    expect(twitch.chat.roleOf('viewer', 'streamer').moderator).toBe(false)
  })
})

describe('what is right', () => {
  it('may be changed while the fake runs', () => {
    const twitch = setUp()
    twitch.id.switches.slowDown = true
    twitch.id.switches.accessTokenLifetime = { device: 60 }
    twitch.id.switches.accessTokenLifetime = undefined
    twitch.latency = [5, 50]
    twitch.cors = false
    twitch.helix.rateLimit = 30
    expect([twitch.id.switches.slowDown, twitch.latency, twitch.cors, twitch.helix.rateLimit]).toEqual([
      true,
      [5, 50],
      false,
      30,
    ])
  })

  it('may be left out as undefined', () => {
    expect(() =>
      createFakeTwitch({
        clock: undefined,
        seed: undefined,
        users: undefined,
        endpoints: { id: undefined as never },
        chat: { limits: undefined, latency: undefined },
      }),
    ).not.toThrow()
  })

  it('is a method in any case', async () => {
    const twitch = setUp()
    twitch.faults.add({ host: 'id', method: 'get', fault: { kind: 'status', status: 503 } })
    await expect(twitch.fetch('https://id.twitch.tv/oauth2/keys')).resolves.toMatchObject({ status: 503 })
  })

  it('is an endpoint with a slash at its end', async () => {
    const twitch = createFakeTwitch({ endpoints: { id: 'http://127.0.0.1:8080/oauth2/' } })
    expect(twitch.endpoints.id).toBe('http://127.0.0.1:8080/oauth2')
    await expect(twitch.fetch('http://127.0.0.1:8080/oauth2/keys')).resolves.toMatchObject({ status: 200 })
  })

  it('is a stream of which a part changes, and the rest stays', () => {
    const { helix } = setUp()
    helix.goLive('streamer', { title: 'Chess', viewerCount: 5 })
    expect(helix.goLive('streamer', { title: 'Tea', gameName: undefined })).toMatchObject({
      title: 'Tea',
      gameName: '',
      viewerCount: 5,
    })
  })
})
