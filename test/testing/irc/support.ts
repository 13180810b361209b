import { createFakeClock, type FakeClock } from '../../../src/testing/clock.ts'
import { createFaults } from '../../../src/testing/faults.ts'
import type { IrcServerOptions } from '../../../src/testing/irc/chat.ts'
import { createIrcServer, type IrcServer } from '../../../src/testing/irc/server.ts'
import { createRandom } from '../../../src/testing/random.ts'
import { createUserDirectory } from '../../../src/testing/users.ts'
import type { FakeUser, TokenOwner, World } from '../../../src/testing/world.ts'

export const NOW = 1_767_225_600_000

export interface TestWorld extends World {
  readonly clock: FakeClock
  readonly log: World['log'] & { entries: string[] }
  tokens: Map<string, TokenOwner>
  kill(accessToken: string): void
}

/** Users bar (1), foo (2), twitchdev (141981764) and ronni (3); each holds the token `token-<login>`. Ids count up from 1. */
export function createTestWorld(): TestWorld {
  const random = createRandom(1)
  const users = createUserDirectory(random, 'https://static-cdn.jtvnw.net')
  const tokens = new Map<string, TokenOwner>()
  const deaths = new Set<(accessToken: string) => void>()
  const scopes = ['chat:read', 'chat:edit']
  for (const [id, login, displayName] of [
    ['1', 'bar', 'bar'],
    ['2', 'foo', 'Foo'],
    ['3', 'ronni', 'ronni'],
    ['141981764', 'twitchdev', 'TwitchDev'],
  ] as const) {
    const user = users.add({ id, login, displayName, color: '' })
    tokens.set(`token-${login}`, { user, clientId: 'app', scopes })
  }
  tokens.set('app', { user: undefined, clientId: 'app', scopes: [] })
  tokens.set('no-chat', { user: users.byLogin('bar'), clientId: 'app', scopes: ['user:read:email'] })
  tokens.set('read-only', { user: users.byLogin('bar'), clientId: 'app', scopes: ['chat:read'] })
  let ids = 0
  const entries: string[] = []
  return {
    clock: createFakeClock({ startAt: NOW }),
    users,
    faults: createFaults(),
    chat: undefined,
    tokens,
    tokenOwner: (accessToken) => tokens.get(accessToken),
    onTokenDeath(listener) {
      deaths.add(listener)
      return () => deaths.delete(listener)
    },
    kill(accessToken) {
      tokens.delete(accessToken)
      for (const listener of deaths) listener(accessToken)
    },
    random: () => random.next(),
    uuid: () => `id-${++ids}`,
    log: Object.assign(
      (entry: { method: string; path: string; status: number | string }) => {
        entries.push(`${entry.method} ${entry.path} ${entry.status}`)
      },
      { entries },
    ),
  }
}

export function userOf(world: World, login: string): FakeUser {
  const user = world.users.byLogin(login)
  if (user === undefined) throw new RangeError(`There is no user ${login}.`)
  return user
}

/** A client of which nothing is the library's: it keeps the frames it gets. */
export class Wire {
  readonly frames: string[] = []
  readonly lines: string[] = []
  /** How the connection ended. */
  end: number | 'terminated' | undefined
  frozen = false
  readonly #session: ReturnType<IrcServer['accept']>

  constructor(server: IrcServer) {
    this.#session = server.accept({
      send: (text) => {
        this.frames.push(text)
        for (const line of text.split('\r\n')) if (line !== '') this.lines.push(line)
      },
      close: (code = 1005) => {
        this.end = code
      },
      terminate: () => {
        this.end = 'terminated'
      },
      freeze: () => {
        this.frozen = true
      },
    })
  }

  send(...lines: string[]): void {
    this.#session.receive(lines.join('\r\n'))
  }

  hangUp(): void {
    this.#session.closed(1000)
  }

  /** What came since the last time. */
  take(): string[] {
    this.frames.length = 0
    return this.lines.splice(0)
  }
}

export interface Setting {
  readonly world: TestWorld
  readonly server: IrcServer
  /** A client that is logged in, has asked for the capabilities and joined the channels. */
  client(login: string, options?: { join?: string; caps?: string | false }): Wire
}

export function createSetting(options: IrcServerOptions = {}): Setting {
  const world = createTestWorld()
  const server = createIrcServer(world, { pingInterval: false, ...options })
  return {
    world,
    server,
    client(login, { join, caps = 'twitch.tv/tags twitch.tv/commands' } = {}) {
      const wire = new Wire(server)
      if (caps !== false) wire.send(`CAP REQ :${caps}`)
      if (!login.startsWith('justinfan')) wire.send(`PASS oauth:token-${login}`)
      wire.send(`NICK ${login}`)
      if (join !== undefined) wire.send(`JOIN ${join}`)
      wire.take()
      return wire
    },
  }
}
