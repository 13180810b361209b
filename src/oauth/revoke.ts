import type { RequestOptions } from '../internal/request.ts'
import { post } from './post.ts'
import { readRefusal } from './refusal.ts'

export interface RevokeTokenOptions extends RequestOptions {
  readonly clientId: string
}

/**
 * Ends an access token. One that is dead already counts as ended. A public app's refresh token lives on at Twitch.
 *
 * @throws {ConfigurationError} Twitch does not know the client id.
 * @throws {NetworkError} No usable answer came.
 * @see https://dev.twitch.tv/docs/authentication/revoke-tokens/
 */
export async function revokeToken(accessToken: string, options: RevokeTokenOptions): Promise<void> {
  const form = { client_id: options.clientId, token: accessToken }
  await post('Revoking a token', 'revoke', form, options, (answer) =>
    answer.status === 200 || readRefusal(answer) === 'invalid token' ? 'revoked' : undefined,
  )
}
