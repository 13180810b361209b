// @ts-check
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Where that is kept which `npm ci` does not bring. */
export const CACHE = join(homedir(), '.cache', 'twitch-keyring')

/** Whether packages can be had here: only root may ask for the list of them. */
export function isDebianAsRoot() {
  if (process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/** A mirror may stumble, and another program may hold the lock of the lists, for which apt does not wait by itself. */
const ATTEMPTS = 4
const patience = ['-o', 'Acquire::Retries=5', '-o', 'DPkg::Lock::Timeout=300']

/**
 * @param {string[]} args
 * @param {string} [cwd]
 */
export async function aptGet(args, cwd) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { cwd, env, maxBuffer: 2 ** 26, timeout: 600_000 }
  for (let attempt = 1; ; attempt += 1) {
    try {
      await promisify(execFile)('apt-get', [...patience, ...args], options)
      return
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await sleep(attempt * 10_000)
    }
  }
}
