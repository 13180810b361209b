import { build } from 'esbuild'
import { root } from './entries.ts'

/** What esbuild makes of a module that imports from the built package by its name. Names stay readable unless minified. */
export async function bundle(code: string, { minify = false } = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    write: false,
    minifyWhitespace: true,
    minifySyntax: minify,
    minifyIdentifiers: minify,
  })
  return outputFiles[0]?.text ?? ''
}
