// @ts-check
// Two tabs that share one store, and what they do when their token dies. Nothing in here ever holds a token.

import { indexedDBStore, StoredTokenHandler } from 'twitch-keyring'
import { at, attempt, complain, onClick } from '../shared/page.js'
import { createSignInPanel } from '../shared/sign-in-panel.js'
import { createScenarios } from './scenarios.js'
import { createTabs } from './tabs.js'
import { createTimeLine, sides } from './time-line.js'

/** @typedef {import('./frame.js').Side} Side */

const found = await fetch('/demo.json')
if (!found.ok) complain('This page needs the fake Twitch: start it with `npm start`.')
const { clientId, endpoints, control } = (await found.json()).twoTabs

const timeLine = createTimeLine(at('#time-line', HTMLOListElement))
const tabs = createTabs((side, told, when) => {
  timeLine.add(side, told, when)
  if (told.kind === 'request' && told.path === 'token') showSent()
  if (told.kind === 'frozen' || told.kind === 'thawed') setFrozen(told.kind === 'frozen')
  if (told.kind === 'status') render()
})
const scenarios = createScenarios({ tabs, control, crash })
const buttons = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('[data-play]')])
/** @type {Record<import('./scenarios.js').Scenario, string>} */
const meanwhile = {
  both: 'Under way …',
  freeze: 'Under way … The right one waits for the lock, but not for ever: ten seconds.',
  crash: 'Under way …',
  'crash-late': 'Under way … A request may take 30 seconds, so its mark is waited for that long, and a little more.',
  lose: 'Under way … A request may take 30 seconds, so its mark is waited for that long, and a little more.',
}
let isBusy = false
let isFrozen = false

// Signing in needs a handler, and no client.
const handler = new StoredTokenHandler({
  clientId,
  clientType: 'public',
  store: indexedDBStore({ name: 'two-tabs' }),
  platform: { endpoints },
})
const render = createSignInPanel({
  handler,
  scopes: ['chat:read'],
  status: () => tabs.status('right') ?? { state: 'needs-login' },
  signOut: () => tabs.tell('right', { do: 'sign-out' }),
  onSignedIn() {
    at('#outcome').textContent = ''
  },
  onRender: renderScenarios,
})

onClick('#reopen', () => open('left'))
for (const button of buttons) {
  const scenario = /** @type {import('./scenarios.js').Scenario} */ (button.dataset.play)
  button.addEventListener('click', () => attempt(() => (isFrozen ? thaw() : play(scenario))))
}

await Promise.all(sides.map((side) => tabs.open(side)))
render()
document.body.dataset.ready = 'true'

/** @param {import('./scenarios.js').Scenario} scenario */
async function play(scenario) {
  if (!tabs.isOpen('left')) await open('left')
  timeLine.clear()
  await during(meanwhile[scenario], () => scenarios.play(scenario))
}

async function thaw() {
  timeLine.resume()
  await during('It wakes up …', () => scenarios.thaw())
}

/**
 * @param {string} sofar
 * @param {() => Promise<string>} work
 */
async function during(sofar, work) {
  isBusy = true
  at('#outcome').textContent = sofar
  render()
  try {
    at('#outcome').textContent = await work()
  } finally {
    isBusy = false
    timeLine.stop()
    await showSent()
    render()
  }
}

/** @param {Side} side */
function crash(side) {
  tabs.crash(side)
  timeLine.setGone(side, true)
  if (side === 'left') setFrozen(false)
  render()
}

/** @param {Side} side */
async function open(side) {
  timeLine.setGone(side, false)
  await tabs.open(side)
  render()
}

/** @param {boolean} frozen */
function setFrozen(frozen) {
  isFrozen = frozen
  at('[data-tab=left]').classList.toggle('frozen', frozen)
  render()
}

/** @param {import('../shared/sign-in-panel.js').Status} status */
function renderScenarios({ state }) {
  at('#gone').hidden = tabs.isOpen('left')
  at('#came').hidden = at('#outcome').textContent === ''
  for (const button of buttons) {
    const thaws = isFrozen && button.dataset.play === 'freeze'
    button.disabled = isBusy || !(thaws || (state === 'ok' && !isFrozen))
    if (button.dataset.play === 'freeze') button.textContent = thaws ? 'Thaw the left one' : 'Freeze the left one'
  }
}

async function showSent() {
  const sent = await scenarios.sent()
  at('[data-keyring=posts]').textContent = sent === 1 ? '1 POST' : `${sent} POSTs`
}
