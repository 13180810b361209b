import { UnsupportedError } from '../../errors.ts'
import { sleep } from '../../internal/wait.ts'
import type { Platform } from '../../types.ts'

/** Where a popup leaves the address it came back to. Only pages of its own origin can look there, and no message holds it. */
const ANSWER: unique symbol = Symbol.for('twitch-keyring:answer')

const MESSAGE = 'twitch-keyring:answered'

/** A page that has opened a popup takes its answer within this, in milliseconds, or is gone. */
const TAKEN_WITHIN = 2_000

/** How often to look whether the popup was closed, in milliseconds. */
const LOOK_EVERY = 500

type Answering = Window & { [ANSWER]?: string | undefined }

/**
 * Shows Twitch's page in a popup: give it as `via`, and call the sign-in in a click. The page at `redirectUri` is of this
 * origin, and calls `completeSignIn`.
 *
 * @returns The address at which the popup came back, already taken out of its address bar.
 * @throws {UnsupportedError} The browser blocked it, as OBS does in a source.
 * @throws {DOMException} `AbortError`: the user closed it.
 */
export function popup(url: string, signal: AbortSignal): Promise<string> {
  const opened: Answering | null = globalThis.open(url, '_blank', 'popup,width=520,height=760')
  if (opened === null) {
    return Promise.reject(
      new UnsupportedError('The browser blocked the sign-in window: begin in a click, or redirect this page instead.'),
    )
  }
  return new Promise<string>((resolve, reject) => {
    let closedBefore = false
    let timer: ReturnType<typeof setTimeout>
    const end = () => {
      globalThis.removeEventListener('message', onMessage)
      signal.removeEventListener('abort', onAbort)
      clearTimeout(timer)
      opened.close()
    }
    const onMessage = ({ source, origin, data }: MessageEvent) => {
      if (source !== opened || origin !== globalThis.location.origin || data !== MESSAGE) return
      const address = opened[ANSWER]
      if (address === undefined) return
      delete opened[ANSWER]
      end()
      resolve(address)
    }
    const onAbort = () => {
      end()
      reject(signal.reason)
    }
    const look = () => {
      // What it sent just before may still be on its way.
      if (opened.closed && closedBefore) {
        end()
        reject(new DOMException('The sign-in window was closed.', 'AbortError'))
        return
      }
      closedBefore = opened.closed
      timer = setTimeout(look, LOOK_EVERY)
    }
    globalThis.addEventListener('message', onMessage)
    signal.addEventListener('abort', onAbort, { once: true })
    timer = setTimeout(look, LOOK_EVERY)
    if (signal.aborted) onAbort()
  })
}

/**
 * Tells the page that opened this popup that Twitch has answered.
 *
 * @returns `false`: this is no popup, or nobody takes the answer.
 */
export async function answerOpener(address: string, platform: Platform): Promise<boolean> {
  const here = globalThis as unknown as Answering
  const { opener } = here
  if (!opener) return false
  here[ANSWER] = address
  // A page of another origin, which a link may have opened this one from, is told nothing.
  opener.postMessage(MESSAGE, here.location.origin)
  for (let waited = 0; waited < TAKEN_WITHIN && here[ANSWER] !== undefined; waited += 100) await sleep(100, platform)
  const taken = here[ANSWER] === undefined
  delete here[ANSWER]
  return taken
}
