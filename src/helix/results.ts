/** Instants are RFC 3339 strings, ids are strings, as Twitch sends them. */

/** A list without pages. */
export interface HelixList<Item> {
  readonly data: readonly Item[]
}

/** One page of a list; without a cursor it is the last. */
export interface HelixPage<Item> extends HelixList<Item> {
  readonly pagination: { readonly cursor?: string }
}

export interface HelixPageWithTotal<Item> extends HelixPage<Item> {
  readonly total: number
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-users */
export interface HelixUser {
  readonly id: string
  readonly login: string
  readonly display_name: string
  readonly type: 'admin' | 'global_mod' | 'staff' | ''
  readonly broadcaster_type: 'affiliate' | 'partner' | ''
  readonly description: string
  readonly profile_image_url: string
  readonly offline_image_url: string
  /** @deprecated Twitch keeps it no longer. */
  readonly view_count: number
  /** Only with `user:read:email`, and of the token's user. */
  readonly email?: string
  readonly created_at: string
}

/** Someone in a list. */
export interface HelixUserName {
  readonly user_id: string
  readonly user_login: string
  readonly user_name: string
}

/** A channel in a list. */
export interface HelixBroadcasterName {
  readonly broadcaster_id: string
  readonly broadcaster_login: string
  readonly broadcaster_name: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-streams */
export interface HelixStream extends HelixUserName {
  readonly id: string
  readonly game_id: string
  readonly game_name: string
  readonly type: 'live' | ''
  readonly title: string
  readonly tags: readonly string[]
  readonly viewer_count: number
  readonly started_at: string
  readonly language: string
  /** Holds `{width}` and `{height}`. */
  readonly thumbnail_url: string
  readonly is_mature: boolean
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-channel-information */
export interface HelixChannel extends HelixBroadcasterName {
  readonly broadcaster_language: string
  readonly game_id: string
  readonly game_name: string
  readonly title: string
  /** Seconds; 0 for all but partners. */
  readonly delay: number
  readonly tags: readonly string[]
  readonly content_classification_labels: readonly string[]
  readonly is_branded_content: boolean
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-channel-followers */
export interface HelixFollower extends HelixUserName {
  readonly followed_at: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-followed-channels */
export interface HelixFollowedChannel extends HelixBroadcasterName {
  readonly followed_at: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-chat-settings */
export interface HelixChatSettings {
  readonly broadcaster_id: string
  readonly emote_mode: boolean
  readonly follower_mode: boolean
  /** Minutes. */
  readonly follower_mode_duration: number | null
  readonly moderator_id?: string
  readonly non_moderator_chat_delay?: boolean
  /** Seconds. */
  readonly non_moderator_chat_delay_duration?: number | null
  readonly slow_mode: boolean
  /** Seconds. */
  readonly slow_mode_wait_time: number | null
  readonly subscriber_mode: boolean
  readonly unique_chat_mode: boolean
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-channel-chat-badges */
export interface HelixBadgeSet {
  readonly set_id: string
  readonly versions: readonly {
    readonly id: string
    readonly image_url_1x: string
    readonly image_url_2x: string
    readonly image_url_4x: string
    readonly title: string
    readonly description: string
    readonly click_action: string | null
    readonly click_url: string | null
  }[]
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-global-emotes */
export interface HelixEmote {
  readonly id: string
  readonly name: string
  readonly images: { readonly url_1x: string; readonly url_2x: string; readonly url_4x: string }
  readonly format: readonly ('animated' | 'static')[]
  readonly scale: readonly ('1.0' | '2.0' | '3.0')[]
  readonly theme_mode: readonly ('dark' | 'light')[]
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-channel-emotes */
export interface HelixChannelEmote extends HelixEmote {
  /** `1000`, `2000`, `3000`, or empty. */
  readonly tier: string
  readonly emote_type: 'bitstier' | 'follower' | 'subscriptions'
  readonly emote_set_id: string
}

export interface HelixEmotes<Emote> extends HelixList<Emote> {
  /** Holds `{{id}}`, `{{format}}`, `{{theme_mode}}` and `{{scale}}`. */
  readonly template: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-user-chat-color */
export interface HelixChatColor extends HelixUserName {
  /** `#RRGGBB`, or empty. */
  readonly color: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#send-chat-message */
export interface HelixSentMessage {
  readonly message_id: string
  /** A 200 does not mean that it was sent. */
  readonly is_sent: boolean
  readonly drop_reason?: { readonly code: string; readonly message: string } | null
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-broadcaster-subscriptions */
export interface HelixSubscription extends HelixUserName, HelixBroadcasterName {
  readonly gifter_id: string
  readonly gifter_login: string
  readonly gifter_name: string
  readonly is_gift: boolean
  readonly plan_name: string
  readonly tier: '1000' | '2000' | '3000'
}

/** @see https://dev.twitch.tv/docs/api/reference/#check-user-subscription */
export interface HelixUserSubscription extends HelixBroadcasterName {
  readonly gifter_id?: string
  readonly gifter_login?: string
  readonly gifter_name?: string
  readonly is_gift: boolean
  readonly tier: '1000' | '2000' | '3000'
}

interface RewardImage {
  readonly url_1x: string
  readonly url_2x: string
  readonly url_4x: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-custom-reward */
export interface HelixReward extends HelixBroadcasterName {
  readonly id: string
  readonly title: string
  readonly prompt: string
  readonly cost: number
  readonly image: RewardImage | null
  readonly default_image: RewardImage
  readonly background_color: string
  readonly is_enabled: boolean
  readonly is_user_input_required: boolean
  readonly max_per_stream_setting: { readonly is_enabled: boolean; readonly max_per_stream: number }
  readonly max_per_user_per_stream_setting: { readonly is_enabled: boolean; readonly max_per_user_per_stream: number }
  readonly global_cooldown_setting: { readonly is_enabled: boolean; readonly global_cooldown_seconds: number }
  readonly is_paused: boolean
  readonly is_in_stock: boolean
  readonly should_redemptions_skip_request_queue: boolean
  readonly redemptions_redeemed_current_stream: number | null
  readonly cooldown_expires_at: string | null
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-custom-reward-redemption */
export interface HelixRedemption extends HelixUserName, HelixBroadcasterName {
  readonly id: string
  readonly user_input: string
  readonly status: 'CANCELED' | 'FULFILLED' | 'UNFULFILLED'
  readonly redeemed_at: string
  readonly reward: { readonly id: string; readonly title: string; readonly prompt: string; readonly cost: number }
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-banned-users */
export interface HelixBannedUser extends HelixUserName {
  /** Empty: for ever. */
  readonly expires_at: string
  readonly created_at: string
  readonly reason: string
  readonly moderator_id: string
  readonly moderator_login: string
  readonly moderator_name: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#ban-user */
export interface HelixBan {
  readonly broadcaster_id: string
  readonly moderator_id: string
  readonly user_id: string
  readonly created_at: string
  /** `null`: for ever. */
  readonly end_time: string | null
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-blocked-terms */
export interface HelixBlockedTerm {
  readonly broadcaster_id: string
  readonly moderator_id: string
  readonly id: string
  readonly text: string
  readonly created_at: string
  readonly updated_at: string
  readonly expires_at: string | null
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-unban-requests */
export interface HelixUnbanRequest extends HelixUserName, HelixBroadcasterName {
  readonly id: string
  readonly moderator_id: string | null
  readonly moderator_login: string | null
  readonly moderator_name: string | null
  readonly text: string
  readonly status: 'pending' | 'approved' | 'denied' | 'acknowledged' | 'canceled'
  readonly created_at: string
  readonly resolved_at: string | null
  readonly resolution_text: string | null
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-shield-mode-status */
export interface HelixShieldMode {
  readonly is_active: boolean
  readonly moderator_id: string
  readonly moderator_login: string
  readonly moderator_name: string
  readonly last_activated_at: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#warn-chat-user */
export interface HelixWarning {
  readonly broadcaster_id: string
  readonly user_id: string
  readonly moderator_id: string
  readonly reason: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-clips */
export interface HelixClip {
  readonly id: string
  readonly url: string
  readonly embed_url: string
  readonly broadcaster_id: string
  readonly broadcaster_name: string
  readonly creator_id: string
  readonly creator_name: string
  /** Empty when the video is gone. */
  readonly video_id: string
  readonly game_id: string
  readonly language: string
  readonly title: string
  readonly view_count: number
  readonly created_at: string
  readonly thumbnail_url: string
  /** Seconds. */
  readonly duration: number
  /** Seconds. */
  readonly vod_offset: number | null
  readonly is_featured: boolean
}

/** @see https://dev.twitch.tv/docs/api/reference/#create-clip */
export interface HelixCreatedClip {
  readonly id: string
  readonly edit_url: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-videos */
export interface HelixVideo extends HelixUserName {
  readonly id: string
  readonly stream_id: string | null
  readonly title: string
  readonly description: string
  readonly created_at: string
  readonly published_at: string
  readonly url: string
  /** Holds `%{width}` and `%{height}`. */
  readonly thumbnail_url: string
  readonly viewable: string
  readonly view_count: number
  readonly language: string
  readonly type: 'archive' | 'highlight' | 'upload'
  /** As in `3m21s`. */
  readonly duration: string
  /** Seconds. */
  readonly muted_segments: readonly { readonly duration: number; readonly offset: number }[] | null
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-games */
export interface HelixGame {
  readonly id: string
  readonly name: string
  /** Holds `{width}` and `{height}`. */
  readonly box_art_url: string
  readonly igdb_id: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#search-channels */
export interface HelixFoundChannel {
  readonly id: string
  readonly broadcaster_login: string
  readonly display_name: string
  readonly broadcaster_language: string
  readonly game_id: string
  readonly game_name: string
  readonly is_live: boolean
  readonly tags: readonly string[]
  readonly thumbnail_url: string
  readonly title: string
  /** Empty when it is not live. */
  readonly started_at: string
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-channel-stream-schedule */
export interface HelixScheduleSegment {
  readonly id: string
  readonly start_time: string
  readonly end_time: string | null
  readonly title: string
  readonly canceled_until: string | null
  readonly category: { readonly id: string; readonly name: string } | null
  readonly is_recurring: boolean
}

export interface HelixSchedule {
  readonly data: HelixBroadcasterName & {
    readonly segments: readonly HelixScheduleSegment[] | null
    readonly vacation: { readonly start_time: string; readonly end_time: string } | null
  }
  readonly pagination: { readonly cursor?: string }
}

/** @see https://dev.twitch.tv/docs/api/reference/#get-eventsub-subscriptions */
export interface HelixEventSubSubscription {
  readonly id: string
  readonly status: string
  readonly type: string
  readonly version: string
  readonly condition: Readonly<Record<string, string>>
  readonly created_at: string
  readonly transport: {
    readonly method: 'webhook' | 'websocket' | 'conduit'
    readonly callback?: string
    readonly session_id?: string
    readonly conduit_id?: string
    readonly connected_at?: string
    readonly disconnected_at?: string
  }
  readonly cost: number
}

export interface HelixEventSubSubscriptions extends HelixList<HelixEventSubSubscription> {
  readonly total: number
  readonly total_cost: number
  readonly max_total_cost: number
}

/** Twitch's answers, by method and path. */
export interface HelixResults {
  'GET /users': HelixList<HelixUser>
  'PUT /users': HelixList<HelixUser>
  'GET /users/blocks': HelixPage<{
    readonly user_id: string
    readonly user_login: string
    readonly display_name: string
  }>
  'GET /streams': HelixPage<HelixStream>
  'GET /streams/followed': HelixPage<HelixStream>
  'GET /channels': HelixList<HelixChannel>
  'PATCH /channels': undefined
  'GET /channels/followers': HelixPageWithTotal<HelixFollower>
  'GET /channels/followed': HelixPageWithTotal<HelixFollowedChannel>
  'GET /channels/vips': HelixPage<HelixUserName>
  'GET /chat/chatters': HelixPageWithTotal<HelixUserName>
  'GET /chat/settings': HelixList<HelixChatSettings>
  'PATCH /chat/settings': HelixList<HelixChatSettings>
  'GET /chat/badges': HelixList<HelixBadgeSet>
  'GET /chat/badges/global': HelixList<HelixBadgeSet>
  'GET /chat/emotes': HelixEmotes<HelixChannelEmote>
  'GET /chat/emotes/global': HelixEmotes<HelixEmote>
  'GET /chat/color': HelixList<HelixChatColor>
  'POST /chat/messages': HelixList<HelixSentMessage>
  'POST /chat/announcements': undefined
  'POST /chat/shoutouts': undefined
  'GET /subscriptions': HelixPageWithTotal<HelixSubscription> & { readonly points: number }
  'GET /subscriptions/user': HelixList<HelixUserSubscription>
  'GET /channel_points/custom_rewards': HelixList<HelixReward>
  'POST /channel_points/custom_rewards': HelixList<HelixReward>
  'PATCH /channel_points/custom_rewards': HelixList<HelixReward>
  'DELETE /channel_points/custom_rewards': undefined
  'GET /channel_points/custom_rewards/redemptions': HelixPage<HelixRedemption>
  'PATCH /channel_points/custom_rewards/redemptions': HelixList<HelixRedemption>
  'GET /moderation/banned': HelixPage<HelixBannedUser>
  'POST /moderation/bans': HelixList<HelixBan>
  'DELETE /moderation/bans': undefined
  'GET /moderation/moderators': HelixPage<HelixUserName>
  'GET /moderation/channels': HelixPage<HelixBroadcasterName>
  'GET /moderation/blocked_terms': HelixPage<HelixBlockedTerm>
  'POST /moderation/blocked_terms': HelixList<HelixBlockedTerm>
  'DELETE /moderation/blocked_terms': undefined
  'GET /moderation/unban_requests': HelixPage<HelixUnbanRequest>
  'PATCH /moderation/unban_requests': HelixList<HelixUnbanRequest>
  'GET /moderation/shield_mode': HelixList<HelixShieldMode>
  'PUT /moderation/shield_mode': HelixList<HelixShieldMode>
  'POST /moderation/warnings': HelixList<HelixWarning>
  'DELETE /moderation/chat': undefined
  'GET /clips': HelixPage<HelixClip>
  'POST /clips': HelixList<HelixCreatedClip>
  'GET /videos': HelixPage<HelixVideo>
  'DELETE /videos': HelixList<string>
  'GET /games': HelixList<HelixGame>
  'GET /games/top': HelixPage<HelixGame>
  'GET /search/categories': HelixPage<Omit<HelixGame, 'igdb_id'>>
  'GET /search/channels': HelixPage<HelixFoundChannel>
  'GET /schedule': HelixSchedule
  'GET /schedule/icalendar': string
  'GET /eventsub/subscriptions': HelixEventSubSubscriptions & HelixPage<HelixEventSubSubscription>
  'POST /eventsub/subscriptions': HelixEventSubSubscriptions
  'DELETE /eventsub/subscriptions': undefined
}
