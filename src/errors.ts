import type { Scope } from './types.ts'

/** What every error of this library is. Narrow by `code`, or by `instanceof`. Argument mistakes are `TypeError` and `RangeError`. */
export abstract class TwitchKeyringError extends Error {
  abstract override readonly name: string
  abstract readonly code: string
}

/** No usable answer came: offline, time-out, 5xx, rate limit, HTML. Nothing is lost: keep everything, try later. */
export class NetworkError extends TwitchKeyringError {
  override readonly name = 'NetworkError' as const
  readonly code = 'network' as const
  /** The HTTP status, where one came. */
  readonly status: number | undefined
  /** Not before this instant (epoch milliseconds), where it is known. */
  readonly retryAt: number | undefined

  constructor(
    message: string,
    options: ErrorOptions & { status?: number | undefined; retryAt?: number | undefined } = {},
  ) {
    super(message, options)
    this.status = options.status
    this.retryAt = options.retryAt
  }
}

/**
 * Why a user must sign in (again).
 *
 * - `signed-out`: nobody is signed in, or somebody signed out.
 * - `invalid`: Twitch said so, and there is no refresh token to renew it with.
 * - `refused`: Twitch refused the refresh token.
 * - `lost-response`: a refresh token or a device code was spent, and the answer never came.
 * - `not-saved`: a renewed pair was lost because its store never worked again.
 * - `denied`, `code-expired`: a sign-in came to nothing.
 * - `wrong-app`, `wrong-user`, `wrong-kind`: the token belongs to another client id, to another user, or is no user token.
 */
export type RejectionReason =
  | 'signed-out'
  | 'invalid'
  | 'refused'
  | 'lost-response'
  | 'not-saved'
  | 'denied'
  | 'code-expired'
  | 'wrong-app'
  | 'wrong-user'
  | 'wrong-kind'

/** The user must sign in again. */
export class TokenRejectedError extends TwitchKeyringError {
  override readonly name = 'TokenRejectedError' as const
  readonly code = 'token_rejected' as const
  readonly userId: string | undefined
  readonly reason: RejectionReason

  constructor(message: string, options: ErrorOptions & { reason: RejectionReason; userId?: string | undefined }) {
    super(message, options)
    this.reason = options.reason
    this.userId = options.userId
  }
}

/** The user must grant more. */
export class MissingScopeError extends TwitchKeyringError {
  override readonly name = 'MissingScopeError' as const
  readonly code = 'missing_scope' as const
  readonly userId: string | undefined
  /** Ask for these beside what is held. An inner list: any one of them. */
  readonly missing: readonly (Scope | readonly Scope[])[]

  constructor(
    message: string,
    options: ErrorOptions & { missing: MissingScopeError['missing']; userId?: string | undefined },
  ) {
    super(message, options)
    this.missing = options.missing
    this.userId = options.userId
  }
}

/** The app is registered or set up wrongly: client type, secret, redirect, client id. No user can mend it. */
export class ConfigurationError extends TwitchKeyringError {
  override readonly name = 'ConfigurationError' as const
  readonly code = 'configuration' as const
}

/**
 * A token store failed.
 *
 * - `unavailable`: it cannot be opened here (blocked, private mode, an origin without storage), or was closed.
 * - `quota`: it is full.
 * - `newer-format`: the record was written by a newer version of this library.
 * - `corrupt`: the record cannot be read.
 * - `failed`: anything else; see `cause`.
 */
export class StoreError extends TwitchKeyringError {
  override readonly name = 'StoreError' as const
  readonly code = 'store' as const
  readonly reason: 'unavailable' | 'quota' | 'newer-format' | 'corrupt' | 'failed'

  constructor(message: string, options: ErrorOptions & { reason: StoreError['reason'] }) {
    super(message, options)
    this.reason = options.reason
  }
}

/** Helix answered with an error. `message` is Twitch's own. */
export class HelixError extends TwitchKeyringError {
  override readonly name = 'HelixError' as const
  readonly code = 'helix' as const
  readonly status: number
  /** `wrong-user`: the token is good, but another user's than the request speaks of. Name that user as `user`. */
  readonly reason: 'wrong-user' | undefined
  /** Epoch milliseconds: when the rate limit lets the next request pass, on a 429. */
  readonly retryAt: number | undefined

  constructor(
    message: string,
    options: ErrorOptions & {
      status: number
      reason?: HelixError['reason']
      retryAt?: number | undefined
    },
  ) {
    super(message, options)
    this.status = options.status
    this.reason = options.reason
    this.retryAt = options.retryAt
  }
}

/** Why chat could not do it: the `msg-id` of Twitch's NOTICE, or one of this library's own words. */
export type ChatErrorReason =
  | 'login-failed'
  | 'not-connected'
  | 'closed'
  | 'read-only'
  | 'no-answer'
  | 'join-limit'
  | 'rate-limited'
  | 'channel-suspended'
  | 'banned'
  | (string & {})

/** Chat refused, or did not answer. */
export class ChatError extends TwitchKeyringError {
  override readonly name = 'ChatError' as const
  readonly code = 'chat' as const
  readonly reason: ChatErrorReason
  /** Login of the channel, without `#`. */
  readonly channel: string | undefined

  constructor(message: string, options: ErrorOptions & { reason: ChatErrorReason; channel?: string | undefined }) {
    super(message, options)
    this.reason = options.reason
    this.channel = options.channel
  }
}

/** A token handler lacks the method that was needed, threw, or gave something unusable. */
export class HandlerError extends TwitchKeyringError {
  override readonly name = 'HandlerError' as const
  readonly code = 'handler' as const
  /** The method of the handler. */
  readonly method: string

  constructor(message: string, options: ErrorOptions & { method: string }) {
    super(message, options)
    this.method = options.method
  }
}

/** This place lacks something that is needed. */
export class UnsupportedError extends TwitchKeyringError {
  override readonly name = 'UnsupportedError' as const
  readonly code = 'unsupported' as const
}

/** Every error this library throws of its own; switch on `code` to narrow. */
export type AnyTwitchKeyringError =
  | NetworkError
  | TokenRejectedError
  | MissingScopeError
  | ConfigurationError
  | StoreError
  | HelixError
  | ChatError
  | HandlerError
  | UnsupportedError
