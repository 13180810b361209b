import { Worker } from 'node:worker_threads'
import { createTally, merge, missingCells, type Tally } from './tally.ts'
import type { Share } from './worker.ts'

const OWN_WORKER = new URL('./worker.ts', import.meta.url)

/** So many schedules are tried at most for each time that a cell is still to be reached. */
const ATTEMPTS = 400

/**
 * Plays the schedules of all seeds from `from` up to `to`, in so many threads, and then others until every cell was
 * reached `least` times.
 */
export async function playAll(from: number, to: number, threads: number, least: number): Promise<Tally> {
  const tally = createTally()
  const ranges = Array.from({ length: threads }, (_, at) => ({ from: from + at, to, stride: threads }))
  await playShares(ranges, tally)
  const missing = missingCells(tally, least)
  const rest = Array.from({ length: threads }, (_, at) => ({
    missing: missing.filter((_, index) => index % threads === at),
    attempts: ATTEMPTS,
  }))
  await playShares(rest, tally)
  tally.broken.sort((a, b) => a.seed - b.seed)
  return tally
}

async function playShares(shares: readonly Share[], into: Tally): Promise<void> {
  for (const part of await Promise.all(shares.map((share) => play(share)))) merge(into, part)
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
