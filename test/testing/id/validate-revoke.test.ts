import { expect, it } from 'vitest'
import { createTwitch, known, play } from '../transcript.ts'

const FORM = 'Content-Type: application/x-www-form-urlencoded'

it.each([
  ['missing authorization token', 'Accept: application/json'],
  ['invalid access token', 'Authorization: OAuth nosuchtoken'],
  ['invalid access token', 'Authorization: {publicAccess}'],
  ['invalid access token', 'Authorization: OAuth {publicRefresh}'],
])('GET /validate says "%s" to %s', (message, header) =>
  play(
    createTwitch(),
    `
    > GET /oauth2/validate
    > ${header}
    < 401
    < Content-Type: application/json
    < Access-Control-Allow-Origin: *
    <
    < {"status":401,"message":"${message}"}
    `,
  ),
)

it('GET /validate counts down to the end', () =>
  play(
    createTwitch(),
    `
    wait 14819
    > GET /oauth2/validate
    > Authorization: OAuth {publicAccess}
    < 200
    <
    < {"client_id":"{public}","login":"twitchdev","scopes":["chat:read","chat:edit"],"user_id":"141981764","expires_in":1}
    wait 1
    > GET /oauth2/validate
    > Authorization: OAuth {publicAccess}
    < 401
    <
    < {"status":401,"message":"invalid access token"}
    `,
  ))

it('GET /validate says 0 of a token that never expires', () => {
  const twitch = createTwitch()
  twitch.id.issue({ clientId: known.public, login: 'twitch', expiresIn: 0, accessToken: 'eternal' })
  return play(
    twitch,
    `
    wait 31536000
    > GET /oauth2/validate
    > Authorization: OAuth eternal
    < 200
    <
    < {"client_id":"{public}","login":"twitch","scopes":null,"user_id":"12826","expires_in":0}
    `,
  )
})

it('POST /revoke kills an access token, and leaves the refresh token of a public app alive', () =>
  play(
    createTwitch(),
    `
    > POST /oauth2/revoke
    > ${FORM}
    >
    > client_id={public}&token={publicAccess}
    < 200
    < Access-Control-Allow-Origin: *
    > GET /oauth2/validate
    > Authorization: OAuth {publicAccess}
    < 401
    <
    < {"status":401,"message":"invalid access token"}
    > POST /oauth2/revoke
    > ${FORM}
    >
    > client_id={public}&token={publicAccess}
    < 400
    <
    < {"status":400,"message":"Invalid token"}
    > POST /oauth2/token
    > ${FORM}
    >
    > client_id={public}&grant_type=refresh_token&refresh_token={publicRefresh}
    < 200
    <
    < {"access_token":"{access:30}","expires_in":14820,"refresh_token":"{refresh:50}","scope":["chat:read","chat:edit"],"token_type":"bearer"}
    `,
  ))

it.each([
  ['client_id=nobody&token={publicAccess}', 404, 'client does not exist'],
  ['client_id={confidential}&token={publicAccess}', 400, 'Invalid token'],
  ['token={publicAccess}', 400, 'missing client id'],
])('POST /revoke refuses %s', (body, status, message) =>
  play(
    createTwitch(),
    `
    > POST /oauth2/revoke
    > ${FORM}
    >
    > ${body}
    < ${status}
    <
    < {"status":${status},"message":"${message}"}
    `,
  ),
)

it('lets a preflight with Authorization pass, and none with Client-Id', async () => {
  await play(
    createTwitch(),
    `
    > OPTIONS /oauth2/validate
    > Access-Control-Request-Headers: authorization,client-id
    < 204
    < Access-Control-Allow-Origin: *
    < Access-Control-Allow-Headers: Authorization, Content-Type
    < Access-Control-Allow-Methods: GET, POST
    `,
  )
  const twitch = createTwitch()
  const headers = { Authorization: `OAuth ${known.publicAccess}`, 'Client-Id': known.public }
  const validate = () => twitch.fetch('https://id.twitch.tv/oauth2/validate', { headers })
  await expect(validate()).rejects.toThrow(new TypeError('Failed to fetch'))
  expect(twitch.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['OPTIONS /validate'])
  twitch.cors = false
  expect((await validate()).status).toBe(200)
})

it.each(['GET /oauth2/token', 'POST /oauth2/nowhere'])('answers 404 to %s', (request) =>
  play(createTwitch(), `> ${request}\n< 404\n<\n< {"error":"Not Found","status":404,"message":""}`),
)
