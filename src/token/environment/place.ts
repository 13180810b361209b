import { asObject } from '../../internal/json.ts'
import { waitFor } from '../../internal/wait.ts'
import type { Platform } from '../../types.ts'

/** The global object of a place, of which nothing is taken for granted. */
export type Realm = Readonly<Record<string, unknown>>

/**
 * Where a script runs.
 *
 * - `obs-source`, `obs-dock`: a browser source or a custom dock of OBS. `obs-local-file`: a source that shows a local file,
 *   at `http://absolute`.
 * - `twitch-extension`: the front end of a Twitch extension.
 * - `extension-page`, `extension-worker`: a page or the service worker of a browser extension.
 * - `worker`: a Cloudflare Worker. `durable-object`: only when told so, since it looks like a Worker.
 * - `service-worker`: of a web site. `page`: any other page, frames included.
 * - `other`: web workers, Node, Deno, Bun and what nobody has heard of.
 */
export type Place =
  | 'obs-source'
  | 'obs-dock'
  | 'obs-local-file'
  | 'twitch-extension'
  | 'extension-page'
  | 'extension-worker'
  | 'worker'
  | 'durable-object'
  | 'service-worker'
  | 'page'
  | 'other'

/** OBS answers a source at once, and a dock never. In milliseconds. */
const OBS_ANSWERS_WITHIN = 500

export async function findPlace(realm: Realm, timers: Pick<Platform, 'setTimeout' | 'clearTimeout'>): Promise<Place> {
  const location = asObject(realm['location'])
  const hostname = location['hostname']
  const isLocalFile = hostname === 'absolute'
  const inExtension = /^[a-z-]+-extension:$/.test(String(location['protocol']))

  if (realm['document'] === undefined) {
    if (asObject(realm['navigator'])['userAgent'] === 'Cloudflare-Workers') return 'worker'
    if (realm['ServiceWorkerGlobalScope'] === undefined) return 'other'
    return inExtension ? 'extension-worker' : 'service-worker'
  }
  const obs = asObject(realm['obsstudio'])
  if (realm['obsstudio'] !== undefined && !(await answersSources(obs, timers))) return 'obs-dock'
  if (isLocalFile) return 'obs-local-file'
  if (realm['obsstudio'] !== undefined) return 'obs-source'
  if (asObject(realm['Twitch'])['ext'] !== undefined) return 'twitch-extension'
  if (typeof hostname === 'string' && hostname.endsWith('.ext-twitch.tv')) return 'twitch-extension'
  return inExtension ? 'extension-page' : 'page'
}

/** Whether users have this code, and all that is in it, in their hands. */
export function isPage(realm: object = globalThis): boolean {
  const { document, location } = asObject(realm)
  return document !== undefined || String(asObject(location)['protocol']).endsWith('-extension:')
}

/**
 * Whether OBS answers its callbacks here. There is no better way to tell a source from a dock.
 *
 * @see https://github.com/obsproject/obs-browser/issues/455
 */
async function answersSources(obs: Realm, timers: Pick<Platform, 'setTimeout' | 'clearTimeout'>): Promise<boolean> {
  const answered = new Promise<boolean>((resolve) => {
    // Before OBS 28 there was no such question; then nobody can tell, and most pages are sources.
    if (typeof obs['getControlLevel'] !== 'function') return resolve(true)
    const { getControlLevel } = obs as { getControlLevel(callback: () => void): void }
    try {
      getControlLevel.call(obs, () => resolve(true))
    } catch {
      resolve(false)
    }
  })
  return (await waitFor(answered, OBS_ANSWERS_WITHIN, timers)) === true
}
