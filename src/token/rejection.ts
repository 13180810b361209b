import { type RejectionReason, TokenRejectedError } from '../errors.ts'

const WHY: Record<RejectionReason, string> = {
  'signed-out': 'Nobody is signed in.',
  invalid: 'The access token is dead, and there is no refresh token to renew it with.',
  refused:
    'Twitch refused to renew the token: access was taken away, it was not used for 30 days, or its refresh token was spent before and what came of it was not kept.',
  'lost-response':
    'Twitch gave new tokens, and they were lost on the way, because the page ended or the network failed meanwhile.',
  'not-saved': 'A renewed token was lost, because it could not be stored.',
  denied: 'The user did not agree.',
  'code-expired': 'The code was not used in time.',
  'wrong-app': 'The token belongs to another app.',
  'wrong-user': 'The token belongs to another user.',
  'wrong-kind': 'The token is no user access token.',
}

interface Ended {
  readonly ended?: RejectionReason | undefined
  readonly userId?: string | undefined
  readonly login?: string | undefined
}

/**
 * Why a user must sign in, in a sentence that can be shown.
 *
 * @param entry What is left of a sign-in. Nothing: it was signed out.
 */
export function rejection(entry: Ended): TokenRejectedError {
  const { ended: reason = 'signed-out', login, userId } = entry
  const who = login === undefined ? 'Sign in' : `Let ${login} sign in`
  const why =
    reason === 'signed-out' && userId !== undefined ? `${login ?? `User ${userId}`} is not signed in.` : WHY[reason]
  return new TokenRejectedError(`${why} ${who}${reason === 'signed-out' ? '.' : ' again.'}`, { reason, userId })
}
