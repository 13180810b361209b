import { asObject } from '../../internal/json.ts'
import { resolvePlatform } from '../../internal/platform.ts'
import { waitFor } from '../../internal/wait.ts'
import type { Platform, PlatformOptions } from '../../types.ts'
import { findPlace } from '../environment/place.ts'
import type { DeviceCodeSignIn } from './device-code.ts'

export interface StreamSafeOptions {
  readonly platform?: Pick<PlatformOptions, 'setTimeout' | 'clearTimeout'> | undefined
}

/** A sign-in whose code is not there to be shown while viewers could read it. */
export interface StreamSafeSignIn extends Omit<DeviceCodeSignIn, 'userCode' | 'verificationUri'> {
  /** `undefined` while it is withheld. */
  readonly userCode: string | undefined
  /** `undefined` while it is withheld, since it holds the code. */
  readonly verificationUri: string | undefined
  /** Why there is no code, in a sentence that can be shown. */
  readonly withheld: string | undefined
  /** Calls back whenever the code comes or goes. @returns The function that ends it. */
  subscribe(listener: () => void): () => void
}

/** The global object of a page in OBS. @see https://github.com/obsproject/obs-browser#js-bindings */
interface ObsRealm {
  readonly obsstudio?: { getStatus?(callback: (status: unknown) => void): void } | undefined
  addEventListener(type: string, listener: () => void): void
  removeEventListener(type: string, listener: () => void): void
}

/** In milliseconds. A source that may not ask is not answered. */
const OBS_ANSWERS_WITHIN = 500

const WITHHELD =
  'The code is not shown here while OBS streams: viewers could sign in with it. It is in the dock, or here when the stream is over.'

/**
 * Withholds the code of a sign-in while a browser source of OBS would show it to everybody. In a dock, which only the
 * streamer sees, and outside OBS it is there. Where OBS does not say whether it streams, a source has no code.
 *
 * @example
 * const signIn = await streamSafe(await signInWithDeviceCode(handler, { scopes: ['chat:read'] }))
 * const show = () => { label.textContent = signIn.userCode ?? signIn.withheld }
 * signIn.subscribe(show)
 * show()
 */
export async function streamSafe(signIn: DeviceCodeSignIn, options: StreamSafeOptions = {}): Promise<StreamSafeSignIn> {
  const realm = globalThis as unknown as ObsRealm
  const timers = resolvePlatform(options.platform)
  const listeners = new Set<() => void>()
  let isLive = false
  let told: boolean | undefined

  function hear(live: boolean): void {
    told = live
    if (live === isLive) return
    isLive = live
    for (const listener of [...listeners]) listener()
  }

  const place = await findPlace(globalThis as never, timers)
  if (realm.obsstudio !== undefined && place !== 'obs-dock') {
    const onStart = () => hear(true)
    const onStop = () => hear(false)
    const events = { obsStreamingStarting: onStart, obsStreamingStarted: onStart, obsStreamingStopped: onStop }
    const end = () => {
      for (const [type, listener] of Object.entries(events)) realm.removeEventListener(type, listener)
    }
    // Listened to first: a stream may begin while OBS is being asked.
    for (const [type, listener] of Object.entries(events)) realm.addEventListener(type, listener)
    signIn.completed.then(end, end)
    const asked = await isStreaming(realm, timers)
    isLive = told ?? asked ?? true
  }
  return {
    get userCode() {
      return isLive ? undefined : signIn.userCode
    },
    get verificationUri() {
      return isLive ? undefined : signIn.verificationUri
    },
    get withheld() {
      return isLive ? WITHHELD : undefined
    },
    expiresAt: signIn.expiresAt,
    completed: signIn.completed,
    cancel: () => signIn.cancel(),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** @returns `undefined`: OBS does not say. */
async function isStreaming(
  { obsstudio }: ObsRealm,
  timers: Pick<Platform, 'setTimeout' | 'clearTimeout'>,
): Promise<boolean | undefined> {
  const answered = new Promise<unknown>((resolve) => obsstudio?.getStatus?.(resolve))
  try {
    const status = asObject(await waitFor(answered, OBS_ANSWERS_WITHIN, timers))
    return typeof status['streaming'] === 'boolean' ? status['streaming'] : undefined
  } catch {
    return undefined
  }
}
