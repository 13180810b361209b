import { expect, test } from 'playwright/test'
import { contend } from './tabs/contention.mjs'
import { expectOneRequestEach } from './tabs/expect.ts'
import { isAsGoodAsCanBe, POINTS, strikeAt } from './tabs/strikes.mjs'

test('four tabs share one request a generation', async ({ browser }) => {
  expectOneRequestEach(browser, await contend(browser, { tabs: 4, duration: 6_000 }))
})

test('a tab that crashes anywhere in a renewal costs no more than it must', async ({ browser }) => {
  const outcomes = await Promise.all(POINTS.map((point) => strikeAt(browser, 'crash', point)))
  expect(outcomes.filter((outcome) => !isAsGoodAsCanBe(outcome))).toEqual([])
})
