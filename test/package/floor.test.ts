import { readdirSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'acorn'
import { build, type Plugin } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchOptions } from '../browsers.mjs'
import { app, PROOF, proofOf, titleOf } from '../bundlers/proof.ts'
import { pkg, root } from './entries.ts'

const dist = join(root, 'dist')

/** What came after Chrome 127, the newest that OBS is sure to have. @see https://chromestatus.com/roadmap */
const newer = [
  'Promise.try',
  'RegExp.escape',
  'Error.isError',
  'Math.f16round',
  'Math.sumPrecise',
  'Atomics.pause',
  'Iterator.concat',
  'Iterator.zip',
  'Iterator.zipKeyed',
  'Map.prototype.getOrInsert',
  'Map.prototype.getOrInsertComputed',
  'WeakMap.prototype.getOrInsert',
  'WeakMap.prototype.getOrInsertComputed',
  'Uint8Array.fromBase64',
  'Uint8Array.fromHex',
  'Uint8Array.prototype.toBase64',
  'Uint8Array.prototype.toHex',
  'Uint8Array.prototype.setFromBase64',
  'Uint8Array.prototype.setFromHex',
  'DataView.prototype.getFloat16',
  'DataView.prototype.setFloat16',
  'Float16Array',
  'DisposableStack',
  'AsyncDisposableStack',
  'SuppressedError',
  'Symbol.dispose',
  'Symbol.asyncDispose',
  'Temporal',
  'Intl.DurationFormat',
  'Observable',
  'EventTarget.prototype.when',
  'scheduler.yield',
  'Element.prototype.moveBefore',
  'Element.prototype.setHTML',
]

describe('syntax', () => {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))

  test.each(files)('%s is ES2022', async (file) => {
    const code = await readFile(join(dist, file), 'utf8')
    parse(code, { ecmaVersion: 2022, sourceType: file.endsWith('.global.js') ? 'script' : 'module' })
  })
})

describe('in a browser of the age of Chrome 127', () => {
  let browser: Browser
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'twitch-keyring-'))
    await cp(dist, folder, { recursive: true })
    await cp(app, folder, { recursive: true })
    browser = await chromium.launch(launchOptions('chromium'))
  })
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('the module file works from an import map, without a bundler', async () => {
    const imports = {
      [pkg.name]: `./${pkg.name}.min.js`,
      [`${pkg.name}/stores`]: `./${pkg.name}.min.js`,
      [`${pkg.name}/testing`]: './testing/index.js',
    }
    const html = `<!doctype html><title>waiting</title><script type="importmap">${JSON.stringify({ imports })}</script>
      <script type="module" src="./proof.js"></script>`
    await writeFile(join(folder, 'index.html'), html)
    expect(await proofOf(await openOldPage(browser), folder)).toBe(PROOF)
  })

  test('the global file works in a page opened from the disk, where modules are blocked', async () => {
    await writeFile(join(folder, 'proof.global.js'), await bundleForGlobal())
    const html = `<!doctype html><title>waiting</title>
      <script src="./${pkg.name}.global.js"></script><script src="./proof.global.js"></script>`
    await writeFile(join(folder, 'dock.html'), html)
    const url = pathToFileURL(join(folder, 'dock.html')).href
    expect(await titleOf(await openOldPage(browser), url)).toBe(PROOF)
  })
})

async function openOldPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage()
  await page.addInitScript((paths) => {
    for (const path of paths) {
      const names = path.split('.')
      const last = names.pop() as string
      let owner = globalThis as unknown as Record<string, unknown> | undefined
      for (const name of names) owner = owner?.[name] as Record<string, unknown> | undefined
      if (owner !== undefined) delete owner[last]
    }
  }, newer)
  return page
}

/** The proof as a classic script that finds the library where its global file puts it. */
async function bundleForGlobal(): Promise<string> {
  const fromGlobal: Plugin = {
    name: 'from-global',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${pkg.name}(/stores)?$`) }, ({ path }) => ({ path, namespace: 'global' }))
      onLoad({ filter: /.*/, namespace: 'global' }, () => ({ contents: 'module.exports = TwitchKeyring' }))
    },
  }
  const { outputFiles } = await build({
    entryPoints: [join(app, 'proof.js')],
    bundle: true,
    format: 'iife',
    write: false,
    plugins: [fromGlobal],
  })
  return outputFiles[0]?.text ?? ''
}
