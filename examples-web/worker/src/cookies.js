// @ts-check
import { jwtVerify, SignJWT } from 'jose'

/**
 * A cookie that only this Worker can have made, and that no script and no other site gets to see.
 *
 * @param {string} name Also what it is good for: one kind of cookie never passes for another.
 * @param {Record<string, unknown>} content
 * @param {{ secret: string, lifetime: number }} options `lifetime`: seconds.
 */
export async function signedCookie(name, content, { secret, lifetime }) {
  const value = await new SignJWT(content)
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(name)
    .setIssuedAt(Date.now() / 1000)
    .setExpirationTime(`${lifetime} s`)
    .sign(bytesOf(secret))
  return `__Host-${name}=${value}; Path=/; Max-Age=${lifetime}; HttpOnly; Secure; SameSite=Lax`
}

/**
 * @param {Request} request
 * @param {string} name
 * @param {string} secret
 * @returns What it holds; `undefined`: there is none, it has ended, or somebody else made it.
 */
export async function readCookie(request, name, secret) {
  const cookies = request.headers.get('cookie')?.split(/; */) ?? []
  const value = cookies.find((cookie) => cookie.startsWith(`__Host-${name}=`))?.slice(name.length + 8)
  if (!value) return undefined
  try {
    return (await jwtVerify(value, bytesOf(secret), { audience: name, algorithms: ['HS256'] })).payload
  } catch {
    return undefined
  }
}

/** @param {string} name */
export function endedCookie(name) {
  return `__Host-${name}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`
}

/** @param {string} secret */
export function bytesOf(secret) {
  if (!secret || secret.length < 32) throw new Error('COOKIE_SECRET must be a secret of 32 characters or more.')
  return new TextEncoder().encode(secret)
}
