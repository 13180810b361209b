// @ts-check
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where that is kept which `npm ci` does not bring. */
export const CACHE = join(homedir(), '.cache', 'twitch-keyring')

/** Whether packages can be had here: only root may ask for the list of them. */
export function isDebianAsRoot() {
  if (process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/**
 * @param {string[]} args
 * @param {string} [cwd]
 */
export async function aptGet(args, cwd) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await promisify(execFile)('apt-get', args, { cwd, env, maxBuffer: 2 ** 26, timeout: 600_000 })
}
