import type { Clock } from './clock.ts'
import { createRandom, type Random } from './random.ts'
import { amount, check, flag, needed, oneOf, type Shape, text } from './shape.ts'
import { userOf } from './users.ts'
import type { TokenOwner, UserDirectory } from './world.ts'

/** What `Twitch.ext.onAuthorized` is called with. */
export interface ExtensionAuth {
  readonly channelId: string
  readonly clientId: string
  /** For the extension's backend. */
  readonly token: string
  /** For Helix. Missing in Twitch's mobile app and the developer rig. */
  readonly helixToken?: string
  /** The opaque user id. */
  readonly userId: string
}

export interface ExtensionAuthOptions {
  readonly clientId: string
  /** Login of the broadcaster. */
  readonly channel: string
  /** Login of the viewer. Left out: somebody who is not signed in. */
  readonly viewer?: string | undefined
  /** Default: broadcaster in one's own channel, else viewer. */
  readonly role?: 'broadcaster' | 'moderator' | 'viewer' | undefined
  /** Whether the viewer shares who they are. Default `false`. */
  readonly shared?: boolean | undefined
  /** Seconds. Default 3,600. */
  readonly lifetime?: number | undefined
  /** Default `true`. */
  readonly helixToken?: boolean | undefined
}

const AUTH: Shape<ExtensionAuthOptions> = {
  clientId: needed(text),
  channel: needed(text),
  viewer: text,
  role: oneOf('broadcaster', 'moderator', 'viewer'),
  shared: flag,
  lifetime: amount,
  helixToken: flag,
}

/** The hands on extensions: what Twitch gives their panels. */
export interface FakeExtensions {
  /** @returns A new secret, in base64. The older ones stay good. */
  addSecret(clientId: string): string
  /** The secrets of an extension, the newest last; one is made when there is none. */
  secrets(clientId: string): readonly string[]
  /**
   * Authorizes a panel, as Twitch does when it loads, and again before the tokens end.
   *
   * @throws {TypeError} No such user or option.
   */
  authorize(options: ExtensionAuthOptions): Promise<ExtensionAuth>
  /** All helix tokens of an extension end. */
  expireAll(clientId: string): void
}

/** A panel, as Helix sees it. */
export interface PanelOwner extends TokenOwner {
  readonly opaqueUserId: string
}

export interface ExtensionServer {
  readonly hands: FakeExtensions
  /** Only of a living helix token. */
  ownerOf(helixToken: string): PanelOwner | undefined
}

export function createExtensionServer(
  { clock, users }: { readonly clock: Clock; readonly users: UserDirectory },
  seed: number,
): ExtensionServer {
  const random = createRandom(seed)
  const secrets = new Map<string, string[]>()
  const helixTokens = new Map<string, { readonly owner: PanelOwner; readonly expiresAt: number }>()

  const user = (login: string) => userOf(users, login)

  const hands: FakeExtensions = {
    addSecret(clientId) {
      const secret = btoa(String.fromCharCode(...bytes(random, 32)))
      secrets.set(clientId, [...(secrets.get(clientId) ?? []), secret])
      return secret
    },
    secrets(clientId) {
      if (!secrets.has(clientId)) hands.addSecret(clientId)
      return secrets.get(clientId) ?? []
    },
    authorize(options) {
      check('authorize()', options, AUTH)
      const { clientId, channel, viewer, role, shared = false, lifetime = 3_600, helixToken = true } = options
      const broadcaster = user(channel)
      const who = viewer === undefined ? undefined : user(viewer)
      const own = who === broadcaster
      const opaqueUserId = who === undefined ? `A${random.string('0123456789', 14)}` : `U${own ? '' : 'x'}${who.id}`
      const iat = Math.floor(clock.now() / 1000)
      const exp = iat + lifetime
      const claims = {
        exp,
        iat,
        opaque_user_id: opaqueUserId,
        ...((own || shared) && who && { user_id: who.id }),
        channel_id: broadcaster.id,
        role: role ?? (own ? 'broadcaster' : 'viewer'),
        is_unlinked: false,
        pubsub_perms: { listen: ['broadcast', `whisper-${opaqueUserId}`], send: own ? ['broadcast', 'whisper-*'] : [] },
      }
      const secret = hands.secrets(clientId).at(-1) ?? ''
      // Nobody but Twitch has the key of this one.
      const key = btoa(String.fromCharCode(...bytes(random, 32)))
      const id = random.uuid()
      const work = async (): Promise<ExtensionAuth> => {
        const token = await sign(claims, secret)
        const auth = { channelId: broadcaster.id, clientId, token, userId: opaqueUserId }
        if (!helixToken) return auth
        const helix = await sign({ opaque_user_id: opaqueUserId, client_id: clientId, created_at: iat, jti: id }, key)
        const owner = { clientId, user: who, scopes: [], opaqueUserId }
        helixTokens.set(helix, { owner, expiresAt: exp * 1000 })
        return { ...auth, helixToken: helix }
      }
      const done = work()
      clock.hold?.(done)
      return done
    },
    expireAll(clientId) {
      for (const [token, { owner }] of helixTokens) if (owner.clientId === clientId) helixTokens.delete(token)
    },
  }

  return {
    hands,
    ownerOf(helixToken) {
      const found = helixTokens.get(helixToken)
      return found !== undefined && clock.now() < found.expiresAt ? found.owner : undefined
    },
  }
}

function bytes(random: Random, length: number): number[] {
  return Array.from({ length }, () => random.integer(0, 255))
}

async function sign(claims: Record<string, unknown>, secret: string): Promise<string> {
  const { SignJWT } = await import('jose')
  const key = Uint8Array.from(atob(secret), (character) => character.charCodeAt(0))
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key)
}
