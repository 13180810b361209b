import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The package as npm would publish it. */
    tarball: string
  }
}

const run = promisify(execFile)

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync('dist')) throw new Error('There is no dist. Run `npm run build` first.')
  const folder = await mkdtemp(join(tmpdir(), 'twitch-keyring-'))
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])
  const packed: unknown = JSON.parse(stdout)
  // npm 10 and 11 print a list, npm 12 an object by name.
  const [{ filename }] = Object.values(packed as object) as [{ filename: string }]
  project.provide('tarball', join(folder, filename))
  return () => rm(folder, { recursive: true, force: true })
}
