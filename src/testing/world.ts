import type { Clock } from './clock.ts'
import type { Faults, Host } from './faults.ts'

export type { Clock } from './clock.ts'
export type { Fault, Faults, Host } from './faults.ts'

/** A Twitch account. What can change is writable: tests may change it. Nothing can be added. */
export interface FakeUser {
  readonly id: string
  readonly login: string
  displayName: string
  /** Name colour in chat, such as `#8A2BE2`; empty when never set. */
  color: string
  type: '' | 'admin' | 'global_mod' | 'staff'
  broadcasterType: '' | 'affiliate' | 'partner'
  description: string
  profileImageUrl: string
  email: string | undefined
  emailVerified: boolean
  /** RFC 3339. */
  createdAt: string
  /** A verified bot: higher chat limits. */
  verifiedBot: boolean
  /** Its channel cannot be joined, and Helix does not know it. */
  suspended: boolean
}

/** A user to be. What is left out is made up from the login. */
export type FakeUserOptions = { readonly login: string } & {
  readonly [Part in keyof FakeUser]?: FakeUser[Part] | undefined
}

/** All accounts. Every user has a channel of the same name. */
export interface UserDirectory {
  byLogin(login: string): FakeUser | undefined
  byId(id: string): FakeUser | undefined
  /** @throws {TypeError} The login or id is taken, or no login, or a user has no such thing. */
  add(user: FakeUserOptions): FakeUser
  all(): readonly FakeUser[]
}

/** Who a living access token stands for. An app token has no `user`. */
export interface TokenOwner {
  readonly user: FakeUser | undefined
  readonly clientId: string
  readonly scopes: readonly string[]
}

/** One request, or one line of chat, as the log keeps it. It may hold tokens: it is a tool for tests. */
export interface LogEntry {
  /** Epoch milliseconds of the fake's clock. */
  readonly at: number
  readonly host: Host
  /** HTTP method, or the IRC command (`CONNECT` for a connection). */
  readonly method: string
  /** Below the endpoint, such as `/token`. For chat: the first parameter. */
  readonly path: string
  /** Query and form parameters; the last one of a name. */
  readonly params: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** HTTP status; `'pending'` until it is known. */
  status: number | 'pending' | 'no answer'
}

/** A message on its way into a chat room by `POST /chat/messages`. */
export interface PostedMessage {
  readonly broadcaster: FakeUser
  readonly sender: FakeUser
  readonly text: string
  readonly replyParentMessageId: string | undefined
}

/** What became of a {@link PostedMessage}. */
export type PostResult =
  | { readonly messageId: string }
  | { readonly dropReason: { readonly code: string; readonly message: string } }

/** What the HTTP side asks of the chat side. */
export interface ChatHook {
  /** Applies the rules of the room, and sends it to all who are there. */
  post(message: PostedMessage): PostResult
}

/** What the parts of a fake Twitch share. */
export interface World {
  readonly clock: Clock
  readonly users: UserDirectory
  readonly faults: Faults
  /** Set by `createFakeTwitch` once the chat server stands. */
  chat: ChatHook | undefined
  /** Only of living tokens. */
  tokenOwner(accessToken: string): TokenOwner | undefined
  /** Told when an access token dies before its time: revoked, disconnected, password changed, grant killed. @returns The function that ends it. */
  onTokenDeath(listener: (accessToken: string) => void): () => void
  /** Seeded; from 0 up to 1. */
  random(): number
  /** Seeded; 8-4-4-4-12. */
  uuid(): string
  log(entry: LogEntry): void
}
