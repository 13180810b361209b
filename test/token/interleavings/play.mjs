// @ts-check
/** `node test/token/interleavings/play.mjs <seed>` replays one schedule, and prints all that happens in it. */
import { playSchedule } from './schedule.ts'

const { trace, broken, ending } = await playSchedule(Number(process.argv[2] ?? 1), { traced: true })
for (const line of trace) console.log(line)
console.log(broken === undefined ? `It holds: the pages end with ${ending}.` : `BROKEN: ${broken}.`)
