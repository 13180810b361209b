import { assertVisible } from '../internal/authorization.ts'
import type { AccessToken, Scope } from '../types.ts'

// Chromium's console prints #private fields as well, so secrets sit beside the objects.
const secrets = new WeakMap<object, { readonly access: string; readonly refresh?: string | undefined }>()

/** An access token, and the refresh token that came with it, as a handler gives them. Nothing prints them. */
export class Token {
  /**
   * @param accessToken With or without `oauth:` or `Bearer ` before it.
   * @throws {TypeError} It is no token.
   */
  constructor(accessToken: string, refreshToken?: string | undefined) {
    secrets.set(this, {
      access: readToken('The access token', accessToken),
      refresh: refreshToken === undefined ? undefined : readToken('The refresh token', refreshToken),
    })
  }

  get accessToken(): string {
    return secrets.get(this)?.access ?? ''
  }

  get refreshToken(): string | undefined {
    return secrets.get(this)?.refresh
  }

  toString(): string {
    return '[Token]'
  }

  toJSON(): string {
    return '[Token]'
  }
}

function readToken(name: string, value: string): string {
  const token = typeof value === 'string' ? value.trim().replace(/^(?:oauth:|bearer(?: +|$))/i, '') : value
  assertVisible(name, token)
  return token
}

class IssuedToken implements AccessToken {
  declare readonly kind: AccessToken['kind']
  declare readonly userId: string | undefined
  declare readonly login: string | undefined
  declare readonly scopes: readonly Scope[]
  declare readonly expiresAt: number | undefined

  constructor(value: string, facts: Omit<AccessToken, 'value'>) {
    secrets.set(this, { access: value })
    Object.assign(this, facts)
  }

  get value(): string {
    return secrets.get(this)?.access ?? ''
  }
}

/** An access token to hand out: `value` is there to be read, and nowhere to be seen. */
export function issueToken(value: string, facts: Omit<AccessToken, 'value'>): AccessToken {
  return new IssuedToken(value, facts)
}

/** Keeps a secret beside its owner, where no console looks. */
export function keepSecret(owner: object, secret: string): void {
  secrets.set(owner, { access: secret })
}

export function secretOf(owner: object): string | undefined {
  return secrets.get(owner)?.access
}
