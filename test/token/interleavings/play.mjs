// @ts-check
/** `node test/token/interleavings/play.mjs <seed>`: replays one schedule and prints what happened. */
import { playSchedule } from './schedule.ts'

const [from = '1', count] = process.argv.slice(2)
if (count === undefined) {
  const outcome = await playSchedule(Number(from), { traced: true })
  for (const line of outcome.trace) console.log(line)
  console.log(
    outcome.broken === undefined ? `It holds: the pages end with ${outcome.ending}.` : `BROKEN: ${outcome.broken}.`,
  )
} else {
  const start = performance.now()
  /** @type {Map<string, number[]>} */
  const broken = new Map()
  let steps = 0
  /** @type {Map<string, number>} */
  const endings = new Map()
  for (let seed = Number(from); seed < Number(from) + Number(count); seed += 1) {
    const outcome = await playSchedule(seed)
    steps += outcome.steps
    endings.set(outcome.ending, (endings.get(outcome.ending) ?? 0) + 1)
    if (outcome.broken !== undefined) broken.set(outcome.broken, [...(broken.get(outcome.broken) ?? []), seed])
  }
  const seconds = (performance.now() - start) / 1000
  console.log(`${count} schedules in ${seconds.toFixed(1)} s, ${(steps / Number(count)).toFixed(0)} steps each`)
  console.log(endings)
  for (const [fact, seeds] of broken) console.log(`${seeds.length} x ${fact}: ${seeds.slice(0, 8).join(' ')}`)
}
