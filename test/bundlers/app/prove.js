import { createFakeTwitch } from 'twitch-keyring/testing'
import { listen } from './app.js'

/** Renewal, Helix and chat in one line of text. */
export async function prove() {
  const twitch = createFakeTwitch({
    users: [{ login: 'viewer' }, { login: 'streamer' }],
    apps: [{ clientId: 'app', clientType: 'public' }],
  })
  const pair = twitch.id.issue({ clientId: 'app', login: 'viewer', scopes: ['chat:read'] })
  twitch.id.expire(pair.accessToken)
  const { me, heard, close } = await listen(pair, 'streamer', twitch.platform)
  twitch.chat.send('streamer', 'streamer', 'hello')
  const message = await heard
  await close()
  const renewals = twitch.requests.filter(({ path }) => path === '/token').length
  return `${me} hears ${message.login} say ${message.text} after ${renewals} renewal`
}
