import { asNumber, asObject, asString } from '../internal/json.ts'

/**
 * The part of `window.Twitch.ext` that is used.
 *
 * @see https://dev.twitch.tv/docs/extensions/reference/#helper-auth
 */
export interface TwitchExtHelper {
  onAuthorized(callback: (auth: unknown) => void): void
}

/** What Twitch told a panel, without its tokens. */
export interface ExtensionAuthorization {
  /** The user id of the broadcaster. */
  readonly channelId: string
  /** The client id of the extension. */
  readonly clientId: string
  /** `U…` for a viewer who is signed in, `A…` for one who is not: the latter must not be kept. */
  readonly opaqueUserId: string
  /** Only of a viewer who shares it. */
  readonly userId: string | undefined
  readonly role: 'broadcaster' | 'moderator' | 'viewer' | 'external' | undefined
  /** Epoch milliseconds: Twitch gives another one before. `undefined`: it does not say. */
  readonly expiresAt: number | undefined
  /** Whether Helix can be asked from here. */
  readonly canAskHelix: boolean
}

/** What Twitch told a panel. */
export interface ReceivedAuthorization {
  readonly facts: ExtensionAuthorization
  readonly token: string
  readonly helixToken: string | undefined
}

/** @returns `undefined`: it is no such thing. */
export function readAuthorization(value: unknown): ReceivedAuthorization | undefined {
  const { channelId, clientId, token, helixToken, userId } = asObject(value)
  if (!asString(channelId) || !asString(clientId) || !asString(token) || !asString(userId)) return undefined
  const claims = readClaims(token as string)
  const { user_id, role, exp } = claims
  const helix = asString(helixToken) || undefined
  return {
    token: token as string,
    helixToken: helix,
    facts: {
      channelId: channelId as string,
      clientId: clientId as string,
      opaqueUserId: userId as string,
      userId: asString(user_id) || undefined,
      role: isRole(role) ? role : undefined,
      expiresAt: earliest(exp, helix === undefined ? undefined : readClaims(helix)['exp']),
      canAskHelix: helix !== undefined,
    },
  }
}

/** The claims of a JWT as they stand there. A panel has no key to prove them, and needs none: Twitch gave them. */
function readClaims(jwt: string): Readonly<Record<string, unknown>> {
  try {
    const [, payload = ''] = jwt.split('.')
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    return asObject(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return {}
  }
}

function earliest(...seconds: readonly unknown[]): number | undefined {
  const known = seconds.map(asNumber).filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.min(...known) * 1000
}

function isRole(value: unknown): value is NonNullable<ExtensionAuthorization['role']> {
  return value === 'broadcaster' || value === 'moderator' || value === 'viewer' || value === 'external'
}
