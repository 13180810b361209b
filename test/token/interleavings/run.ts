import { Worker } from 'node:worker_threads'
import { createTally, merge, type Tally } from './tally.ts'
import type { Share } from './worker.ts'

const OWN_WORKER = new URL('./worker.ts', import.meta.url)

/** Plays the schedules of all seeds from `from` up to `to`, in so many threads. */
export async function playAll(from: number, to: number, threads: number): Promise<Tally> {
  const shares = Array.from({ length: threads }, (_, at) => ({ from: from + at, to, stride: threads }))
  const tally = createTally()
  for (const part of await Promise.all(shares.map((share) => play(share)))) merge(tally, part)
  tally.broken.sort((a, b) => a.seed - b.seed)
  return tally
}

/** @param worker The one of another copy of the sources. */
export function play(share: Share, worker: URL = OWN_WORKER): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(worker, { workerData: share })
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', (code) => reject(new Error(`A worker ended with ${code} and no tally.`)))
  })
}
