// @ts-check
// What every page here needs of its document.

/**
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} selector
 * @param {new () => T} [type]
 * @returns {T}
 */
export function at(selector, type) {
  const element = document.querySelector(selector)
  if (!(element instanceof (type ?? HTMLElement))) throw new TypeError(`The page has no ${selector}.`)
  return /** @type {T} */ (element)
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {...(string | Node)} children
 */
export function create(tag, className, ...children) {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...children)
  return element
}

/**
 * Says what went wrong, to the person before the page.
 *
 * @param {unknown} error
 */
export function complain(error) {
  if (error instanceof Error && error.name === 'AbortError') return
  at('#problem').textContent = error instanceof Error ? error.message : String(error)
}

/**
 * @param {string} selector
 * @param {() => unknown} work
 */
export function onClick(selector, work) {
  at(selector).addEventListener('click', () => attempt(work))
}

/** @param {() => unknown} work */
export async function attempt(work) {
  at('#problem').textContent = ''
  try {
    await work()
  } catch (error) {
    complain(error)
  }
}

/**
 * In words that no line break parts.
 *
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 100) return `${seconds}\u00a0s`
  const minutes = Math.floor(seconds / 60)
  const [large, unit, small, smaller] =
    minutes < 100 ? [minutes, 'min', seconds % 60, 's'] : [Math.floor(minutes / 60), 'h', minutes % 60, 'min']
  return [large, unit, small, smaller].join('\u00a0')
}
