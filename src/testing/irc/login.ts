import type { TokenOwner } from '../world.ts'
import { accountOf, type Chat } from './chat.ts'
import type { Connection } from './connection.ts'
import { fromServer } from './outgoing.ts'
import { globalUserState } from './states.ts'

/** Who a client says it is. With a token that is who the token says; the nick is not compared. */
interface Claim {
  readonly nick: string
  readonly token: string | undefined
  readonly owner: TokenOwner | undefined
  readonly anonymous: boolean
}

/** A NICK, with the PASS that came before it. */
export function logIn(chat: Chat, connection: Connection, wanted: string): void {
  const nick = wanted.toLowerCase()
  const token = connection.pass?.startsWith('oauth:') ? connection.pass.slice('oauth:'.length) : undefined
  const claim: Claim = {
    nick,
    token,
    owner: token === undefined ? undefined : chat.world.tokenOwner(token),
    anonymous: /^justinfan\d+$/.test(nick) && (token === undefined || token.toUpperCase() === 'SCHMOOPIIE'),
  }
  if (!countLogin(chat, claim)) {
    connection.close()
    return
  }
  const objection = objectionTo(claim)
  if (objection === undefined) welcome(chat, connection, claim)
  else refuse(chat, connection, objection)
}

/** @returns Whether the account may still try to log in. */
function countLogin(chat: Chat, { nick, owner, anonymous }: Claim): boolean {
  if (anonymous) return true
  const { limits } = chat.settings
  const { logins } = accountOf(chat, owner?.user?.id ?? `nick ${nick}`)
  const now = chat.world.clock.monotonic()
  logins.add(now)
  return logins.within(now, owner?.user?.verifiedBot ? limits.verifiedLogins : limits.logins)
}

function objectionTo({ nick, token, owner, anonymous }: Claim): string | undefined {
  if (!/^[a-z0-9_]{1,25}$/.test(nick)) return 'Invalid NICK'
  if (anonymous) return undefined
  if (token === undefined || token === '') return 'Improperly formatted auth'
  if (owner === undefined) return 'Login authentication failed'
  if (owner.user === undefined) return 'Login unsuccessful'
  return owner.scopes.some((scope) => scope === 'chat:read' || scope === 'chat_login')
    ? undefined
    : 'Login authentication failed'
}

function welcome(chat: Chat, connection: Connection, { nick, token, owner }: Claim): void {
  connection.user = owner?.user
  connection.nick = owner?.user?.login ?? nick
  connection.scopes = owner?.scopes ?? []
  connection.accessToken = token
  connection.state = 'ready'
  connection.write(...WELCOME.map(([numeric, text]) => fromServer(`${numeric} ${connection.nick} :${text}`)))
  if (connection.user !== undefined) connection.write(globalUserState(chat, connection.user))
}

const WELCOME = [
  ['001', 'Welcome, GLHF!'],
  ['002', 'Your host is tmi.twitch.tv'],
  ['003', 'This server is rather new'],
  ['004', '-'],
  ['375', '-'],
  ['372', 'You are in a maze of twisty passages, all alike.'],
  ['376', '>'],
] as const

/** Says why, then nothing more until the connection ends. */
function refuse(chat: Chat, connection: Connection, why: string): void {
  const { refusedLoginClosesAfter, refusedLoginCloseCode } = chat.settings
  connection.write(fromServer(`NOTICE * :${why}`))
  connection.state = 'refused'
  connection.after(refusedLoginClosesAfter, () => connection.close(refusedLoginCloseCode))
}
