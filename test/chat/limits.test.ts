import { expect, test } from 'vitest'
import { NORMAL_LIMITS, type Rate, READING_LIMITS, VERIFIED_LIMITS } from '../../src/chat/limits.ts'

/** What Twitch says, by https://dev.twitch.tv/docs/chat/#rate-limits: so many in so many seconds. */
const TWITCH = {
  normal: { logins: [20, 10], joins: [20, 10], messages: [20, 30], privilegedMessages: [100, 30] },
  verified: { logins: [200, 10], joins: [2000, 10], messages: [7500, 30], privilegedMessages: [7500, 30] },
} as const

test('as much as Twitch allows, with a second to spare', () => {
  for (const [ours, theirs] of [
    [NORMAL_LIMITS, TWITCH.normal],
    [VERIFIED_LIMITS, TWITCH.verified],
  ] as const)
    for (const [name, [count, seconds]] of Object.entries(theirs))
      expect(ours[name as keyof typeof theirs]).toEqual<Rate>({ count, per: (seconds + 1) * 1000 })
  expect(READING_LIMITS).toEqual({ logins: NORMAL_LIMITS.logins, joins: NORMAL_LIMITS.joins })
  expect([NORMAL_LIMITS.channels, VERIFIED_LIMITS.channels]).toEqual([100, 100])
})
