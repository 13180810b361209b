import type { Feature } from './features.ts'
import type { Place } from './place.ts'

/** What fits a place. */
export interface Advice {
  /** A name of this library or of Twitch, as in its documentation. */
  readonly use: string
  /** Why, in a sentence that can be shown. */
  readonly why: string
}

const DEVICE_CODE = 'signInWithDeviceCode'

/** Which way to sign in fits. @see https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/ */
export function adviseSignIn(place: Place): Advice {
  switch (place) {
    case 'obs-source':
    case 'obs-local-file':
    case 'obs-dock':
      return {
        use: DEVICE_CODE,
        why: 'Twitch does not show its login page inside OBS: show the code in a dock, and let the user enter it elsewhere.',
      }
    case 'twitch-extension':
      return {
        use: 'ExtensionTokenHandler',
        why: 'Twitch gives an extension its token without a sign-in, and blocks any other way.',
      }
    case 'extension-page':
    case 'extension-worker':
      return { use: DEVICE_CODE, why: 'The user agrees in a tab of their own browser, where they are logged in.' }
    case 'worker':
    case 'durable-object':
      return {
        use: 'signInWithCode',
        why: 'A server can keep a client secret, and then its refresh tokens may be used again.',
      }
    default:
      return { use: DEVICE_CODE, why: 'It needs no secret, and what comes of it can be renewed.' }
  }
}

/** Where tokens can rest. */
export function adviseStore(place: Place, missing: ReadonlySet<Feature>): Advice {
  if (place === 'twitch-extension')
    return { use: 'memoryStore', why: 'Twitch gives a new token each time, so that none must be kept.' }
  if (place === 'durable-object')
    return { use: 'a store over its own storage', why: 'It is durable, and nobody else writes there.' }
  if (place === 'worker') {
    return {
      use: 'a Durable Object',
      why: 'A Worker keeps nothing, and KV may answer with a token that is a minute old.',
    }
  }
  if (!missing.has('indexedDB')) {
    const shared = place === 'obs-local-file' ? ' Every local file in this OBS shares it.' : ''
    return { use: 'indexedDBStore', why: `It is durable, and safe with any number of pages at once.${shared}` }
  }
  if (place === 'extension-page' || place === 'extension-worker')
    return {
      use: 'chromeStorageStore',
      why: 'IndexedDB does not work here, and the extension has a storage of its own.',
    }
  if (!missing.has('localStorage'))
    return { use: 'localStorageStore', why: 'IndexedDB does not work here. Open one page at a time.' }
  return { use: 'memoryStore', why: 'Nothing durable works here: the user signs in again each time.' }
}
