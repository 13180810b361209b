import {
  type AnyTwitchKeyringError,
  ChatError,
  ConfigurationError,
  HandlerError,
  HelixError,
  MissingScopeError,
  NetworkError,
  type RejectionReason,
  StoreError,
  TokenRejectedError,
  TwitchKeyringError,
  UnsupportedError,
} from '../errors.ts'
import type { Scope } from '../types.ts'

/**
 * What a vault answers. The platform passes only an error's message from an object to a Worker, so that an error travels
 * as plain data. `VaultTokenHandler` throws it as what it was.
 */
export type VaultAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: VaultError }

/** An error of this library as plain data; what it has beside its message depends on the code. */
export interface VaultError {
  readonly code: AnyTwitchKeyringError['code']
  readonly message: string
  readonly reason?: string | undefined
  readonly userId?: string | undefined
  readonly missing?: (Scope | Scope[])[] | undefined
  readonly status?: number | undefined
  readonly retryAt?: number | undefined
  readonly method?: string | undefined
}

/** @throws What is no error of this library, and so is a mistake or a bug. */
export async function answer<T>(work: () => Promise<T>): Promise<VaultAnswer<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    if (!(error instanceof TwitchKeyringError)) throw error
    return { ok: false, error: toPlain(error as AnyTwitchKeyringError) }
  }
}

/** @throws {TwitchKeyringError} What it was in the vault. */
export function unwrap<T>(answer: VaultAnswer<T>): T {
  if (answer.ok) return answer.value
  throw fromPlain(answer.error)
}

function toPlain(error: AnyTwitchKeyringError): VaultError {
  const { code, message, reason, userId, status, retryAt, method } = error as AnyTwitchKeyringError &
    Partial<VaultError>
  const missing = error.code === 'missing_scope' ? error.missing.map(copyElement) : undefined
  return { code, message, reason, userId, missing, status, retryAt, method }
}

function copyElement(element: Scope | readonly Scope[]): Scope | Scope[] {
  return typeof element === 'string' ? element : [...element]
}

function fromPlain(error: VaultError): TwitchKeyringError {
  const { code, message, userId, status, retryAt, missing = [], method = '' } = error
  const reason = error.reason as never
  switch (code) {
    case 'network':
      return new NetworkError(message, { status, retryAt })
    case 'token_rejected':
      return new TokenRejectedError(message, { reason: reason as RejectionReason, userId })
    case 'missing_scope':
      return new MissingScopeError(message, { missing, userId })
    case 'configuration':
      return new ConfigurationError(message)
    case 'store':
      return new StoreError(message, { reason })
    case 'helix':
      return new HelixError(message, { status: status ?? 0, reason, retryAt })
    case 'chat':
      return new ChatError(message, { reason })
    case 'handler':
      return new HandlerError(message, { method })
    case 'unsupported':
      return new UnsupportedError(message)
  }
}
