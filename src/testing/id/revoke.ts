import type { Answer, Call } from '../http.ts'
import { idError } from './answers.ts'
import type { IdState } from './state.ts'

/** `POST /revoke`. The refresh token that came with the access token stays good. */
export function revoke(state: IdState, call: Call): Answer {
  const { apps, tokens } = state
  const clientId = call.params.get('client_id')
  if (!clientId) return idError(400, 'missing client id')
  if (apps.byId(clientId) === undefined) return idError(404, 'client does not exist')
  const value = call.params.get('token')
  if (!value) return idError(400, 'missing oauth token')
  const token = tokens.access.get(value)
  if (token === undefined || token.clientId !== clientId || !tokens.isAlive(token)) return idError(400, 'Invalid token')
  tokens.kill(token)
  return { status: 200, headers: {}, body: '' }
}
