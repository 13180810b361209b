// @ts-check
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { aptGet, CACHE, isDebianAsRoot } from './debian.mjs'

/** @typedef {'chromium' | 'firefox'} Kind */

const run = promisify(execFile)
const require = createRequire(import.meta.url)

const SPARTICUZ = '153.0.0'

const places = {
  chromium: ['/usr/bin/chromium', '/usr/bin/google-chrome', join(CACHE, `chromium-${SPARTICUZ}`, 'chromium')],
  firefox: ['/usr/bin/firefox-esr'],
}

/** Root needs --no-sandbox; the rest keeps Chromium from calling home. */
const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Where a browser is, if it is here: as the environment says, as Debian installs it, or Playwright's own.
 *
 * @param {Kind} kind
 * @returns {string | undefined}
 */
export function findBrowser(kind) {
  const told = process.env[`${kind.toUpperCase()}_PATH`]
  if (told) return told
  return places[kind].find((path) => existsSync(path)) ?? [playwrightsOwn(kind)].find((path) => existsSync(path))
}

/** @param {Kind} kind @returns {string} */
function playwrightsOwn(kind) {
  return require('playwright')[kind].executablePath()
}

/**
 * What Playwright's `launch()` and Vitest's `playwright()` want to hear.
 *
 * @param {Kind} kind
 * @returns {import('playwright').LaunchOptions}
 */
export function launchOptions(kind) {
  const executablePath = findBrowser(kind) ?? places[kind][0] ?? kind
  if (kind === 'chromium') return { executablePath, args: chromiumArgs }
  // A stock Firefox speaks BiDi; only Playwright's own build speaks Playwright's protocol.
  return executablePath === playwrightsOwn('firefox') ? { executablePath } : { executablePath, channel: 'moz-firefox' }
}

/**
 * Whether `ALLOW_MISSING=firefox` (a list with commas) lets a run pass without something that cannot be had.
 *
 * @param {Kind | import('./runtimes.mjs').Runtime | 'inspircd'} kind
 */
export function mayBeMissing(kind) {
  return (process.env['ALLOW_MISSING'] ?? '').split(',').includes(kind)
}

/**
 * Finds the browsers, and brings those that are missing: Debian's packages where that is possible, else a Chromium
 * from npm and whatever Playwright can download.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<Record<Kind, string | undefined>>}
 */
export async function findOrInstallBrowsers(say) {
  const missing = () => /** @type {Kind[]} */ (['chromium', 'firefox']).filter((kind) => !findBrowser(kind))
  for (const way of [fromDebian, fromNpm, fromPlaywright]) {
    const wanted = missing()
    if (wanted.length === 0) break
    await way(wanted, say).catch((error) => say(`That failed: ${firstLine(error.stderr || error.message)}`))
  }
  return { chromium: findBrowser('chromium'), firefox: findBrowser('firefox') }
}

/** @param {Kind[]} wanted @param {(line: string) => void} say */
async function fromDebian(wanted, say) {
  if (!isDebianAsRoot()) return
  const packages = wanted.map((kind) => ({ chromium: 'chromium', firefox: 'firefox-esr' })[kind])
  say(`Installing Debian's ${packages.join(' and ')}.`)
  await aptGet(['update', '-qq'])
  await aptGet(['install', '-y', '-qq', '--no-install-recommends', ...packages])
}

/** @param {Kind[]} wanted @param {(line: string) => void} say */
async function fromNpm(wanted, say) {
  if (!wanted.includes('chromium') || process.platform !== 'linux' || process.arch !== 'x64') return
  say(`Fetching Chromium ${SPARTICUZ} with npm.`)
  // The package unpacks itself into the folder for temporary files, under a name without a version.
  const folder = join(CACHE, `chromium-${SPARTICUZ}`)
  mkdirSync(folder, { recursive: true })
  const options = { cwd: folder, env: { ...process.env, TMPDIR: folder }, timeout: 600_000 }
  await run('npm', ['install', '--prefix', folder, '--no-save', `@sparticuz/chromium@${SPARTICUZ}`], options)
  const unpack = "import('@sparticuz/chromium').then((module) => module.default.executablePath())"
  await run(process.execPath, ['-e', unpack], options)
}

/** @param {Kind[]} wanted @param {(line: string) => void} say */
async function fromPlaywright(wanted, say) {
  say(`Asking Playwright for its own ${wanted.join(' and ')}.`)
  const cli = join(require.resolve('playwright/package.json'), '..', 'cli.js')
  await run(process.execPath, [cli, 'install', ...wanted], { maxBuffer: 2 ** 26, timeout: 600_000 })
}

/** @param {string} text */
function firstLine(text) {
  return text.trim().split('\n')[0]
}
