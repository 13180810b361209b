// @ts-check
import { emoteImageUrl, fragments } from 'twitch-keyring'

/** @typedef {import('./chat-view.js').Part} Part */

/**
 * Badges and emotes of a channel, from Helix and from what each message says.
 *
 * @param {import('twitch-keyring').Client} client
 * @param {string} cdn Where Twitch keeps its pictures.
 */
export function createPictures({ helix }, cdn) {
  /** @type {Map<string, { url: string, title: string }>} By name and version. */
  const known = new Map()
  /** @type {Map<string, string>} Id by name: those that everybody may use. */
  const emotes = new Map()
  let loadedFor = ''
  let loading = Promise.resolve()

  /** @param {string} broadcaster_id */
  async function load(broadcaster_id) {
    const signal = AbortSignal.timeout(3000)
    const [everywhere, here, global] = await Promise.all([
      helix.get('/chat/badges/global', { signal }),
      helix.get('/chat/badges', { query: { broadcaster_id }, signal }),
      helix.get('/chat/emotes/global', { signal }),
    ])
    for (const { set_id, versions } of [...everywhere.data, ...here.data]) {
      for (const { id, title, image_url_2x: url } of versions) known.set(`${set_id}/${id}`, { url, title })
    }
    for (const { id, name } of global.data) emotes.set(name, id)
  }

  return {
    /**
     * Never fails, and takes three seconds at the most: chat without badges is better than none.
     *
     * @param {string} broadcaster_id
     */
    load(broadcaster_id) {
      if (loadedFor !== broadcaster_id) {
        loadedFor = broadcaster_id
        loading = load(broadcaster_id).catch(() => {
          loadedFor = '' // so that the next join tries again
        })
      }
      return loading
    },

    loaded: () => loading,

    /** @param {readonly import('twitch-keyring').Badge[]} badges */
    badges: (badges) => badges.flatMap(({ name, version }) => known.get(`${name}/${version}`) ?? []),

    /**
     * @param {import('twitch-keyring').PrivateMessage | import('twitch-keyring').UserNoticeMessage} message
     * @returns {Part[]}
     */
    parts: (message) =>
      fragments(message).map((fragment) => {
        if (fragment.type === 'emote') return { emote: fragment.text, url: emoteImageUrl(fragment.id, { cdn }) }
        return { text: fragment.text, stands: fragment.type === 'text' ? undefined : fragment.type }
      }),

    /**
     * A text of one's own: Twitch has not looked for emotes in it.
     *
     * @param {string} text
     * @returns {Part[]}
     */
    ownParts: (text) =>
      text.split(/( )/).map((word) => {
        const id = emotes.get(word)
        return id === undefined ? { text: word } : { emote: word, url: emoteImageUrl(id, { cdn }) }
      }),
  }
}
