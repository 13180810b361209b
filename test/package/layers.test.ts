import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { pkg, root } from './entries.ts'

/** Entries of their own, for who imports them by name. */
const apart = ['extension', 'cloudflare'] as const

/** From left to right, as data flows. A room imports from rooms to its left, and never from its neighbour. */
const layers = [
  ['errors', 'types', 'internal'],
  ['stores', 'oauth'],
  ['token'],
  ['helix', 'chat'],
  ['client'],
  ['index'],
  [...apart],
] as const

/** Beside the house: what the fake Twitch shares with the library could be wrong in both. */
const testing = { runtime: ['errors', 'types'], types: ['errors', 'types', 'stores'] }

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

const source = join(root, 'src')
const imports = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => importsOf(file, readFileSync(join(source, file), 'utf8')))
const relative = imports.filter(({ to }) => !isBare(to))

describe('the house', () => {
  test('a folder imports only from folders to its left', () => {
    const wrong = relative.filter(({ from, to }) => room(from) !== room(to) && !mayImport(room(from), room(to)))
    expect(wrong.filter(({ from }) => room(from) !== 'testing').map(print)).toEqual([])
  })

  test('the whole library has no entry of its own in it', () => {
    const wrong = relative.filter(({ from, to }) => room(from) !== room(to) && apart.some((name) => name === room(to)))
    expect(wrong.map(print)).toEqual([])
  })

  test('the fake Twitch shares no code with what it is there to check', () => {
    const wrong = relative.filter(({ from, to, typeOnly }) => {
      if (room(from) !== 'testing' || room(to) === 'testing') return false
      return !testing[typeOnly ? 'types' : 'runtime'].includes(room(to))
    })
    expect(wrong.map(print)).toEqual([])
  })

  test('nothing imports the fake Twitch', () => {
    const wrong = relative.filter(({ from, to }) => room(to) === 'testing' && room(from) !== 'testing')
    expect(wrong.map(print)).toEqual([])
  })

  test('no module waits for itself: a circle of imports is one of types only', () => {
    expect(findCircle(relative.filter(({ typeOnly }) => !typeOnly))).toEqual([])
  })

  test('source imports packages only where package.json names them', () => {
    const allowed = Object.keys(pkg.dependencies)
    const wrong = imports.filter(
      // The one entry that bundlers take for Workers alone.
      ({ from, to }) =>
        !(from === 'cloudflare/workerd.ts' && to === 'cloudflare:workers') &&
        isBare(to) &&
        !allowed.some((name) => to === name || to.startsWith(`${name}/`)),
    )
    expect(wrong.map(print)).toEqual([])
  })
})

function mayImport(from: string, to: string): boolean {
  const [left, right] = [layerOf(to), layerOf(from)]
  if (left === -1 || right === -1) return false
  return left < right || (left === 0 && right === 0)
}

function layerOf(room: string): number {
  return layers.findIndex((rooms) => rooms.some((name) => name === room))
}

/** `stores/memory.ts` is in `stores`, `errors.ts` is `errors`. */
function room(file: string): string {
  return file.split('/')[0]?.replace(/\.ts$/, '') ?? file
}

function isBare(specifier: string): boolean {
  return !specifier.endsWith('.ts')
}

function print({ from, to }: Import): string {
  return `${from} imports ${to}`
}

function importsOf(file: string, text: string): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return
    const to = specifier.text.startsWith('.') ? normalize(join(dirname(file), specifier.text)) : specifier.text
    found.push({ from: file, to, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly ?? false)
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext))
  return found
}

/** The first circle as a list of files, empty if there is none. */
function findCircle(all: readonly Import[]): string[] {
  const targets = Map.groupBy(all, ({ from }) => from)
  const done = new Set<string>()
  const walk = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return []
    for (const { to } of targets.get(file) ?? []) {
      const circle = walk(to, [...path, file])
      if (circle.length > 0) return circle
    }
    done.add(file)
    return []
  }
  for (const file of targets.keys()) {
    const circle = walk(file, [])
    if (circle.length > 0) return circle
  }
  return []
}
