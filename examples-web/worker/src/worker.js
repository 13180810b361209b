// @ts-check
import { appTokens, codeSignIn, createChatRelay, createTokenVault, VaultTokenHandler } from 'twitch-keyring/cloudflare'
import { verifyExtensionJwt } from 'twitch-keyring/extension'
import { corsHeaders, errorAnswer, json, Refusal } from './answers.js'
import { endedCookie, readCookie, signedCookie } from './cookies.js'
import { OverlayKeys, readKey, signedKey } from './overlay-keys.js'
import page from './page.html'

/** @typedef {import('./env.js').Env} Env */

export { OverlayKeys }

/** One object per user: it keeps their tokens good, and no refresh token ever leaves it. */
export class TokenVault extends createTokenVault((/** @type {Env} */ env) => ({
  clientId: env.TWITCH_CLIENT_ID,
  clientType: 'confidential',
  clientSecret: env.TWITCH_CLIENT_SECRET,
  vaults: env.VAULTS,
  parts: [codeSignIn, appTokens],
  platform: { endpoints: endpointsOf(env) },
})) {}

/** One object per channel: it reads the chat once, anonymously, for everybody whose key is of that channel. */
export class ChatRelay extends createChatRelay((/** @type {Env} */ env) => ({
  channelsOf: (request) => new URL(request.url).searchParams.getAll('channel'),
  platform: { endpoints: endpointsOf(env) },
})) {}

const SIGN_IN = { name: 'sign-in', lifetime: 3_600 }
const SESSION = { name: 'session', lifetime: 30 * 86_400 }

