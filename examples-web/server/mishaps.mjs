// @ts-check
import { helixError } from 'twitch-keyring/testing'

/** @param {number} status @param {string} message @returns {import('twitch-keyring/testing').HttpFault} */
const answer = (status, message) => ({
  kind: 'status',
  status,
  body: JSON.stringify(helixError(status, message).body),
  headers: { 'content-type': 'application/json' },
})

/** @type {Readonly<Record<string, import('twitch-keyring/testing').HttpFault>>} */
const mishaps = {
  'no-answer': { kind: 'no-answer' },
  html: { kind: 'html' },
  limit: answer(429, 'Too Many Requests'),
  'other-app': answer(401, 'Client ID and OAuth token do not match'),
}

/**
 * Lets a page ask for trouble: `GET /games/top?mishap=html` and the like.
 *
 * @param {import('twitch-keyring/testing').FakeTwitch} twitch
 */
export function addMishaps({ faults }) {
  for (const [name, fault] of Object.entries(mishaps)) {
    faults.add({ host: 'helix', path: '/games/top', when: ({ params }) => params?.mishap === name, fault })
  }
}
