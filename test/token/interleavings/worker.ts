import { parentPort, workerData } from 'node:worker_threads'
import { directedSeed, playSchedule } from './schedule.ts'
import type { Cell } from './steps.ts'
import { count, createTally, type Tally } from './tally.ts'

/** What one thread plays. */
export type Share =
  /** Every `stride`-th seed of a range. */
  | {
      readonly from: number
      readonly to: number
      readonly stride: number
      /** Ends at the first seed that breaks. */
      readonly untilBroken?: boolean | undefined
      /** What must go wrong in each of them. */
      readonly cells?: readonly Cell[] | undefined
    }
  /** These cells, until each was reached so often. */
  | { readonly missing: readonly { readonly cell: number; readonly times: number }[]; readonly attempts: number }

const tally = createTally()
let seed = 0
// Whatever nobody catches would end a real page's work without a word.
process.on('unhandledRejection', (error) => {
  tally.broken.push({ seed, fact: `nobody catches ${error instanceof Error ? error.stack : String(error)}` })
})
await playShare(workerData as Share, tally)
parentPort?.postMessage(tally)

async function playShare(share: Share, tally: Tally): Promise<void> {
  if ('missing' in share) {
    for (const { cell, times } of share.missing) {
      const wanted = (tally.reached[cell] ?? 0) + times
      for (let attempt = 0; attempt < share.attempts && (tally.reached[cell] ?? 0) < wanted; attempt += 1) {
        seed = directedSeed(cell, attempt)
        count(tally, await playSchedule(seed))
      }
    }
    return
  }
  const { from, to, stride, untilBroken, cells } = share
  for (seed = from; seed < to; seed += stride) {
    count(tally, await playSchedule(seed, { cells }))
    if (untilBroken && tally.broken.length > 0) return
  }
}
