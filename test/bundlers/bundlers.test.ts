import { execFile } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { type Browser, chromium } from 'playwright'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { launchOptions } from '../browsers.mjs'
import { pkg, root } from '../package/entries.ts'
import { builders } from './builders.ts'
import { PROOF, proofOf } from './proof.ts'

/** Gzipped bytes of `app/app.js` and all it pulls in. */
const budgets = { vite: 38_000, webpack: 38_500, esbuild: 38_500, rollup: 38_500, wrangler: 40_500 }

const run = promisify(execFile)
let app: string
let browser: Browser

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'twitch-keyring-app-'))
  await cp(join(import.meta.dirname, 'app'), app, { recursive: true })
  await writeFile(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await install([inject('tarball'), ...(await packDependencies())])
  browser = await chromium.launch(launchOptions('chromium'))
})
afterAll(async () => {
  await browser?.close()
  await rm(app, { recursive: true, force: true })
})

/** What is installed here, packed again: so that installing the app asks no registry. */
async function packDependencies(): Promise<string[]> {
  const folders = Object.keys(pkg.dependencies).map((name) => join(root, 'node_modules', name))
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', app, ...folders]
  const { stdout } = await run('npm', args, { cwd: app })
  return Object.values(JSON.parse(stdout) as { filename: string }[]).map(({ filename }) => join(app, filename))
}

async function install(tarballs: readonly string[]): Promise<void> {
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', ['install', ...flags, ...tarballs], { cwd: app })
}

describe.each(Object.keys(builders) as (keyof typeof budgets)[])('%s', (name) => {
  const build = (entry: string, out: string) => builders[name]?.({ app, entry, out: join(app, out) })

  test('what it builds from the package runs', async () => {
    const out = `out-${name}`
    await build(name === 'wrangler' ? 'worker.js' : 'proof.js', out)
    const shown = name === 'wrangler' ? await askWorker(join(app, out)) : await openPage(join(app, out))
    expect(shown).toBe(PROOF)
  })

  test('it leaves out what the app does not use', async () => {
    const out = `size-${name}`
    await build('size.js', out)
    const size = await gzippedSize(join(app, out))
    report(`${String(size).padStart(6)} of ${String(budgets[name]).padStart(6)} bytes gzipped: an app, by ${name}`)
    expect(size).toBeLessThanOrEqual(budgets[name])
  })
})

test('wrangler finds what a Durable Object extends, without a word about it', async () => {
  await builders['wrangler']?.({ app, entry: 'vault.js', out: join(app, 'out-vault') })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: await readFile(join(app, 'out-vault', 'vault.js'), 'utf8'),
      compatibilityDate: '2025-01-01',
      compatibilityFlags: [],
      bindings: { CLIENT_ID: 'client' },
      durableObjects: {
        VAULTS: { className: 'Vault', useSQLite: true },
        RELAY: { className: 'Relay', useSQLite: true },
      },
    }),
  )
  try {
    const answer = await miniflare.dispatchFetch('http://worker.example/')
    expect(await answer.json()).toEqual(['client', ['client', 'function'], 'needs-login', 'client', 426])
  } finally {
    await miniflare.dispose()
  }
})

test.each(['vite', 'webpack', 'esbuild', 'rollup'])('%s needs no Workers to build a vault', async (name) => {
  const out = join(app, `vault-${name}`)
  await builders[name]?.({ app, entry: 'vault.js', out })
  const files = (await readdir(out, { recursive: true })).filter((file) => file.endsWith('.js'))
  const code = await Promise.all(files.map((file) => readFile(join(out, file), 'utf8')))
  expect(code.join('\n')).not.toContain('cloudflare:')
})

async function openPage(folder: string): Promise<string> {
  const page = await browser.newPage()
  try {
    return await proofOf(page, folder)
  } finally {
    await page.close()
  }
}

async function askWorker(folder: string): Promise<string> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: await readFile(join(folder, 'worker.js'), 'utf8'),
      compatibilityDate: '2026-10-01',
      compatibilityFlags: [],
    }),
  )
  try {
    const response = await miniflare.dispatchFetch('http://localhost/')
    return await response.text()
  } finally {
    await miniflare.dispose()
  }
}

async function gzippedSize(folder: string): Promise<number> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.js'))
  const sizes = files.map(async (file) => gzipSync(await readFile(join(folder, file)), { level: 9 }).length)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** `npm test` prints these lines. */
function report(line: string): void {
  mkdirSync('test-results', { recursive: true })
  appendFileSync('test-results/bundlers.txt', `${line}\n`)
}
