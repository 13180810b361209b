// @ts-check
/** Deno and Bun: what one check alone needs is brought by that check. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CACHE } from './debian.mjs'

/** @typedef {'bun' | 'deno'} Runtime */

/** As npm knows them. */
export const VERSIONS = { bun: '1.4.5', deno: '2.9.5' }

/** @param {Runtime} name */
const folderOf = (name) => join(CACHE, `${name}-${VERSIONS[name]}`)

/**
 * Where a runtime is, if it is here.
 *
 * @param {Runtime} name
 * @returns {string | undefined}
 */
export function findRuntime(name) {
  const path = join(folderOf(name), 'node_modules/.bin', name)
  return existsSync(path) ? path : undefined
}

/**
 * Finds a runtime, or fetches it from npm.
 *
 * @param {Runtime} name
 * @param {(line: string) => void} say
 */
export async function findOrFetchRuntime(name, say) {
  if (findRuntime(name) === undefined) {
    say(`Fetching ${name} ${VERSIONS[name]} with npm.`)
    await fetchRuntime(name).catch((error) => say(`That failed: ${(error.stderr || error.message).trim()}`))
  }
  return findRuntime(name)
}

/** @param {Runtime} name */
async function fetchRuntime(name) {
  const folder = folderOf(name)
  mkdirSync(folder, { recursive: true })
  const wanted = { private: true, dependencies: { [name]: VERSIONS[name] }, allowScripts: { [name]: true } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(wanted))
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', '--fetch-retries=5']
  await promisify(execFile)('npm', ['install', ...quiet], { cwd: folder, timeout: 600_000 })
}
