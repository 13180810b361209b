import type { TokenVaultNamespace } from 'twitch-keyring/cloudflare'
import type { OverlayKeys } from './overlay-keys.js'

/** What `wrangler.jsonc` binds. */
export interface Env {
  readonly TWITCH_CLIENT_ID: string
  readonly TWITCH_CLIENT_SECRET: string
  readonly COOKIE_SECRET: string
  readonly EXTENSION_SECRETS?: string
  readonly SCOPES: string
  readonly ORIGINS: string
  /** Endpoints of another Twitch, as JSON. */
  readonly TWITCH_ENDPOINTS?: string
  readonly VAULTS: TokenVaultNamespace
  readonly KEYS: { idFromName(name: string): unknown; get(id: unknown): Stub<OverlayKeys> }
  readonly CHAT: { idFromName(name: string): unknown; get(id: unknown): Relay }
  readonly LIMIT: { limit(options: { key: string }): Promise<{ success: boolean }> }
}

interface Relay {
  fetch(address: string, init: RequestInit): Promise<Response>
}

type Stub<T> = {
  [Method in keyof T]: T[Method] extends (...parameters: infer P) => infer R
    ? (...parameters: P) => Promise<Awaited<R>>
    : never
}
