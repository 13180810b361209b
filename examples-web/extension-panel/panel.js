// @ts-check
// The front end of an extension. Twitch's review wants it bundled and readable, and its CSP lets nothing else run.

import { ExtensionTokenHandler } from 'twitch-keyring/extension'
import { HelixClient } from 'twitch-keyring/helix'

// Before anything is awaited: the helper tells its news to who listens.
const tokens = new ExtensionTokenHandler()
const { endpoints, backend } = await (await fetch('demo.json')).json()
const helix = new HelixClient(tokens, { platform: { endpoints } })

tokens.on('authorized', () => tell('fresh', `Tokens of ${new Date().toLocaleTimeString()}`))
document.querySelector('#ask')?.addEventListener('click', show)
await show()

async function show() {
  tell('problem', '')
  document.body.dataset.state = 'asking'
  const outcomes = await Promise.allSettled([showChannel(), showGreeting()])
  for (const outcome of outcomes) if (outcome.status === 'rejected') complain(outcome.reason)
  document.body.dataset.state = 'shown'
}

async function showChannel() {
  const { channelId, role, canAskHelix } = await tokens.authorization()
  tell('role', role ?? '')
  if (!canAskHelix) tell('name', `Channel ${channelId}`)
  const {
    data: [broadcaster],
  } = await helix.get('/users', { query: { id: channelId } })
  const stream = await helix.lookUp('streams', { id: channelId })
  tell('name', broadcaster?.display_name ?? '')
  tell('live', stream ? `Live: ${stream.title}` : 'Off the air')
  const avatar = document.querySelector('#avatar')
  if (!(avatar instanceof HTMLImageElement) || !broadcaster) return
  avatar.src = broadcaster.profile_image_url
  avatar.hidden = false
}

async function showGreeting() {
  const { value } = await tokens.getForBackend()
  const answer = await fetch(`${backend}/greeting`, { headers: { Authorization: `Bearer ${value}` } })
  tell('greeting', await answer.text())
}

/** @param {unknown} error */
function complain(error) {
  tell('problem', error instanceof Error ? error.message : String(error))
}

/**
 * @param {string} id
 * @param {string} text
 */
function tell(id, text) {
  const element = document.getElementById(id)
  if (element !== null) element.textContent = text
}
