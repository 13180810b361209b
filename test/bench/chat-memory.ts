import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { ChatReader } from '../../src/chat/index.ts'
import { UNLIMITED } from './chat-reader.ts'
import type { Talk } from './servers/fake-chat.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const heapUsed = () => process.memoryUsage().heapUsed

/** What a socket brought is let go of in steps, each after a collection. */
async function heapKept(): Promise<number> {
  for (let step = 0; step < 4; step += 1) {
    await setTimeout(20)
    collectGarbage()
  }
  return heapUsed()
}

/** Bytes that each run takes from the heap, of many samples: so few runs each that no collection falls into one. */
export function allocations(run: (line: string) => void, lines: readonly string[], samples: number): number[] {
  const some = lines.slice(0, 200)
  return Array.from({ length: samples }, () => {
    collectGarbage()
    const before = heapUsed()
    for (const line of some) run(line)
    return (heapUsed() - before) / some.length
  })
}

export interface Heard {
  /** Microseconds of this thread for each message, of each round. */
  readonly times: readonly number[]
  /** Bytes for each message that a collection after the round leaves, of each round. */
  readonly kept: readonly number[]
}

/** From the fake Twitch, with its limits lifted, over a real socket to a handler, by the number of channels. */
export async function measureFake(counts: readonly number[], { rounds = 9, messages = 10_000 } = {}): Promise<Heard[]> {
  const crowds = counts.map((count) => Array.from({ length: count }, (_, index) => `crowd${count}_${index}`))
  const server = new Worker(new URL('servers/fake-chat.ts', import.meta.url), { workerData: crowds.flat() })
  const [irc] = await once(server, 'message')
  const readers = await Promise.all(
    crowds.map(async (channels) => {
      const chat = new ChatReader({ channels, platform: { endpoints: { irc } }, ...UNLIMITED })
      let left = 0
      let done = () => {}
      chat.on('privmsg', ({ channel, login, text }) => {
        left -= channel !== '' && login !== '' && text !== '' ? 1 : 0
        if (left === 0) done()
      })
      await chat.connect()
      await Promise.all(channels.map((channel) => chat.join(channel)))
      const hear = () => {
        left = messages
        const heard = new Promise<void>((resolve) => {
          done = resolve
        })
        server.postMessage({ channels, messages } satisfies Talk)
        return heard
      }
      return { chat, hear, times: [] as number[], kept: [] as number[] }
    }),
  )
  for (let round = -3; round < rounds; round += 1) {
    for (const { hear, times, kept } of readers) {
      const before = await heapKept()
      const { user, system } = process.threadCpuUsage()
      await hear()
      const spent = process.threadCpuUsage({ user, system })
      const after = await heapKept()
      if (round < 0) continue
      times.push((spent.user + spent.system) / messages)
      kept.push((after - before) / messages)
    }
  }
  for (const { chat } of readers) chat.close()
  await server.terminate()
  return readers
}
