import { UnsupportedError } from '../../errors.ts'
import { sleep } from '../../internal/wait.ts'
import type { Platform } from '../../types.ts'

/** Where a popup leaves the address it came back to. Only pages of its own origin can look there, and no message holds it. */
const ANSWER: unique symbol = Symbol.for('twitch-keyring:answer')

/** The popups that a page waits for. They go with the page, however it goes: so a popup knows whether it must go on alone. */
const AWAITED: unique symbol = Symbol.for('twitch-keyring:awaited')

const MESSAGE = 'twitch-keyring:answered'

/** How often to look whether the other window is still there, in milliseconds. */
const LOOK_EVERY = 200

type Realm = Window & { [ANSWER]?: string | undefined; [AWAITED]?: Set<Window> | undefined }

/**
 * Shows Twitch's page in a popup: give it as `via`, and call the sign-in in a click. The page at `redirectUri` is of this
 * origin, and calls `completeSignIn`.
 *
 * Twitch's page comes when the sign-in is kept, so that nobody can agree to one that ends with this page.
 *
 * @returns The address at which the popup came back, already taken out of its address bar.
 * @throws {UnsupportedError} The browser blocked it, as OBS does in a source.
 * @throws {DOMException} `AbortError`: the user closed it.
 */
export function popup(url: string, signal: AbortSignal, kept: Promise<void> = Promise.resolve()): Promise<string> {
  const here = globalThis as unknown as Realm
  const opened: Realm | null = globalThis.open('', '_blank', 'popup,width=520,height=760')
  if (opened === null) {
    return Promise.reject(
      new UnsupportedError('The browser blocked the sign-in window: begin in a click, or redirect this page instead.'),
    )
  }
  here[AWAITED] ??= new Set()
  const awaited = here[AWAITED].add(opened)
  return new Promise<string>((resolve, reject) => {
    let closedBefore = false
    let answered = false
    const timer = setInterval(() => {
      // What it sent just before may still be on its way.
      if (opened.closed && closedBefore) {
        end()
        reject(new DOMException('The sign-in window was closed.', 'AbortError'))
      }
      closedBefore = opened.closed
    }, LOOK_EVERY)
    const end = () => {
      clearInterval(timer)
      globalThis.removeEventListener('message', onMessage)
      signal.removeEventListener('abort', onAbort)
      awaited.delete(opened)
      opened.close()
      try {
        if (answered) delete opened[ANSWER] // it is done, and nobody need go on
      } catch {
        // The popup shows a page of another origin by now.
      }
    }
    const onMessage = ({ source, origin, data }: MessageEvent) => {
      if (source !== opened || origin !== globalThis.location.origin || data !== MESSAGE) return
      const address = opened[ANSWER]
      if (address === undefined) return
      answered = true
      clearInterval(timer)
      resolve(address)
    }
    const onAbort = () => {
      end()
      reject(signal.reason)
    }
    globalThis.addEventListener('message', onMessage)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    kept.then(
      () => {
        if (awaited.has(opened)) opened.location.href = url
      },
      () => {}, // whoever keeps it says so
    )
  })
}

/**
 * Tells the page that opened this popup that Twitch has answered, and lets it go on for as long as it is there.
 *
 * @returns `false`: this is no popup, or the page that opened it is gone or waits no more.
 */
export async function answerOpener(address: string, platform: Platform): Promise<boolean> {
  const here = globalThis as unknown as Realm
  const opener = here.opener as Realm | null | undefined
  if (!opener || !isAwaited(here, opener)) return false
  here[ANSWER] = address
  opener.postMessage(MESSAGE, here.location.origin)
  while (here[ANSWER] !== undefined && isAwaited(here, opener)) await sleep(LOOK_EVERY, platform)
  const isDone = here[ANSWER] === undefined
  delete here[ANSWER]
  return isDone
}

function isAwaited(here: Realm, opener: Realm): boolean {
  try {
    return !opener.closed && opener[AWAITED]?.has(here) === true
  } catch {
    return false // a page of another origin, which has taken the place of the opener, or a link there led here
  }
}