/** @type {Record<string, (request: Request, env: Env) => Promise<Response> | Response>} */
const routes = {
  /** The page is told whether there is a session, so that it need not ask to be refused. */
  async 'GET /'(request, env) {
    const session = await findSession(request, env)
    return new Response(session ? page.replace('data-session="none"', 'data-session="some"') : page, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy':
          "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
      },
    })
  },

  async 'GET /sign-in'(request, env) {
    const known = env.SCOPES.split(' ')
    const scopes = new URL(request.url).searchParams.get('scopes')?.split(' ') ?? known
    if (scopes.some((scope) => !known.includes(scope))) throw new Refusal(400, `Scopes are some of: ${env.SCOPES}.`)
    const { url, pending } = await vaultsOf(env).signInWithCode({
      scopes: /** @type {import('twitch-keyring').Scope[]} */ (scopes),
      redirectUri: new URL('/callback', request.url).href,
    })
    return redirect(
      url,
      await signedCookie(SIGN_IN.name, { pending }, { secret: env.COOKIE_SECRET, lifetime: SIGN_IN.lifetime }),
    )
  },

  async 'GET /callback'(request, env) {
    const cookie = await readCookie(request, SIGN_IN.name, env.COOKIE_SECRET)
    if (cookie === undefined) throw new Refusal(400, 'This browser began no sign-in within the hour: begin again.')
    const pending = /** @type {import('twitch-keyring').PendingRedirect} */ (cookie.pending)
    const { id, login } = await vaultsOf(env).completeSignInWithCode(request.url, pending)
    const session = await signedCookie(
      SESSION.name,
      { user: id, login },
      { secret: env.COOKIE_SECRET, lifetime: SESSION.lifetime },
    )
    return redirect('/', endedCookie(SIGN_IN.name), session)
  },

  async 'GET /me'(request, env) {
    const { user, login } = await sessionOf(request, env)
    const { state, why, scopes, expiresAt } = await vaultsOf(env).status(user)
    return json({ user, login, state, why, scopes, expiresAt })
  },

  /** Ends the sessions of the user in all browsers, and all keys. */
  async 'POST /sign-out'(request, env) {
    const { user } = await sessionOf(request, env)
    await keysOf(env, user).signOut()
    await vaultsOf(env).signOut(user)
    return new Response(null, { status: 204, headers: { 'set-cookie': endedCookie(SESSION.name) } })
  },

  async 'GET /keys'(request, env) {
    const { user } = await sessionOf(request, env)
    return json(await keysOf(env, user).list())
  },

  /** The key is shown this once. */
  async 'POST /keys'(request, env) {
    const { user } = await sessionOf(request, env)
    const { label = '', scopes } = await bodyOf(request)
    const known = env.SCOPES.split(' ')
    if (!Array.isArray(scopes) || scopes.length === 0 || scopes.some((scope) => !known.includes(scope))) {
      throw new Refusal(400, `scopes must be a list of some of: ${env.SCOPES}.`)
    }
    const id = await keysOf(env, user).create({ label: String(label), scopes })
    return json({ id, key: await signedKey({ user, id }, env.COOKIE_SECRET) }, { status: 201 })
  },

  async 'DELETE /keys'(request, env) {
    const { user } = await sessionOf(request, env)
    await keysOf(env, user).revoke(new URL(request.url).searchParams.get('id') ?? '')
    return new Response(null, { status: 204 })
  },

  /** An overlay trades its key for an access token that lives for hours; with `{ refused }`, once Twitch refused that one. */
  async 'POST /token'(request, env) {
    const { user, scopes } = await keyOf(request, env, bearerOf(request))
    const { refused } = await bodyOf(request)
    const vaults = vaultsOf(env)
    if (typeof refused === 'string') await vaults.renew({ value: refused, kind: 'user', userId: user, scopes: [] })
    const token = await vaults.get({ user, scopes: /** @type {import('twitch-keyring').Scope[]} */ (scopes) })
    const more = token.scopes.filter((scope) => !scopes.includes(scope))
    if (more.length > 0) {
      // Twitch's tokens cannot be cut down: this key may not have one that can do more.
      throw new Refusal(
        403,
        `The token can do more than this key may (${more.join(', ')}): sign in with ${scopes.join(' ')} alone.`,
      )
    }
    const { value, userId, login, expiresAt } = token
    return json({
      access_token: value,
      client_id: env.TWITCH_CLIENT_ID,
      user_id: userId,
      login,
      scopes: token.scopes,
      expires_at: expiresAt,
    })
  },

  /**
   * An overlay reads the chat of its channel: IRC over WebSocket, as from Twitch. A page can send no header with a
   * WebSocket, and a key has no place in an address: it comes as a protocol, beside the one that is spoken.
   */
  async 'GET /chat'(request, env) {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') throw new Refusal(426, 'This takes a WebSocket.')
    const [protocol, key = ''] = request.headers.get('sec-websocket-protocol')?.split(/, */) ?? []
    if (protocol !== 'chat') throw new Refusal(400, "Open it as new WebSocket(address, ['chat', key]).")
    // No CORS keeps another site from opening a WebSocket.
    const from = request.headers.get('origin')
    if (from !== null && ![new URL(request.url).origin, ...env.ORIGINS.split(' ')].includes(from)) {
      throw new Refusal(403, 'This page is not one of ORIGINS.')
    }
    const { user, scopes } = await keyOf(request, env, key)
    if (!scopes.includes('chat:read')) throw new Refusal(403, 'This key may not read chat.')
    const { login } = await vaultsOf(env).status(user)
    if (login === undefined) throw new Refusal(401, 'Nobody is signed in here any more.')
    const relay = env.CHAT.get(env.CHAT.idFromName(login))
    const headers = { upgrade: 'websocket' }
    const { webSocket } = await relay.fetch(`https://relay.example/?channel=${login}`, { headers })
    return new Response(null, { status: 101, webSocket, headers: { 'sec-websocket-protocol': protocol } })
  },

  /** The backend of a Twitch extension: it believes a panel only what Twitch has signed. */
  async 'GET /panel'(request, env) {
    const secrets = env.EXTENSION_SECRETS?.split(',')
    if (!secrets?.[0]) throw new Refusal(404, 'There is no extension here.')
    const { channel_id, role } = await verifyExtensionJwt(bearerOf(request), { secrets })
    if (channel_id === undefined) throw new Refusal(403, 'This JWT speaks of no channel.')
    const { state } = await vaultsOf(env).status(channel_id)
    return json({ channel_id, role, broadcaster: state })
  },
}

