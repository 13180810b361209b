// @ts-check
import { userNotices } from 'twitch-keyring/testing'

/**
 * Lets people who do not exist talk, until told to stop. What is rare in a real chat comes every few lines here, in the same
 * order, so that one need not wait to see it.
 *
 * @param {import('twitch-keyring/testing').FakeTwitch} twitch
 * @param {{ channel: string, pace: number }} options `pace`: milliseconds between two lines, about.
 * @returns {() => void}
 */
export function startViewers({ chat, users }, { channel, pace }) {
  chat.setUser('moonbeam', { displayName: 'Moonbeam', color: '#0000FF' })
  chat.setRole('moonbeam', channel, { subscriber: 14 })
  chat.setUser('hexa', { displayName: 'hexa', color: '#FF4500' })
  chat.setRole('hexa', channel, { moderator: true, subscriber: 26 })
  chat.setUser('late_tuesday', { displayName: 'late_tuesday', color: '#9ACD32' })

  let latest = chat.send('moonbeam', channel, 'good evening everyone HeyGuys')
  let spam = ''
  const rarities = [
    () => chat.send('hexa', channel, 'the stars came out just for you <3', { 'reply-parent-msg-id': latest }),
    () => chat.send('moonbeam', channel, '/me dances around the campfire'),
    () => (spam = chat.send('discount_bot', channel, 'cheap viewers and followers, ask me how')),
    () => chat.delete(spam),
    () =>
      chat.userNotice(
        channel,
        userNotices.resub({ login: 'moonbeam', months: 14, text: 'still the best hills on the internet VoHiYo' }),
      ),
    () => chat.send('late_tuesday', channel, 'please wave at the camera once', { 'msg-id': 'highlighted-message' }),
    () => {
      const text = 'Race night starts at nine, drop your names in the form.'
      return chat.userNotice(channel, userNotices.announcement({ login: 'hexa', color: 'BLUE', text }))
    },
    () => (latest = chat.send('late_tuesday', channel, 'Cheer100 take my bits', { bits: '100' })),
    () => chat.raid('nova_lights', channel, 42),
  ]
  let turn = 0
  const timer = setInterval(() => rarities[turn++ % rarities.length]?.(), pace * 4)
  const stopTalk = chat.simulateViewers({ channel, every: pace })
  // Most of them were here before anybody listened: else every line would be somebody's first.
  for (const { login } of users.all().slice(0, -4)) chat.send(login, channel, 'hello')
  return () => {
    clearInterval(timer)
    stopTalk()
  }
}
