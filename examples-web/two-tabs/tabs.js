// @ts-check

/**
 * The two tabs: frames of the same origin, which share one store and know nothing of each other.
 *
 * @typedef {import('./frame.js').Side} Side
 * @typedef {import('./frame.js').Told} Told
 * @typedef {Extract<Told, { kind: 'status' }>} TabStatus
 */

/** @param {(side: Side, told: Told, at: number) => void} listener */
export function createTabs(listener) {
  /** @type {Map<Side, { frame: HTMLIFrameElement, status: TabStatus | undefined, ready: Promise<void> }>} */
  const tabs = new Map()
  /** @type {Set<(side: Side, told: Told) => void>} */
  const waiting = new Set()

  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== location.origin) return
    for (const [side, tab] of tabs) {
      if (tab.frame.contentWindow !== source) continue
      const { at, ...told } = /** @type {Told & { at: number }} */ (data)
      if (told.kind === 'status') tab.status = told
      listener(side, told, at)
      for (const check of [...waiting]) check(side, told)
    }
  })

  /**
   * @param {(side: Side, told: Told) => boolean} matches
   * @returns {Promise<void>}
   */
  function heard(matches) {
    return new Promise((resolve) => {
      /** @param {Side} side @param {Told} told */
      const check = (side, told) => {
        if (!matches(side, told)) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
    })
  }

  return {
    heard,

    /** @param {Side} side */
    async open(side) {
      if (!tabs.has(side)) {
        const frame = document.createElement('iframe')
        frame.src = `frame.html?side=${side}`
        frame.title = side === 'left' ? 'Left tab' : 'Right tab'
        const ready = heard((who, told) => who === side && told.kind === 'ready')
        tabs.set(side, { frame, status: undefined, ready })
        place(side).prepend(frame)
      }
      await tabs.get(side)?.ready
    },

    /** As when OBS ends a source, or a browser a tab: nothing in it runs on. */
    crash(/** @type {Side} */ side) {
      tabs.get(side)?.frame.remove()
      tabs.delete(side)
    },

    /** @param {Side} side */
    isOpen: (side) => tabs.has(side),

    /** @param {Side} side */
    status: (side) => tabs.get(side)?.status,

    /**
     * @param {Side} side
     * @param {import('./frame.js').Command} command
     */
    tell(side, command) {
      tabs.get(side)?.frame.contentWindow?.postMessage(command, location.origin)
    },
  }
}

/** @param {Side} side */
function place(side) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-tab=${side}]`))
}