const forOtherOrigins = new Set(['/token', '/panel', '/chat'])

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    const { pathname, origin } = new URL(request.url)
    const cors = forOtherOrigins.has(pathname) ? corsHeaders(request, env.ORIGINS) : undefined
    if (cors !== undefined && request.method === 'OPTIONS') {
      return new Response(null, { status: 'access-control-allow-origin' in cors ? 204 : 403, headers: cors })
    }
    const route = routes[`${request.method} ${pathname}`]
    if (route === undefined) return withHeaders(noRoute(pathname), cors)
    try {
      // What a cookie lets in, another site must not send.
      if (cors === undefined && request.method !== 'GET' && request.headers.get('origin') !== origin) {
        throw new Refusal(403, 'This is for the page of this Worker.')
      }
      const answer = await route(request, env)
      return answer.status === 101 ? answer : withHeaders(answer, cors)
    } catch (error) {
      return withHeaders(errorAnswer(error), cors)
    }
  },

  /**
   * @param {unknown} _controller
   * @param {Env} env
   */
  async scheduled(_controller, env) {
    await vaultsOf(env).get({ kind: 'app' })
  },
}

/** @param {string} pathname */
function noRoute(pathname) {
  const there = Object.keys(routes).filter((route) => route.endsWith(` ${pathname}`))
  if (there.length === 0) return json({ error: 'There is nothing here.' }, { status: 404 })
  const allow = there.map((route) => route.split(' ')[0]).join(', ')
  return json({ error: `This takes ${allow}.` }, { status: 405, headers: { allow } })
}

/** @param {Env} env */
function vaultsOf(env) {
  return new VaultTokenHandler(env.VAULTS, {
    clientId: env.TWITCH_CLIENT_ID,
    platform: { endpoints: endpointsOf(env) },
  })
}

/**
 * @param {Env} env
 * @param {string} user
 */
function keysOf(env, user) {
  return env.KEYS.get(env.KEYS.idFromName(user))
}

/** @param {Env} env */
function endpointsOf(env) {
  return env.TWITCH_ENDPOINTS ? JSON.parse(env.TWITCH_ENDPOINTS) : undefined
}

/**
 * @param {Request} request
 * @param {Env} env
 */
async function findSession(request, env) {
  const cookie = await readCookie(request, SESSION.name, env.COOKIE_SECRET)
  if (cookie === undefined) return undefined
  const [user, login] = [String(cookie.user), String(cookie.login)]
  return (await keysOf(env, user).isSignedIn(Number(cookie.iat) * 1000)) ? { user, login } : undefined
}

/**
 * @param {Request} request
 * @param {Env} env
 */
async function sessionOf(request, env) {
  const session = await findSession(request, env)
  if (session === undefined) throw new Refusal(401, 'Nobody is signed in in this browser.')
  return session
}

/**
 * @param {Env} env
 * @param {string} key
 */
async function limit(env, key) {
  const { success } = await env.LIMIT.limit({ key })
  if (!success) throw new Refusal(429, 'Too many requests: a token is good for hours, keep it.')
}

/**
 * Who comes with an overlay key, and what it is good for.
 *
 * @param {Request} request
 * @param {Env} env
 * @param {string} text
 */
async function keyOf(request, env, text) {
  const key = await readKey(text, env.COOKIE_SECRET)
  await limit(env, key ? `key ${key.user} ${key.id}` : `address ${request.headers.get('cf-connecting-ip')}`)
  const scopes = key && (await keysOf(env, key.user).scopesOf(key.id))
  if (key === undefined || scopes === undefined) throw new Refusal(401, 'There is no such overlay key: make a new one.')
  return { user: key.user, scopes }
}

/**
 * What the JSON of a request says: nothing, where there is none.
 *
 * @param {Request} request
 * @returns {Promise<Record<string, unknown>>}
 */
async function bodyOf(request) {
  const body = await request
    .text()
    .then((text) => JSON.parse(text || '{}'))
    .catch(() => undefined)
  if (typeof body !== 'object' || body === null) throw new Refusal(400, 'The body must be an object, as JSON.')
  return body
}

/** @param {Request} request */
function bearerOf(request) {
  return request.headers.get('authorization')?.replace(/^Bearer /i, '') ?? ''
}

/**
 * @param {string} to
 * @param {string[]} cookies
 */
function redirect(to, ...cookies) {
  const headers = new Headers({ location: to, 'cache-control': 'no-store' })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 302, headers })
}

/**
 * @param {Response} response
 * @param {Record<string, string> | undefined} headers
 */
function withHeaders(response, headers = {}) {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}
