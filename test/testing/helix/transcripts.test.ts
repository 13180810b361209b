import { describe, expect, it } from 'vitest'
import { createTwitch, known, play } from '../transcript.ts'

const USER = 'Authorization: Bearer {publicAccess}\n> Client-Id: {public}'

describe('who may ask', () => {
  it.each([
    ['no token', 'Client-Id: {public}', 'OAuth token is missing'],
    ['no client id', 'Authorization: Bearer {publicAccess}', 'Client ID is missing'],
    ['a dead token', 'Authorization: Bearer dead\n> Client-Id: {public}', 'Invalid OAuth token'],
    ['the scheme of /validate', 'Authorization: OAuth {publicAccess}\n> Client-Id: {public}', 'Invalid OAuth token'],
    [
      "another app's client id",
      'Authorization: Bearer {publicAccess}\n> Client-Id: {confidential}',
      'Client ID and OAuth token do not match',
    ],
  ])('refuses %s', (_, headers, message) =>
    play(
      createTwitch(),
      `
      > GET /helix/users
      > ${headers}
      < 401
      < Content-Type: application/json
      < Access-Control-Allow-Origin: *
      <
      < {"error":"Unauthorized","status":401,"message":"${message}"}
      `,
    ),
  )

  it('lets the preflight of a page pass', () =>
    play(
      createTwitch(),
      `
      > OPTIONS /helix/users
      < 204
      < Access-Control-Allow-Origin: *
      < Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE
      < Access-Control-Allow-Headers: Accept, Accept-Language, Authorization, Client-Id, Twitch-Api-Token, X-Forwarded-Proto, X-Requested-With, X-Csrf-Token, Content-Type, X-Device-Id, X-Twitch-Vhscf, X-Forwarded-Ip
      < Access-Control-Max-Age: 600
      `,
    ))
})

describe('GET /users', () => {
  it('tells whose token it is', () =>
    play(
      createTwitch(),
      `
      > GET /helix/users
      > ${USER}
      < 200
      < Ratelimit-Limit: 800
      < Ratelimit-Remaining: 799
      < Ratelimit-Reset: 1767225601
      <
      < {"data":[{"id":"141981764","login":"twitchdev","display_name":"TwitchDev","type":"","broadcaster_type":"","description":"","profile_image_url":"https://static-cdn.jtvnw.net/jtv_user_pictures/twitchdev-profile_image-300x300.png","offline_image_url":"","view_count":0,"created_at":"2016-12-14T20:32:28Z"}]}
      `,
    ))

  it('finds by id and login, each once, and leaves out whom it does not know', async () => {
    const twitch = createTwitch()
    const query = 'id=12826&id=12826&id=99&login=TwitchDev&login=twitch&login=ghost'
    const response = await twitch.fetch(`https://api.twitch.tv/helix/users?${query}`, {
      headers: { Authorization: `Bearer ${known.publicAccess}`, 'Client-Id': known.public },
    })
    const { data } = await response.json()
    expect(data.map(({ login }: { login: string }) => login)).toEqual(['twitch', 'twitchdev'])
  })

  it('tells the address only of the own user, with the scope', async () => {
    const twitch = createTwitch()
    const { accessToken } = twitch.id.issue({
      clientId: known.public,
      login: 'twitchdev',
      scopes: ['user:read:email'],
    })
    const response = await twitch.fetch('https://api.twitch.tv/helix/users?id=141981764&id=12826', {
      headers: { Authorization: `Bearer ${accessToken}`, 'Client-Id': known.public },
    })
    const { data } = await response.json()
    expect(data.map(({ email }: { email?: string }) => email)).toEqual(['not-real@email.com', undefined])
  })
})

describe('limits', () => {
  it('answers 429 when the points are spent, each user on its own, until they come back', async () => {
    const twitch = createTwitch({ rateLimit: 60 })
    twitch.id.issue({ clientId: known.public, login: 'twitch', accessToken: 'others' })
    twitch.helix.exhaust(known.public, 'twitchdev')
    await play(
      twitch,
      `
      > GET /helix/users
      > ${USER}
      < 429
      < Ratelimit-Limit: 60
      < Ratelimit-Remaining: 0
      < Ratelimit-Reset: 1767225660
      <
      < {"error":"Too Many Requests","status":429,"message":"Request limit exceeded"}
      > GET /helix/users?id=99
      > Authorization: Bearer others
      > Client-Id: {public}
      < 200
      < Ratelimit-Remaining: 59
      <
      < {"data":[]}
      wait 1
      > GET /helix/users?id=99
      > ${USER}
      < 200
      < Ratelimit-Remaining: 0
      < Ratelimit-Reset: 1767225661
      <
      < {"data":[]}
      `,
    )
  })

  it('hides its headers from pages, unless they are exposed', async () => {
    const headers = { Authorization: `Bearer ${known.publicAccess}`, 'Client-Id': known.public }
    const names = async (options: { cors?: boolean; exposeRateLimit?: boolean }) => {
      const response = await createTwitch(options).fetch('https://api.twitch.tv/helix/users', { headers })
      return response.headers.get('ratelimit-remaining')
    }
    expect(await names({})).toBeNull()
    expect(await names({ cors: false })).toBe('799')
    expect(await names({ exposeRateLimit: true })).toBe('799')
  })
})

