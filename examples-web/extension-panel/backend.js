// @ts-check
// The backend of the extension, in a Worker: it believes a panel only what Twitch has signed.

import { verifyExtensionJwt } from 'twitch-keyring/extension'

/** @typedef {{ SECRETS: string, PANEL: string }} Env `SECRETS`: base64, separated by commas while they are rotated. */

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    const headers = {
      'access-control-allow-origin': env.PANEL,
      'access-control-allow-headers': 'authorization',
      vary: 'origin',
    }
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers })
    const jwt = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? ''
    try {
      const { role, opaque_user_id, user_id } = await verifyExtensionJwt(jwt, { secrets: env.SECRETS.split(',') })
      const who = user_id
        ? `user ${user_id}`
        : opaque_user_id?.startsWith('A')
          ? 'somebody'
          : 'a viewer who stays unnamed'
      return new Response(`The backend knows you as ${who}, in the role of ${role}.`, { headers })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return new Response(why, { status: 401, headers })
    }
  },
}
