// @ts-check
/**
 * `npm run proof`: what the short forms in `npm test` only sample. `node test/proof.mjs interleavings mutants tabs workers` runs
 * only those parts, `--schedules 20000` plays so many.
 */
import { parseArgs } from 'node:util'
import { proveWorkers } from './cloudflare/edge/proof.ts'
import { proveTabs } from './pages/tabs/proof.mjs'
import { playAll } from './token/interleavings/run.ts'
import { table } from './token/interleavings/tally.ts'
import { kill, MUTANTS } from './token/mutants.ts'

const LEAST = 50

/** @type {Record<string, () => Promise<boolean>>} */
const parts = { interleavings, mutants, tabs: proveTabs, workers: proveWorkers }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { schedules: { type: 'string', default: '12000' } },
})
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const start = performance.now()
  console.log(`\n=== ${name}`)
  if (!(await part())) process.exitCode = 1
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`)
}

async function interleavings() {
  const tally = await playAll(1, 1 + Number(values.schedules), 2, LEAST)
  console.log(table(tally))
  console.log(`\n${tally.schedules} schedules, ${tally.traces.size} distinct.`)
  console.log(`${tally.posts} requests with a refresh token, ${tally.ambiguous} a second time as nobody could know.`)
  for (const [ending, times] of Object.entries(tally.endings))
    console.log(`${String(times).padStart(7)} end with ${ending}`)
  const rarest = Math.min(...tally.reached)
  console.log(`Each of ${tally.reached.length} cells was reached ${rarest} times or more.`)
  for (const { seed, fact } of tally.broken) {
    console.log(`BROKEN by seed ${seed}: ${fact}. Replay it: node test/token/interleavings/play.mjs ${seed}`)
  }
  return tally.broken.length === 0 && rarest >= LEAST
}

async function mutants() {
  let alive = 0
  for (const mutant of MUTANTS) {
    const killed = await kill(mutant, 3_000)
    if (killed === undefined) alive += 1
    console.log(`${mutant.name}: ${killed === undefined ? 'LIVES' : `killed by seed ${killed.seed}: ${killed.fact}`}`)
  }
  return alive === 0
}
