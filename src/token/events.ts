import type { RejectionReason, TokenRejectedError } from '../errors.ts'
import type { EventNames } from '../internal/emitter.ts'
import type { Scope } from '../types.ts'
import type { KeptToken } from './kept-token.ts'
import type { Trace } from './keyring.ts'
import type { Origin, TokenNews } from './known-tokens.ts'

/** No event holds a token. Times are epoch milliseconds. */
export interface TokenManagerEvents {
  /** Somebody signed in, or signed in anew. */
  signedIn: AccountEvent & { readonly scopes: readonly Scope[] }
  signedOut: AccountEvent
  /** Once in every context that shares the store, whoever renewed it. */
  tokenRefreshed: AccountEvent & { readonly expiresAt: number | undefined }
  tokenValidated: Omit<AccountEvent, 'origin'> & { readonly expiresAt: number | undefined }
  needsLogin: AccountEvent & { readonly reason: RejectionReason; readonly why: string }
  /** Something is wrong that nobody waits for. */
  warning: { readonly message: string; readonly cause?: unknown }
  trace: Trace
}

export const TOKEN_EVENTS: EventNames<TokenManagerEvents> = {
  signedIn: true,
  signedOut: true,
  tokenRefreshed: true,
  tokenValidated: true,
  needsLogin: true,
  warning: true,
  trace: true,
}

export interface AccountEvent {
  readonly userId: string
  readonly login: string
  /** Whether this context did it, or another one that shares the store. */
  readonly origin: Origin
}

export interface EventSink {
  emit<Type extends keyof TokenManagerEvents>(type: Type, event: TokenManagerEvents[Type]): void
  changed(): void
}

/** What a keeper notices, as events. */
export function tokenNews({ emit, changed }: EventSink): TokenNews {
  const about = ({ record }: KeptToken) => ({ userId: record.userId ?? '', login: record.login ?? '' })
  return {
    changed,
    signedIn: (kept, origin) => emit('signedIn', { ...about(kept), origin, scopes: kept.record.scopes }),
    signedOut: (kept, origin) => emit('signedOut', { ...about(kept), origin }),
    refreshed: (kept, origin) => emit('tokenRefreshed', { ...about(kept), origin, expiresAt: kept.expiresAt }),
    validated: (kept) => emit('tokenValidated', { ...about(kept), expiresAt: kept.expiresAt }),
    needsLogin: (kept: KeptToken, error: TokenRejectedError, origin) =>
      emit('needsLogin', { ...about(kept), origin, reason: error.reason, why: error.message }),
    warning: (cause) => emit('warning', { message: cause instanceof Error ? cause.message : String(cause), cause }),
  }
}
