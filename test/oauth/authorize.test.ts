import { describe, expect, it } from 'vitest'
import { type AuthorizeOptions, authorizeUrl } from '../../src/oauth/authorize.ts'

const options: AuthorizeOptions = {
  clientId: 'c',
  redirectUri: 'http://localhost:3000/back?x=1',
  responseType: 'token',
  scopes: ['chat:read', 'chat:edit'],
  state: 's&t',
}
const parameters = (url: string) => Object.fromEntries(new URL(url).searchParams)

describe('authorizeUrl', () => {
  it('asks at id.twitch.tv', () => {
    const url = authorizeUrl(options)
    expect(url).toMatch(/^https:\/\/id\.twitch\.tv\/oauth2\/authorize\?/)
    expect(parameters(url)).toEqual({
      client_id: 'c',
      redirect_uri: 'http://localhost:3000/back?x=1',
      response_type: 'token',
      scope: 'chat:read chat:edit',
      state: 's&t',
    })
  })

  it('carries what OpenID Connect needs', () => {
    const url = authorizeUrl({
      ...options,
      responseType: 'token id_token',
      scopes: ['openid'],
      nonce: 'n',
      forceVerify: true,
      claims: { id_token: { email: null } },
    })
    expect(parameters(url)).toMatchObject({ nonce: 'n', force_verify: 'true', claims: '{"id_token":{"email":null}}' })
  })

  it.each<Partial<AuthorizeOptions>>([
    { clientId: '' },
    { redirectUri: '' },
    { state: '' },
    { responseType: 'id_token', nonce: 'n' },
    { responseType: 'token id_token', scopes: ['openid'] },
  ])('refuses %j', (part) => expect(() => authorizeUrl({ ...options, ...part })).toThrow(TypeError))
})
