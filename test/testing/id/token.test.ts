import { describe, it } from 'vitest'
import { createTwitch, known, play } from '../transcript.ts'

const FORM = 'Content-Type: application/x-www-form-urlencoded'

describe('POST /token, refresh_token', () => {
  it('renews the token of a public app, with a new refresh token', () =>
    play(
      createTwitch(),
      `
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={public}&grant_type=refresh_token&refresh_token={publicRefresh}
      < 200
      < Content-Type: application/json
      < Access-Control-Allow-Origin: *
      <
      < {"access_token":"{access:30}","expires_in":14820,"refresh_token":"{refresh:50}","scope":["chat:read","chat:edit"],"token_type":"bearer"}

      # The renewed one is dead, the new one lives.
      > GET /oauth2/validate
      > Authorization: OAuth {publicAccess}
      < 401
      <
      < {"status":401,"message":"invalid access token"}
      > GET /oauth2/validate
      > Authorization: OAuth {access}
      < 200
      <
      < {"client_id":"{public}","login":"twitchdev","scopes":["chat:read","chat:edit"],"user_id":"141981764","expires_in":14820}
      `,
    ))

  it('kills the whole grant when a refresh token of a public app is spent twice', () =>
    play(
      createTwitch(),
      `
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={public}&grant_type=refresh_token&refresh_token={publicRefresh}
      < 200
      <
      < {"access_token":"{access:30}","expires_in":14820,"refresh_token":"{refresh:50}","scope":["chat:read","chat:edit"],"token_type":"bearer"}
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={public}&grant_type=refresh_token&refresh_token={publicRefresh}
      < 400
      <
      < {"error":"Bad Request","status":400,"message":"Invalid refresh token"}
      > GET /oauth2/validate
      > Authorization: OAuth {access}
      < 401
      <
      < {"status":401,"message":"invalid access token"}
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={public}&grant_type=refresh_token&refresh_token={refresh}
      < 400
      <
      < {"error":"Bad Request","status":400,"message":"Invalid refresh token"}
      `,
    ))

  it('wants the secret of a confidential app, whose refresh token does not change', () =>
    play(
      createTwitch(),
      `
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={confidential}&grant_type=refresh_token&refresh_token={confidentialRefresh}
      < 400
      <
      < {"status":400,"message":"missing client secret"}
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={confidential}&client_secret=wrong&grant_type=refresh_token&refresh_token={confidentialRefresh}
      < 403
      <
      < {"status":403,"message":"invalid client secret"}
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={confidential}&client_secret={secret}&grant_type=refresh_token&refresh_token={confidentialRefresh}
      < 200
      <
      < {"access_token":"{access:30}","expires_in":14124,"refresh_token":"{confidentialRefresh}","scope":["channel:moderate","chat:edit","chat:read"],"token_type":"bearer"}

      # The renewed one lives on.
      > GET /oauth2/validate
      > Authorization: OAuth {confidentialAccess}
      < 200
      <
      < {"client_id":"{confidential}","login":"twitchdev","scopes":["channel:moderate","chat:edit","chat:read"],"user_id":"141981764","expires_in":14124}
      `,
    ))

  it.each([
    ['of another app', 'client_id={public}&grant_type=refresh_token&refresh_token={confidentialRefresh}'],
    ['that is an access token', 'client_id={public}&grant_type=refresh_token&refresh_token={publicAccess}'],
    ['that nobody knows', 'client_id={public}&grant_type=refresh_token&refresh_token=eyJfMzUtNDU0OC4MWYw%25asdf%3D'],
  ])('refuses a refresh token %s, and kills nothing', (_, body) =>
    play(
      createTwitch(),
      `
      > POST /oauth2/token
      > ${FORM}
      >
      > ${body}
      < 400
      <
      < {"error":"Bad Request","status":400,"message":"Invalid refresh token"}
      > GET /oauth2/validate
      > Authorization: OAuth {publicAccess}
      < 200
      <
      < {"client_id":"{public}","login":"twitchdev","scopes":["chat:read","chat:edit"],"user_id":"141981764","expires_in":14820}
      `,
    ),
  )

  it('refuses a refresh token of a public app that was idle for 30 days', () =>
    play(
      createTwitch(),
      `
      wait 2592000
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={public}&grant_type=refresh_token&refresh_token={publicRefresh}
      < 400
      <
      < {"error":"Bad Request","status":400,"message":"Invalid refresh token"}
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={confidential}&client_secret={secret}&grant_type=refresh_token&refresh_token={confidentialRefresh}
      < 200
      <
      < {"access_token":"{access:30}","expires_in":14124,"refresh_token":"{confidentialRefresh}","scope":["channel:moderate","chat:edit","chat:read"],"token_type":"bearer"}
      `,
    ))
})

