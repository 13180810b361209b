import { DurableObject } from 'cloudflare:workers'
import { makeChatRelay, type createChatRelay as plainChatRelay } from './chat-relay.ts'
import { makeTokenVault, type createTokenVault as plainTokenVault } from './token-vault.ts'

export * from './index.ts'

/** As in the other entry. Bundlers for Workers take this one, by the condition `workerd`. */
export const createTokenVault: typeof plainTokenVault = (...given: readonly unknown[]) =>
  makeTokenVault(DurableObject, given)

export const createChatRelay: typeof plainChatRelay = (...given: readonly unknown[]) =>
  makeChatRelay(DurableObject, given)
