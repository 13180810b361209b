import type { Badge } from './messages.ts'

export interface EmoteImageOptions {
  /** Default `'default'`: animated where the emote is. */
  readonly format?: 'default' | 'static' | 'animated' | undefined
  /** What it is shown on. Default `'dark'`. */
  readonly theme?: 'dark' | 'light' | undefined
  /** 28, 56 or 112 pixels high. Default `'2.0'`. */
  readonly scale?: '1.0' | '2.0' | '3.0' | undefined
  /** Default `https://static-cdn.jtvnw.net`. */
  readonly cdn?: string | undefined
}

/**
 * Where the picture of an emote is.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#cdn-template
 */
export function emoteImageUrl(id: string, options: EmoteImageOptions = {}): string {
  const { format = 'default', theme = 'dark', scale = '2.0', cdn = 'https://static-cdn.jtvnw.net' } = options
  return `${cdn}/emoticons/v2/${encodeURIComponent(id)}/${format}/${theme}/${scale}`
}

/** As `GET /chat/badges` and `GET /chat/badges/global` answer. */
export interface BadgeSet {
  readonly set_id: string
  readonly versions: readonly {
    readonly id: string
    readonly image_url_1x: string
    readonly image_url_2x: string
    readonly image_url_4x: string
    readonly title?: string
  }[]
}

/**
 * Where the picture of a badge is.
 *
 * @param sets The channel's own before the global ones: the first that has the badge counts.
 * @param scale 18, 36 or 72 pixels. Default `'2x'`.
 * @returns `undefined` where no set has it.
 * @see https://dev.twitch.tv/docs/api/reference/#get-channel-chat-badges
 */
export function badgeImageUrl(
  badge: Badge,
  sets: Iterable<BadgeSet>,
  scale: '1x' | '2x' | '4x' = '2x',
): string | undefined {
  for (const { set_id, versions } of sets) {
    const version = set_id === badge.name ? versions.find(({ id }) => id === badge.version) : undefined
    if (version !== undefined) return version[`image_url_${scale}`]
  }
  return undefined
}