describe('POST /token', () => {
  it.each([
    ['nothing at all', '', 400, 'missing client id'],
    ['a client id that nobody knows', 'client_id=nobody&grant_type=client_credentials', 400, 'invalid client'],
    ['no grant type', 'client_id={public}', 400, 'missing grant type'],
    ['no refresh token', 'client_id={public}&grant_type=refresh_token', 400, 'missing refresh token'],
    [
      'a device code that nobody knows',
      `client_id={public}&grant_type=${'urn:ietf:params:oauth:grant-type:device_code'}&device_code=x`,
      400,
      'invalid device code',
    ],
    [
      'app credentials of a public app',
      'client_id={public}&grant_type=client_credentials',
      400,
      'missing client secret',
    ],
    [
      'app credentials with a wrong secret',
      'client_id={confidential}&client_secret=x&grant_type=client_credentials',
      403,
      'invalid client secret',
    ],
    [
      'a code that nobody knows',
      'client_id={confidential}&client_secret={secret}&code=x&grant_type=authorization_code&redirect_uri=http://localhost:3000/callback',
      400,
      'Invalid authorization code',
    ],
  ] as const)('refuses %s', (_, body, status, message) =>
    play(
      createTwitch(),
      `
      > POST /oauth2/token
      > ${FORM}
      >
      > ${body}
      < ${status}
      < Content-Type: application/json
      <
      < {"status":${status},"message":"${message}"}
      `,
    ),
  )

  it('takes its parameters from the query too', () =>
    play(
      createTwitch(),
      `
      > POST /oauth2/token?client_id={confidential}&client_secret={secret}&grant_type=client_credentials
      < 200
      <
      < {"access_token":"{app:30}","expires_in":5011271,"token_type":"bearer"}
      > GET /oauth2/validate
      > Authorization: Bearer {app}
      < 200
      <
      < {"client_id":"{confidential}","scopes":null,"expires_in":5011271}
      `,
    ))

  it('leaves scope out where none was granted, and validates to null', async () => {
    const twitch = createTwitch()
    twitch.id.issue({
      clientId: known.public,
      login: 'twitch',
      refreshToken: 'bare',
    })
    await play(
      twitch,
      `
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={public}&grant_type=refresh_token&refresh_token=bare
      < 200
      <
      < {"access_token":"{access:30}","expires_in":14820,"refresh_token":"{refresh:50}","token_type":"bearer"}
      > GET /oauth2/validate
      > Authorization: OAuth {access}
      < 200
      <
      < {"client_id":"{public}","login":"twitch","scopes":null,"user_id":"12826","expires_in":14820}
      `,
    )
  })

  it('exchanges a code once, for its own redirect URI', async () => {
    const twitch = createTwitch()
    const url =
      'https://id.twitch.tv/oauth2/authorize?client_id=wbmytr93xzw8zbg0p1izqyzzc5mbiz&redirect_uri=http://localhost:3000/callback&response_type=code&scope=chat%3Aread+chat%3Aedit&state=c3ab8aa6'
    const back = new URL(await twitch.id.authorize(url, { login: 'twitchdev' }))
    const code = back.searchParams.get('code')
    await play(
      twitch,
      `
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={confidential}&client_secret={secret}&code=${code}&grant_type=authorization_code&redirect_uri=http://localhost:3000/callback/
      < 400
      <
      < {"status":400,"message":"Parameter redirect_uri does not match registered URI"}
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={confidential}&client_secret={secret}&code=${code}&grant_type=authorization_code&redirect_uri=http://localhost:3000/callback
      < 200
      <
      < {"access_token":"{access:30}","expires_in":14124,"refresh_token":"{refresh:50}","scope":["chat:read","chat:edit"],"token_type":"bearer"}
      > POST /oauth2/token
      > ${FORM}
      >
      > client_id={confidential}&client_secret={secret}&code=${code}&grant_type=authorization_code&redirect_uri=http://localhost:3000/callback
      < 400
      <
      < {"status":400,"message":"Invalid authorization code"}
      `,
    )
  })
})
