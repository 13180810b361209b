import { parentPort, workerData } from 'node:worker_threads'
import { playSchedule } from './schedule.ts'
import type { Cell } from './steps.ts'
import { count, createTally } from './tally.ts'

/** A share of many schedules. */
export interface Share {
  readonly from: number
  readonly to: number
  /** Of so many shares this is one: every so-many-th seed. */
  readonly stride: number
  /** Ends at the first seed that breaks. */
  readonly untilBroken?: boolean | undefined
  readonly cells?: readonly Cell[] | undefined
}

const { from, to, stride, untilBroken } = workerData as Share
const tally = createTally()
let seed = from
// Whatever nobody catches would end a real page's work without a word.
process.on('unhandledRejection', (error) => {
  tally.broken.push({ seed, fact: `nobody catches ${error instanceof Error ? error.stack : String(error)}` })
})
for (; seed < to; seed += stride) {
  count(tally, await playSchedule(seed))
  if (untilBroken && tally.broken.length > 0) break
}
parentPort?.postMessage(tally)
