import type { Endpoints } from '../types.ts'
import type { Call } from './http.ts'

/** Which server a URL means, and what lies below its endpoint. */
export type Route = Pick<Call, 'host' | 'path'>

export interface Routes {
  /** By the whole endpoint, as `fetch` must: `undefined` is a host that does not exist. */
  byUrl(url: URL): Route | undefined
  /** By the path of the endpoint alone, for a server that does not care what it is called. */
  byPath(url: URL): Route | undefined
}

const HOSTS = ['id', 'helix', 'cdn'] as const

export function createRoutes(endpoints: Endpoints): Routes {
  const bases = HOSTS.map((host) => {
    const { origin, pathname } = new URL(endpoints[host])
    return { host, origin, prefix: pathname === '/' ? '' : pathname }
  }).sort((a, b) => b.prefix.length - a.prefix.length)

  function find(url: URL, sameOrigin: boolean): Route | undefined {
    for (const { host, origin, prefix } of bases) {
      if (sameOrigin && url.origin !== origin) continue
      if (!url.pathname.startsWith(`${prefix}/`)) continue
      return { host, path: url.pathname.slice(prefix.length) }
    }
    return undefined
  }

  return { byUrl: (url) => find(url, true), byPath: (url) => find(url, false) }
}
