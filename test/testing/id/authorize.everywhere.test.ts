import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { createFakeClock, createFakeTwitch } from '../../../src/testing/index.ts'

const REDIRECT = 'http://localhost:3000/callback'

function setUp() {
  const twitch = createFakeTwitch({
    clock: createFakeClock(),
    users: [{ id: '1', login: 'streamer', displayName: 'Streamer' }],
    apps: [
      { clientId: 'app', clientType: 'confidential', clientSecret: 's', redirectUris: [REDIRECT, `${REDIRECT}?a=b`] },
      { clientId: 'bare', clientType: 'public' },
    ],
  })
  const authorize = (query: Record<string, string>, consent = true) => {
    const params = new URLSearchParams({ client_id: 'app', redirect_uri: REDIRECT, scope: '', ...query })
    return twitch.id.authorize(`https://id.twitch.tv/oauth2/authorize?${params}`, { login: 'streamer', consent })
  }
  const userinfo = async (accessToken: string) => {
    const headers = { Authorization: `Bearer ${accessToken}` }
    const response = await twitch.fetch('https://id.twitch.tv/oauth2/userinfo', { headers })
    return response.json()
  }
  return { twitch, authorize, userinfo }
}

describe('redirects', () => {
  it('gives a token in the fragment, without lifetime and refresh token', async () => {
    const { twitch, authorize } = setUp()
    const scope = 'chat:read chat:edit'
    const location = await authorize({ response_type: 'token', scope, state: 'a b' })
    const pattern =
      /^http:\/\/localhost:3000\/callback#access_token=([a-z0-9]{30})&scope=chat%3Aread\+chat%3Aedit&state=a\+b&token_type=bearer$/
    expect(location).toMatch(pattern)
    const [, accessToken = ''] = pattern.exec(location) ?? []
    expect(twitch.id.accessToken(accessToken)).toMatchObject({ flow: 'implicit', scopes: ['chat:read', 'chat:edit'] })
    expect(twitch.id.refreshTokens()).toEqual([])
  })

  it('gives a code in the query, beside what was there', async () => {
    const { authorize } = setUp()
    expect(await authorize({ response_type: 'code', scope: 'chat:read' })).toMatch(
      /^http:\/\/localhost:3000\/callback\?code=[a-z0-9]{30}&scope=chat%3Aread$/,
    )
    expect(await authorize({ response_type: 'code', redirect_uri: `${REDIRECT}?a=b` })).toMatch(
      /^http:\/\/localhost:3000\/callback\?a=b&code=[a-z0-9]{30}&scope=$/,
    )
  })

  it.each(['token', 'code'])('says in the query that the user denied, for %s', async (responseType) => {
    const { authorize } = setUp()
    expect(await authorize({ response_type: responseType, state: 'S' }, false)).toBe(
      'http://localhost:3000/callback?error=access_denied&error_description=The+user+denied+you+access&state=S',
    )
  })

  it('leads to the first registered URI when another was given, a slash is enough', async () => {
    const { authorize } = setUp()
    expect(await authorize({ response_type: 'token', redirect_uri: `${REDIRECT}/`, state: 'S' })).toBe(
      'http://localhost:3000/callback?error=redirect_mismatch&error_description=Parameter+redirect_uri+does+not+match+registered+URI&state=S',
    )
  })

  it('leads nowhere for a client id that nobody knows', async () => {
    const { twitch, authorize } = setUp()
    await expect(authorize({ client_id: 'nobody', response_type: 'token' })).rejects.toThrow('invalid client')
    const page = await twitch.handle(new Request('http://fake.test/oauth2/authorize?client_id=nobody'))
    expect([page.status, await page.json()]).toEqual([400, { status: 400, message: 'invalid client' }])
  })

  it('encodes the scope twice, where the switch says so', async () => {
    const { twitch, authorize } = setUp()
    twitch.id.switches.doubleEncodedScope = true
    expect(await authorize({ response_type: 'token', scope: 'chat:read' })).toContain('scope=chat%253Aread')
  })

  it('asks on a page, whose links lead on', async () => {
    const { twitch } = setUp()
    const query = `client_id=app&response_type=token&scope=chat%3Aread&redirect_uri=${encodeURIComponent(REDIRECT)}`
    const page = await twitch.handle(new Request(`http://fake.test/oauth2/authorize?${query}`))
    const links = [...(await page.text()).matchAll(/href="([^"]+)"/g)].map(([, link = '']) =>
      link.replaceAll('&amp;', '&'),
    )
    const follow = async (link = '') => {
      const { status, headers } = await twitch.handle(new Request(`http://fake.test/oauth2/authorize${link}`))
      return `${status} ${headers.get('location')}`
    }
    expect(await follow(links[0])).toMatch(/^302 http:\/\/localhost:3000\/callback#access_token=/)
    expect(await follow(links[1])).toMatch(/^302 http:\/\/localhost:3000\/callback\?error=access_denied/)
  })
})

