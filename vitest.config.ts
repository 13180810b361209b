import { readFileSync } from 'node:fs'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findBrowser, launchOptions, mayBeMissing } from './test/browsers.mjs'
import { findRuntime } from './test/runtimes.mjs'

const { dependencies } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))
const here = (['bun', 'deno'] as const).filter((name) => findRuntime(name) || !mayBeMissing(name))
const kinds = (['chromium', 'firefox'] as const).filter((kind) => findBrowser(kind) || !mayBeMissing(kind))

const everywhere = 'test/**/*.everywhere.test.ts'
const afterBuild = ['test/package/**', 'test/bundlers/**']
const outside = { runtimes: 'test/runtimes/*.test.ts', inspircd: 'test/chat/inspircd.test.ts' }
const patient = './test/setup/patience.ts'
const setupFiles = ['./test/setup/no-network.ts', patient]
/** Of the machine's own time, which no test is about: one that is busy with other things is late, and not wrong. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{dom,browser,workerd}.test.ts', ...afterBuild, ...Object.values(outside)],
          setupFiles,
          ...patience,
        },
      },
      { test: { name: 'dom', environment: 'happy-dom', include: ['test/**/*.dom.test.ts'], setupFiles, ...patience } },
      {
        // Known beforehand, so that no dependency found late reloads the page under a running test.
        optimizeDeps: {
          include: [...Object.keys(dependencies), 'jose/jwe/compact/decrypt', 'jose/jwe/compact/encrypt'],
        },
        test: {
          name: 'browser',
          include: [everywhere, 'test/**/*.browser.test.ts'],
          setupFiles,
          ...patience,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: kinds.map((kind) => ({
              browser: kind,
              provider: playwright({ launchOptions: launchOptions(kind) }),
            })),
          },
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: './test/workerd/worker.ts',
            miniflare: {
              compatibilityDate: '2026-10-01',
              kvNamespaces: ['KV'],
              durableObjects: {
                PLAIN: { className: 'Plain', useSQLite: true },
                LEGACY: { className: 'Legacy', useSQLite: false },
                VAULT: { className: 'Vault', useSQLite: true },
              },
            },
          }),
        ],
        test: { name: 'workerd', include: [everywhere, 'test/**/*.workerd.test.ts'], setupFiles, ...patience },
      },
      {
        test: {
          name: 'package',
          environment: 'node',
          include: afterBuild.map((folder) => `${folder}/*.test.ts`),
          globalSetup: './test/setup/packed.ts',
          setupFiles: [patient],
          ...patience,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      ...here.map((name) => ({
        test: {
          name,
          include: [outside.runtimes],
          setupFiles: [patient],
          provide: { runtime: name },
          ...patience,
          testTimeout: 120_000,
        },
      })),
      { test: { name: 'inspircd', include: [outside.inspircd], setupFiles, ...patience, testTimeout: 120_000 } },
    ],
  },
})
