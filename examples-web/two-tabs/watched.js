// @ts-check
// What a client takes from its page, watched: every lock, request and write is told of, and all of it can be made to stand still.

/**
 * What the world of a tab tells. No message holds a token.
 *
 * @typedef {{ kind: 'lock', state: 'held' | 'free' | 'without' }
 *   | { kind: 'request', path: 'validate' | 'token', phase: 'sent' | 'lost', status?: undefined }
 *   | { kind: 'request', path: 'validate' | 'token', phase: 'answered', status: number }
 *   | { kind: 'too-late' }} Watched
 */

/**
 * @param {object} options
 * @param {(what: Watched) => void} options.tell
 * @param {import('twitch-keyring').TokenStore} options.store
 */
export function watch({ tell, store }) {
  /** @type {Promise<void> | undefined} */
  let frozen
  let thaw = () => {}

  /**
   * Browsers freeze whole pages, not frames. A frozen page keeps its locks, and neither sends, reads, writes nor runs timers.
   *
   * @template T
   * @param {() => Promise<T>} work
   */
  async function unlessFrozen(work) {
    if (frozen) await frozen
    try {
      return await work()
    } finally {
      if (frozen) await frozen
    }
  }

  return {
    freeze() {
      const { promise, resolve } = Promise.withResolvers()
      frozen = /** @type {Promise<void>} */ (promise)
      thaw = () => {
        frozen = undefined
        resolve(undefined)
      }
    },
    thaw: () => thaw(),

    /** @type {import('twitch-keyring').TokenStore} */
    store: {
      ...store,
      get: (key) => unlessFrozen(() => store.get(key)),
      keys: () => unlessFrozen(() => store.keys()),
      async replace(key, expectedVersion, next) {
        const done = await unlessFrozen(() => store.replace(key, expectedVersion, next))
        if (!done && key.startsWith('token:')) tell({ kind: 'too-late' })
        return done
      },
    },

    /** @type {import('twitch-keyring').PlatformOptions} */
    platform: {
      fetch: (url, init) => unlessFrozen(() => watchedFetch(url, init)),
      setTimeout: (callback, delay) => setTimeout(() => (frozen ? frozen.then(callback) : callback()), delay),
      locks: { request: watchedLock },
    },
  }

  /**
   * @param {string} url
   * @param {RequestInit} [init]
   */
  async function watchedFetch(url, init) {
    const path = /\/(validate|token)$/.exec(url)?.[1]
    if (path !== 'validate' && path !== 'token') return fetch(url, init)
    tell({ kind: 'request', path, phase: 'sent' })
    try {
      const response = await fetch(url, init)
      tell({ kind: 'request', path, phase: 'answered', status: response.status })
      return response
    } catch (error) {
      tell({ kind: 'request', path, phase: 'lost' })
      throw error
    }
  }

  /**
   * @template T
   * @param {string} name
   * @param {{ signal?: AbortSignal }} options
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async function watchedLock(name, options, work) {
    let held = false
    try {
      return await navigator.locks.request(name, options, () => {
        held = true
        tell({ kind: 'lock', state: 'held' })
        return work()
      })
    } finally {
      tell({ kind: 'lock', state: held ? 'free' : 'without' })
    }
  }
}
