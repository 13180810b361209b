import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { entries } from './entries.ts'

const run = promisify(execFile)

async function touchedByImporting(module: string): Promise<unknown> {
  const script = join(import.meta.dirname, 'bare-realm.mjs')
  const { stdout } = await run(process.execPath, ['--experimental-vm-modules', '--no-warnings', script, module])
  return JSON.parse(stdout)
}

test.each(entries)('importing $specifier touches nothing', async ({ module }) => {
  expect(await touchedByImporting(module)).toEqual([])
})

test.each([
  ['fetch', 'fetch("https://id.twitch.tv")'],
  ['setTimeout', 'setTimeout(() => {}, 1)'],
  ['window', 'export const inBrowser = typeof window !== "undefined"'],
  ['Math.random', 'export const id = Math.random()'],
  ['new Date', 'export const at = new Date()'],
  ['crypto', 'Promise.resolve().then(() => crypto.randomUUID())'],
])('a module that touches %s while it is imported is seen', async (name, code) => {
  const folder = await mkdtemp(join(tmpdir(), 'twitch-keyring-'))
  try {
    const file = join(folder, 'module.js')
    await writeFile(file, code)
    expect(await touchedByImporting(file)).toEqual([name])
  } finally {
    await rm(folder, { recursive: true })
  }
})