describe('POST /chat/messages', () => {
  const post = (headers: string, body: string, answer: string) => `
    > POST /helix/chat/messages
    > ${headers}
    > Content-Type: application/json
    >
    > ${body}
    ${answer}
  `
  const BODY = '{"broadcaster_id":"12826","sender_id":"141981764","message":"Hello"}'

  it('wants user:write:chat, in its own words', () =>
    play(
      createTwitch(),
      post(
        USER,
        BODY,
        '< 401\n<\n< {"error":"Unauthorized","status":401,"message":"User access token requires the user:write:chat scope."}',
      ),
    ))

  it.each([
    [
      '{"broadcaster_id":"12826","sender_id":"12826","message":"Hello"}',
      401,
      "The ID in sender_id must match the user ID found in the request's OAuth token.",
    ],
    ['{"sender_id":"141981764","message":"Hello"}', 400, 'Missing required parameter \\"broadcaster_id\\"'],
    [
      `{"broadcaster_id":"12826","sender_id":"141981764","message":"${'x'.repeat(501)}"}`,
      422,
      'The message is too large: at most 500 characters.',
    ],
  ])('refuses %s', (body, status, message) => {
    const twitch = createTwitch()
    const { accessToken } = twitch.id.issue({ clientId: known.public, login: 'twitchdev', scopes: ['user:write:chat'] })
    const error = { 400: 'Bad Request', 401: 'Unauthorized', 422: 'Unprocessable Entity' }[status]
    return play(
      twitch,
      post(
        `Authorization: Bearer ${accessToken}\n> Client-Id: {public}`,
        body,
        `< ${status}\n<\n< {"error":"${error}","status":${status},"message":"${message}"}`,
      ),
    )
  })

  it('reaches those who are in the room, and says when a message was dropped', async () => {
    const twitch = createTwitch()
    const { accessToken } = twitch.id.issue({ clientId: known.public, login: 'twitchdev', scopes: ['user:write:chat'] })
    const heard: string[] = []
    const reader = twitch.accept({ send: (text) => heard.push(text), close() {}, terminate() {}, freeze() {} })
    reader.receive('NICK justinfan123\r\nJOIN #twitch\r\n')
    await play(
      twitch,
      post(
        `Authorization: Bearer ${accessToken}\n> Client-Id: {public}`,
        BODY,
        '< 200\n<\n< {"data":[{"message_id":"{a:8}-{b:4}-{c:4}-{d:4}-{e:12}","is_sent":true}]}',
      ),
    )
    expect(heard.join('')).toContain(':twitchdev!twitchdev@twitchdev.tmi.twitch.tv PRIVMSG #twitch :Hello\r\n')
    const again = await twitch.fetch('https://api.twitch.tv/helix/chat/messages', {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${accessToken}`,
        'Client-Id': known.public,
        'Content-Type': 'application/json',
      },
      body: BODY,
    })
    expect(await again.json()).toMatchObject({
      data: [
        { message_id: '', is_sent: false, drop_reason: { code: expect.any(String), message: expect.any(String) } },
      ],
    })
  })

  it('takes an app token where sender and broadcaster have agreed', async () => {
    const twitch = createTwitch()
    const { accessToken } = twitch.id.issueAppToken(known.confidential)
    const say = async () => {
      const response = await twitch.fetch('https://api.twitch.tv/helix/chat/messages', {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${accessToken}`,
          'Client-Id': known.confidential,
          'Content-Type': 'application/json',
        },
        body: BODY,
      })
      return response.status
    }
    expect(await say()).toBe(401)
    twitch.id.issue({ clientId: known.confidential, login: 'twitchdev', scopes: ['user:bot', 'user:write:chat'] })
    expect(await say()).toBe(401)
    twitch.chat.setRole('twitchdev', 'twitch', { moderator: true })
    expect(await say()).toBe(200)
  })
})

