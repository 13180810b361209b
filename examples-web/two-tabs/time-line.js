// @ts-check
// Draws who did what, from top to bottom: a lane a tab, and Twitch between them.

import { phraseOf } from './phrases.js'

/** @typedef {import('./frame.js').Side} Side */

/** @type {readonly Side[]} */
export const sides = ['left', 'right']

/** So long a silence gets a row of its own, in milliseconds. */
const SILENCE = 2500

/**
 * What the rail of a tab looks like from the next row on.
 *
 * @typedef {object} Rail
 * @property {'idle' | 'queued' | 'held' | 'without' | 'waiting'} gate
 * @property {boolean} frozen
 * @property {boolean} gone
 * @property {'' | 'validate' | 'token'} request
 */

/** @param {HTMLOListElement} list */
export function createTimeLine(list) {
  let start = 0
  let latest = 0
  /** @type {Record<Side, Rail>} */
  const rails = { left: newRail(), right: newRail() }
  const now = /** @type {HTMLLIElement} */ (document.createElement('li'))
  let isWaiting = false

  setInterval(tick, 100)

  return {
    /** Begins anew, now. */
    clear() {
      list.replaceChildren()
      start = latest = currentTime()
      isWaiting = true
      for (const side of sides) rails[side] = { ...newRail(), gone: rails[side].gone, frozen: rails[side].frozen }
    },

    /** All is over: the clock at the end stops. */
    stop() {
      isWaiting = false
      now.remove()
    },

    /** Goes on after a stop. */
    resume() {
      isWaiting = true
    },

    /**
     * @param {Side} side
     * @param {import('./frame.js').Told} told
     * @param {number} at
     */
    add(side, told, at) {
      const phrase = phraseOf(told)
      if (phrase === undefined) follow(rails[side], told)
      else append(side, phrase, at, () => follow(rails[side], told))
    },

    /**
     * The page around the tabs has done something to one of them.
     *
     * @param {Side} side
     * @param {boolean} gone
     */
    setGone(side, gone) {
      const phrase = gone ? { name: 'crashed', text: 'is gone' } : { name: 'opened', text: 'is opened again' }
      append(side, phrase, currentTime(), () => {
        rails[side] = { ...newRail(), gone }
      })
    },
  }

  /**
   * @param {Side} side
   * @param {import('./phrases.js').Phrase} phrase
   * @param {number} at
   * @param {() => void} change
   */
  function append(side, phrase, at, change) {
    if (start === 0) start = latest = at
    const sofar = isWaiting && at - latest > SILENCE ? at - latest : 0
    if (sofar > 0) list.append(silence(sofar))
    latest = Math.max(latest, at)
    const before = structuredClone(rails)
    change()
    list.append(row(side, phrase, latest - start, before))
    if (isWaiting) list.append(now)
    now.hidden = true
    scrollDown()
  }

  function scrollDown() {
    list.parentElement?.scrollTo({ top: list.scrollHeight })
  }

  /**
   * @param {Side} side
   * @param {import('./phrases.js').Phrase} phrase
   * @param {number} after
   * @param {Record<Side, Rail>} before
   */
  function row(side, { step, name, text }, after, before) {
    const item = document.createElement('li')
    item.dataset.side = side
    item.dataset.what = name
    const dot = create('span', step ? 'dot' : 'dot plain', step ? String(step) : '')
    item.append(
      create('time', '', `${(after / 1000).toFixed(2)} s`),
      ...sides.flatMap((lane) => [
        rail(lane, before[lane], rails[lane], lane === side ? dot : undefined),
        wire(lane, before[lane], rails[lane]),
      ]),
      create('span', 'text', create('span', 'who', `The ${side} one `), text),
    )
    return item
  }

  /** @param {number} passed */
  function silence(passed) {
    const item = document.createElement('li')
    item.className = 'silence'
    item.append(
      ...sides.flatMap((lane) => [rail(lane, rails[lane], rails[lane]), wire(lane, rails[lane], rails[lane])]),
      create('span', 'passed', `${(passed / 1000).toFixed(1)} s pass`),
    )
    return item
  }

  function tick() {
    const passed = currentTime() - latest
    const wasHidden = now.hidden
    now.hidden = !isWaiting || passed < 1000
    if (now.hidden) return
    const fresh = silence(passed)
    now.className = 'silence now'
    now.replaceChildren(...fresh.childNodes)
    if (!now.isConnected) list.append(now)
    if (wasHidden) scrollDown()
  }
}

/** @returns {Rail} */
function newRail() {
  return { gate: 'idle', frozen: false, gone: false, request: '' }
}

/**
 * @param {Rail} rail
 * @param {import('./frame.js').Told} told
 */
function follow(rail, told) {
  if (told.kind === 'trace' && told.step === 'queue') rail.gate = 'queued'
  if (told.kind === 'trace' && told.step === 'wait-for-mark') rail.gate = 'waiting'
  if (told.kind === 'lock') rail.gate = told.state === 'free' ? 'idle' : told.state
  if (told.kind === 'done') rail.gate = 'idle'
  if (told.kind === 'frozen') rail.frozen = true
  if (told.kind === 'thawed') rail.frozen = false
  if (told.kind === 'request') rail.request = told.phase === 'sent' ? told.path : ''
}

/**
 * @param {Side} side
 * @param {Rail} before
 * @param {Rail} after
 * @param {HTMLElement} [dot]
 */
function rail(side, before, after, dot) {
  const element = create('span', `rail ${side}`, ...(dot ? [dot] : []))
  element.dataset.above = look(before)
  element.dataset.below = look(after)
  element.ariaHidden = 'true'
  return element
}

/** @param {Rail} rail */
function look({ gate, frozen, gone }) {
  if (gone) return 'gone'
  return frozen ? 'frozen' : gate
}

/**
 * A request of a tab, as long as Twitch has it.
 *
 * @param {Side} side
 * @param {Rail} before
 * @param {Rail} after
 */
function wire(side, before, after) {
  const request = after.request || before.request
  const element = create('span', `wire ${side}`)
  if (request === '') return element
  element.dataset.request = request
  element.dataset.part = before.request === '' ? 'start' : after.request === '' ? 'end' : 'middle'
  if (before.request === '') {
    const method = create('span', 'method', request === 'token' ? 'POST ' : 'GET ')
    element.append(create('span', 'label', method, `/${request}`))
  }
  return element
}

function currentTime() {
  return performance.timeOrigin + performance.now()
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {...(string | Node)} children
 */
function create(tag, className, ...children) {
  const element = document.createElement(tag)
  element.className = className
  element.append(...children)
  return element
}
