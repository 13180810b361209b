// @ts-check
/**
 * Reads #juniper, and tells of it, until somebody says bye there.
 *
 * @param {typeof import('twitch-keyring/chat').ChatReader} ChatReader
 * @param {string} irc Address of chat.
 * @param {(news: string) => void} tell
 * @returns {Promise<void>} Once it has been closed.
 */
export async function readChat(ChatReader, irc, tell) {
  const chat = new ChatReader({ channels: ['juniper'], platform: { endpoints: { irc }, random: () => 0 } })
  chat.on('joined', ({ channel }) => tell(`in ${channel}`))
  chat.on('disconnected', () => tell('cut off'))
  const bye = new Promise((resolve) => {
    chat.on('privmsg', ({ displayName, text }) => {
      tell(`${displayName}: ${text}`)
      if (text === 'bye') resolve(undefined)
    })
  })
  await chat.connect()
  await bye
  chat.close()
  tell('closed')
}