describe('lists', () => {
  it('turns pages of followers by cursor, for those who may see them', async () => {
    const twitch = createTwitch()
    for (let n = 0; n < 5; n++) {
      twitch.users.add({ id: `${n}`, login: `fan${n}` })
      twitch.helix.follow(`fan${n}`, 'twitchdev')
    }
    const get = async (token: string, query = '') => {
      const response = await twitch.fetch(
        `https://api.twitch.tv/helix/channels/followers?broadcaster_id=141981764&first=2${query}`,
        { headers: { Authorization: `Bearer ${token}`, 'Client-Id': known.public } },
      )
      return response.json()
    }
    expect(await get(known.publicAccess)).toEqual({ total: 5, data: [], pagination: {} })

    const scopes = ['moderator:read:followers']
    const { accessToken } = twitch.id.issue({ clientId: known.public, login: 'twitchdev', scopes })
    const seen: string[] = []
    let query = ''
    for (let pages = 1; ; pages++) {
      const { total, data, pagination } = await get(accessToken, query)
      expect(total).toBe(5)
      seen.push(...data.map((follower: { user_login: string }) => follower.user_login))
      if (pagination.cursor === undefined) {
        expect(pages).toBe(3)
        break
      }
      query = `&after=${pagination.cursor}`
    }
    expect(seen).toEqual(['fan4', 'fan3', 'fan2', 'fan1', 'fan0'])
  })

  it('knows who is live', async () => {
    const twitch = createTwitch()
    twitch.helix.goLive('twitch', { title: 'Hi', gameName: 'Chess', viewerCount: 7 })
    const read = (path: string) =>
      twitch
        .fetch(`https://api.twitch.tv/helix${path}`, {
          headers: { Authorization: `Bearer ${known.publicAccess}`, 'Client-Id': known.public },
        })
        .then((response) => response.json())
    expect(await read('/streams?user_login=twitch&user_id=141981764')).toMatchObject({
      data: [
        {
          user_id: '12826',
          user_login: 'twitch',
          title: 'Hi',
          game_name: 'Chess',
          viewer_count: 7,
          type: 'live',
          started_at: '2026-01-01T00:00:00Z',
        },
      ],
      pagination: {},
    })
    expect(await read('/channels?broadcaster_id=12826')).toMatchObject({
      data: [{ broadcaster_login: 'twitch', title: 'Hi' }],
    })
    twitch.helix.goOffline('twitch')
    expect(await read('/streams')).toEqual({ data: [], pagination: {} })
  })
})

describe("answers of one's own", () => {
  it('come after the checks that were asked for', async () => {
    const twitch = createTwitch()
    const take = twitch.helix.answer(
      'GET',
      '/moderation/banned',
      ({ query }) => ({ body: { data: [query.get('x')] } }),
      {
        scopes: ['moderation:read', 'moderator:manage:banned_users'],
        self: 'broadcaster_id',
      },
    )
    const bans = (headers: string, query: string, answer: string) =>
      play(twitch, `> GET /helix/moderation/banned?${query}\n> ${headers}\n${answer}`)

    await bans(
      USER,
      'broadcaster_id=141981764',
      '< 401\n<\n< {"error":"Unauthorized","status":401,"message":"Missing scope: moderation:read or moderator:manage:banned_users"}',
    )
    const app = twitch.id.issueAppToken(known.public)
    await bans(
      `Authorization: Bearer ${app.accessToken}\n> Client-Id: {public}`,
      'broadcaster_id=141981764',
      '< 401\n<\n< {"error":"Unauthorized","status":401,"message":"Missing User OAUTH Token"}',
    )
    const { accessToken } = twitch.id.issue({ clientId: known.public, login: 'twitchdev', scopes: ['moderation:read'] })
    const allowed = `Authorization: Bearer ${accessToken}\n> Client-Id: {public}`
    await bans(
      allowed,
      'broadcaster_id=12826',
      `< 401\n<\n< {"error":"Unauthorized","status":401,"message":"The ID in broadcaster_id must match the user ID found in the request's OAuth token."}`,
    )
    await bans(allowed, 'broadcaster_id=141981764&x=y', '< 200\n<\n< {"data":["y"]}')
    take()
    const nobody = 'This fake Twitch has no GET /moderation/banned. Give it an answer with helix.answer().'
    await bans(allowed, '', `< 404\n<\n< {"error":"Not Found","status":404,"message":"${nobody}"}`)
  })
})
