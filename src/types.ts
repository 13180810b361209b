/**
 * Every scope that Twitch documents today, and the legacy ones that old tokens still carry.
 *
 * @see https://dev.twitch.tv/docs/authentication/scopes/
 */
export type Scope =
  | 'analytics:read:extensions'
  | 'analytics:read:games'
  | 'bits:read'
  | 'channel:bot'
  | 'channel:edit:commercial'
  | 'channel:manage:ads'
  | 'channel:manage:broadcast'
  | 'channel:manage:clips'
  | 'channel:manage:extensions'
  | 'channel:manage:guest_star'
  | 'channel:manage:moderators'
  | 'channel:manage:polls'
  | 'channel:manage:predictions'
  | 'channel:manage:raids'
  | 'channel:manage:redemptions'
  | 'channel:manage:schedule'
  | 'channel:manage:videos'
  | 'channel:manage:vips'
  | 'channel:moderate'
  | 'channel:read:ads'
  | 'channel:read:charity'
  | 'channel:read:editors'
  | 'channel:read:goals'
  | 'channel:read:guest_star'
  | 'channel:read:hype_train'
  | 'channel:read:polls'
  | 'channel:read:predictions'
  | 'channel:read:redemptions'
  | 'channel:read:stream_key'
  | 'channel:read:subscriptions'
  | 'channel:read:vips'
  | 'chat:edit'
  | 'chat:read'
  | 'clips:edit'
  | 'editor:manage:clips'
  | 'moderation:read'
  | 'moderator:manage:announcements'
  | 'moderator:manage:automod'
  | 'moderator:manage:automod_settings'
  | 'moderator:manage:banned_users'
  | 'moderator:manage:blocked_terms'
  | 'moderator:manage:chat_messages'
  | 'moderator:manage:chat_settings'
  | 'moderator:manage:guest_star'
  | 'moderator:manage:shield_mode'
  | 'moderator:manage:shoutouts'
  | 'moderator:manage:suspicious_users'
  | 'moderator:manage:unban_requests'
  | 'moderator:manage:warnings'
  | 'moderator:read:automod_settings'
  | 'moderator:read:banned_users'
  | 'moderator:read:blocked_terms'
  | 'moderator:read:chat_messages'
  | 'moderator:read:chat_settings'
  | 'moderator:read:chatters'
  | 'moderator:read:followers'
  | 'moderator:read:guest_star'
  | 'moderator:read:moderators'
  | 'moderator:read:shield_mode'
  | 'moderator:read:shoutouts'
  | 'moderator:read:suspicious_users'
  | 'moderator:read:unban_requests'
  | 'moderator:read:vips'
  | 'moderator:read:warnings'
  | 'openid'
  | 'user:bot'
  | 'user:edit'
  | 'user:edit:broadcast'
  | 'user:manage:blocked_users'
  | 'user:manage:chat_color'
  | 'user:manage:whispers'
  | 'user:read:blocked_users'
  | 'user:read:broadcast'
  | 'user:read:chat'
  | 'user:read:email'
  | 'user:read:emotes'
  | 'user:read:follows'
  | 'user:read:moderated_channels'
  | 'user:read:subscriptions'
  | 'user:read:whispers'
  | 'user:write:chat'
  | 'whispers:read'
  | LegacyScope

/** Scopes that Twitch no longer grants, still found in old tokens. */
export type LegacyScope =
  | 'channel_check_subscription'
  | 'channel_commercial'
  | 'channel_editor'
  | 'channel_read'
  | 'channel_subscriptions'
  | 'chat_login'
  | 'user:edit:follows'
  | 'user_blocks_edit'
  | 'user_blocks_read'
  | 'user_follows_edit'
  | 'user_read'
  | 'user_subscriptions'
  | 'whispers:edit'

/** Scopes a request needs: every element is needed; an inner list means any one of its scopes. */
export type ScopeRequirement = readonly (Scope | readonly Scope[])[]

