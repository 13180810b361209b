import { type Answer, json } from '../http.ts'
import type { Minted } from './grants.ts'
import type { IdSwitches } from './switches.ts'

/** Not RFC 6749: `{"status":400,"message":"…"}`. */
export function idError(status: number, message: string): Answer {
  return json(status, { status, message })
}

/** The 200 of `/token` for a user's token, its keys in Twitch's order. */
export function tokenAnswer(minted: Minted, switches: IdSwitches, idToken?: string): Answer {
  const { accessToken, refreshToken, expiresIn } = minted
  return json(200, {
    access_token: accessToken.value,
    expires_in: expiresIn,
    id_token: idToken,
    refresh_token: refreshToken?.value,
    scope: spellScope(accessToken.scopes, switches.tokenScope),
    token_type: 'bearer',
  })
}

function spellScope(scopes: readonly string[], spelling: IdSwitches['tokenScope']): unknown {
  switch (spelling) {
    case 'array':
      return scopes.length === 0 ? undefined : scopes
    case 'blank':
      return scopes.length === 0 ? [''] : scopes
    case 'missing':
      return undefined
    case 'null':
      return null
    case 'string':
      return scopes.join(' ')
  }
}

/** The value of an `Authorization` header, or `undefined` for another scheme. Schemes know no case. */
export function credentials(header: string, ...schemes: readonly string[]): string | undefined {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(header) ?? []
  return schemes.some((accepted) => accepted.toLowerCase() === scheme.toLowerCase()) ? value : undefined
}

/** The scopes of a space-delimited list, each once; `undefined` when one of them cannot be a scope. */
export function readScopes(text: string): readonly string[] | undefined {
  const scopes = [...new Set(text.split(' ').filter((scope) => scope !== ''))]
  return scopes.every((scope) => /^[a-z_]+(:[a-z_]+)*$/.test(scope)) ? scopes : undefined
}
