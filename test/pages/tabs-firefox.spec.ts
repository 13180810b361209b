import { expect, test } from 'playwright/test'
import { findBrowser, launchOptions, mayBeMissing } from '../browsers.mjs'
import { contend } from './tabs/contention.mjs'
import { expectOneRequestEach } from './tabs/expect.ts'
import { isAsGoodAsCanBe, POINTS, strikeAt } from './tabs/strikes.mjs'

test.use({ browserName: 'firefox', launchOptions: launchOptions('firefox') })
test.skip(!findBrowser('firefox') && mayBeMissing('firefox'))

test('two tabs, and four, share one request a generation', async ({ browser }) => {
  const outcomes = await Promise.all([2, 4].map((tabs) => contend(browser, { tabs, duration: 6_000 })))
  for (const outcome of outcomes) expectOneRequestEach(browser, outcome)
})

test('a tab that is closed anywhere in a renewal costs no more than it must', async ({ browser }) => {
  const outcomes = await Promise.all(POINTS.map((point) => strikeAt(browser, 'close', point)))
  expect(outcomes.filter((outcome) => !isAsGoodAsCanBe(outcome))).toEqual([])
})
