import { expect, test } from 'playwright/test'
import { contend } from './tabs/contention.mjs'
import { isAsGoodAsCanBe, POINTS, strikeAt } from './tabs/strikes.mjs'

test('four tabs share one request a generation', async ({ browser }) => {
  const outcome = await contend(browser, { tabs: 4, duration: 6_000 })
  expect(outcome).toMatchObject({ most: 1, heardOnce: true, killed: false, atTheEnd: true })
  expect(outcome.requests).toBe(outcome.generations)
  expect(outcome.contended).toBeGreaterThan(0)
})

test('a tab that crashes anywhere in a renewal costs no more than it must', async ({ browser }) => {
  const outcomes = await Promise.all(POINTS.map((point) => strikeAt(browser, 'crash', point)))
  expect(outcomes.filter((outcome) => !isAsGoodAsCanBe(outcome))).toEqual([])
})
