import { type Answer, type Call, json } from '../http.ts'
import { credentials, idError } from './answers.ts'
import type { AccessTokenEntry } from './grants.ts'
import type { IdState } from './state.ts'
import type { IdSwitches } from './switches.ts'

/** `GET /validate` */
export function validate(state: IdState, call: Call): Answer {
  const { tokens, switches, clock } = state
  const header = call.headers['authorization']
  if (!header) return idError(401, 'missing authorization token')
  const value = switches.validateTakesBearer ? credentials(header, 'OAuth', 'Bearer') : credentials(header, 'OAuth')
  const token = tokens.access.get(value ?? '')
  if (token === undefined || !tokens.isAlive(token)) return idError(401, 'invalid access token')

  const expires_in = token.expiresAt === undefined ? 0 : Math.floor((token.expiresAt - clock.now()) / 1000)
  const { clientId: client_id, grant } = token
  if (grant === undefined) return json(200, { client_id, scopes: null, expires_in })
  const { login, id: user_id } = grant.user
  return json(200, { client_id, login, scopes: spellScopes(token, switches.validateScopes), user_id, expires_in })
}

function spellScopes({ scopes }: AccessTokenEntry, spelling: IdSwitches['validateScopes']): unknown {
  if (spelling === 'missing') return undefined
  if (spelling === 'null' || scopes.length === 0) return null
  return spelling === 'string' ? scopes.join(' ') : scopes
}
