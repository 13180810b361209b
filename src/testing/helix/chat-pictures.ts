import { GLOBAL_EMOTES } from '../irc/emotes.ts'
import { BADGE_SETS, badgeUrl } from '../pictures.ts'
import { type HelixReply, type HelixRequest, missingParameter } from './request.ts'
import type { HelixState } from './state.ts'

/** `GET /chat/badges/global` */
export function getGlobalBadges({ cdn }: HelixState): HelixReply {
  return { body: { data: Object.entries(BADGE_SETS).map(([setId, versions]) => spellSet(cdn, setId, versions)) } }
}

/** `GET /chat/badges`: every channel has subscriber badges of its own. */
export function getChannelBadges({ cdn }: HelixState, { query }: HelixRequest): HelixReply {
  const id = query.get('broadcaster_id')
  if (!id) return missingParameter('broadcaster_id')
  return { body: { data: [spellSet(cdn, 'subscriber', ['0', '3', '6', '12'], `${id}-`)] } }
}

/** `GET /chat/emotes/global` */
export function getGlobalEmotes({ cdn }: HelixState): HelixReply {
  const data = Object.entries(GLOBAL_EMOTES).map(([name, id]) => ({
    id,
    name,
    images: {
      url_1x: `${cdn}/emoticons/v2/${id}/static/light/1.0`,
      url_2x: `${cdn}/emoticons/v2/${id}/static/light/2.0`,
      url_4x: `${cdn}/emoticons/v2/${id}/static/light/3.0`,
    },
    format: ['static'],
    scale: ['1.0', '2.0', '3.0'],
    theme_mode: ['light', 'dark'],
  }))
  return { body: { data, template: `${cdn}/emoticons/v2/{{id}}/{{format}}/{{theme_mode}}/{{scale}}` } }
}

function spellSet(cdn: string, setId: string, versions: readonly string[], prefix = ''): Record<string, unknown> {
  const title = setId.charAt(0).toUpperCase() + setId.slice(1).replaceAll('_', ' ')
  return {
    set_id: setId,
    versions: versions.map((id) => ({
      id,
      image_url_1x: badgeUrl(cdn, `${prefix}${setId}`, id, 1),
      image_url_2x: badgeUrl(cdn, `${prefix}${setId}`, id, 2),
      image_url_4x: badgeUrl(cdn, `${prefix}${setId}`, id, 3),
      title,
      description: title,
      click_action: null,
      click_url: null,
    })),
  }
}
