// @ts-check

/**
 * What a tab did, in words, and which step of docs/renewal.md it was.
 *
 * @typedef {object} Phrase
 * @property {number} [step]
 * @property {string} text
 * @property {string} name What tests and styles know it by.
 */

/** @type {Record<string, Phrase>} */
const traces = {
  queue: { step: 2, name: 'queued', text: 'queues' },
  read: { step: 3, name: 'read', text: 'reads the store' },
  'wait-for-mark': { step: 5, name: 'waits', text: 'finds a mark: waits until its request must be over' },
  unmark: { step: 5, name: 'unmarked', text: 'takes the mark off' },
  mark: { step: 6, name: 'marked', text: 'marks: “about to send”' },
  commit: { step: 8, name: 'committed', text: 'commits the new pair' },
  unsaved: { step: 8, name: 'unsaved', text: 'cannot write, keeps the pair in memory' },
  drop: { step: 8, name: 'dropped', text: 'drops the pair: a sign-out came first' },
  end: { step: 5, name: 'ended', text: 'ends the sign-in' },
}

/** @type {Record<string, Record<'here' | 'elsewhere', Phrase>>} */
const events = {
  tokenRefreshed: {
    here: { step: 9, name: 'told', text: 'has a new token, tells the others' },
    elsewhere: { step: 9, name: 'heard', text: 'has the new token, too' },
  },
  needsLogin: {
    here: { step: 9, name: 'ended-here', text: 'must sign in again' },
    elsewhere: { step: 9, name: 'ended-elsewhere', text: 'must sign in again' },
  },
  signedIn: {
    here: { name: 'signed-in', text: 'signed in' },
    elsewhere: { name: 'signed-in', text: 'hears of the sign-in' },
  },
  signedOut: {
    here: { name: 'signed-out', text: 'signed out' },
    elsewhere: { name: 'signed-out', text: 'hears of the sign-out' },
  },
}

/**
 * @param {import('./frame.js').Told} told
 * @returns {Phrase | undefined} `undefined`: nothing to show.
 */
export function phraseOf(told) {
  switch (told.kind) {
    case 'trace':
      if (told.detail === 'lost-response') return { step: 5, name: 'ended', text: 'sends nothing: it was spent' }
      return traces[told.step]
    case 'event':
      return told.type === 'tokenValidated' ? undefined : events[told.type]?.[told.origin]
    case 'lock':
      if (told.state === 'held') return { step: 2, name: 'locked', text: 'holds the lock' }
      return told.state === 'without' ? { step: 2, name: 'unlocked', text: 'goes on without the lock' } : undefined
    case 'request':
      return told.path === 'token' ? post(told) : look(told)
    case 'too-late':
      return { step: 6, name: 'too-late', text: 'too late: the store has a newer one' }
    case 'frozen':
      return { name: 'frozen', text: 'is frozen' }
    case 'thawed':
      return { name: 'thawed', text: 'wakes up' }
    default:
      return undefined
  }
}

/** @param {Extract<import('./frame.js').Told, { kind: 'request' }>} told @returns {Phrase} */
function post(told) {
  if (told.phase === 'sent') return { step: 7, name: 'sent', text: 'sends the refresh token' }
  if (told.phase === 'lost') return { step: 7, name: 'lost', text: 'gets no answer' }
  return told.status === 200
    ? { step: 7, name: 'answered', text: 'gets a new pair' }
    : { step: 7, name: 'refused', text: `is refused (${told.status})` }
}

/** @param {Extract<import('./frame.js').Told, { kind: 'request' }>} told @returns {Phrase} */
function look(told) {
  if (told.phase === 'sent') return { step: 4, name: 'looked', text: 'looks: does the old token live?' }
  if (told.phase === 'lost') return { step: 4, name: 'saw', text: 'gets no answer' }
  return { step: 4, name: 'saw', text: told.status === 200 ? 'it lives' : 'it is dead' }
}