describe('id_tokens', () => {
  async function keySet({ twitch }: ReturnType<typeof setUp>) {
    const response = await twitch.fetch('https://id.twitch.tv/oauth2/keys')
    return createLocalJWKSet(await response.json())
  }

  it('are signed, and say who, for whom, how long, and for which token', async () => {
    const fake = setUp()
    const location = await fake.authorize({
      response_type: 'token id_token',
      scope: 'openid user:read:email',
      nonce: 'N',
      claims: JSON.stringify({ id_token: { email: null, email_verified: null, preferred_username: null } }),
    })
    const fragment = new URLSearchParams(new URL(location).hash.slice(1))
    const jwt = fragment.get('id_token') ?? ''
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'RS256', typ: 'JWT', kid: '1' })
    const { payload } = await jwtVerify(jwt, await keySet(fake), {
      issuer: 'https://id.twitch.tv/oauth2',
      audience: 'app',
      currentDate: new Date(fake.twitch.clock.now()),
    })
    const accessToken = fragment.get('access_token') ?? ''
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))
    const half = btoa(String.fromCharCode(...new Uint8Array(digest).slice(0, 16)))
    expect(payload).toEqual({
      iss: 'https://id.twitch.tv/oauth2',
      aud: 'app',
      azp: 'app',
      sub: '1',
      iat: fake.twitch.clock.now() / 1000,
      exp: fake.twitch.clock.now() / 1000 + 900,
      nonce: 'N',
      at_hash: half.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
      email: 'streamer@example.com',
      email_verified: true,
      preferred_username: 'Streamer',
    })
  })

  it('come with the code grant when openid was asked for', async () => {
    const { twitch, authorize } = setUp()
    const location = await authorize({ response_type: 'code', scope: 'openid', nonce: 'N' })
    const code = new URL(location).searchParams.get('code') ?? ''
    const response = await twitch.fetch('https://id.twitch.tv/oauth2/token', {
      method: 'POST',
      body: new URLSearchParams({
        client_id: 'app',
        client_secret: 's',
        code,
        grant_type: 'authorization_code',
        redirect_uri: REDIRECT,
      }),
    })
    const body = await response.json()
    expect(Object.keys(body)).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'refresh_token',
      'scope',
      'token_type',
    ])
    expect(decodeJwt(body.id_token)).toMatchObject({ sub: '1', nonce: 'N' })
  })

  it('come alone where no token was asked for', async () => {
    const { authorize } = setUp()
    const location = await authorize({ response_type: 'id_token', scope: 'openid' })
    const fragment = new URLSearchParams(new URL(location).hash.slice(1))
    expect([...fragment.keys()]).toEqual(['id_token', 'scope'])
    expect(decodeJwt(fragment.get('id_token') ?? '')).not.toHaveProperty('at_hash')
  })

  it('get another kid when the key changes', async () => {
    const fake = setUp()
    await keySet(fake)
    fake.twitch.id.rotateKeys()
    const location = await fake.authorize({ response_type: 'id_token', scope: 'openid' })
    const jwt = new URLSearchParams(new URL(location).hash.slice(1)).get('id_token') ?? ''
    expect(decodeProtectedHeader(jwt)).toMatchObject({ kid: '2' })
    const response = await fake.twitch.fetch('https://id.twitch.tv/oauth2/keys')
    expect(await response.json()).toMatchObject({
      keys: [{ kid: '2', kty: 'RSA', alg: 'RS256', e: 'AQAB', use: 'sig' }],
    })
  })

  it('are ready in the instant in which they were asked for, on a fake clock', async () => {
    const { twitch, authorize } = setUp()
    const clock = twitch.clock as ReturnType<typeof createFakeClock>
    let at: number | undefined
    void authorize({ response_type: 'id_token', scope: 'openid' }).then(() => {
      at = clock.monotonic()
    })
    clock.setTimeout(() => {}, 1)
    await clock.advance(10)
    expect(at).toBe(0)
  })
})

it('userinfo tells what the claims asked for', async () => {
  const { twitch, authorize, userinfo } = setUp()
  const claims = JSON.stringify({ userinfo: { picture: null, email: null } })
  const location = await authorize({ response_type: 'token', scope: 'openid', claims })
  const accessToken = new URLSearchParams(new URL(location).hash.slice(1)).get('access_token') ?? ''
  expect(await userinfo(accessToken)).toEqual({
    aud: 'app',
    azp: 'app',
    exp: twitch.clock.now() / 1000 + 900,
    iat: twitch.clock.now() / 1000,
    iss: 'https://id.twitch.tv/oauth2',
    sub: '1',
    picture: 'https://static-cdn.jtvnw.net/jtv_user_pictures/streamer-profile_image-300x300.png',
  })
  expect(await userinfo('nobody')).toEqual({ status: 401, message: 'invalid access token' })
})

it('discovery names the endpoints', async () => {
  const { twitch } = setUp()
  const response = await twitch.fetch('https://id.twitch.tv/oauth2/.well-known/openid-configuration')
  expect(await response.json()).toEqual(
    JSON.parse(
      '{"authorization_endpoint":"https://id.twitch.tv/oauth2/authorize","claims_parameter_supported":true,"claims_supported":["email","email_verified","picture","preferred_username","exp","iss","sub","azp","aud","iat","updated_at"],"id_token_signing_alg_values_supported":["RS256"],"issuer":"https://id.twitch.tv/oauth2","jwks_uri":"https://id.twitch.tv/oauth2/keys","response_types_supported":["id_token","code","token","code id_token","token id_token"],"scopes_supported":["openid"],"subject_types_supported":["public"],"token_endpoint":"https://id.twitch.tv/oauth2/token","token_endpoint_auth_methods_supported":["client_secret_post"],"userinfo_endpoint":"https://id.twitch.tv/oauth2/userinfo"}',
    ),
  )
})
