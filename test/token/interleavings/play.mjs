// @ts-check
/**
 * `node test/token/interleavings/play.mjs <seed>` replays one schedule and prints what happened in it;
 * `node test/token/interleavings/play.mjs <from> <to>` plays many, and prints how often what was reached.
 */
import { playAll } from './run.ts'
import { playSchedule } from './schedule.ts'
import { rareCells, table } from './tally.ts'

const [from = 1, to] = process.argv.slice(2).map(Number)
if (to === undefined) await replay(from)
else await playMany(from, to)

/** @param {number} seed */
async function replay(seed) {
  const { trace, broken, ending } = await playSchedule(seed, { traced: true })
  for (const line of trace) console.log(line)
  console.log(broken === undefined ? `It holds: the pages end with ${ending}.` : `BROKEN: ${broken}.`)
}

/**
 * @param {number} from
 * @param {number} to
 */
async function playMany(from, to) {
  const start = performance.now()
  const tally = await playAll(from, to, 2)
  const seconds = (performance.now() - start) / 1000
  console.log(table(tally))
  console.log(`\n${tally.schedules} schedules, ${tally.traces.size} distinct, in ${seconds.toFixed(0)} s.`)
  console.log(`${tally.posts} refresh tokens sent, ${tally.ambiguous} of them a second time as nobody could know.`)
  console.log(tally.endings)
  const rare = rareCells(tally, 50)
  console.log(rare.length === 0 ? 'Every cell was reached 50 times or more.' : `${rare.length} cells were reached fewer than 50 times.`)
  for (const { seed, fact } of tally.broken) {
    console.log(`Seed ${seed}: ${fact}. Replay: node test/token/interleavings/play.mjs ${seed}`)
  }
  if (tally.broken.length > 0) process.exitCode = 1
}
