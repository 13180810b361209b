import { codePoints } from '../irc/emotes.ts'
import { type HelixReply, type HelixRequest, helixError, missingParameter, notTheSameUser } from './request.ts'
import { findUser, type HelixState } from './state.ts'

/** `POST /chat/messages`. A 200 does not mean that the message was sent: see `is_sent`. */
export function sendChatMessage(state: HelixState, { body, owner }: HelixRequest): HelixReply {
  if (typeof body !== 'object' || body === null) return helixError(400, 'The request body is no valid JSON.')
  const { broadcaster_id, sender_id, message, reply_parent_message_id } = body as Record<string, unknown>
  if (typeof broadcaster_id !== 'string' || broadcaster_id === '') return missingParameter('broadcaster_id')
  if (typeof sender_id !== 'string' || sender_id === '') return missingParameter('sender_id')
  if (typeof message !== 'string' || message === '') return missingParameter('message')

  const broadcaster = findUser(state, broadcaster_id)
  if (broadcaster === undefined) return helixError(400, 'The ID in broadcaster_id does not exist.')
  const sender = findUser(state, sender_id)
  if (owner.user === undefined) {
    const { clientId } = owner
    if (sender === undefined) return helixError(400, 'The ID in sender_id does not exist.')
    if (!state.hasGranted(clientId, sender, 'user:bot') || !state.hasGranted(clientId, sender, 'user:write:chat')) {
      return helixError(401, 'The sender must have authorized the app with the user:write:chat and user:bot scopes.')
    }
    const isWelcome = sender === broadcaster || state.moderates(sender, broadcaster)
    if (!isWelcome && !state.hasGranted(clientId, broadcaster, 'channel:bot')) {
      return helixError(401, 'The broadcaster must have authorized the app with the channel:bot scope.')
    }
  } else {
    if (!owner.scopes.includes('user:write:chat')) {
      return helixError(401, 'User access token requires the user:write:chat scope.')
    }
    if (sender !== owner.user) return notTheSameUser('sender_id')
  }
  if (sender === undefined) return helixError(400, 'The ID in sender_id does not exist.')
  if (codePoints(message) > 500) return helixError(422, 'The message is too large: at most 500 characters.')

  const { chat } = state.world
  if (chat === undefined) return helixError(500, '')
  const replyParentMessageId = typeof reply_parent_message_id === 'string' ? reply_parent_message_id : undefined
  const result = chat.post({ broadcaster, sender, text: message, replyParentMessageId })
  const data =
    'messageId' in result
      ? [{ message_id: result.messageId, is_sent: true }]
      : [{ message_id: '', is_sent: false, drop_reason: result.dropReason }]
  return { body: { data } }
}
