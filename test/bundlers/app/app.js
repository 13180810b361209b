import { Client, StoredTokenHandler } from 'twitch-keyring'
import { memoryStore } from 'twitch-keyring/stores'

/** An app as its user would write it: one account in a store, who it is, and what it hears in a channel. */
export async function listen(pair, channel, platform) {
  const handler = new StoredTokenHandler({ clientId: 'app', clientType: 'public', store: memoryStore(), platform })
  await handler.add(pair)
  const client = new Client(handler)
  const { data } = await client.helix.get('/users')
  const heard = new Promise((resolve) => client.chat.on('privmsg', resolve, { once: true }))
  await client.chat.connect()
  await client.chat.join(channel)
  return { me: data[0].login, heard, close: () => client.close() }
}
