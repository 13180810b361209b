// @ts-check
/**
 * `npm test`: everything that must hold, from lint to bundlers. `node test/run.mjs lint types` runs only those steps.
 */
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { findOrInstallBrowsers, mayBeMissing } from './browsers.mjs'
import { isDebianAsRoot } from './debian.mjs'
import { findOrUnpackInspircd, inspircdVersion } from './inspircd.mjs'
import { findOrFetchRuntime, VERSIONS } from './runtimes.mjs'

const root = join(import.meta.dirname, '..')
const results = join(root, 'test-results')
const require = createRequire(import.meta.url)
const pkg = require('../package.json')

const STEP_DEADLINE = 30 * 60_000

/**
 * Where the library must have run for a run of all projects to count.
 *
 * @type {Record<string, () => string | Promise<string>>}
 */
const runtimes = {
  unit: () => `Node ${process.versions.node}`,
  dom: () => `happy-dom ${pkg.devDependencies['happy-dom']}`,
  'browser (chromium)': () => browserVersion(browsers.chromium),
  'browser (firefox)': () => browserVersion(browsers.firefox),
  workerd: () => `workerd ${require('wrangler/package.json').dependencies.workerd}`,
  inspircd: async () => `against ${await inspircdVersion()}`,
}

/**
 * Where the built package must have run.
 *
 * @type {Record<string, () => string>}
 */
const runtimesOfPackage = {
  deno: () => `Deno ${VERSIONS.deno}`,
  bun: () => `Bun ${VERSIONS.bun}`,
}

/** @type {Record<string, () => Promise<unknown>>} */
const steps = {
  browsers: bringBrowsers,
  inspircd: bringInspircd,
  runtimes: bringRuntimes,
  lint: () => check('npm', 'run', '--silent', 'lint'),
  types: () => check('npm', 'run', '--silent', 'typecheck'),
  build: () => check('npm', 'run', '--silent', 'build'),
  vitest: () => vitest(Object.keys(runtimes)),
  pages,
  package: async () => {
    await vitest(['package', ...Object.keys(runtimesOfPackage)])
    print('bytes.txt', 'bundlers.txt')
  },
}

const total = { passed: 0, failed: 0, skipped: 0 }
/** @type {string[]} */
const ran = []
/** @type {string[]} */
const missing = []
/** @type {Awaited<ReturnType<typeof findOrInstallBrowsers>>} */
let browsers = { chromium: undefined, firefox: undefined }

class Failure extends Error {}

await main(process.argv.slice(2))

