import { type Answer, type Call, json } from '../http.ts'
import { idError, tokenAnswer } from './answers.ts'
import type { FakeApp } from './apps.ts'
import { exchangeDeviceCode } from './device.ts'
import { idToken } from './id-token.ts'
import type { IdState } from './state.ts'

/** `POST /token` */
export function token(state: IdState, call: Call): Answer | Promise<Answer> {
  const { params } = call
  const clientId = params.get('client_id')
  if (!clientId) return idError(400, 'missing client id')
  const app = state.apps.byId(clientId)
  if (app === undefined) return idError(400, 'invalid client')
  const grantType = params.get('grant_type')
  switch (grantType) {
    case 'refresh_token':
      return checkSecret(app, params, app.clientType === 'confidential') ?? refresh(state, app, params)
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return exchangeDeviceCode(state, app, params)
    case 'authorization_code':
      return checkSecret(app, params, true) ?? exchangeCode(state, app, params)
    case 'client_credentials':
      return checkSecret(app, params, true) ?? appToken(state, app)
    default:
      return grantType ? idError(400, 'invalid grant type') : idError(400, 'missing grant type')
  }
}

function checkSecret(app: FakeApp, params: URLSearchParams, needed: boolean): Answer | undefined {
  const secret = params.get('client_secret')
  if (!secret) return needed ? idError(400, 'missing client secret') : undefined
  return secret === app.clientSecret ? undefined : idError(403, 'invalid client secret')
}

function refresh(state: IdState, app: FakeApp, params: URLSearchParams): Answer {
  const { tokens, switches } = state
  const value = params.get('refresh_token')
  if (!value) return idError(400, 'missing refresh token')
  const entry = tokens.refresh.get(value)
  if (entry === undefined || entry.grant.clientId !== app.clientId) return invalidRefreshToken()
  entry.spends++
  if (!tokens.mayRenew(entry)) {
    const reused = entry.spentAt !== undefined && !entry.dead
    if (reused && switches.reuseKillsGrant) tokens.end(entry.grant, 'refresh-token-reused')
    return invalidRefreshToken()
  }
  const minted = tokens.renew(entry)
  return minted === undefined ? idError(400, 'too many access tokens') : tokenAnswer(minted, switches)
}

function invalidRefreshToken(): Answer {
  return json(400, { error: 'Bad Request', status: 400, message: 'Invalid refresh token' })
}

function exchangeCode(state: IdState, app: FakeApp, params: URLSearchParams): Answer | Promise<Answer> {
  const { tokens, switches, clock } = state
  const value = params.get('code')
  if (!value) return idError(400, 'missing code')
  const redirectUri = params.get('redirect_uri')
  if (!redirectUri) return idError(400, 'missing redirect uri')
  const entry = state.codes.get(value)
  if (entry === undefined || entry.clientId !== app.clientId || entry.expiresAt <= clock.now()) {
    return idError(400, 'Invalid authorization code')
  }
  if (entry.redirectUri !== redirectUri) {
    return idError(400, 'Parameter redirect_uri does not match registered URI')
  }
  state.codes.delete(value)

  const { user, scopes, nonce, claims } = entry
  const grant = tokens.grantOf(app, user)
  const minted = tokens.mintForUser(app, grant, { flow: 'code', scopes, claims: claims.userinfo })
  if (minted === undefined) return idError(400, 'too many access tokens')
  if (!scopes.includes('openid')) return tokenAnswer(minted, switches)
  const parts = { clientId: app.clientId, user, scopes, nonce, claims: claims.idToken }
  return idToken(state, parts).then((signed) => tokenAnswer(minted, switches, signed))
}

/** No refresh token: one simply gets another. */
function appToken(state: IdState, app: FakeApp): Answer {
  const { accessToken, expiresIn } = state.tokens.mintForApp(app)
  return json(200, { access_token: accessToken.value, expires_in: expiresIn, token_type: 'bearer' })
}
