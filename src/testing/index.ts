export type { Clock, FakeClock, FakeClockOptions } from './clock.ts'
export { createFakeClock, realClock } from './clock.ts'
export type { ExtensionAuth, ExtensionAuthOptions, FakeExtensions } from './extension.ts'
export type { FakeTwitch } from './fake-twitch.ts'
export { createFakeTwitch } from './fake-twitch.ts'
export type {
  Fault,
  FaultMoment,
  FaultRule,
  Faults,
  FaultTarget,
  Host,
  HtmlFault,
  HttpFault,
  IrcFault,
  StatusFault,
} from './faults.ts'
export { ConnectionLost } from './fetch.ts'
export type {
  FakeChannel,
  FakeHelix,
  FakeStream,
  FakeStreamOptions,
  HelixAnswerer,
  HelixReply,
  HelixRequest,
  HelixRules,
} from './helix.ts'
export { helixError, helixPage } from './helix.ts'
export type {
  AccessTokenEntry,
  Consent,
  DeviceRequest,
  FakeApp,
  FakeAppOptions,
  FakeId,
  Flow,
  Grant,
  GrantEnd,
  IdSwitches,
  IssuedTokens,
  IssueOptions,
  RefreshTokenEntry,
} from './id.ts'
export type {
  Chatter,
  ChatterOptions,
  FrameOptions,
  Handshake,
  IrcConnection,
  IrcLimits,
  IrcServer,
  IrcServerOptions,
  IrcSession,
  IrcSocket,
  Plan,
  Rate,
  Role,
  RoomState,
  SimulateOptions,
  Tags,
  UserNotice,
} from './irc/index.ts'
export { createChatter, generateChat, userNotices } from './irc/index.ts'
export type { FakeTwitchOptions } from './options.ts'
export type { Latency } from './serve.ts'
export type { TokenStoreCase, TokenStoreCasesOptions } from './token-store-cases.ts'
export { tokenStoreCases } from './token-store-cases.ts'
export type { FakeUser, FakeUserOptions, LogEntry, UserDirectory } from './world.ts'
