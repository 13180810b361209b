// @ts-check
import { chromium } from 'playwright'
import { launchOptions } from '../../browsers.mjs'
import { contend } from './contention.mjs'
import { isAsGoodAsCanBe, POINTS, STRIKES, strikeAt } from './strikes.mjs'

const THREE_MINUTES = 180_000

/** Real tabs: 2, 4 and 8 of them for three minutes, and one that is struck at every point of a renewal in every way. */
export async function proveTabs() {
  let holds = true
  const browser = await chromium.launch(launchOptions('chromium'))
  try {
    for (const tabs of [2, 4, 8]) {
      const outcome = await contend(browser, { tabs, duration: THREE_MINUTES })
      const { generations, requests, most, contended, heardOnce, killed, atTheEnd } = outcome
      const good =
        requests === generations && most === 1 && heardOnce && !killed && atTheEnd && contended > generations / 4
      holds &&= good
      const verdict = good ? '' : ' BROKEN'
      console.log(
        `${tabs} tabs: ${requests} requests for ${generations} generations, ${contended} of which two or more tabs wanted at once.${verdict}`,
      )
    }
    for (const strike of STRIKES) {
      const outcomes = await Promise.all(POINTS.map((point) => strikeAt(browser, strike, point)))
      for (const outcome of outcomes) {
        const good = isAsGoodAsCanBe(outcome)
        holds &&= good
        const sent = outcome.spends.reduce((sum, times) => sum + times, 0)
        const ending = `${outcome.endings.join(' and ')}, after ${sent} ${sent === 1 ? 'request' : 'requests'}`
        console.log(`${strike}, ${outcome.point}: ${ending}.${good ? '' : ' BROKEN'}`)
      }
    }
  } finally {
    await browser.close()
  }
  return holds
}
