import { TokenRejectedError } from '../errors.ts'
import { validateToken } from '../oauth/validate.ts'
import type { Platform, Scope } from '../types.ts'

/** A token is validated this often, in milliseconds. @see https://dev.twitch.tv/docs/authentication/validate-tokens/ */
export const VALIDATE_EVERY = 3_600_000

export interface Vouched {
  readonly alive: true
  readonly userId: string
  readonly login: string
  readonly scopes: readonly Scope[]
  /** Epoch milliseconds. `undefined`: never, or not said. */
  readonly expiresAt: number | undefined
  /** Epoch milliseconds. */
  readonly validatedAt: number
}

export type Validation = Vouched | { readonly alive: false }

export interface Expected {
  /** `undefined`: any app. */
  readonly clientId: string | undefined
  /** `undefined`: any user. */
  readonly userId: string | undefined
}

/**
 * Whether Twitch vouches for a user's access token, and that it is the one which was meant.
 *
 * @throws {TokenRejectedError} It lives, but belongs to another app or user, or to no user.
 * @throws {NetworkError} No answer came: nothing is known.
 */
export async function validateUserToken(
  accessToken: string,
  expected: Expected,
  platform: Platform,
): Promise<Validation> {
  let answer: Awaited<ReturnType<typeof validateToken>>
  try {
    answer = await validateToken(accessToken, platform)
  } catch (error) {
    if (error instanceof TokenRejectedError) return { alive: false }
    throw error
  }
  const { client_id, user_id, login, scopes, expires_in } = answer
  if (user_id === undefined || login === undefined) {
    throw new TokenRejectedError(
      'This is an app access token, but a user access token is needed: let the user sign in.',
      {
        reason: 'wrong-kind',
      },
    )
  }
  if (expected.clientId !== undefined && client_id !== expected.clientId) {
    throw new TokenRejectedError(
      `This token was made for another app (client id ${client_id}, expected ${expected.clientId}): sign in with this app.`,
      { reason: 'wrong-app', userId: user_id },
    )
  }
  if (expected.userId !== undefined && user_id !== expected.userId) {
    throw new TokenRejectedError(
      `This token belongs to user ${user_id} (${login}), but user ${expected.userId} was asked for.`,
      { reason: 'wrong-user', userId: expected.userId },
    )
  }
  const now = platform.now()
  return { alive: true, userId: user_id, login, scopes, expiresAt: expiryFrom(expires_in, now), validatedAt: now }
}

/** Twitch's `expires_in` as an instant: 0 means never, left out means unknown. */
export function expiryFrom(expiresIn: number | undefined, now: number): number | undefined {
  return expiresIn === undefined || expiresIn === 0 ? undefined : now + expiresIn * 1000
}
