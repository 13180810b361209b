import type { ScopeRequirement } from '../types.ts'

/** What Helix asks of a request, beside what the reference calls optional. */
export interface Endpoint {
  /**
   * Whose token it takes. Left out: a user's.
   *
   * - `any`: a user's or the app's.
   * - `transport`: a user's for a WebSocket, else the app's.
   * - `jwt`: one that the backend of an extension signs.
   * - `none`: none is needed.
   */
  readonly token?: 'app' | 'any' | 'transport' | 'jwt' | 'none'
  readonly scopes?: ScopeRequirement
  /** The parameter that must be the id of the token's user; filled in when it is left out. */
  readonly as?: string
  /** The same in the body, where nothing is filled in. */
  readonly asBody?: string
  /** Further parameters that must be there. */
  readonly needs?: readonly string[]
  /** At least one of these must be there. */
  readonly oneOf?: readonly string[]
  /** Doing it twice is not the same as once, although its method says so. */
  readonly once?: true
}

/**
 * Every endpoint of Helix by method and path: the reference of February 2026, and what has been added since
 * (`/chat/pins`, `/bits/custom_power_ups`). `test/helix/endpoints.test.ts` counts them.
 *
 * @see https://dev.twitch.tv/docs/api/reference/
 */
export const ENDPOINTS = {
  GET: {
    '/analytics/extensions': { scopes: ['analytics:read:extensions'] },
    '/analytics/games': { scopes: ['analytics:read:games'] },
    '/authorization/users': { token: 'app', needs: ['user_id'] },
    '/bits/cheermotes': { token: 'any' },
    '/bits/custom_power_ups': { as: 'broadcaster_id', scopes: ['bits:read'] },
    '/bits/extensions': { token: 'app' },
    '/bits/leaderboard': { scopes: ['bits:read'] },
    '/channel_points/custom_rewards': { as: 'broadcaster_id', scopes: ['channel:read:redemptions'] },
    '/channel_points/custom_rewards/redemptions': {
      as: 'broadcaster_id',
      scopes: ['channel:read:redemptions'],
      needs: ['reward_id'],
    },
    '/channels': { token: 'any', needs: ['broadcaster_id'] },
    '/channels/ads': { as: 'broadcaster_id', scopes: ['channel:read:ads'] },
    '/channels/editors': { as: 'broadcaster_id', scopes: ['channel:read:editors'] },
    '/channels/followed': { as: 'user_id', scopes: ['user:read:follows'] },
    '/channels/followers': { scopes: ['moderator:read:followers'], needs: ['broadcaster_id'] },
    '/channels/vips': { as: 'broadcaster_id', scopes: ['channel:read:vips'] },
    '/charity/campaigns': { as: 'broadcaster_id', scopes: ['channel:read:charity'] },
    '/charity/donations': { as: 'broadcaster_id', scopes: ['channel:read:charity'] },
    '/chat/badges': { token: 'any', needs: ['broadcaster_id'] },
    '/chat/badges/global': { token: 'any' },
    '/chat/chatters': { as: 'moderator_id', scopes: ['moderator:read:chatters'], needs: ['broadcaster_id'] },
    '/chat/color': { token: 'any', needs: ['user_id'] },
    '/chat/emotes': { token: 'any', needs: ['broadcaster_id'] },
    '/chat/emotes/global': { token: 'any' },
    '/chat/emotes/set': { token: 'any', needs: ['emote_set_id'] },
    '/chat/emotes/user': { as: 'user_id', scopes: ['user:read:emotes'] },
    '/chat/pins': {
      as: 'moderator_id',
      scopes: [['moderator:read:chat_messages', 'moderator:manage:chat_messages']],
      needs: ['broadcaster_id'],
    },
    '/chat/settings': { token: 'any', needs: ['broadcaster_id'] },
    '/clips': { token: 'any', oneOf: ['broadcaster_id', 'game_id', 'id'] },
    '/clips/downloads': {
      token: 'any',
      as: 'editor_id',
      scopes: [['editor:manage:clips', 'channel:manage:clips']],
      needs: ['broadcaster_id', 'clip_id'],
    },
    '/content_classification_labels': { token: 'any' },
    '/entitlements/drops': { token: 'any' },
    '/eventsub/conduits': { token: 'app' },
    '/eventsub/conduits/shards': { token: 'app', needs: ['conduit_id'] },
    '/eventsub/subscriptions': { token: 'any' },
    '/extensions': { token: 'jwt', needs: ['extension_id'] },
    '/extensions/configurations': { token: 'jwt', needs: ['extension_id', 'segment'] },
    '/extensions/jwt/secrets': { token: 'jwt' },
    '/extensions/live': { token: 'any', needs: ['extension_id'] },
    '/extensions/released': { token: 'any', needs: ['extension_id'] },
    '/extensions/transactions': { token: 'app', needs: ['extension_id'] },
    '/games': { token: 'any', oneOf: ['id', 'name', 'igdb_id'] },
    '/games/top': { token: 'any' },
    '/goals': { as: 'broadcaster_id', scopes: ['channel:read:goals'] },
    '/guest_star/channel_settings': {
      as: 'moderator_id',
      scopes: [['channel:read:guest_star', 'moderator:read:guest_star']],
      needs: ['broadcaster_id'],
    },
    '/guest_star/invites': {
      as: 'moderator_id',
      scopes: [['channel:read:guest_star', 'moderator:read:guest_star']],
      needs: ['broadcaster_id', 'session_id'],
    },
    '/guest_star/session': {
      as: 'moderator_id',
      scopes: [['channel:read:guest_star', 'moderator:read:guest_star']],
      needs: ['broadcaster_id'],
    },
    '/hypetrain/status': { as: 'broadcaster_id', scopes: ['channel:read:hype_train'] },
    '/moderation/automod/settings': {
      as: 'moderator_id',
      scopes: ['moderator:read:automod_settings'],
      needs: ['broadcaster_id'],
    },
    '/moderation/banned': { as: 'broadcaster_id', scopes: [['moderation:read', 'moderator:manage:banned_users']] },
    '/moderation/blocked_terms': {
      as: 'moderator_id',
      scopes: ['moderator:read:blocked_terms'],
      needs: ['broadcaster_id'],
    },
    '/moderation/channels': { as: 'user_id', scopes: ['user:read:moderated_channels'] },
    '/moderation/moderators': { as: 'broadcaster_id', scopes: [['moderation:read', 'channel:manage:moderators']] },
    '/moderation/shield_mode': {
      as: 'moderator_id',
      scopes: ['moderator:read:shield_mode'],
      needs: ['broadcaster_id'],
    },
    '/moderation/unban_requests': {
      as: 'moderator_id',
      scopes: ['moderator:read:unban_requests'],
      needs: ['broadcaster_id', 'status'],
    },
    '/polls': { as: 'broadcaster_id', scopes: ['channel:read:polls'] },
    '/predictions': { as: 'broadcaster_id', scopes: ['channel:read:predictions'] },
    '/schedule': { token: 'any', needs: ['broadcaster_id'] },
    '/schedule/icalendar': { token: 'none', needs: ['broadcaster_id'] },
    '/search/categories': { token: 'any', needs: ['query'] },
    '/search/channels': { token: 'any', needs: ['query'] },
    '/shared_chat/session': { token: 'any', needs: ['broadcaster_id'] },
    '/streams': { token: 'any' },
    '/streams/followed': { as: 'user_id', scopes: ['user:read:follows'] },
    '/streams/key': { as: 'broadcaster_id', scopes: ['channel:read:stream_key'] },
    '/streams/markers': {
      scopes: [['user:read:broadcast', 'channel:manage:broadcast']],
      oneOf: ['user_id', 'video_id'],
    },
    '/streams/tags': { token: 'any', needs: ['broadcaster_id'] },
    '/subscriptions': { as: 'broadcaster_id', scopes: ['channel:read:subscriptions'] },
    '/subscriptions/user': { as: 'user_id', scopes: ['user:read:subscriptions'], needs: ['broadcaster_id'] },
    '/tags/streams': { token: 'any' },
    '/teams': { token: 'any', oneOf: ['name', 'id'] },
    '/teams/channel': { token: 'any', needs: ['broadcaster_id'] },
    '/users': { token: 'any' },
    '/users/blocks': { as: 'broadcaster_id', scopes: ['user:read:blocked_users'] },
    '/users/extensions': { token: 'any' },
    '/users/extensions/list': { scopes: [['user:read:broadcast', 'user:edit:broadcast']] },
    '/videos': { token: 'any', oneOf: ['id', 'user_id', 'game_id'] },
  },
  POST: {
    '/channel_points/custom_rewards': { as: 'broadcaster_id', scopes: ['channel:manage:redemptions'] },
    '/channels/ads/schedule/snooze': { as: 'broadcaster_id', scopes: ['channel:manage:ads'] },
    '/channels/commercial': { asBody: 'broadcaster_id', scopes: ['channel:edit:commercial'] },
    '/channels/vips': { as: 'broadcaster_id', scopes: ['channel:manage:vips'], needs: ['user_id'] },
    '/chat/announcements': {
      as: 'moderator_id',
      scopes: ['moderator:manage:announcements'],
      needs: ['broadcaster_id'],
    },
    '/chat/messages': { token: 'any', asBody: 'sender_id', scopes: ['user:write:chat'] },
    '/chat/shoutouts': {
      as: 'moderator_id',
      scopes: ['moderator:manage:shoutouts'],
      needs: ['from_broadcaster_id', 'to_broadcaster_id'],
    },
    '/clips': { scopes: ['clips:edit'], needs: ['broadcaster_id'] },
    '/eventsub/conduits': { token: 'app' },
    '/eventsub/subscriptions': { token: 'transport' },
    '/extensions/chat': { token: 'jwt', needs: ['broadcaster_id'] },
    '/extensions/jwt/secrets': { token: 'jwt', needs: ['extension_id'] },
    '/extensions/pubsub': { token: 'jwt' },
    '/guest_star/invites': {
      as: 'moderator_id',
      scopes: [['channel:manage:guest_star', 'moderator:manage:guest_star']],
      needs: ['broadcaster_id', 'session_id', 'guest_id'],
    },
    '/guest_star/session': { as: 'broadcaster_id', scopes: ['channel:manage:guest_star'] },
    '/guest_star/slot': {
      as: 'moderator_id',
      scopes: [['channel:manage:guest_star', 'moderator:manage:guest_star']],
      needs: ['broadcaster_id', 'session_id', 'guest_id', 'slot_id'],
    },
    '/moderation/automod/message': { asBody: 'user_id', scopes: ['moderator:manage:automod'] },
    '/moderation/bans': { as: 'moderator_id', scopes: ['moderator:manage:banned_users'], needs: ['broadcaster_id'] },
    '/moderation/blocked_terms': {
      as: 'moderator_id',
      scopes: ['moderator:manage:blocked_terms'],
      needs: ['broadcaster_id'],
    },
    '/moderation/enforcements/status': { as: 'broadcaster_id', scopes: ['moderation:read'] },
    '/moderation/moderators': { as: 'broadcaster_id', scopes: ['channel:manage:moderators'], needs: ['user_id'] },
    '/moderation/suspicious_users': {
      token: 'any',
      as: 'moderator_id',
      scopes: ['moderator:manage:suspicious_users'],
      needs: ['broadcaster_id'],
    },
    '/moderation/warnings': { as: 'moderator_id', scopes: ['moderator:manage:warnings'], needs: ['broadcaster_id'] },
    '/polls': { asBody: 'broadcaster_id', scopes: ['channel:manage:polls'] },
    '/predictions': { asBody: 'broadcaster_id', scopes: ['channel:manage:predictions'] },
    '/raids': { as: 'from_broadcaster_id', scopes: ['channel:manage:raids'], needs: ['to_broadcaster_id'] },
    '/schedule/segment': { as: 'broadcaster_id', scopes: ['channel:manage:schedule'] },
    '/streams/markers': { scopes: ['channel:manage:broadcast'] },
    '/videos/clips': {
      token: 'any',
      as: 'editor_id',
      scopes: [['editor:manage:clips', 'channel:manage:clips']],
      needs: ['broadcaster_id', 'vod_id', 'vod_offset', 'title'],
    },
    '/whispers': { as: 'from_user_id', scopes: ['user:manage:whispers'], needs: ['to_user_id'] },
  },
  PUT: {
    '/bits/extensions': { token: 'app' },
    '/chat/color': { as: 'user_id', scopes: ['user:manage:chat_color'], needs: ['color'] },
    '/chat/pins': {
      as: 'moderator_id',
      scopes: ['moderator:manage:chat_messages'],
      needs: ['broadcaster_id', 'message_id'],
    },
    '/extensions/configurations': { token: 'jwt' },
    '/extensions/required_configuration': { token: 'jwt', needs: ['broadcaster_id'] },
    '/guest_star/channel_settings': { as: 'broadcaster_id', scopes: ['channel:manage:guest_star'] },
    '/moderation/automod/settings': {
      as: 'moderator_id',
      scopes: ['moderator:manage:automod_settings'],
      needs: ['broadcaster_id'],
    },
    '/moderation/shield_mode': {
      as: 'moderator_id',
      scopes: ['moderator:manage:shield_mode'],
      needs: ['broadcaster_id'],
    },
    '/users': { scopes: ['user:edit'] },
    '/users/blocks': { scopes: ['user:manage:blocked_users'], needs: ['target_user_id'] },
    '/users/extensions': { scopes: ['user:edit:broadcast'] },
  },
  PATCH: {
    '/channel_points/custom_rewards': { as: 'broadcaster_id', scopes: ['channel:manage:redemptions'], needs: ['id'] },
    '/channel_points/custom_rewards/redemptions': {
      as: 'broadcaster_id',
      scopes: ['channel:manage:redemptions'],
      needs: ['id', 'reward_id'],
      once: true,
    },
    '/channels': { as: 'broadcaster_id', scopes: ['channel:manage:broadcast'] },
    '/chat/pins': {
      as: 'moderator_id',
      scopes: ['moderator:manage:chat_messages'],
      needs: ['broadcaster_id', 'message_id'],
    },
    '/chat/settings': { as: 'moderator_id', scopes: ['moderator:manage:chat_settings'], needs: ['broadcaster_id'] },
    '/entitlements/drops': { token: 'any' },
    '/eventsub/conduits': { token: 'app' },
    '/eventsub/conduits/shards': { token: 'app' },
    '/guest_star/slot': {
      as: 'moderator_id',
      scopes: [['channel:manage:guest_star', 'moderator:manage:guest_star']],
      needs: ['broadcaster_id', 'session_id', 'source_slot_id'],
      once: true,
    },
    '/guest_star/slot_settings': {
      as: 'moderator_id',
      scopes: [['channel:manage:guest_star', 'moderator:manage:guest_star']],
      needs: ['broadcaster_id', 'session_id', 'slot_id'],
    },
    '/moderation/unban_requests': {
      as: 'moderator_id',
      scopes: ['moderator:manage:unban_requests'],
      needs: ['broadcaster_id', 'unban_request_id', 'status'],
      once: true,
    },
    '/polls': { asBody: 'broadcaster_id', scopes: ['channel:manage:polls'], once: true },
    '/predictions': { asBody: 'broadcaster_id', scopes: ['channel:manage:predictions'], once: true },
    '/schedule/segment': { as: 'broadcaster_id', scopes: ['channel:manage:schedule'], needs: ['id'] },
    '/schedule/settings': { as: 'broadcaster_id', scopes: ['channel:manage:schedule'] },
  },
  DELETE: {
    '/channel_points/custom_rewards': { as: 'broadcaster_id', scopes: ['channel:manage:redemptions'], needs: ['id'] },
    '/channels/vips': { as: 'broadcaster_id', scopes: ['channel:manage:vips'], needs: ['user_id'] },
    '/chat/pins': {
      as: 'moderator_id',
      scopes: ['moderator:manage:chat_messages'],
      needs: ['broadcaster_id', 'message_id'],
    },
    '/eventsub/conduits': { token: 'app', needs: ['id'] },
    '/eventsub/subscriptions': { token: 'any', needs: ['id'] },
    '/guest_star/invites': {
      as: 'moderator_id',
      scopes: [['channel:manage:guest_star', 'moderator:manage:guest_star']],
      needs: ['broadcaster_id', 'session_id', 'guest_id'],
    },
    '/guest_star/session': { as: 'broadcaster_id', scopes: ['channel:manage:guest_star'], needs: ['session_id'] },
    '/guest_star/slot': {
      as: 'moderator_id',
      scopes: [['channel:manage:guest_star', 'moderator:manage:guest_star']],
      needs: ['broadcaster_id', 'session_id', 'guest_id', 'slot_id'],
      once: true,
    },
    '/moderation/bans': {
      as: 'moderator_id',
      scopes: ['moderator:manage:banned_users'],
      needs: ['broadcaster_id', 'user_id'],
    },
    '/moderation/blocked_terms': {
      as: 'moderator_id',
      scopes: ['moderator:manage:blocked_terms'],
      needs: ['broadcaster_id', 'id'],
    },
    '/moderation/chat': {
      as: 'moderator_id',
      scopes: ['moderator:manage:chat_messages'],
      needs: ['broadcaster_id'],
    },
    '/moderation/moderators': { as: 'broadcaster_id', scopes: ['channel:manage:moderators'], needs: ['user_id'] },
    '/moderation/suspicious_users': {
      token: 'any',
      as: 'moderator_id',
      scopes: ['moderator:manage:suspicious_users'],
      needs: ['broadcaster_id', 'user_id'],
    },
    '/raids': { as: 'broadcaster_id', scopes: ['channel:manage:raids'] },
    '/schedule/segment': { as: 'broadcaster_id', scopes: ['channel:manage:schedule'], needs: ['id'] },
    '/users/blocks': { scopes: ['user:manage:blocked_users'], needs: ['target_user_id'] },
    '/videos': { scopes: ['channel:manage:videos'], needs: ['id'] },
  },
} as const
