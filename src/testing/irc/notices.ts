/**
 * Texts of NOTICE by `msg-id`. `<name>` stands for a value.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#notice
 */
export const NOTICES: Readonly<Record<string, string>> = {
  emote_only_off: 'This room is no longer in emote-only mode.',
  emote_only_on: 'This room is now in emote-only mode.',
  followers_off: 'This room is no longer in followers-only mode.',
  followers_on: 'This room is now in <duration> followers-only mode.',
  followers_on_zero: 'This room is now in followers-only mode.',
  msg_bad_characters:
    'Your message was not sent because it contained too many unprocessable characters. If you believe this is an error, please rephrase and try again.',
  msg_banned: 'You are permanently banned from talking in <channel>.',
  msg_channel_blocked: 'Your message was not sent because your account is not in good standing in this channel.',
  msg_channel_suspended: 'This channel does not exist or has been suspended.',
  msg_duplicate:
    'Your message was not sent because it is identical to the previous one you sent, less than 30 seconds ago.',
  msg_emoteonly:
    'This room is in emote-only mode. You can find your currently available emoticons using the smiley in the chat text area.',
  msg_followersonly: 'This room is in <duration> followers-only mode. Follow <channel> to join the community!',
  msg_followersonly_followed:
    'This room is in <duration> followers-only mode. You have been following for <followed>. Continue following to chat!',
  msg_followersonly_zero: 'This room is in followers-only mode. Follow <channel> to join the community!',
  msg_r9k: 'This room is in unique-chat mode and the message you attempted to send is not unique.',
  msg_ratelimit: 'Your message was not sent because you are sending messages too quickly.',
  msg_rejected: 'Hey! Your message is being checked by mods and has not been sent.',
  msg_rejected_mandatory: "Your message wasn't posted due to conflicts with the channel's moderation settings.",
  msg_requires_verified_phone_number:
    'A verified phone number is required to chat in this channel. Please visit https://www.twitch.tv/settings/security to verify your phone number.',
  msg_slowmode:
    'This room is in slow mode and you are sending messages too quickly. You will be able to talk again in <seconds> seconds.',
  msg_subsonly:
    'This room is in subscribers only mode. To talk, purchase a channel subscription at https://www.twitch.tv/products/<channel>/ticket?ref=subscriber_only_mode_chat.',
  msg_suspended: "You don't have permission to perform that action.",
  msg_timedout: 'You are timed out for <seconds> more seconds.',
  msg_verified_email:
    'This room requires a verified account to chat. Please verify your account at https://www.twitch.tv/settings/security.',
  no_permission: "You don't have permission to perform that action.",
  r9k_off: 'This room is no longer in r9k mode.',
  r9k_on: 'This room is now in r9k mode.',
  slow_off: 'This room is no longer in slow mode.',
  slow_on: 'This room is now in slow mode. You may send messages every <seconds> seconds.',
  subs_off: 'This room is no longer in subscribers-only mode.',
  subs_on: 'This room is now in subscribers-only mode.',
  tos_ban: 'The community has closed channel <channel> due to Terms of Service violations.',
  unrecognized_cmd: 'Unrecognized command: <command>',
}

/** @returns The text of a notice with its values filled in; empty for an id without a known text. */
export function noticeText(msgId: string, values: Readonly<Record<string, string | number>> = {}): string {
  return (NOTICES[msgId] ?? '').replace(/<(\w+)>/g, (whole, name: string) => String(values[name] ?? whole))
}

/** As Twitch words a length of time: `10 minutes`, `1 hour`. */
export function durationText(minutes: number): string {
  const units: readonly [number, string][] = [
    [43_200, 'month'],
    [10_080, 'week'],
    [1440, 'day'],
    [60, 'hour'],
    [1, 'minute'],
  ]
  const [size, name] = units.find(([size]) => minutes >= size) ?? [1, 'minute']
  const count = Math.floor(minutes / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
