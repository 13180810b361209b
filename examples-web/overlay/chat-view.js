// @ts-check

/**
 * Puts chat on a page: one element a message. Text goes in as text, never as HTML.
 *
 * @typedef {{ text: string, stands?: 'mention' | 'link' | 'cheermote' | undefined } | { emote: string, url: string }} Part
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} [userId]
 * @property {string} name
 * @property {string} [color]
 * @property {{ url: string, title: string }[]} [badges]
 * @property {Part[]} [parts]
 * @property {boolean} [action] Sent with /me.
 * @property {{ name: string, text: string }} [reply]
 * @property {{ kind: string, text: string }} [note] What makes it stand out, and the line that says so.
 */

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)')

/** Names of users who never chose a colour. */
const palette = ['#ff8a80', '#ffd180', '#f4ff81', '#b9f6ca', '#84ffff', '#82b1ff', '#b388ff', '#ff80ab']

/**
 * @param {HTMLElement} list
 * @param {{ limit?: number }} [options]
 */
export function createChatView(list, { limit = 60 } = {}) {
  const shown = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll(':scope > :not(.leaving)')])

  /** @param {(element: HTMLElement) => boolean} matches */
  function removeWhere(matches) {
    for (const element of shown().filter(matches)) leave(element)
  }

  return {
    /** @param {Entry} entry */
    add(entry) {
      list.append(render(entry))
      while (list.children.length > limit) list.firstElementChild?.remove()
    },
    /** @param {string} id */
    remove: (id) => removeWhere((element) => element.dataset.id === id),
    /** @param {string} userId */
    removeUser: (userId) => removeWhere((element) => element.dataset.userId === userId),
    clear: () => removeWhere(() => true),
  }
}

/** @param {HTMLElement} element */
async function leave(element) {
  element.classList.add('leaving')
  // A hidden page paints nothing, so its transitions never end.
  if (!reducedMotion.matches && !document.hidden) {
    await Promise.allSettled(element.getAnimations().map((animation) => animation.finished))
  }
  element.remove()
}

/** @param {Entry} entry */
function render({ id, userId = '', name, color, badges = [], parts = [], action, reply, note }) {
  const card = create('div', `card ${note ? `note ${note.kind}` : ''} ${action ? 'action' : ''}`)
  if (parts.length > 0 && parts.length <= 8 && parts.every((part) => 'emote' in part || part.text.trim() === '')) {
    card.classList.add('only-emotes')
  }
  card.style.setProperty('--name', color || (palette[hash(name) % palette.length] ?? ''))
  if (reply) card.append(create('span', 'reply', create('span', '', `${reply.name}: ${reply.text}`)))
  if (note) card.append(create('span', 'why', note.text))
  if (parts.length > 0) {
    card.append(
      ...badges.map(({ url, title }) => image('badge', url, title)),
      create('span', 'name', name),
      create('span', 'text', ...parts.map(renderPart)),
    )
  }
  // The row opens from nothing; the box inside it is what gets cut off meanwhile.
  const row = create('div', 'message', create('div', '', card))
  row.dataset.id = id
  row.dataset.userId = userId
  return row
}

/** @param {Part} part */
function renderPart(part) {
  if ('emote' in part) return image('emote', part.url, part.emote)
  return part.stands ? create('span', part.stands, part.text) : part.text
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {...(string | Node)} children
 */
function create(tag, className, ...children) {
  const element = document.createElement(tag)
  element.className = className.trim()
  element.append(...children)
  return element
}

/**
 * @param {string} className
 * @param {string} url
 * @param {string} title
 */
function image(className, url, title) {
  const element = /** @type {HTMLImageElement} */ (create('img', className))
  Object.assign(element, { src: url, alt: title, title, decoding: 'async' })
  return element
}

/** @param {string} text */
function hash(text) {
  let value = 0
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return value
}
