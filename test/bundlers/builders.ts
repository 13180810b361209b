import { execFile } from 'node:child_process'

import { join } from 'node:path'
import { promisify } from 'node:util'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'
import { root } from '../package/entries.ts'

export interface Job {
  /** Where the app and its `node_modules` are. */
  readonly app: string
  /** A module of the app. */
  readonly entry: string
  /** Where the bundle goes. */
  readonly out: string
}

/** Each builds as its users do for production, with as little configuration as it takes. */
export const builders: Readonly<Record<string, (job: Job) => Promise<unknown>>> = {
  vite: ({ app, entry, out }) =>
    vite({
      root: app,
      configFile: false,
      logLevel: 'error',
      build: { outDir: out, rolldownOptions: { input: join(app, entry === 'proof.js' ? 'index.html' : entry) } },
    }),

  webpack: ({ app, entry, out }) =>
    new Promise<void>((resolve, reject) => {
      webpack(
        { context: app, mode: 'production', entry: `./${entry}`, output: { path: out, filename: entry } },
        (error, stats) => {
          if (error) reject(error)
          else if (stats?.hasErrors() || stats?.hasWarnings()) reject(new Error(stats.toString('errors-warnings')))
          else resolve()
        },
      )
    }),

  esbuild: async ({ app, entry, out }) => {
    const { warnings } = await esbuild({
      absWorkingDir: app,
      entryPoints: [entry],
      outdir: out,
      bundle: true,
      minify: true,
      format: 'esm',
      logLevel: 'silent',
    })
    if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'))
  },

  rollup: async ({ app, entry, out }) => {
    const bundle = await rollup({
      input: join(app, entry),
      plugins: [nodeResolve({ browser: true })],
      onLog(level, log) {
        if (level === 'warn') throw new Error(log.message)
      },
    })
    await bundle.write({ dir: out, plugins: [terser({ module: true })] })
    await bundle.close()
  },

  wrangler: async ({ app, entry, out }) => {
    const wrangler = join(root, 'node_modules/.bin/wrangler')
    const args = ['deploy', entry, '--dry-run', '--minify', '--outdir', out]
    const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true', WRANGLER_LOG: 'error' }
    await promisify(execFile)(wrangler, args, { cwd: app, env })
  },
}
