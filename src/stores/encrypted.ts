import { promisifyRequest } from 'idb-keyval'
import { compactDecrypt } from 'jose/jwe/compact/decrypt'
import { CompactEncrypt } from 'jose/jwe/compact/encrypt'
import { UnsupportedError } from '../errors.ts'
import { asObject, asString } from '../internal/json.ts'
import { refuseUnknownOptions } from '../internal/options.ts'
import { createDatabase, type DatabaseOptions } from './database.ts'
import { isRecord, type LostRecord, type ProblemListener, report, takeRecord } from './record.ts'
import type { StoredRecord, TokenStore } from './token-store.ts'

export interface EncryptedStoreOptions extends DatabaseOptions {
  /** The database that keeps the keys. Default `twitch-keyring.keys`. */
  readonly name?: string | undefined
  /** Told of each record that could not be decrypted. */
  readonly onProblem?: ProblemListener | undefined
}

/** What the inner store sees: the version, whether it is a tombstone, and a JWE of key and record. */
interface SealedRecord extends StoredRecord {
  readonly jwe: string
}

/** The key of one inner store, as its database keeps it. */
interface StoredKey {
  readonly id: string
  readonly key: CryptoKey
}

/**
 * Encrypts what another store keeps (JWE, `dir` with `A256GCM`), with a key that no script can read out and that never
 * leaves this browser's IndexedDB. A copied file or a synced profile then holds no token in clear. It is no defence against
 * a script in the page, which can ask for tokens as the page does, nor against whoever copies the whole profile.
 *
 * A record whose key is gone reads as a tombstone with `lost: "key"`: its user signs in again. Records from before the
 * encryption are read, and encrypted when they are written next.
 *
 * @throws {TypeError} An option is unknown, or there is no inner store.
 * @throws {UnsupportedError} There is no WebCrypto here, as on all insecure origins (`http://absolute` of OBS).
 */
export function encryptedStore(inner: TokenStore, options: EncryptedStoreOptions = {}): TokenStore {
  refuseUnknownOptions('encryptedStore', options, ['name', 'onProblem', 'indexedDB', 'timeout'])
  if (typeof inner?.keys !== 'function') {
    throw new TypeError('encryptedStore takes the store to encrypt: encryptedStore(indexedDBStore()).')
  }
  const { name = 'twitch-keyring.keys', onProblem } = options
  if (!globalThis.crypto?.subtle) {
    throw new UnsupportedError(
      'There is no WebCrypto here to encrypt tokens with: serve the page over https: or from localhost, or use the inner store as it is.',
    )
  }
  const database = createDatabase(name, options)

  function findKey(): Promise<StoredKey | undefined> {
    return database('readonly', (keys) => promisifyRequest<StoredKey | undefined>(keys.get(inner.name)))
  }

  /** Asked for at every write: a key that was wiped must not go on in memory, where it would end with the page. */
  async function findOrMakeKey(): Promise<StoredKey> {
    const found = await findKey()
    if (found) return found
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    const made: StoredKey = { id: crypto.randomUUID(), key }
    return database('readwrite', async (keys) => {
      const first = await promisifyRequest<StoredKey | undefined>(keys.get(inner.name))
      if (!first) keys.put(made, inner.name)
      return first ?? made
    })
  }

  const told = new Set<string>()

  async function seal(key: string, record: StoredRecord): Promise<SealedRecord> {
    const { id, key: encryptionKey } = await findOrMakeKey()
    const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify([key, record])))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: id })
      .encrypt(encryptionKey)
    return { version: record.version, ...(record.deleted && { deleted: true }), jwe }
  }

  async function unseal(key: string, sealed: StoredRecord): Promise<StoredRecord> {
    const jwe = asString(asObject(sealed)['jwe'])
    if (jwe === undefined) return sealed
    const stored = await findKey()
    let lost: LostRecord['lost'] = 'corrupt'
    try {
      const { plaintext } = await compactDecrypt(
        jwe,
        ({ kid }) => {
          if (stored && stored.id === kid) return stored.key
          lost = 'key'
          throw new Error('The key is gone.')
        },
        { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
      )
      const [owner, record] = JSON.parse(new TextDecoder().decode(plaintext)) as [unknown, unknown]
      // Else somebody moved it here from another key or version.
      if (owner === key && isRecord(record) && record.version === sealed.version) return record
    } catch {
      // What the parser or the decryption says of it could quote it.
    }
    if (sealed.deleted) return { version: sealed.version, deleted: true }
    const id = `${sealed.version}:${key}`
    if (!told.has(id)) report(onProblem, advice[lost], key)
    told.add(id)
    const record: LostRecord = { version: sealed.version, deleted: true, lost }
    return record
  }

  return {
    name: inner.name,
    durable: inner.durable,
    consistency: inner.consistency,

    async get(key) {
      const sealed = await inner.get(key)
      return sealed && unseal(key, sealed)
    },

    async replace(key, expectedVersion, next) {
      const record = takeRecord(expectedVersion, next)
      return inner.replace(key, expectedVersion, await seal(key, record))
    },

    keys: () => inner.keys(),
  }
}

const advice = {
  key: 'The key of an encrypted record is gone, as when site data was cleared in part: sign in again.',
  corrupt: 'An encrypted record could not be decrypted: sign in again.',
}
