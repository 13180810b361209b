import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

interface PackageJson {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

export const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson

export interface Entry {
  /** As one imports it: `twitch-keyring/stores`. */
  readonly specifier: string
  /** The built module and its declarations, absolute. */
  readonly module: string
  readonly types: string
  /** What it was built from, absolute. */
  readonly source: string
}

/** The public entries, as `exports` lists them. */
export const entries: readonly Entry[] = Object.entries(pkg.exports).flatMap(([subpath, target]) =>
  typeof target === 'string'
    ? []
    : [
        {
          specifier: join(pkg.name, subpath),
          module: join(root, target.default),
          types: join(root, target.types),
          source: join(root, target.default.replace('/dist/', '/src/').replace(/\.js$/, '.ts')),
        },
      ],
)
