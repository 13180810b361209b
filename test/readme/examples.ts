import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
const folder = join(root, 'build/examples')
const places = ['obs', 'dashboard', 'extension', 'mv3', 'worker'].map((place) => `docs/places/${place}.md`)
const pages = ['README.md', 'docs/testing.md', 'docs/helix.md', 'docs/chat.md', ...places]

export interface Example {
  readonly name: string
  readonly code: string
  /** A module over the source; it exports `run`, which answers with what the example exports. */
  readonly file: string
}

/** Every `ts` block of the README and the docs, as a module of its own. */
export function writeExamples(): readonly Example[] {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8')
    return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], index) => {
      const name = `${page} ${index + 1}`
      const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.ts`)
      const imports: string[] = []
      const body = code.replaceAll(/^import .*? from '(.*?)'$/gms, (statement, specifier: string) => {
        imports.push(statement.replace(specifier, specifier.replace(/^twitch-keyring(.*)$/, '../../src$1/index.ts')))
        return ''
      })
      const exported = [...body.matchAll(/^export class (\w+)/gm)].map(([, name]) => name)
      const rest = body.replaceAll(/^export class/gm, 'class')
      const isModule = rest.includes('\nexport default ')
      const ended = isModule
        ? `${rest.replace('\nexport default ', '\nconst main = ')}\nreturn { default: main, ${exported.join()} }\n`
        : rest
      writeFileSync(file, `${imports.join('\n')}\n\nexport async function run() {\n${ended}}\n`)
      return { name, code, file }
    })
  })
}
