import { defineConfig } from 'playwright/test'
import { launchOptions } from './test/browsers.mjs'

export default defineConfig({
  testDir: 'test/pages',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/pages',
  forbidOnly: true,
  // Each page has a Twitch of its own to slow down; two at once on two cores only slow each other down.
  workers: 1,
  // Patience with a busy machine, which is late and not wrong.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  use: { browserName: 'chromium', launchOptions: launchOptions('chromium') },
})
