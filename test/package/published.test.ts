import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData, type Package } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { entries, pkg, root } from './entries.ts'

let tarball: Uint8Array
let published: Package

beforeAll(async () => {
  tarball = await readFile(inject('tarball'))
  published = createPackageFromTarballData(tarball)
})

/** Paths from the root of the package. */
function files(): string[] {
  const prefix = `/node_modules/${pkg.name}/`
  return published.listFiles().map((file) => file.slice(prefix.length))
}

function read(file: string): string {
  return published.readFile(`/node_modules/${pkg.name}/${file}`)
}

test('publint finds nothing to say', async () => {
  const { messages } = await publint({
    pack: { tarball: tarball.slice().buffer },
    strict: true,
  })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('types resolve for everyone who can import ESM', async () => {
  const result = await checkPackage(published)
  if (!result.types) throw new Error('The package has no types.')
  const ofCommonJs = (problem: object) =>
    'resolutionKind' in problem && ['node10', 'node16-cjs'].includes(String(problem.resolutionKind))
  expect(result.problems.filter((problem) => !ofCommonJs(problem))).toEqual([])
  expect(Object.keys(result.entrypoints)).toHaveLength(Object.keys(pkg.exports).length)
})

test('what is published is the build, its source and what people should read', () => {
  const top = new Set(files().map((file) => file.split('/')[0]))
  expect([...top].sort()).toEqual(['LICENSE', 'README.md', 'dist', 'docs', 'package.json', 'src'])
  expect(
    files().filter((file) => /test|\.tsbuildinfo$/.test(file) && !/^(docs|dist\/testing|src\/testing)\//.test(file)),
  ).toEqual([])
})

describe('maps', () => {
  test('every built file has one, and it leads to published source', () => {
    const there = new Set(files())
    const wrong: string[] = []
    for (const file of there) {
      if (!/^dist\/.*\.(js|d\.ts)$/.test(file)) continue
      if (!there.has(`${file}.map`)) {
        wrong.push(`${file} has no map`)
        continue
      }
      const { sources, sourcesContent } = JSON.parse(read(`${file}.map`)) as {
        sources: string[]
        sourcesContent?: string[]
      }
      for (const [index, source] of sources.entries()) {
        const path = posix.join(posix.dirname(file), source)
        if (!there.has(path) && sourcesContent?.[index] === undefined) wrong.push(`${file} maps to ${source}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('no declaration leads outside the package', () => {
    const wrong = files()
      .filter((file) => file.endsWith('.d.ts'))
      .filter((file) => /from ['"][^'"]+\.ts['"]/.test(read(file)))
    expect(wrong).toEqual([])
  })
})

test('no file names the machine it was built on', () => {
  const wrong = files().filter((file) => read(file).includes(root))
  expect(wrong).toEqual([])
})

test('declarations carry the comments of the source', () => {
  for (const { types } of entries) expect(types).toMatch(/\.d\.ts$/)
  const commented = files().filter((file) => file.endsWith('.d.ts') && read(file).includes('/**'))
  expect(commented.length).toBeGreaterThan(files().filter((file) => file.endsWith('.d.ts')).length / 2)
})

test('Node resolves every entry, and classes are the same through each of them', async () => {
  const run = promisify(execFile)
  const script = `
    const entries = await Promise.all(${JSON.stringify(entries.map(({ specifier }) => specifier))}.map((entry) => import(entry)))
    const classes = new Map()
    for (const entry of entries) {
      for (const [name, value] of Object.entries(entry)) {
        if (classes.has(name) && classes.get(name) !== value) throw new Error('two of ' + name)
        classes.set(name, value)
      }
    }
    console.log(classes.size)`
  // The Node that runs npm is the oldest one around: the tools' own is newer than what users have.
  const node = process.env['npm_node_execpath'] ?? process.execPath
  const { stdout } = await run(node, ['--input-type=module', '-e', script], { cwd: root })
  expect(Number(stdout)).toBeGreaterThan(entries.length)
})
