import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { pkg, root } from './entries.ts'

interface ImportSet {
  readonly what: string
  readonly code: string
  /** Gzipped bytes of the minified bundle, dependencies included. */
  readonly budget: number
}

/** What people import together, and what it may cost them. */
const sets: readonly ImportSet[] = [
  { what: 'memoryStore', code: `export { memoryStore } from '${pkg.name}/stores'`, budget: 500 },
  { what: 'indexedDBStore', code: `export { indexedDBStore } from '${pkg.name}/stores'`, budget: 2_000 },
  { what: 'validateToken', code: `export { validateToken } from '${pkg.name}/oauth'`, budget: 2_000 },
  { what: 'HelixClient', code: `export { HelixClient } from '${pkg.name}/helix'`, budget: 7_050 },
  { what: 'ChatReader', code: `export { ChatReader } from '${pkg.name}/chat'`, budget: 7_450 },
  { what: 'ChatClient', code: `export { ChatClient } from '${pkg.name}/chat'`, budget: 11_760 },
  {
    what: 'StoredTokenHandler, TokenManager, device code, indexedDBStore',
    code: `export { StoredTokenHandler, TokenManager, signInWithDeviceCode } from '${pkg.name}/token'
      export { indexedDBStore } from '${pkg.name}/stores'`,
    budget: 22_850,
  },
  {
    what: 'createTokenVault',
    code: `export { createTokenVault } from '${pkg.name}/cloudflare'`,
    budget: 17_600,
  },
  {
    what: 'createTokenVault, codeSignIn, appTokens',
    code: `export { createTokenVault, codeSignIn, appTokens } from '${pkg.name}/cloudflare'`,
    budget: 21_950,
  },
  {
    what: 'createTokenVault, deviceCodeSignIn',
    code: `export { createTokenVault, deviceCodeSignIn } from '${pkg.name}/cloudflare'`,
    budget: 20_600,
  },
  { what: 'VaultTokenHandler', code: `export { VaultTokenHandler } from '${pkg.name}/cloudflare'`, budget: 3_400 },
  { what: 'createChatRelay', code: `export { createChatRelay } from '${pkg.name}/cloudflare'`, budget: 9_600 },
  { what: 'everything', code: `export * from '${pkg.name}'`, budget: 68_000 },
]
const files = [
  { file: `${pkg.name}.min.js`, budget: 68_000 },
  { file: `${pkg.name}.global.js`, budget: 68_000 },
]

const lines: string[] = []

/** `npm test` prints this table. */
afterAll(() => {
  mkdirSync('test-results', { recursive: true })
  writeFileSync('test-results/bytes.txt', lines.join('\n'))
})

function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length
}

function expectWithin(what: string, size: number, budget: number): void {
  lines.push(`${String(size).padStart(6)} of ${String(budget).padStart(6)} bytes gzipped: ${what}`)
  expect(size).toBeLessThanOrEqual(budget)
}

test.each(sets)('$what fits into $budget bytes', async ({ what, code, budget }) => {
  expectWithin(what, gzipped(await bundle(code, { minify: true })), budget)
})

test.each(files)('$file fits into $budget bytes', async ({ file, budget }) => {
  expectWithin(file, gzipped(await readFile(join(root, 'dist', file), 'utf8')), budget)
})

test('signInWithDeviceCode adds at most 1,500 bytes to the token core', async () => {
  const core = `export { StoredTokenHandler, TokenManager } from '${pkg.name}/token'
    export { indexedDBStore } from '${pkg.name}/stores'`
  const both = `${core}; export { signInWithDeviceCode } from '${pkg.name}/token'`
  const [without = 0, together = 0] = await Promise.all(
    [core, both].map(async (code) => gzipped(await bundle(code, { minify: true }))),
  )
  expectWithin('signInWithDeviceCode, beside the token core', together - without, 1_500)
})
