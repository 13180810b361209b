// @ts-check
/**
 * `npm run proof`: what the short forms in `npm test` only sample. `node test/proof.mjs interleavings mutants properties tabs
 * workers` runs only those parts, `--schedules 20000` plays so many, `--draws 100` draws cases of properties so often.
 */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { proveWorkers } from './cloudflare/edge/proof.ts'
import { proveTabs } from './pages/tabs/proof.mjs'
import { playAll } from './token/interleavings/run.ts'
import { table } from './token/interleavings/tally.ts'
import { kill, MUTANTS } from './token/mutants.ts'

const LEAST = 50

/** @type {Record<string, () => Promise<boolean>>} */
const parts = { interleavings, mutants, properties, tabs: proveTabs, workers: proveWorkers }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { schedules: { type: 'string', default: '12000' }, draws: { type: 'string', default: '10' } },
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

/** `npm test` draws the same cases every time. A seed that breaks something is printed. */
async function properties() {
  const root = join(import.meta.dirname, '..')
  const files = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
    readFileSync(join(root, file), 'utf8').includes('/setup/fast-check.ts'),
  )
  let broken = 0
  for (let draw = 0; draw < Number(values.draws); draw += 1) {
    const env = { ...process.env, PROPERTY_SEED: String(randomInt(2 ** 31)) }
    const { status, stdout } = spawnSync('npx', ['vitest', 'run', '--project', 'unit', ...files], { cwd: root, env })
    if (status === 0) continue
    broken += 1
    console.log(
      `${stdout}\nBROKEN. Draw the same again: PROPERTY_SEED=${env.PROPERTY_SEED} npx vitest run --project unit`,
    )
  }
  console.log(`${files.length} files, drawn ${values.draws} times: ${broken} times broken.`)
  return files.length > 0 && broken === 0
}
