// @ts-check

/** @typedef {import('./chat-view.js').Entry} Entry */
/** @typedef {ReturnType<typeof import('./pictures.js').createPictures>} Pictures */

/**
 * What a message looks like.
 *
 * @param {import('twitch-keyring').PrivateMessage} message
 * @param {Pictures} pictures
 * @returns {Entry}
 */
export function entryOf(message, pictures) {
  const { action, bits, firstMsg, highlighted, reply } = message
  const note = highlighted
    ? { kind: 'highlighted', text: 'Highlighted message' }
    : firstMsg
      ? { kind: 'first', text: 'First message' }
      : bits > 0
        ? { kind: 'cheer', text: `${bits} bits` }
        : undefined
  return {
    ...sender(message, pictures),
    action,
    ...(reply && { reply: { name: reply.displayName, text: reply.msgBody } }),
    ...(note && { note }),
  }
}

/**
 * What a subscription, a raid, an announcement looks like. A kind that Twitch adds tomorrow looks like a subscription.
 *
 * @param {import('twitch-keyring').UserNoticeMessage} notice
 * @param {Pictures} pictures
 * @returns {Entry}
 */
export function entryOfNotice(notice, pictures) {
  const { msgId, systemMsg, irc } = notice
  const note =
    msgId === 'announcement'
      ? { kind: `announcement ${irc.tag('msg-param-color')?.toLowerCase() ?? ''}`, text: 'Announcement' }
      : { kind: msgId === 'raid' ? 'raid' : 'sub', text: systemMsg }
  return { ...sender(notice, pictures), note }
}

/**
 * A message of one's own, which Twitch does not send back.
 *
 * @param {{ id: string, text: string, action: boolean, me: import('twitch-keyring').UserStateMessage }} said
 * @param {Pictures} pictures
 * @returns {Entry}
 */
export function ownEntry({ id, text, action, me }, pictures) {
  const { displayName, color, badges } = me
  return { id, name: displayName, color, badges: pictures.badges(badges), parts: pictures.ownParts(text), action }
}

/**
 * @param {import('twitch-keyring').PrivateMessage | import('twitch-keyring').UserNoticeMessage} message
 * @param {Pictures} pictures
 */
function sender(message, pictures) {
  const { id, userId, login, displayName, color } = message
  return {
    id,
    userId,
    // Names in other scripts are shown with the login, as Twitch does.
    name: displayName.toLowerCase() === login ? displayName : `${displayName} (${login})`,
    color,
    badges: pictures.badges(message.badges),
    parts: pictures.parts(message),
  }
}
