// @ts-check
// The backend for the sign-in with a code: the client secret and the tokens stay here, and the page gets a session cookie.

import { Client, completeSignInWithCode, StoredTokenHandler, signInWithCode } from 'twitch-keyring'
import { memoryStore } from 'twitch-keyring/stores'

/** @typedef {{ CLIENT_ID: string, CLIENT_SECRET: string, ENDPOINTS: string }} Env */

/** Ends with this isolate: a Worker that is meant to last keeps tokens and sessions in a Durable Object. */
const store = memoryStore()
/** @type {Map<string, string>} User ids by session. */
const sessions = new Map()
/** @type {Client | undefined} */
let client

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    const url = new URL(request.url)
    const handler = new StoredTokenHandler({
      clientId: env.CLIENT_ID,
      clientType: 'confidential',
      clientSecret: env.CLIENT_SECRET,
      store,
      platform: { endpoints: JSON.parse(env.ENDPOINTS) },
    })
    client ??= new Client(handler)
    const redirectUri = new URL('/worker/callback', url).href

    switch (`${request.method} ${url.pathname}`) {
      case 'GET /worker/sign-in': {
        const { url, pending } = await signInWithCode(handler, {
          scopes: ['user:read:email'],
          redirectUri,
          keep: false, // in the cookie: anybody may come here, and nobody fills the store
        })
        return redirect(url, cookie('pending', encodeURIComponent(JSON.stringify(pending)), 3600))
      }
      case 'GET /worker/callback': {
        try {
          const pending = JSON.parse(decodeURIComponent(readCookie(request, 'pending') ?? '{}'))
          const { id } = await completeSignInWithCode(handler, request.url, { pending })
          const session = crypto.randomUUID()
          sessions.set(session, id)
          return redirect('/sign-in/', cookie('pending', '', 0), cookie('session', session, 86_400))
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error)
          return redirect(`/sign-in/?problem=${encodeURIComponent(why)}`, cookie('pending', '', 0))
        }
      }
      case 'GET /worker/me': {
        const user = sessions.get(readCookie(request, 'session') ?? '')
        if (user === undefined) return Response.json({ login: null })
        const { data } = await client.helix.get('/users', { user })
        return Response.json({ login: data[0]?.login ?? null, email: data[0]?.email ?? null })
      }
      case 'POST /worker/sign-out': {
        const session = readCookie(request, 'session') ?? ''
        const user = sessions.get(session)
        sessions.delete(session)
        if (user !== undefined && ![...sessions.values()].includes(user)) await client.signOut(user)
        return new Response(null, { status: 204, headers: { 'set-cookie': cookie('session', '', 0) } })
      }
      default:
        return new Response('There is nothing here.', { status: 404 })
    }
  },
}

/**
 * @param {string} location
 * @param {string[]} cookies
 */
function redirect(location, ...cookies) {
  const response = new Response(null, { status: 302, headers: { location } })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

/**
 * @param {string} name
 * @param {string} value
 * @param {number} seconds
 */
function cookie(name, value, seconds) {
  return `${name}=${value}; Path=/worker/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Lax`
}

/**
 * @param {Request} request
 * @param {string} name
 */
function readCookie(request, name) {
  return new RegExp(`(?:^|; )${name}=([^;]*)`).exec(request.headers.get('cookie') ?? '')?.[1]
}
