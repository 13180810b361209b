import type { TokenRejectedError } from '../../errors.ts'
import type { ScopeRequirement } from '../../types.ts'
import type { KeptToken } from '../kept-token.ts'

/** Where a manager gets tokens to keep: a store, or a handler that is asked. */
export interface TokenSource {
  /** Reads all accounts, once. Missing: nothing rests there, and tokens come when they are asked for. */
  load?(): Promise<void>
  /**
   * Finds out whose the tokens are of which nobody knows it yet: of who signed in while Twitch did not answer.
   *
   * @returns Whether there were any.
   */
  settle?(): Promise<boolean>
  /** What is known without asking anybody; preferably one that has the scopes. */
  known(user: string | undefined, scopes: ScopeRequirement | undefined): KeptToken | undefined
  /**
   * @returns `undefined`: nobody is signed in. It may lack scopes.
   * @throws {TokenRejectedError} A sign-in has ended, and this is why.
   */
  obtain(user: string | undefined, scopes: ScopeRequirement): Promise<KeptToken | undefined>
  obtainForChat(shardId: number): Promise<KeptToken | undefined>
  /** Another token in the place of one that has died, where there may be one. */
  instead(
    kept: KeptToken,
    error: TokenRejectedError,
    scopes: ScopeRequirement | undefined,
  ): Promise<KeptToken | undefined>
}

/** Preferably one that has the scopes, and of those the one with the fewest. */
export function choose(tokens: readonly KeptToken[], scopes: ScopeRequirement | undefined): KeptToken | undefined {
  for (const kept of tokens) if (kept.rejected === undefined && kept.can(scopes)) return kept
  return tokens.at(-1)
}
