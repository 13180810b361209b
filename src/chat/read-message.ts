import type { ChatEvents, OtherMessage } from './events.ts'
import type { IrcMessage } from './irc-message.ts'
import { MessageView } from './messages.ts'

type Line = Extract<ChatEvents[keyof ChatEvents], { readonly command: string }>

/** Any line that has an interface of its own, told apart by its `command`. */
export type ChatMessage = Exclude<Line, OtherMessage & { readonly channel?: never }>

const COMMANDS =
  /^(PRIVMSG|USERNOTICE|CLEARCHAT|CLEARMSG|NOTICE|ROOMSTATE|USERSTATE|GLOBALUSERSTATE|WHISPER|JOIN|PART)$/

/**
 * What `ChatReader` tells of a line, for lines from elsewhere: a log, another client, a test.
 *
 * @example
 * const message = readMessage(parseIrcMessage(line))
 * if (message?.command === 'PRIVMSG') console.log(message.displayName, message.text)
 *
 * @returns `undefined`: it is no line, or of a command that has no interface of its own.
 */
export function readMessage(irc: IrcMessage | undefined): ChatMessage | undefined {
  return irc && COMMANDS.test(irc.command) ? (new MessageView(irc) as unknown as ChatMessage) : undefined
}
