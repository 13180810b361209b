// @ts-check
import { chromium, firefox } from 'playwright'
import { launchOptions } from '../../browsers.mjs'
import { contend, inWords } from './contention.mjs'
import { isAsGoodAsCanBe, POINTS, STRIKES, strikeAt } from './strikes.mjs'

const THREE_MINUTES = 180_000

/** What can be done to a tab of Firefox from outside: it hears no Chrome DevTools Protocol. */
const MILD = /** @type {const} */ (['close', 'navigate'])

/**
 * Real tabs: up to eight of them for three minutes, and one that is struck at every point of a renewal in every way.
 * First Chromium, then Firefox.
 */
export async function proveTabs() {
  const inChromium = await prove(await chromium.launch(launchOptions('chromium')), [2, 4, 8], STRIKES)
  const inFirefox = await prove(await firefox.launch(launchOptions('firefox')), [2, 4], MILD)
  return inChromium && inFirefox
}

/**
 * @param {import('playwright').Browser} browser
 * @param {readonly number[]} counts
 * @param {readonly import('./strikes.mjs').Strike[]} strikes
 */
async function prove(browser, counts, strikes) {
  let holds = true
  const where = browser.browserType().name()
  try {
    for (const tabs of counts) {
      const outcome = await contend(browser, { tabs, duration: THREE_MINUTES })
      const { generations, requests, most, contended, heardOnce, killed, atTheEnd } = outcome
      const good =
        requests === generations && most === 1 && heardOnce && !killed && atTheEnd && contended > generations / 4
      holds &&= good
      console.log(`${inWords(browser, outcome)}${good ? '' : ' BROKEN'}`)
    }
    for (const strike of strikes) {
      const outcomes = await Promise.all(POINTS.map((point) => strikeAt(browser, strike, point)))
      for (const outcome of outcomes) {
        const good = isAsGoodAsCanBe(outcome)
        holds &&= good
        const sent = outcome.spends.reduce((sum, times) => sum + times, 0)
        const ending = `${outcome.endings.join(' and ')}, after ${sent} ${sent === 1 ? 'request' : 'requests'}`
        console.log(`${strike} in ${where}, ${outcome.point}: ${ending}.${good ? '' : ' BROKEN'}`)
      }
    }
  } finally {
    await browser.close()
  }
  return holds
}
