import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entries, pkg, root } from './entries.ts'

const guides = existsSync(join(root, 'docs'))
  ? readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  : []
const pages = ['README.md', ...guides.filter((file) => file.endsWith('.md')).map((file) => join('docs', file))]
const mention = new RegExp(`(?<![\\w/@.-])${pkg.name}/([a-z][a-z-]*)(?![\\w/-]|\\.\\w)`, 'g')

const public_ = new Set(entries.map(({ specifier }) => specifier))

function mentions(page: string): Set<string> {
  const text = readFileSync(join(root, page), 'utf8')
  return new Set(Array.from(text.matchAll(mention), ([specifier]) => specifier))
}

test.each(pages)('every entry that %s names exists', (page) => {
  expect([...mentions(page)].filter((specifier) => !public_.has(specifier))).toEqual([])
})

test('the README names every entry', () => {
  const named = mentions('README.md').add(pkg.name)
  expect([...public_].filter((specifier) => !named.has(specifier))).toEqual([])
})
