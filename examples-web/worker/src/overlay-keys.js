// @ts-check
import { DurableObject } from 'cloudflare:workers'

/** @typedef {{ id: string, label: string, scopes: string[], createdAt: number }} OverlayKey */

/**
 * The overlay keys of one user: what an overlay has in the place of a token. A key is good for one user and a list of
 * scopes, and can be revoked. Only its hash is kept.
 */
export class OverlayKeys extends DurableObject {
  /** @param {{ user: string, label: string, scopes: string[] }} options */
  async create({ user, label, scopes }) {
    const id = randomText(6)
    const secret = randomText(24)
    this.#sql(
      'INSERT INTO keys (id, hash, label, scopes, createdAt) VALUES (?, ?, ?, ?, ?)',
      id,
      await hashOf(secret),
      label.slice(0, 100),
      scopes.join(' '),
      Date.now(),
    )
    return { id, key: `overlay_${user}_${id}_${secret}` }
  }

  /** @returns {OverlayKey[]} */
  list() {
    return this.#sql('SELECT id, label, scopes, createdAt FROM keys ORDER BY createdAt').map((row) => ({
      id: String(row.id),
      label: String(row.label),
      scopes: String(row.scopes).split(' ').filter(Boolean),
      createdAt: Number(row.createdAt),
    }))
  }

  /** @param {string} id */
  revoke(id) {
    this.#sql('DELETE FROM keys WHERE id = ?', id)
  }

  /**
   * @param {string} id
   * @param {string} secret
   * @returns {Promise<string[] | undefined>} The scopes of the key; `undefined`: there is no such key.
   */
  async check(id, secret) {
    const [row] = this.#sql('SELECT hash, scopes FROM keys WHERE id = ?', id)
    if (row === undefined || row.hash !== (await hashOf(secret))) return undefined
    return String(row.scopes).split(' ').filter(Boolean)
  }

  /**
   * @param {string} query
   * @param {(string | number)[]} values
   */
  #sql(query, ...values) {
    const { sql } = this.ctx.storage
    sql.exec(
      'CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, hash TEXT, label TEXT, scopes TEXT, createdAt INTEGER)',
    )
    return sql.exec(query, ...values).toArray()
  }
}

/**
 * @param {string} text
 * @returns {{ user: string, id: string, secret: string } | undefined}
 */
export function readKey(text) {
  const [, user, id, secret] = /^overlay_(\d{1,20})_([0-9a-f]{12})_([0-9a-f]{48})$/.exec(text) ?? []
  return user && id && secret ? { user, id, secret } : undefined
}

/** @param {number} bytes */
function randomText(bytes) {
  return hex(crypto.getRandomValues(new Uint8Array(bytes)))
}

/** @param {string} secret Random enough to need no slow hash. */
async function hashOf(secret) {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))))
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
