// @ts-check
// What a page does about an outage: no answer is no bad news of the token, so it asks again, and says so meanwhile.

import { NetworkError } from 'twitch-keyring'
import { at } from './page.js'

/**
 * Where no answer came, nothing is lost: ask again a little later.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
export async function whenOnline(ask, signal) {
  for (;;) {
    try {
      const answer = await ask()
      showOnline(true)
      return answer
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      showOnline(false)
      await sleep(Math.max(3_000, (error.retryAt ?? 0) - Date.now()), signal)
    }
  }
}

/** @param {boolean} online */
function showOnline(online) {
  document.body.classList.toggle('offline', !online)
  at('#helix').textContent = online ? 'answers' : 'no answer, asking again'
  at('#helix').classList.toggle('down', !online)
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
