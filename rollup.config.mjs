// @ts-check
import { execFile } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { transform } from 'esbuild'

const root = import.meta.dirname
const pkg = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
const dependencies = Object.keys(pkg.dependencies)

/** The public folders, from `exports`, the only list of them: `{ 'stores/index': 'src/stores/index.ts', … }`. */
const entries = Object.fromEntries(
  Object.values(pkg.exports)
    .flatMap(({ workerd, default: module }) => [workerd, module].filter((target) => target !== undefined))
    .map((target) => target.replace(/^\.\/dist\/(.*)\.js$/, '$1'))
    .map((name) => [name, join(root, 'src', `${name}.ts`)]),
)

/**
 * Compiles everything once a build. Rollup watches `src`, so that `rollup --watch` is the whole inner loop.
 *
 * @type {import('rollup').Plugin}
 */
const compiler = {
  name: 'tsc',
  async buildStart() {
    await rm(join(root, 'build'), { recursive: true, force: true })
    const tsc = join(root, 'node_modules/.bin/tsc')
    await promisify(execFile)(tsc, ['-p', 'tsconfig.build.json'], { cwd: root }).catch((error) =>
      this.error(`tsc: ${error.stdout || error.message}`),
    )
    for (const file of await readdir(join(root, 'src'), { recursive: true })) this.addWatchFile(join(root, 'src', file))
  },
  /** Only now, so that a build that fails leaves the last one that did not. */
  async generateBundle() {
    if (!this.meta.watchMode) await rm(join(root, 'dist'), { recursive: true, force: true })
  },
}

/**
 * Reads what tsc made of each module in `src`, map included, so that `dist` maps back to `src`.
 *
 * @type {import('rollup').Plugin}
 */
const compiled = {
  name: 'compiled',
  resolveId(specifier, importer) {
    if (!specifier.startsWith('.') || !importer?.endsWith('.ts')) return null
    return resolve(dirname(importer), specifier.replace(/\.js$/, '.ts'))
  },
  async load(id) {
    if (!id.endsWith('.ts')) return null
    this.addWatchFile(id)
    const file = join(root, 'build', relative(join(root, 'src'), id).replace(/\.ts$/, '.js'))
    const [code, map] = await Promise.all([readFile(file, 'utf8'), readFile(`${file}.map`, 'utf8')])
    return {
      code: code.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'),
      map: { ...JSON.parse(map), sourceRoot: '', sources: [basename(id)] },
    }
  },
}

/**
 * Copies the declarations. tsc leaves `./x.ts` in them: `./x.js` has the same length, so their maps stay right.
 *
 * @type {import('rollup').Plugin}
 */
const declarations = {
  name: 'declarations',
  async generateBundle() {
    for (const fileName of await readdir(join(root, 'build'), { recursive: true })) {
      if (!/\.d\.ts(\.map)?$/.test(fileName)) continue
      const text = await readFile(join(root, 'build', fileName), 'utf8')
      const source = fileName.endsWith('.map')
        ? text
        : text.replace(/(from |import\()(["'])(\.{1,2}\/[^"']+)\.ts\2/g, '$1$2$3.js$2')
      this.emitFile({ type: 'asset', fileName, source })
    }
  },
}

/**
 * What the licences of bundled dependencies ask for.
 *
 * @param {import('rollup').RenderedChunk} chunk
 */
function banner(chunk) {
  const require = createRequire(import.meta.url)
  const inside = dependencies
    .filter((name) => chunk.moduleIds.some((id) => id.includes(`/node_modules/${name}/`)))
    .map((name) => {
      const at = join(root, 'node_modules', name, 'package.json')
      const { version, license, author } = require(at)
      return `${name} ${version} (${license}, ${typeof author === 'object' ? author.name : author})`
    })
  const including = inside.length > 0 ? `; includes ${inside.join(', ')}` : ''
  return `/*! ${pkg.name} ${pkg.version} (${pkg.license}, ${pkg.author})${including} */`
}

/**
 * esbuild's, which is some 15 times as fast as terser and loses 2 % to it.
 *
 * @type {import('rollup').OutputPlugin}
 */
const minifier = {
  name: 'minifier',
  renderChunk: (code) => transform(code, { minify: true, target: 'es2022', sourcemap: true, legalComments: 'inline' }),
}

/**
 * Every warning of Rollup (unresolved import, cycle, missing export) fails the build.
 *
 * @type {import('rollup').LogHandlerWithDefault}
 */
function onLog(level, log, handler) {
  handler(level === 'warn' ? 'error' : level, log)
}

/** @param {import('rollup').OutputOptions} output */
function oneFile(output) {
  return {
    input: join(root, 'src/index.ts'),
    plugins: [compiled, nodeResolve({ browser: true })],
    onLog,
    output: {
      sourcemap: true,
      banner,
      plugins: [minifier],
      ...output,
    },
  }
}

/** @type {import('rollup').RollupOptions[]} */
export default [
  {
    input: entries,
    external: (id) =>
      id === 'cloudflare:workers' || dependencies.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [compiler, compiled, declarations],
    // No module has side effects, and a bare import of one is what some bundlers warn of.
    treeshake: { moduleSideEffects: false },
    onLog,
    output: {
      dir: join(root, 'dist'),
      format: 'es',
      sourcemap: true,
      preserveModules: true,
      preserveModulesRoot: join(root, 'src'),
      generatedCode: 'es2015',
      hoistTransitiveImports: false,
    },
  },
  oneFile({ file: join(root, `dist/${pkg.name}.min.js`), format: 'es' }),
  oneFile({ file: join(root, `dist/${pkg.name}.global.js`), format: 'iife', name: 'TwitchKeyring', exports: 'named' }),
]
