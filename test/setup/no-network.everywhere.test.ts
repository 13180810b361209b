import { expect, test } from 'vitest'

test('a test cannot fetch from the internet', async () => {
  await expect(async () => fetch('https://id.twitch.tv/oauth2/validate')).rejects.toThrow(
    'No test talks to id.twitch.tv',
  )
})

test.runIf(typeof WebSocket !== 'undefined')('a test cannot open a socket to the internet', () => {
  expect(() => new WebSocket('wss://irc-ws.chat.twitch.tv')).toThrow('No test talks to irc-ws.chat.twitch.tv')
})
