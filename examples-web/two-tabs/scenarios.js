// @ts-check
// What can be done to two tabs that need a new token at the same time, and what comes of it.

import { sides } from './time-line.js'

/**
 * @typedef {import('./frame.js').Side} Side
 * @typedef {'both' | 'freeze' | 'crash' | 'crash-late' | 'lose'} Scenario
 */

/**
 * @param {object} stage
 * @param {ReturnType<typeof import('./tabs.js').createTabs>} stage.tabs
 * @param {string} stage.control Where the fake Twitch is made to misbehave.
 * @param {(side: Side) => void} stage.crash
 */
export function createScenarios({ tabs, control, crash }) {
  /** @type {Promise<void>} */
  let leftIsDone = Promise.resolve()
  let sentBefore = 0

  return {
    /**
     * @param {Scenario} scenario
     * @returns {Promise<string>} What came of it.
     */
    async play(scenario) {
      sentBefore = await sentSoFar()
      await post('expire') // Twitch tells nobody that a token died
      if (scenario === 'lose') await post('lose-answer')
      if (scenario === 'crash-late') await post('lose-answer?how=hang')

      const ends = Object.fromEntries(sides.map((side) => [side, isDone(side)]))
      leftIsDone = ends['left'] ?? leftIsDone
      if (scenario === 'freeze') {
        await halt('mark', 'frozen')
        tabs.tell('right', { do: 'renew' })
        await ends['right']
      } else if (scenario === 'crash') {
        await halt('validate', 'stopped')
        const queued = tabs.heard((side, told) => side === 'right' && told.kind === 'trace' && told.step === 'queue')
        tabs.tell('right', { do: 'renew' })
        await queued
        crash('left')
        await ends['right']
      } else if (scenario === 'crash-late') {
        const sent = tabs.heard((_, told) => told.kind === 'request' && told.path === 'token' && told.phase === 'sent')
        tabs.tell('left', { do: 'renew' })
        await sent
        tabs.tell('right', { do: 'renew' })
        while ((await sentSoFar()) === sentBefore) await new Promise((resolve) => setTimeout(resolve, 50))
        await new Promise((resolve) => setTimeout(resolve, 400)) // now it is spent
        crash('left')
        await ends['right']
      } else {
        for (const side of sides) tabs.tell(side, { do: 'renew' })
        await Promise.all(Object.values(ends))
      }
      await settled(scenario === 'freeze' ? ['right'] : sides)
      return this.outcome(scenario)
    },

    /** The left one goes on where it stood. */
    async thaw() {
      tabs.tell('left', { do: 'thaw' })
      await leftIsDone
      await settled(sides)
      return this.outcome('thaw')
    },

    /** @param {Scenario | 'thaw'} scenario */
    async outcome(scenario) {
      const sent = (await sentSoFar()) - sentBefore
      const lives = sides
        .filter((side) => tabs.isOpen(side))
        .every((side) => tabs.status(side)?.state !== 'needs-login')
      const expected = scenario !== 'crash-late' && scenario !== 'lose'
      if (sent === 1 && lives === expected) return sentences[scenario]
      const states = sides.map((side) => `the ${side} one is ${tabs.status(side)?.state ?? 'gone'}`).join(', ')
      return `Twitch was sent ${sent} refresh tokens; ${states}.`
    },

    sent: async () => (await sentSoFar()) - sentBefore,
  }

  /**
   * The left one begins, and comes no further than this step.
   *
   * @param {string} haltAt
   * @param {'frozen' | 'stopped'} as
   */
  async function halt(haltAt, as) {
    const halted = tabs.heard((side, { kind }) => side === 'left' && kind === as)
    tabs.tell('left', { do: 'renew', haltAt, as })
    await halted
  }

  /** @param {Side} side */
  function isDone(side) {
    return tabs.heard((who, { kind }) => who === side && kind === 'done')
  }

  /** @param {readonly Side[]} wanted */
  async function settled(wanted) {
    const isSettled = () =>
      wanted.every((side) => !tabs.isOpen(side) || ['ok', 'needs-login'].includes(tabs.status(side)?.state ?? ''))
    while (!isSettled()) await tabs.heard((_, { kind }) => kind === 'status')
  }

  /** @param {string} what */
  async function post(what) {
    await fetch(`${control}/${what}`, { method: 'POST' })
  }

  /** @returns {Promise<number>} */
  async function sentSoFar() {
    return (await (await fetch(control)).json()).renewals
  }
}

/** @type {Record<Scenario | 'thaw', string>} */
const sentences = {
  both: 'One of them renewed, the other one queued and found the new token in the store: one POST, nobody signed out.',
  freeze:
    'The left one froze just before its mark, with the lock in its hand; after ten seconds the right one went on without the lock, and renewed: one POST.',
  thaw: 'The left one woke up too late: the store refused its mark, so it sent nothing and took the new token: still one POST.',
  crash: 'The left one was gone before it sent anything, and its lock with it; so the right one renewed: one POST.',
  'crash-late':
    'The refresh token was spent, and the answer went down with the left one; the right one found its mark and sent nothing, since a second POST would sign this user out on every machine.',
  lose: 'The refresh token was spent, and the answer was lost; both waited, looked, and sent nothing, since a second POST would sign this user out on every machine.',
}
