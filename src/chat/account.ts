import { type ChatLimits, RateWindow } from './limits.ts'

/** What one account has done, over all its connections. */
export interface Account {
  readonly limits: ChatLimits
  readonly logins: RateWindow
  readonly joins: RateWindow
  readonly messages: RateWindow
  readonly privilegedMessages: RateWindow
}

export function createAccount(limits: ChatLimits): Account {
  return {
    limits,
    logins: new RateWindow(limits.logins),
    joins: new RateWindow(limits.joins),
    messages: new RateWindow(limits.messages),
    privilegedMessages: new RateWindow(limits.privilegedMessages),
  }
}
