// @ts-check
import { setTimeout as sleep } from 'node:timers/promises'
import { openTab, startWorld } from './world.mjs'

/** Seconds: tokens come to their end all the time. */
const LIFETIME = 8

/** How often all tabs are refused at the same moment, in milliseconds. */
const REFUSE_EVERY = 800

/**
 * Many tabs over one store, for as long as one likes, while their tokens end all the time.
 *
 * @param {import('playwright').Browser} browser
 * @param {{ tabs: number, duration: number }} options `duration` in milliseconds.
 */
export async function contend(browser, { tabs, duration }) {
  const world = await startWorld({ lifetime: LIFETIME })
  const context = await browser.newContext()
  try {
    const pages = [await openTab(context, world)]
    const [first] = pages
    const { accessToken, refreshToken } = world.issue()
    await first?.evaluate(
      ([access, refresh]) => window.tab.add(access, refresh),
      /** @type {const} */ ([accessToken, refreshToken]),
    )
    while (pages.length < tabs) pages.push(await openTab(context, world))
    await Promise.all(pages.map((page) => page.evaluate(() => window.tab.get())))

    /** @type {{ tab: number, at: number, what: string }[]} */
    const reports = []
    const collect = async () => {
      const all = await Promise.all(pages.map((page) => page.evaluate(() => window.tab.reports())))
      for (const [tab, some] of all.entries()) reports.push(...some.map((report) => ({ tab, ...report })))
    }
    const refuseAll = async () => {
      world.twitch.id.expireAll()
      await first?.evaluate(() => {
        new BroadcastChannel('refused').postMessage('')
        return window.tab.renew()
      })
      await collect()
    }
    const end = Date.now() + duration
    for (let round = 0; Date.now() < end; round += 1) {
      await sleep(REFUSE_EVERY)
      // Every third generation ends by itself, as its time is over.
      if (round % 4 === 3) await sleep(LIFETIME * 1000)
      await refuseAll()
    }
    // The last token lasts, so that all tabs can be seen to come to it.
    world.twitch.id.switches.accessTokenLifetime = 3_600
    await refuseAll()
    const atTheEnd = await shareOne(pages, world)
    await collect()
    const spends = world.spends()
    return {
      tabs,
      generations: spends.length - 1,
      requests: spends.reduce((sum, times) => sum + times, 0),
      most: Math.max(...spends),
      contended: contendedGenerations(reports),
      heardOnce: heardOnce(reports),
      killed: world.wasKilled(),
      atTheEnd,
    }
  } finally {
    await context.close()
    await world.close()
  }
}

/**
 * What a run has shown, as a sentence.
 *
 * @param {import('playwright').Browser} browser
 * @param {Awaited<ReturnType<typeof contend>>} outcome
 */
export function inWords(browser, { tabs, requests, generations, contended }) {
  const where = `${tabs} tabs in ${browser.browserType().name()}`
  return `${where}: ${requests} requests for ${generations} generations, ${contended} of which two or more tabs wanted at once.`
}

/**
 * Whether all tabs come to hold the same token, and a good one.
 *
 * @param {readonly import('playwright').Page[]} pages
 * @param {import('./world.mjs').World} world
 */
async function shareOne(pages, world) {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const held = new Set(await Promise.all(pages.map((page) => page.evaluate(() => window.tab.get()))))
    if (held.size === 1 && world.twitch.id.isAlive([...held].join())) return true
    await sleep(250)
  }
  return false
}

/**
 * In how many generations two or more tabs wanted to renew before it was done.
 *
 * @param {readonly { tab: number, at: number, what: string }[]} reports
 */
function contendedGenerations(reports) {
  const renewedAt = reports.filter(({ what }) => what === 'commit').map(({ at }) => at)
  renewedAt.sort((a, b) => a - b)
  let contended = 0
  let from = Number.NEGATIVE_INFINITY
  for (const to of renewedAt) {
    const since = from
    const wanting = reports.filter(({ what, at }) => what === 'queue' && at > since && at <= to)
    if (new Set(wanting.map(({ tab }) => tab)).size > 1) contended += 1
    from = to
  }
  return contended
}

/**
 * Whether no tab was told twice of one renewal.
 *
 * @param {readonly { tab: number, what: string }[]} reports
 */
function heardOnce(reports) {
  const heard = reports
    .filter(({ what }) => what.startsWith('refreshed'))
    .map(({ tab, what }) => `${tab} ${what.split(' ')[2]}`)
  return new Set(heard).size === heard.length
}
