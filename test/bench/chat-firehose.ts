/** Chat from a socket of this machine to the handler of a user, end to end, in one Chromium: ours beside others. */
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { type BenchPage, openChromium } from './chat-chromium.ts'
import { createCorpus } from './chat-corpus.ts'
import type { FirehoseOptions, Flood } from './servers/chat.ts'

const LINES = createCorpus(1000)
const MESSAGES = LINES.filter((line) => line.includes(' PRIVMSG ')).length

/** A socket and no client: what none can do without. */
export const BARE = 'a bare socket'

export const OURS = 'ours'

const NAMES = { ours: OURS, tmi: 'tmi.js', twurple: '@twurple/chat', socket: BARE }

/** Of one client, a value for each round. */
export interface Measured {
  readonly name: string
  /** Messages that reached the handler in a second. */
  readonly rates: readonly number[]
  /** Microseconds of the page's main thread for each message. */
  readonly costs: readonly number[]
}

export interface Firehose {
  /** Chromium's. */
  readonly version: string
  readonly clients: readonly Measured[]
}

interface Client {
  readonly name: string
  readonly page: BenchPage
  readonly host: string
  readonly rates: number[]
  readonly costs: number[]
}

/** @param turns How often the whole corpus is sent to each client in each round. */
export async function measureFirehose({ rounds = 12, turns = 30, linesPerFrame = 10 } = {}): Promise<Firehose> {
  const workerData: FirehoseOptions = { page: await buildPage(), linesPerFrame }
  const server = new Worker(new URL('servers/chat.ts', import.meta.url), { workerData })
  const [port] = await once(server, 'message')
  const browser = await openChromium(`--host-resolver-rules=MAP *.example:80 127.0.0.1:${port}`)
  try {
    const clients: Client[] = []
    for (const [id, name] of Object.entries(NAMES)) {
      const host = `${id}.example`
      const page = await browser.open(`http://${host}`)
      await page.evaluate(`bench.connect('${id}', '${host}')`)
      clients.push({ name, page, host, rates: [], costs: [] })
    }
    for (let round = -2; round < rounds; round += 1) {
      for (let turn = 0; turn < clients.length; turn += 1) {
        // Another one is first each time, so that none has the better place.
        const client = clients[(round + 2 + turn) % clients.length] as Client
        const order: Flood = { host: client.host, frames: (turns * LINES.length) / linesPerFrame }
        const { rate, cost } = await measure(client.page, turns * MESSAGES, () => server.postMessage(order))
        // The first rounds warm up.
        if (round < 0) continue
        client.rates.push(rate)
        client.costs.push(cost)
      }
    }
    return { version: browser.version, clients }
  } finally {
    await browser.close()
    await server.terminate()
  }
}

async function measure(page: BenchPage, count: number, start: () => void): Promise<{ rate: number; cost: number }> {
  await page.evaluate(`bench.read(${count})`)
  const before = await page.taskTime()
  start()
  const elapsed = Number(await page.evaluate('bench.ended'))
  const spent = (await page.taskTime()) - before
  return { rate: (count * 1000) / elapsed, cost: (spent * 1e6) / count }
}

async function buildPage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'chat-page.ts')],
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    // tmi.js looks for its globals there.
    define: { global: 'globalThis' },
  })
  return `<!doctype html><meta charset="utf-8"><script>${outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`
}