/** @param {string[]} wanted */
async function main(wanted) {
  try {
    const unknown = wanted.filter((name) => !(name in steps))
    if (unknown.length > 0)
      throw new Failure(`No step is called ${unknown}. There are: ${Object.keys(steps).join(', ')}.`)
    assertNode()
    rmSync(results, { recursive: true, force: true })
    mkdirSync(results)
    for (const [name, step] of Object.entries(steps)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue
      const start = performance.now()
      await step()
      console.log(`${name.padEnd(10)}${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`)
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (total.failed === 0) total.failed = 1
    console.log(error.message)
  }
  if (ran.length > 0) console.log(`Ran in ${ran.join(', ')}.`)
  if (missing.length > 0) console.log(`Did not run in ${missing.join(', ')}.`)
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

/** `npm ci` brings the Node that the tools are pinned to; without it some would run on the system's and differ. */
function assertNode() {
  const pinned = pkg.devDependencies.node
  if (process.versions.node === pinned) return
  throw new Failure(
    `This is Node ${process.versions.node}, the tools are pinned to ${pinned}. Run \`npm test\` after an \`npm ci\` that may run install scripts.`,
  )
}

async function bringBrowsers() {
  browsers = await findOrInstallBrowsers((line) => console.log(`  ${line}`))
  for (const kind of /** @type {const} */ (['chromium', 'firefox'])) {
    if (browsers[kind]) continue
    missing.push(kind)
    if (mayBeMissing(kind)) continue
    throw new Failure(
      `There is no ${kind} and none could be brought. Install one, name it in ${kind.toUpperCase()}_PATH, or run with ALLOW_MISSING=${kind}.`,
    )
  }
}

/** Elsewhere than on Debian it may be hard to come by, and one run in many is enough of it. */
async function bringInspircd() {
  if (await findOrUnpackInspircd((line) => console.log(`  ${line}`))) return
  missing.push('inspircd')
  console.log('  There is no InspIRCd: chat is not tried against a server that is not Twitch.')
  if (isDebianAsRoot() && !mayBeMissing('inspircd'))
    throw new Failure('InspIRCd could not be brought. Install it, or run with ALLOW_MISSING=inspircd.')
}

async function bringRuntimes() {
  for (const name of /** @type {const} */ (['deno', 'bun'])) {
    if (await findOrFetchRuntime(name, (line) => console.log(`  ${line}`))) continue
    missing.push(name)
    if (!mayBeMissing(name))
      throw new Failure(`npm could not bring ${name}. Try again, or run with ALLOW_MISSING=${name}.`)
  }
}

/** @param {string[]} command */
async function check(...command) {
  const { code, output } = await run(command)
  total[code === 0 ? 'passed' : 'failed'] += 1
  if (code !== 0) throw new Failure(output)
}

/** @param {string[]} expected Names of projects, each of which must run at least one test. */
async function vitest(expected) {
  const tally = join(results, `${expected[0]}.json`)
  const projects = [...new Set(expected.map((name) => name.replace(/ \(.*/, '')))].flatMap((name) => [
    '--project',
    name,
  ])
  const reporters = ['--reporter=default', '--reporter=./test/setup/tally.ts']
  const { code, output } = await run(['vitest', 'run', '--allowOnly=false', ...projects, ...reporters], {
    TALLY: tally,
  })
  if (!existsSync(tally)) throw new Failure(output)
  /** @type {{ projects: Record<string, typeof total> }} */
  const counted = JSON.parse(readFileSync(tally, 'utf8'))
  for (const counts of Object.values(counted.projects)) add(counts)
  if (code !== 0) throw new Failure(output)
  for (const name of expected) {
    if (counted.projects[name]?.passed) {
      const runtime = { ...runtimes, ...runtimesOfPackage }[name]
      if (runtime !== undefined) ran.push(await runtime())
      continue
    }
    if (missing.some((kind) => name.includes(kind))) continue
    throw new Failure(`${output}\nNo test ran in the project ${name}.`)
  }
}

async function pages() {
  const report = join(results, 'pages.json')
  // Playwright sets FORCE_COLOR itself, and Node complains where both are set.
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report, FORCE_COLOR: '0', NO_COLOR: undefined }
  const { code, output } = await run(['playwright', 'test', '--reporter=line,json'], env)
  if (existsSync(report)) {
    const { stats } = JSON.parse(readFileSync(report, 'utf8'))
    add({ passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped })
  }
  if (code !== 0) throw new Failure(output)
  print('tabs.txt')
}

/** What tests have to say of themselves. @param {string[]} names */
function print(...names) {
  for (const name of names) {
    if (existsSync(join(results, name)))
      console.log(readFileSync(join(results, name), 'utf8').trimEnd().replace(/^/gm, '    '))
  }
}

/** @param {typeof total} counts */
function add(counts) {
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
}

/** @param {string | undefined} path */
async function browserVersion(path) {
  const { stdout } = await promisify(execFile)(path ?? '', ['--version'])
  return stdout.trim().replace(/^Mozilla | built on.*$/g, '')
}

/**
 * @param {string[]} command
 * @param {Record<string, string | undefined>} [env]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run([program = '', ...args], env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH']}`,
        NO_COLOR: '1',
        npm_config_loglevel: 'error',
        WRANGLER_SEND_METRICS: 'false',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: STEP_DEADLINE,
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
