import { join } from 'node:path'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, type Request as IncomingRequest, Miniflare, Response as Outgoing } from 'miniflare'
import type { VaultPair } from '../../../src/cloudflare/index.ts'
import { createFakeTwitch, type FakeTwitchOptions, realClock } from '../../../src/testing/index.ts'
import type { Op, Said, Time } from './ops.ts'

const root = join(import.meta.dirname, '../../..')
export const CLIENT_ID = 'edge'
export const SCOPES = ['chat:read', 'chat:edit'] as const

export interface EdgeOptions {
  /** Epoch milliseconds. Default: far in the future, so that no alarm rings by itself. */
  readonly startAt?: number
  /** How much faster time passes than on this machine. Default 1. */
  readonly speed?: number
  /** Take what was built, and not the source. Default false. */
  readonly built?: boolean
  readonly users?: number
  readonly twitch?: FakeTwitchOptions
  /** Answers what is asked of other hosts than Twitch's. */
  readonly other?: (url: URL) => Promise<string>
}

/** The test Worker in real workerd, a second Worker beside it, and a Twitch on this side of the wire. */
export async function startEdge(options: EdgeOptions = {}) {
  const { speed = 1, built = false, users = 1, startAt = Date.UTC(2100, 0, 1) } = options
  let time: Time = { start: startAt, origin: Date.now(), speed, offset: 0 }
  const now = () => time.start + (Date.now() - time.origin) * time.speed + time.offset
  const people = Array.from({ length: users }, (_, index) => ({ id: String(1001 + index), login: `user${index}` }))
  const twitch = createFakeTwitch({
    clock: {
      ...realClock,
      now,
      monotonic: () => performance.now() * speed,
      setTimeout: (callback, delay) => setTimeout(callback, delay / speed),
    },
    users: people,
    apps: [{ clientId: CLIENT_ID, clientType: 'public' }],
    accessTokenLifetime: 14_400,
    ...options.twitch,
  })

  const worker = {
    modules: [{ type: 'ESModule' as const, path: 'worker.js', contents: await bundle(built) }],
    // Before Node's globals came without a flag.
    compatibilityDate: '2025-01-01',
    compatibilityFlags: [],
    bindings: { CLIENT_ID },
    outboundService: answer,
  }
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        { ...worker, name: 'main', durableObjects: { VAULT: { className: 'Vault', useSQLite: true } } },
        {
          ...worker,
          name: 'other',
          durableObjects: { VAULT: { className: 'Vault', scriptName: 'main', useSQLite: true } },
        },
      ],
    }),
  )
  let reachedAt = 0

  async function answer(request: IncomingRequest): Promise<Outgoing> {
    reachedAt += 1
    const { url, method } = request
    if (!/^https:\/\/(id|api)\.twitch\.tv\//.test(url)) return new Outgoing(await options.other?.(new URL(url)))
    const body = method === 'GET' ? null : await request.arrayBuffer()
    const headers = [...request.headers]
    const { status, headers: given, body: text } = await twitch.handle(new Request(url, { method, headers, body }))
    return new Outgoing(text === null ? null : await new Response(text).text(), { status, headers: [...given] })
  }

  async function ask<T = Said>(op: Op, from: 'main' | 'other' = 'main'): Promise<T> {
    const target = await miniflare.getWorker(from)
    const response = await target.fetch('http://worker.example/', { method: 'POST', body: JSON.stringify(op) })
    return (await response.json()) as T
  }

  await ask({ op: 'time', time })
  return {
    twitch,
    people,
    ask,
    now,
    /** How many requests came out of the Workers. */
    get requests() {
      return reachedAt
    },
    async jump(ms: number): Promise<void> {
      time = { ...time, offset: time.offset + ms }
      await ask({ op: 'time', time })
    },
    /** Signs people in, each in their own vault. */
    async signIn(who: readonly { id: string; login: string }[] = people): Promise<VaultPair[]> {
      const pairs = who.map(({ id, login }) => {
        const issued = twitch.id.issue({ clientId: CLIENT_ID, login, scopes: SCOPES })
        const { accessToken, refreshToken } = issued
        return { grantId: `grant ${id}`, userId: id, accessToken, refreshToken, scopes: SCOPES }
      })
      await ask({ op: 'adopt', pairs })
      return pairs
    },
    /** How often Twitch saw each refresh token. */
    spent(): Map<string, number> {
      const counts = new Map<string, number>()
      for (const { params } of twitch.requests) {
        const token = params?.['refresh_token']
        if (token !== undefined) counts.set(token, (counts.get(token) ?? 0) + 1)
      }
      return counts
    },
    /** Takes a vault out of memory, as happens to one that nobody asks. */
    evict: (user: string) => miniflare.unsafeEvictDurableObject('main', 'Vault', { name: user }),
    close: () => miniflare.dispose(),
  }
}

const source = {
  'twitch-keyring/cloudflare': join(root, 'src/cloudflare/workerd.ts'),
  'twitch-keyring/stores': join(root, 'src/stores/index.ts'),
  'twitch-keyring/token': join(root, 'src/token/index.ts'),
}

export type Edge = Awaited<ReturnType<typeof startEdge>>

async function bundle(built: boolean): Promise<string> {
  const { outputFiles, warnings } = await build({
    entryPoints: [join(import.meta.dirname, 'worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
    external: ['cloudflare:workers'],
    conditions: ['workerd', 'worker', 'browser'],
    // What was built is found by the package's own exports, as from anywhere, and not by the paths of these tests.
    ...(built ? { tsconfigRaw: '{}' } : { alias: source }),
  })
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'))
  return outputFiles[0]?.text ?? ''
}
