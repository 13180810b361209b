import { type Answer, type Call, json } from '../http.ts'
import { credentials, idError } from './answers.ts'
import { standardClaims, userClaims } from './id-token.ts'
import type { IdState } from './state.ts'

/** `GET /.well-known/openid-configuration` */
export function discovery(state: IdState): Answer {
  const { issuer } = state
  return json(200, {
    authorization_endpoint: `${issuer}/authorize`,
    claims_parameter_supported: true,
    claims_supported: [
      'email',
      'email_verified',
      'picture',
      'preferred_username',
      'exp',
      'iss',
      'sub',
      'azp',
      'aud',
      'iat',
      'updated_at',
    ],
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['id_token', 'code', 'token', 'code id_token', 'token id_token'],
    scopes_supported: ['openid'],
    subject_types_supported: ['public'],
    token_endpoint: `${issuer}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
    userinfo_endpoint: `${issuer}/userinfo`,
  })
}

/** `GET /keys` */
export async function keys(state: IdState): Promise<Answer> {
  return json(200, { keys: [await state.keys.publicKey()] })
}

/** `GET /userinfo`, with an access token, not an id_token. */
export function userinfo(state: IdState, call: Call): Answer {
  const header = call.headers['authorization']
  if (!header) return idError(401, 'missing authorization token')
  const token = state.tokens.access.get(credentials(header, 'Bearer', 'OAuth') ?? '')
  if (token?.grant === undefined || !state.tokens.isAlive(token) || !token.scopes.includes('openid')) {
    return idError(401, 'invalid access token')
  }
  const { user } = token.grant
  return json(200, {
    ...standardClaims(state, token.clientId, user),
    ...userClaims(user, token.scopes, token.claims),
  })
}
