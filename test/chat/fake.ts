import type { ChatClientOptions } from '../../src/chat/client.ts'
import { ChatReader } from '../../src/chat/reader.ts'
import { withTokens } from '../../src/chat/with-tokens.ts'
import {
  createFakeClock,
  createFakeTwitch,
  type FakeClock,
  type FakeTwitch,
  type FakeTwitchOptions,
} from '../../src/testing/index.ts'
import type { AccessToken, AccessTokenSource } from '../../src/types.ts'

export const CLIENT_ID = 'my-app'

export interface FakeChat {
  readonly clock: FakeClock
  readonly twitch: FakeTwitch
  /** Hands out the tokens of `bot`; counts how often it was asked. */
  readonly tokens: AccessTokenSource & { asked: number; renewed: number; current: AccessToken }
}

/** A Twitch on which `bot` has an account, and `a`, `b`, `c` and `streamer` have channels. */
export function createFakeChat(options: FakeTwitchOptions = {}): FakeChat {
  const clock = createFakeClock()
  const twitch = createFakeTwitch({
    clock,
    apps: [{ clientId: CLIENT_ID, clientType: 'public' }],
    users: ['bot', 'viewer', 'streamer', 'a', 'b', 'c'].map((login, index) => ({ id: String(100 + index), login })),
    ...options,
  })
  return { clock, twitch, tokens: createTokens(twitch) }
}

export function createTokens(twitch: FakeTwitch, login = 'bot'): FakeChat['tokens'] {
  const issue = (): AccessToken => {
    const scopes = ['chat:read', 'chat:edit'] as const
    const { accessToken } = twitch.id.issue({ clientId: CLIENT_ID, login, scopes: [...scopes] })
    return { value: accessToken, kind: 'user', userId: twitch.users.byLogin(login)?.id, login, scopes }
  }
  const tokens = {
    asked: 0,
    renewed: 0,
    current: issue(),
    clientId: async () => CLIENT_ID,
    get: async () => tokens.current,
    async getForChat(): Promise<AccessToken | undefined> {
      tokens.asked += 1
      return tokens.current
    },
    async renew(refused: AccessToken): Promise<AccessToken> {
      tokens.renewed += 1
      if (refused === tokens.current) tokens.current = issue()
      return tokens.current
    },
  }
  return tokens
}

/** One that reads as `bot`, or as nobody where `tokens` are `undefined`. */
export function createReader(chat: FakeChat, options: ChatClientOptions = {}): ChatReader {
  const { tokens, anonymous, ...reading } = { tokens: chat.tokens, ...options }
  const auth = tokens === undefined ? undefined : withTokens(tokens, { anonymous })
  return new ChatReader({ auth, platform: chat.twitch.platform, ...reading })
}

/** Connects, and joins what is wanted. */
export async function connected(chat: FakeChat, options: ChatClientOptions = {}): Promise<ChatReader> {
  const reader = createReader(chat, options)
  await chat.clock.until(reader.connect())
  await chat.clock.settle()
  return reader
}

/** The texts that a reader delivers, in order. */
export function texts(reader: ChatReader): string[] {
  const all: string[] = []
  reader.on('privmsg', ({ channel, text }) => {
    all.push(`#${channel} ${text}`)
  })
  return all
}