/** How the app is registered at Twitch. A public app has no secret, and its refresh tokens can be spent once. */
export type ClientType = 'public' | 'confidential'

/**
 * An access token as it is handed out.
 *
 * `value` is the bare token. It is not enumerable, and no `JSON.stringify`, log or console shows it.
 */
export interface AccessToken {
  readonly value: string
  readonly kind: 'user' | 'app' | 'extension'
  readonly userId?: string | undefined
  readonly login?: string | undefined
  readonly scopes: readonly Scope[]
  /** Epoch milliseconds. `undefined`: it never expires, or nobody knows when. */
  readonly expiresAt?: number | undefined
}

/** What a caller wants to do with the token it asks for. */
export interface AccessTokenRequest {
  /** Default `"user"`. */
  readonly kind?: 'user' | 'app' | undefined
  /** A user id. Left out: the only account there is. */
  readonly user?: string | undefined
  readonly scopes?: ScopeRequirement | undefined
  readonly signal?: AbortSignal | undefined
}

/** Ends the caller's wait. It never ends a refresh that may have left. */
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined
}

/** Where Helix and chat get their tokens. `TokenManager` is one. */
export interface AccessTokenSource {
  /** @throws {HandlerError} The handler has no client id. */
  clientId(): Promise<string>
  /**
   * @throws {TokenRejectedError} The user must sign in.
   * @throws {MissingScopeError} The user must grant more.
   * @throws {NetworkError} No answer came, and nothing that still works is held.
   */
  get(request: AccessTokenRequest): Promise<AccessToken>
  /** @returns `undefined` when nobody is signed in. */
  getForChat(shardId: number, options?: WaitOptions): Promise<AccessToken | undefined>
  /** Answers with the current token when that is another one already; else validates, then renews once. */
  renew(refused: AccessToken, options?: WaitOptions): Promise<AccessToken>
}

/** The hosts of Twitch, or of anything that speaks like it. No slash at the end. */
export interface Endpoints {
  /** Default `https://id.twitch.tv/oauth2`. */
  readonly id: string
  /** Default `https://api.twitch.tv/helix`. */
  readonly helix: string
  /** Default `wss://irc-ws.chat.twitch.tv`. */
  readonly irc: string
  /** Default `https://static-cdn.jtvnw.net`. */
  readonly cdn: string
}

/** The part of `LockManager` that is used. */
export interface Locks {
  request<T>(name: string, options: { signal?: AbortSignal }, callback: () => Promise<T>): Promise<T>
}

/** The part of `BroadcastChannel` that is used. */
export interface Channel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  close(): void
}

/** What the library takes from the place it runs in. Every part has a default, looked up when it is used. */
export interface Platform {
  readonly endpoints: Endpoints
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>
  /** Left out: the global one, where a connection is opened. */
  readonly WebSocket?: (new (url: string, protocols?: string | string[]) => WebSocket) | undefined
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number
  /** A clock that never jumps, in milliseconds since any moment. */
  readonly monotonic: () => number
  readonly setTimeout: (callback: () => void, delay: number) => unknown
  readonly clearTimeout: (timer: unknown) => void
  /** From 0 up to 1, for jitter. */
  readonly random: () => number
  /** 128 random bits as 32 hexadecimal digits. */
  readonly randomId: () => string
  /** `undefined` where there are no Web Locks. */
  readonly locks: Locks | undefined
  /** `undefined` where there is no BroadcastChannel. */
  readonly channel: ((name: string) => Channel) | undefined
  /** Keeps a Worker alive until the promise has settled. */
  readonly waitUntil: ((promise: Promise<unknown>) => void) | undefined
}

/** Parts of {@link Platform} to replace. */
export type PlatformOptions = {
  readonly [Part in Exclude<keyof Platform, 'endpoints'>]?: Platform[Part] | undefined
} & { readonly endpoints?: Partial<Endpoints> | undefined }
