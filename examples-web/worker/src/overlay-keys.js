// @ts-check
import { DurableObject } from 'cloudflare:workers'
import { base64url } from 'jose'
import { bytesOf } from './cookies.js'

/** @typedef {{ id: string, label: string, scopes: string[], createdAt: number }} OverlayKey */

/**
 * The overlay keys of one user: what an overlay has in the place of a token. A key is good for one user and a list of
 * scopes, and can be revoked. It is signed, and kept nowhere; and whoever only asks makes nothing be stored.
 * When the user signed out last is kept here, too: sessions that began before have ended.
 */
export class OverlayKeys extends DurableObject {
  /**
   * @param {{ label: string, scopes: string[] }} options
   * @returns {string} The id of the new key.
   */
  create({ label, scopes }) {
    const id = base64url.encode(crypto.getRandomValues(new Uint8Array(9)))
    this.#kv.put(`key ${id}`, { id, label: label.slice(0, 100), scopes, createdAt: Date.now() })
    return id
  }

  /** @returns {OverlayKey[]} */
  list() {
    /** @type {Iterable<[string, OverlayKey]>} */
    const entries = this.#kv.list({ prefix: 'key ' })
    return Array.from(entries, ([, key]) => key).sort((a, b) => a.createdAt - b.createdAt)
  }

  /** @param {string} id */
  revoke(id) {
    this.#kv.delete(`key ${id}`)
  }

  /**
   * @param {string} id
   * @returns {string[] | undefined} `undefined`: there is no such key.
   */
  scopesOf(id) {
    /** @type {OverlayKey | undefined} */
    const key = this.#kv.get(`key ${id}`)
    return key?.scopes
  }

  /** Revokes all keys, and ends all sessions. */
  signOut() {
    for (const { id } of this.list()) this.revoke(id)
    this.#kv.put('signedOutAt', Date.now())
  }

  /** @param {number} since Epoch milliseconds: when a session began. */
  isSignedIn(since) {
    /** @type {number | undefined} */
    const signedOutAt = this.#kv.get('signedOutAt')
    return signedOutAt === undefined || since > signedOutAt
  }

  get #kv() {
    return this.ctx.storage.kv
  }
}

/**
 * A key that only this Worker can have made: one that is made up is refused before any object is asked.
 *
 * @param {{ user: string, id: string }} key
 * @param {string} secret
 */
export async function signedKey({ user, id }, secret) {
  const name = `overlay_${user}_${id}`
  const signature = await crypto.subtle.sign('HMAC', await hmacKey(secret), new TextEncoder().encode(name))
  return `${name}_${base64url.encode(new Uint8Array(signature))}`
}

/**
 * @param {string} text
 * @param {string} secret
 * @returns {Promise<{ user: string, id: string } | undefined>} `undefined`: it is made up.
 */
export async function readKey(text, secret) {
  const [, name, user, id, signature] = /^(overlay_(\d{1,20})_([\w-]{12}))_([\w-]{43})$/.exec(text) ?? []
  if (!name || !user || !id || !signature) return undefined
  const signed = new TextEncoder().encode(name)
  const isOurs = await crypto.subtle.verify(
    'HMAC',
    await hmacKey(secret),
    Uint8Array.from(base64url.decode(signature)),
    signed,
  )
  return isOurs ? { user, id } : undefined
}

/** @param {string} secret */
function hmacKey(secret) {
  return crypto.subtle.importKey('raw', bytesOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}
