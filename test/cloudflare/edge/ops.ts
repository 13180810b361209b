import type { VaultPair } from '../../../src/cloudflare/index.ts'
import type { RenewalStep } from '../../../src/token/index.ts'

/** When the machine of all vaults is lost, once. */
export interface Doom {
  readonly step?: RenewalStep
  /** `before` a request leaves, or `after` it was answered. */
  readonly request?: 'before' | 'after'
  readonly path?: string
}

export interface Time {
  readonly start: number
  readonly origin: number
  readonly speed: number
  readonly offset: number
}

/** What a test asks of the Worker. */
export type Op =
  | { readonly op: 'time'; readonly time: Time }
  | { readonly op: 'doom'; readonly doom: Doom }
  /** After how many milliseconds of this machine things are given up. Left out: as late as anywhere. */
  | { readonly op: 'patience'; readonly patience?: number }
  | { readonly op: 'adopt'; readonly pairs: readonly VaultPair[] }
  | { readonly op: 'get' | 'status' | 'wake'; readonly user: string }
  | { readonly op: 'renew'; readonly user: string; readonly refused: string }
  | {
      readonly op: 'storm'
      readonly users: readonly { readonly user: string; readonly refused: string }[]
      readonly atOnce: number
      readonly requests: number
    }
  | { readonly op: 'ring' | 'alarms'; readonly users: readonly string[] }
  | { readonly op: 'add'; readonly pair: { readonly accessToken: string; readonly refreshToken: string } }
  | {
      readonly op: 'leave'
      readonly user: string
      readonly refused: string
      readonly cares: boolean
      readonly after: number
    }
  | { readonly op: 'join'; readonly user: string; readonly refused: string; readonly cares: boolean }
  | { readonly op: 'ask' | 'start'; readonly user: string; readonly leaves: boolean }
  | { readonly op: 'globals' | 'cost' }
  | { readonly op: 'rest'; readonly users: readonly string[] }
  | { readonly op: 'flood'; readonly user: string; readonly atOnce: number; readonly times: number }
  | { readonly op: 'time-get' | 'time-rpc' | 'time-likeness'; readonly user: string; readonly times: number }

/** What lies on the disk of one vault. */
export interface Rest {
  readonly rows: number
  readonly bytes: number
  /** Of the whole database, in pages. */
  readonly size: number
}

export interface Said {
  readonly token?: string
  readonly error?: string
  readonly reason?: string
}
