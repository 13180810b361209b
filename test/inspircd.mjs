// @ts-check
/** InspIRCd: an IRC server over WebSocket that is not Twitch. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { aptGet, CACHE, isDebianAsRoot } from './debian.mjs'

const run = promisify(execFile)
const UNPACKED = join(CACHE, 'inspircd')

/** @returns {{ program: string, modules: string } | undefined} */
export function findInspircd() {
  return ['/', UNPACKED]
    .map((root) => ({ program: join(root, 'usr/sbin/inspircd'), modules: join(root, 'usr/lib/inspircd/modules') }))
    .find(({ program, modules }) => existsSync(program) && existsSync(modules))
}

/** Such as `InspIRCd 3.15.0`. */
export async function inspircdVersion() {
  const { stdout } = await run(findInspircd()?.program ?? '', ['--version'])
  return stdout.trim().replace(/^InspIRCd-([\d.]+).*$/s, 'InspIRCd $1')
}

/**
 * Finds it, or unpacks Debian's package into a folder of ours: to install that would start a server.
 *
 * @param {(line: string) => void} say
 */
export async function findOrUnpackInspircd(say) {
  if (findInspircd() === undefined && isDebianAsRoot()) {
    say("Unpacking Debian's inspircd.")
    await unpack().catch((error) => say(`That failed: ${(error.stderr || error.message).trim().split('\n')[0]}`))
  }
  return findInspircd()
}

async function unpack() {
  rmSync(UNPACKED, { recursive: true, force: true })
  mkdirSync(UNPACKED, { recursive: true })
  await aptGet(['update', '-qq'])
  await aptGet(['download', '-qq', '-o', 'APT::Sandbox::User=root', 'inspircd'], UNPACKED)
  const file = readdirSync(UNPACKED).find((name) => name.endsWith('.deb')) ?? ''
  await run('dpkg-deb', ['--extract', join(UNPACKED, file), UNPACKED])
}
