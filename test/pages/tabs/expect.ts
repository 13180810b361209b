import { appendFileSync, mkdirSync } from 'node:fs'
import { type Browser, expect } from 'playwright/test'
import { type contend, inWords } from './contention.mjs'

/** And that tabs did want the same renewal at once, or nothing was shown: `npm test` prints how often. */
export function expectOneRequestEach(browser: Browser, outcome: Awaited<ReturnType<typeof contend>>): void {
  mkdirSync('test-results', { recursive: true })
  appendFileSync('test-results/tabs.txt', `${inWords(browser, outcome)}\n`)
  expect(outcome).toMatchObject({ most: 1, heardOnce: true, killed: false, atTheEnd: true })
  expect(outcome.requests).toBe(outcome.generations)
  expect(outcome.contended).toBeGreaterThan(0)
}
