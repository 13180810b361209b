import type { Scope, ScopeRequirement } from '../types.ts'

/**
 * What whoever may manage it may read as well, exactly where Twitch says so. A scope that helps with one endpoint only is
 * an inner list of that endpoint's requirement instead.
 *
 * @see https://dev.twitch.tv/docs/authentication/scopes/
 */
const READ_BY_MANAGERS: readonly Scope[] = [
  'channel:read:ads',
  'channel:read:guest_star',
  'channel:read:polls',
  'channel:read:predictions',
  'channel:read:redemptions',
  'channel:read:vips',
  'moderator:read:automod_settings',
  'moderator:read:blocked_terms',
  'moderator:read:guest_star',
  'moderator:read:shield_mode',
  'moderator:read:shoutouts',
  'moderator:read:unban_requests',
  'moderator:read:warnings',
  'user:read:blocked_users',
  'user:read:whispers',
]

/** What an old scope is called today. */
const TODAY: { readonly [Old in Scope]?: readonly Scope[] } = {
  channel_commercial: ['channel:edit:commercial'],
  channel_editor: ['channel:manage:broadcast'],
  channel_read: ['channel:read:stream_key'],
  channel_subscriptions: ['channel:read:subscriptions'],
  user_blocks_edit: ['user:manage:blocked_users'],
  user_blocks_read: ['user:read:blocked_users'],
  user_read: ['user:read:email'],
  user_subscriptions: ['user:read:subscriptions'],
  'user:edit:broadcast': ['channel:manage:broadcast', 'channel:manage:extensions'],
}

/** The elements of the requirement that the held scopes do not meet. */
export function missingScopes(held: readonly Scope[], requirement: ScopeRequirement): ScopeRequirement {
  const all = new Set(held.flatMap((scope) => [scope, ...(TODAY[scope] ?? [])]))
  const has = (scope: Scope) =>
    all.has(scope) || (READ_BY_MANAGERS.includes(scope) && all.has(scope.replace(':read:', ':manage:') as Scope))
  return requirement.filter((element) => !(typeof element === 'string' ? has(element) : element.some(has)))
}

/** Whether the held scopes meet the whole requirement. */
export function satisfies(held: readonly Scope[], requirement: ScopeRequirement): boolean {
  return missingScopes(held, requirement).length === 0
}

/**
 * What to ask the user for, so that nothing held is lost and the requirement is met: old scopes by today's names, and
 * the first one of each inner list that is not met.
 */
export function scopesToRequest(held: readonly Scope[], requirement: ScopeRequirement): Scope[] {
  const kept = held.flatMap((scope) => (isGone(scope) ? (TODAY[scope] ?? []) : [scope]))
  const added = missingScopes(held, requirement).flatMap((element) =>
    typeof element === 'string' ? [element] : element.slice(0, 1),
  )
  return [...new Set([...kept, ...added])]
}

/** Whether Twitch grants it no longer: no colon in it, or one of two that have one. */
function isGone(scope: Scope): boolean {
  return scope === 'user:edit:follows' || scope === 'whispers:edit' || !(scope.includes(':') || scope === 'openid')
}

/**
 * The scopes in a list, a string with spaces, or nothing (`null`, missing, `[""]`), each once. Unknown ones stay:
 * Twitch adds new ones now and then.
 */
export function readScopes(value: unknown): Scope[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? [value] : []
  const words = list.flatMap((item) => (typeof item === 'string' ? item.split(/\s+/) : []))
  return [...new Set(words.filter((word) => word !== ''))] as Scope[]
}
