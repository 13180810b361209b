import type { JWK, JWTPayload } from 'jose'

/** The key that signs id_tokens. It is made on first use. */
export interface Keys {
  publicKey(): Promise<JWK>
  /** An RS256 JWT. */
  sign(claims: JWTPayload): Promise<string>
  /** The next key gets the next `kid`; the old one is no longer published. */
  rotate(): void
}

interface Key {
  readonly jwk: JWK
  sign(claims: JWTPayload): Promise<string>
}

export function createKeys(): Keys {
  let kid = 1
  let made: Promise<Key> | undefined

  function key(): Promise<Key> {
    made ??= makeKey(String(kid))
    return made
  }

  return {
    publicKey: async () => (await key()).jwk,
    sign: async (claims) => (await key()).sign(claims),
    rotate() {
      kid++
      made = undefined
    },
  }
}

async function makeKey(kid: string): Promise<Key> {
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose')
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const { e, n } = (await exportJWK(publicKey)) as { e: string; n: string }
  return {
    jwk: { alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' },
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(privateKey),
  }
}
