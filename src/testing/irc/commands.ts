import type { Chat } from './chat.ts'
import type { Connection } from './connection.ts'
import { join, part } from './joining.ts'
import { type ClientLine, readClientLine } from './line.ts'
import { logIn } from './login.ts'
import { CAPABILITIES, fromServer, Outgoing } from './outgoing.ts'
import { speak } from './speaking.ts'

/** Does what one line of a client asks for. */
export function obey(chat: Chat, connection: Connection, text: string): void {
  const line = readClientLine(text)
  if (line === undefined || connection.state === 'refused') return
  const command = Object.hasOwn(COMMANDS, line.command) ? COMMANDS[line.command] : undefined
  if (command !== undefined) command(chat, connection, line)
  else connection.write(fromServer(`421 ${connection.nick} ${line.command} :Unknown command`))
}

type Command = (chat: Chat, connection: Connection, line: ClientLine) => void

const COMMANDS: Readonly<Record<string, Command | undefined>> = {
  CAP: negotiate,
  PASS(_chat, connection, { params: [pass = ''] }) {
    connection.pass ??= pass
  },
  NICK(chat, connection, { params: [nick = ''] }) {
    if (connection.state === 'ready') connection.close()
    else logIn(chat, connection, nick)
  },
  PING(_chat, connection, { params: [text = ''] }) {
    if (connection.answersPings) connection.write(pong(text))
  },
  PONG(_chat, connection) {
    connection.heard()
  },
  JOIN(chat, connection, { params: [names = ''] }) {
    if (connection.state !== 'ready') return
    for (const name of names.split(',')) if (!join(chat, connection, name)) return
  },
  PART(chat, connection, { params: [names = ''] }) {
    for (const name of names.split(',')) part(chat, connection, name)
  },
  PRIVMSG(chat, connection, { params: [name = '', text = ''], tags }) {
    if (connection.state === 'ready') speak(chat, connection, name, text, tags)
  },
  QUIT(_chat, connection) {
    connection.close(1000)
  },
  MODE() {},
  USER() {},
}

function negotiate(chat: Chat, connection: Connection, { params }: ClientLine): void {
  const [subcommand = '', ...rest] = params
  switch (subcommand.toUpperCase()) {
    case 'LS':
      connection.write(fromServer('CAP * LS :twitch.tv/tags twitch.tv/commands twitch.tv/membership'))
      return
    case 'END':
      return
    case 'REQ': {
      const wanted = rest
        .join(' ')
        .split(' ')
        .filter((name) => name !== '')
      const denied = wanted.filter((name) => !Object.hasOwn(CAPABILITIES, name))
      const granted =
        denied.length > 0 && chat.settings.mixedCapRequest === 'refuse'
          ? []
          : wanted.filter((name) => !denied.includes(name))
      for (const name of granted) connection.granted |= CAPABILITIES[name] ?? 0
      const lines = []
      if (granted.length > 0) lines.push(fromServer(`CAP * ACK :${granted.join(' ')}`))
      if (denied.length > 0) lines.push(fromServer(`CAP * NAK :${denied.join(' ')}`))
      connection.write(...lines)
      return
    }
    default:
      connection.write(
        fromServer(`410 ${connection.nick} ${subcommand === '' ? '*' : subcommand} :Invalid CAP command`),
      )
  }
}

/** Without a text, Twitch leaves the prefix out. */
function pong(text: string): Outgoing {
  return text === '' ? new Outgoing('PONG :tmi.twitch.tv') : fromServer(`PONG tmi.twitch.tv :${text}`)
}
