// @ts-check
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright'
import { launchOptions } from '../../browsers.mjs'
import { openTab, startWorld } from './world.mjs'

/** @typedef {import('playwright').Page} Page */
/** @typedef {import('playwright').BrowserContext} BrowserContext */

/** Where in a renewal a tab is struck. */
export const POINTS = /** @type {const} */ ([
  'the mark is written',
  'Twitch has done the work',
  'Twitch has answered',
  'before the pair is written',
  'the pair is written',
])
export const STRIKES = /** @type {const} */ (['crash', 'close', 'navigate', 'freeze', 'SIGKILL'])

/** @typedef {typeof POINTS[number]} Point */
/** @typedef {typeof STRIKES[number]} Strike */

const LIFETIME = 3_600
const HOUR = 3_600_000

/** Clocks run so much faster, so that a mark need not be watched for 35 real seconds. */
const SPEED = 6

/**
 * One tab renews and is struck in the middle; another one, or the same profile after a restart, goes on.
 *
 * @param {import('playwright').Browser | undefined} browser Not needed for `SIGKILL`, which takes one of its own.
 * @param {Strike} strike
 * @param {Point} point
 */
export async function strikeAt(browser, strike, point) {
  const world = await startWorld({ lifetime: LIFETIME, speed: SPEED })
  const profile = strike === 'SIGKILL' ? mkdtempSync(join(tmpdir(), 'tabs-')) : undefined
  let context = await openContext(browser, profile)
  try {
    const victim = await openTab(context, world)
    const { accessToken, refreshToken } = world.issue()
    await victim.evaluate(
      ([access, refresh]) => window.tab.add(access, refresh),
      /** @type {const} */ ([accessToken, refreshToken]),
    )
    await victim.evaluate(() => window.tab.get())

    const reached = await watch(victim, world, point, strike)
    await world.skip(HOUR * 0.92, [victim])
    victim.evaluate(() => window.tab.maintain()).catch(() => {})
    await inTime(reached.there, 'The tab does not come to the point.')
    const thaw = await inTime(strikeTab(context, victim, strike, profile), 'The strike does not end.')
    reached.goOn()
    if (strike === 'SIGKILL') context = await openContext(undefined, profile)

    const other = await openTab(context, world)
    await sleep(1_000)
    const before = await settled(other, world)
    await thaw()
    await sleep(strike === 'freeze' ? 2_000 : 0)
    const alive = strike === 'freeze' ? [other, victim] : [other]
    // Past the old token's end: whoever still has questions gets an answer now.
    await world.skip(HOUR * 0.1, alive)
    const endings = []
    for (const tab of alive) endings.push(await settled(tab, world))
    endings.push(await settled(await openTab(context, world), world))
    return { strike, point, before, endings: [...new Set(endings)], spends: world.spends(), killed: world.wasKilled() }
  } finally {
    await context.close().catch(() => {})
    await world.close()
    if (profile !== undefined) rmSync(profile, { recursive: true, force: true })
  }
}

/**
 * @template T
 * @param {Promise<T>} work
 * @param {string} otherwise
 * @returns {Promise<T>}
 */
function inTime(work, otherwise) {
  const late = sleep(60_000, undefined, { ref: false }).then(() => Promise.reject(new Error(otherwise)))
  return Promise.race([work, late])
}

/**
 * @param {import('playwright').Browser | undefined} browser
 * @param {string | undefined} profile
 */
function openContext(browser, profile) {
  if (profile !== undefined) return chromium.launchPersistentContext(profile, launchOptions('chromium'))
  if (browser === undefined) throw new TypeError('This needs a browser.')
  return browser.newContext()
}

/**
 * Makes a tab stop at a point.
 *
 * @param {Page} tab
 * @param {import('./world.mjs').World} world
 * @param {Point} point
 * @param {Strike} strike
 * @returns {Promise<{ there: Promise<void>, goOn: () => void }>} `there`: it has stopped.
 */
async function watch(tab, world, point, strike) {
  let goOn = () => {}
  let arrive = () => {}
  const waiting = new Promise((resolve) => {
    goOn = () => resolve(undefined)
  })
  /** @type {Promise<void>} */
  const there = new Promise((resolve) => {
    arrive = () => resolve()
  })
  if (point === 'Twitch has done the work') {
    // The answer must not come before the strike, however late that is. Who freezes hears it in the end.
    /** @type {import('../../../src/testing/index.ts').HttpFault} */
    const fault = strike === 'freeze' ? { kind: 'none', latency: 20_000 } : { kind: 'hang', at: 'after' }
    world.twitch.faults.add({ host: 'id', path: '/token', times: 1, fault })
    const look = setInterval(() => {
      if (!world.spends().includes(1)) return
      clearInterval(look)
      arrive()
    }, 20)
  } else {
    await tab.exposeFunction('pausedAt', () => {
      arrive()
      return waiting
    })
    await tab.evaluate((point) => window.tab.pauseAt(point), point)
  }
  return { there, goOn }
}

/**
 * @param {BrowserContext} context
 * @param {Page} tab
 * @param {Strike} strike
 * @param {string | undefined} profile
 * @returns {Promise<() => Promise<void>>} Ends it, where it ends.
 */
async function strikeTab(context, tab, strike, profile) {
  switch (strike) {
    case 'crash': {
      const session = await context.newCDPSession(tab)
      const crashed = tab.waitForEvent('crash')
      session.send('Page.crash').catch(() => {})
      await crashed
      break
    }
    case 'close':
      await tab.close()
      break
    case 'navigate':
      await tab.goto('about:blank')
      break
    case 'freeze': {
      const session = await context.newCDPSession(tab)
      // Headless pages count as visible, and are not frozen for the asking; a debugger holds everything.
      await session.send('Debugger.enable')
      await session.send('Debugger.pause')
      return async () => {
        await session.send('Debugger.resume')
        await session.send('Debugger.disable')
      }
    }
    case 'SIGKILL': {
      // Chromium's lock on a profile names the process that holds it.
      const holder = readlinkSync(join(profile ?? '', 'SingletonLock'))
      const closed = context.waitForEvent('close')
      process.kill(Number(holder.slice(holder.lastIndexOf('-') + 1)), 'SIGKILL')
      await closed
    }
  }
  return async () => {}
}

/**
 * What a tab says once it has a last word: `a token that works`, or the reason to sign in.
 *
 * @param {Page} tab
 * @param {import('./world.mjs').World} world
 */
async function settled(tab, world) {
  let last = ''
  for (let attempt = 0; attempt < 60; attempt += 1) {
    last = await tab.evaluate(() => window.tab.get())
    if (!last.includes(':') && !world.twitch.id.isAlive(last)) last = await tab.evaluate(() => window.tab.renew())
    if (world.twitch.id.isAlive(last)) return 'a token that works'
    if (last.startsWith('TokenRejectedError')) return last
    await sleep(500)
  }
  return last.includes(':') ? last : 'a dead token'
}

/**
 * Whether a strike ended as well as it could: where the new pair was lost with the tab, there is one reason to sign in;
 * everywhere else there is a token.
 *
 * @param {Awaited<ReturnType<typeof strikeAt>>} outcome
 */
export function isAsGoodAsCanBe({ strike, point, endings, spends, killed }) {
  const isLost = strike !== 'freeze' && point !== 'the mark is written' && point !== 'the pair is written'
  const wanted = isLost ? 'TokenRejectedError: lost-response' : 'a token that works'
  return !killed && Math.max(...spends) <= 1 && endings.length === 1 && endings[0] === wanted
}
