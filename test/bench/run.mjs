// @ts-check
/** `npm run bench -- <name>` runs `test/bench/<name>.ts` or `.mjs`; without a name it says which there are. A hyphen makes a part. */
import { readdirSync } from 'node:fs'
import { basename, extname, join } from 'node:path'

const folder = import.meta.dirname
const files = readdirSync(folder).filter(
  (file) => /^[^-]+\.(ts|mjs)$/.test(file) && file !== basename(import.meta.filename),
)
const named = new Map(files.map((file) => [basename(file, extname(file)), file]))

const name = process.argv[2]
const file = named.get(name ?? '')
if (file !== undefined) {
  await import(join(folder, file))
} else {
  const list = named.size > 0 ? [...named.keys()].join(', ') : 'none yet'
  console.log(`${name === undefined ? '' : `There is no benchmark ${name}. `}Benchmarks: ${list}.`)
  process.exitCode = name === undefined ? 0 : 1
}
